"""What agents did with the texts that were suggested to them: told by what they sent instead, and kept nowhere else."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from salver.data.answer import Uses
from salver.data.correction import Correction
from salver.data.record import DecisionRecord
from salver.serve.recording import known_line

_WORD = re.compile(r"\w+")
_TAKEN = 0.9
_EDITED = 0.5
_MORE_WORDS = 30
"""Greeting, closing and signature: so many words may stand around a text that was taken as it is."""


def uses_of(corrections: Iterable[Correction], records: Mapping[str, DecisionRecord]) -> dict[str, Uses]:
    """By the name of a template, or of the case that stands for a past answer, how often it was taken, edited, and
    passed over: suggested, and something else was sent. Nothing is told of a message without an answer."""
    found: dict[str, Uses] = defaultdict(Uses)
    for correction in corrections:
        suggestions = known_line(records.get(correction.message)).get("suggestions", ())
        for name, use in _each(correction, suggestions):
            found[name] = found[name] + use
    return dict(found)


def _each(correction: Correction, suggestions: Iterable[Mapping[str, Any]]) -> Iterable[tuple[str, Uses]]:
    """What an answer says of what was suggested: nothing of what stood below the last that was used."""
    named = [(one["template"] or next(iter(one["cases"]), ""), one["text"]) for one in suggestions]
    if not correction.answer:
        return []
    uses = [(name, use_of(text, correction.answer)) for name, text in named]
    last = max((at for at, (_, use) in enumerate(uses) if not use.rejected), default=len(uses) - 1)
    return [(name, use) for name, use in uses[: last + 1] if name]


def use_of(text: str, answer: str) -> Uses:
    """Whether a text was taken for an answer: as it is where nine tenths of its words stand in it and little else,
    edited where half of them do or more is said besides, else not."""
    said, sent = (Counter(_WORD.findall(one.casefold())) for one in (text, answer))
    shared = (said & sent).total() / max(said.total(), 1)
    if shared >= _TAKEN and sent.total() - said.total() <= _MORE_WORDS:
        return Uses(taken=1)
    return Uses(edited=1) if shared >= _EDITED else Uses(rejected=1)
