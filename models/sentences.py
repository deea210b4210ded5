"""Where the sentences of a text are."""

import re
from collections.abc import Sequence
from typing import Any

from salver.models.tokens import Tokens

_INNER_END = re.compile(r"[.!?…]\W{0,5}\s|[。！？]")


class SpacySentences:
    """spaCy's sentencizer on a blank pipeline: any language, no model. Safe to share between threads."""

    def __init__(self) -> None:
        self._tokens = Tokens(_with_sentences)

    def split(self, texts: Sequence[str]) -> list[tuple[str, ...]]:
        """The sentences of each text in order, without the white space around them."""
        return [self._of(text) for text in texts]

    def _of(self, text: str) -> tuple[str, ...]:
        text = text.strip()
        if not _INNER_END.search(text):
            return (text,) if text else ()
        found = (sentence.text.strip() for sentence in self._tokens(text).sents)
        return tuple(one for one in found if one)


def _with_sentences(nlp: Any) -> None:
    nlp.add_pipe("sentencizer")
