"""Take out of past texts whatever could name a person, before anything learns from them: `{kind}` stands in its place.

This is gate 1. First the case's own record, then what both sides of the case say, then typed spans, then every other
number. More is taken than need be: what a company writes to everybody is put back where many replies show it.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from salver.data.case import Case
from salver.data.reading import Entity
from salver.models.ports import Entities
from salver.pipeline.clean import answer_body, clean_text
from salver.pipeline.question import question
from salver.pipeline.record import Record, signers
from salver.pipeline.traces import Traces, traces_of_case

_NUMBER = re.compile(r"(?<![\w§#+])[\w§#+]*\d[\w²³]*(?:[.,:/\-–+'’*_@][\w]+)*")
_OPEN = re.compile(r"[{\d]")
_SLOT = re.compile(r"\{[a-z0-9_]+\}")
_REPEATED = re.compile(r"(\{(?:name|street|town|postcode|phone|number)\})(?:[ \t]*[-/]?[ \t]*\1)+|(\{name\})(?:, \2)+")
_NUMBERED = re.compile(r"(\{(?:street|postcode|phone|iban|card|town)\})[ ,/-]{0,2}\{number\}")
_INITIAL = re.compile(r"\b[A-ZÄÖÜ]\.[ ]?(?=\{name\})")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_FOREIGN = re.compile(r"(?![0-9])\d|[\u00a0\u2007\u202f]")
"""Digits of other scripts, and blanks that do not break."""

_Span = tuple[int, int, str]


def mask(text: str, entities: Iterable[Entity], known: Mapping[str, str]) -> str:
    """The text with a slot for every personal span. `known` maps what the record says to its kind.

    What is known is found in any case, with umlauts or without, inflected, or with invisible characters in it. Slots
    that stand in the text already are left alone.
    """
    return _masked(text, entities, Record(known))


class MaskedCase(NamedTuple):
    """The masked question, the masked body of the answer, and what in the case could lead to its customer."""

    question: str
    answer: str
    traces: Traces


def mask_case(case: Case, finder: Entities) -> MaskedCase:
    """What may be learned of a case."""
    cleaned = clean_text(case.text)
    asked = visible(question(case.subject, cleaned.text))
    answer = visible(answer_body(case.answer))
    of_asked, of_answer = finder.find([asked, answer])
    said = (*of_asked, *of_answer)
    signed = visible("\n".join(cut.text for cut in cleaned.removed if cut.kind == "signature"))
    record = Record.of_case(case, signed=signed, said=said, both=(asked, answer))
    shown = visible(f"{case.subject}\n{case.text}\n{case.answer}")
    return MaskedCase(
        question=_masked(asked, of_asked, record),
        answer=_masked(answer, of_answer, record),
        traces=traces_of_case(case, " ".join(signers(signed)), said, shown),
    )


def visible(text: str) -> str:
    """The text without invisible characters, its letters composed (NFC) and its digits plain."""
    if text.isascii():
        return text
    return _FOREIGN.sub(_plain, unicodedata.normalize("NFC", _INVISIBLE.sub("", text)))


def _plain(found: re.Match[str]) -> str:
    return str(unicodedata.decimal(found[0])) if found[0].isdecimal() else " "


def _masked(text: str, entities: Iterable[Entity], record: Record) -> str:
    found = list(entities)
    shown = visible(text)
    spans = [(one.start, one.end, one.kind) for one in found]
    if shown != text:
        spans = _moved(text, shown, spans)
    spans = [*record.spans(shown), *spans]
    slots = [match.span() for match in _SLOT.finditer(shown)]
    kept = [one for one in spans if not any(start < one[1] and one[0] < end for start, end in slots)]
    return _numbered(_replaced(shown, kept))


def _moved(text: str, shown: str, spans: Sequence[_Span]) -> list[_Span]:
    """Spans of a text where they stand in its visible form."""
    moved = []
    for start, end, kind in spans:
        begin = len(visible(text[:start]))
        moved.append((begin, min(len(shown), begin + len(visible(text[start:end]))), kind))
    return moved


def _replaced(text: str, spans: Sequence[_Span]) -> str:
    """Overlapping spans become one slot of the kind of the longest; of equals, of the first."""
    pieces, at = list[str](), 0
    for start, end, kind in _united(spans):
        pieces += text[at:start], f"{{{kind}}}"
        at = end
    return "".join([*pieces, text[at:]])


def _united(spans: Sequence[_Span]) -> list[_Span]:
    united, longest = list[_Span](), 0
    for start, end, kind in sorted(spans, key=lambda one: (one[0], -one[1])):
        if not united or start >= united[-1][1]:
            united.append((start, end, kind))
            longest = end - start
            continue
        first, last, before = united[-1]
        longer = end - start > longest
        united[-1] = first, max(last, end), kind if longer else before
        longest = max(longest, end - start)
    return united


def _numbered(text: str) -> str:
    """Every word with a digit that is left becomes a number; slots side by side that say the same become one."""
    if not _OPEN.search(text):
        return text
    slots, pieces, at = list(_SLOT.finditer(text)), list[str](), 0
    for slot in slots:
        pieces += _NUMBER.sub("{number}", text[at : slot.start()]), slot[0]
        at = slot.end()
    text = "".join([*pieces, _NUMBER.sub("{number}", text[at:])])
    text = _INITIAL.sub("", _REPEATED.sub(_once, text))
    return _REPEATED.sub(_once, _NUMBERED.sub(r"\1", text))


def _once(slots: re.Match[str]) -> str:
    return slots[1] or slots[2]
