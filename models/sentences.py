"""Where the sentences of a text are."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from salver.models.tokens import Tokens

_INNER_END = re.compile(r"[.!?…]\W{0,5}\s|[。！？]")

_ENDLESS = re.compile(r"(?:[^\w\s]|_){200}|\S{1000}")


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
        found = (sentence.text.strip() for piece in _pieces(text) for sentence in self._tokens(piece).sents)
        return tuple(one for one in found if one)


def _pieces(text: str) -> Iterator[str]:
    """The text, cut within lines of marks that never end: spaCy takes them from a word one by one."""
    cuts = [run.end() for run in _ENDLESS.finditer(text)]
    return (text[start:end] for start, end in pairwise([0, *cuts, len(text)]))


def _with_sentences(nlp: Any) -> None:
    nlp.add_pipe("sentencizer")
