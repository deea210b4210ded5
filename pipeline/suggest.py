"""A text laid beside a message for an agent, with the reasons why it may be the right one."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from salver.data.answer import Suggestion, Template
from salver.pipeline.explain import counted, language
from salver.pipeline.fill import fill
from salver.pipeline.rank import Ranked

_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A template for a request, the chance that it would be sent, and the near cases that were answered with it."""

    template: Template
    chance: float
    cases: tuple[str, ...]

    @property
    def lang(self) -> str:
        return self.template.lang

    @property
    def text(self) -> str:
        return self.template.text


def suggestion(found: Offer | Ranked, lang: str, facts: Mapping[str, str]) -> Suggestion:
    """The text with what the message in `lang` says filled in; its score is its chance."""
    return _template(found, lang, facts) if isinstance(found, Offer) else _past_answer(found, lang, facts)


def _template(offer: Offer, lang: str, facts: Mapping[str, str]) -> Suggestion:
    one = offer.template
    text, holes = fill(one.text, facts)
    return Suggestion(
        kind="template",
        text=text,
        score=offer.chance,
        because="; ".join(filter(None, [*_proven(offer), _foreign(one.intent, one.lang, lang)])),
        cases=offer.cases or one.cases[:_NAMED],
        intent=one.intent,
        lang=one.lang,
        template=one.id,
        holes=holes,
    )


def _past_answer(found: Ranked, lang: str, facts: Mapping[str, str]) -> Suggestion:
    best = found.given.best
    text, holes = fill(found.text, facts)
    return Suggestion(
        kind="past_answer",
        text=text,
        score=found.chance,
        because="; ".join(filter(None, [*_given(found), _foreign(best.intent, best.lang, lang)])),
        cases=tuple(dict.fromkeys([*found.near, *found.given.cases])),
        intent=best.intent,
        lang=best.lang,
        holes=holes,
    )


def _proven(offer: Offer) -> Iterator[str]:
    """How often a template was sent, where near the request, how lately, and how often in vain."""
    one = offer.template
    yield f"sent by {counted(one.agents, 'agent')} to {counted(one.customers, 'customer')}"
    yield _nearest(offer.cases)
    yield f"last on {one.last:%Y-%m-%d}" if one.last else ""
    yield _reopened(one.reopened)


def _given(found: Ranked) -> Iterator[str]:
    """How often an answer was given, where near the request, how lately, and how it was received."""
    cases = found.given.cases.values()
    agents = len({case.agent for case in cases})
    yield f"sent by {counted(agents, 'agent')} in {counted(len(cases), 'case')}"
    yield _nearest(found.near) or "found by its words"
    times = [case.answered_at for case in cases if case.answered_at]
    yield f"last on {max(times):%Y-%m-%d}" if times else ""
    endings = Counter(case.ending for case in cases)
    yield f"{counted(endings['thanked'], 'customer')} thanked for it" if endings["thanked"] else ""
    yield _reopened(endings["reopened"])


def _reopened(cases: int) -> str:
    return f"{counted(cases, 'case')} opened again afterwards" if cases else ""


def _nearest(cases: Sequence[str]) -> str:
    """The nearest cases by name, or nothing."""
    if not cases:
        return ""
    return f"nearest {'case' if len(cases[:_NAMED]) == 1 else 'cases'} {', '.join(cases[:_NAMED])}"


def _foreign(intent: str, lang: str, wanted: str) -> str:
    """A note when a text is not in the message's language."""
    if lang == wanted:
        return ""
    return f"in {language(lang)}, for there is none of {intent} in {language(wanted)}"
