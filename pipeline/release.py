"""Gate 5, the check at the way out: the last look at an automatic answer, which trusts none of the steps before.

Two things are asked, in code that shares nothing with how the answer was made. Is every word of it the template's, the
customer's own, or the house's? And does anything in it lead to another customer? What the customer wrote to us may be
said to that customer again; nothing else that is known of anybody may. A refusal brings the message to a person, and is
an alarm: it means that another gate let something pass. Its words name nothing of what was found.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from salver.data.decision import AutoAnswer, Reason, Route
from salver.data.message import Message
from salver.models.personal import PersonalIndex
from salver.models.ports import Entities
from salver.pipeline.explain import counted
from salver.pipeline.markup import text_of_html
from salver.pipeline.mask import visible
from salver.pipeline.record import folded
from salver.pipeline.traces import traces

_SLOT = re.compile(r"\{[a-z0-9_]+\}")
_WORD = re.compile(r"[^\W_]+")
_CUT = " | "
_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where every word of an answer must come from.

    `templates` are the proven texts it was composed of, with their slots; `said` is what the customer wrote and what a
    looked-up record of that customer says; `house` are the company's own words around it.
    """

    templates: Sequence[str]
    said: Sequence[str]
    house: Sequence[str]


def said_by(message: Message, record: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """What a customer's message says, quoted text and sender included, and a record looked up for its sender."""
    sender = (message.sender.name, message.sender.email) if message.sender else ()
    return (message.subject, message.body, *sender, *(record or {}).values())


def release(decision: AutoAnswer, sources: Sources, known: PersonalIndex, finder: Entities) -> AutoAnswer | Route:
    """The decision as it is, or a Route when its answer must not leave."""
    answer = visible(decision.answer)
    if words := unexplained(answer, sources):
        return _stopped(decision, f"{counted(len(words), 'word')} in it nobody accounts for")
    if decision.answer_html and _spoken(text_of_html(decision.answer_html)[0]) != _spoken(answer):
        return _stopped(decision, "its HTML does not say what its text says")
    if cases := others_in(f"{answer}\n{visible(decision.answer_html)}", sources, known, finder):
        return _stopped(decision, "something in it leads to another customer", cases)
    return decision


def unexplained(answer: str, sources: Sources) -> list[str]:
    """Words of an answer that neither a template, the customer, nor the house says; slots that were left open."""
    rest = _plain(answer)
    for template in sorted(sources.templates, key=len, reverse=True):
        rest = _without(rest, template)
    said = _plain(" ".join(sources.said))
    allowed = _words([said, *sources.house])
    slots = [slot for slot in _SLOT.findall(rest) if slot not in said]
    return slots + [word for word in _WORD.findall(rest) if folded(word) not in allowed]


def others_in(answer: str, sources: Sources, known: PersonalIndex, finder: Entities) -> tuple[str, ...]:
    """The cases of other customers to whom something in an answer leads that its own customer did not write."""
    own = visible("\n".join(sources.said))
    of_answer, of_own = map(traces, (answer, own), finder.find([answer, own]))
    owners = known.owners(sorted(of_answer.difference(of_own, *map(_of_house, sources.house))))
    return tuple(dict.fromkeys(case for cases in owners.values() for case in cases))


@lru_cache(maxsize=1024)
def _of_house(words: str) -> frozenset[str]:
    """The traces in the house's own words, which are the same in every answer."""
    return frozenset(traces(visible(words)))


def _without(text: str, template: str) -> str:
    """The text without a template's constant parts, in their order; unchanged where one of them is missing."""
    pieces, at = list[str](), 0
    for part in filter(None, (_plain(one) for one in _SLOT.split(visible(template)))):
        start = text.find(part, at)
        if start < 0:
            return text
        pieces.append(text[at:start])
        at = start + len(part)
    return _CUT.join([*pieces, text[at:]])


def _plain(text: str) -> str:
    """On one line, its letters composed."""
    return " ".join(unicodedata.normalize("NFC", visible(text)).split())


def _spoken(text: str) -> list[str]:
    return _WORD.findall(_plain(text))


def _words(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(folded(word) for text in texts for word in _WORD.findall(_plain(text)))


def _stopped(decision: AutoAnswer, why: str, cases: Sequence[str] = ()) -> Route:
    return Route(
        reason=Reason.MAY_LEAK,
        because=f"The check at the way out stopped an automatic answer: {why}. Look at template {decision.template}.",
        evidence=replace(decision.evidence, cases=tuple(cases[:_SHOWN]) or decision.evidence.cases),
    )
