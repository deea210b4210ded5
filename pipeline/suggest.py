"""A text laid beside a message for an agent, with the reasons why it may be the right one."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from salver.data.answer import Suggestion, Template, Uses
from salver.pipeline.explain import counted, language, listed, percent
from salver.pipeline.fill import fill
from salver.pipeline.fold import alike
from salver.pipeline.rank import Ranked

_NAMED = 3
_UNUSED = Uses()


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

    @property
    def intent(self) -> str:
        return self.template.intent

    @property
    def names(self) -> tuple[str, ...]:
        """By what name agents' uses of it are known."""
        return (self.template.id,)


def laid_out(found: Sequence[Sequence[Offer | Ranked]], lang: str) -> list[tuple[int, Offer | Ranked]]:
    """What was found for each request, as an agent sees it: pairs of the request's place and a text.

    The best text for every request comes first, in the order of the requests, then whatever is likeliest. What says the
    same as one before it is left out, and so is what is in another language than `lang` where there is something of
    its kind for the same intent in that one.
    """
    rows = [_ordered(_own_language(some, lang), lang) for some in found]
    firsts = [(at, row[0]) for at, row in enumerate(rows) if row]
    others = [(at, one) for at, row in enumerate(rows) for one in row[1:]]
    others.sort(key=lambda pair: (pair[1].lang != lang, -pair[1].chance, pair[1].text))
    kept = list[tuple[int, Offer | Ranked]]()
    for at, one in [*firsts, *others]:
        if not any(alike(before.text, one.text) for _, before in kept):
            kept.append((at, one))
    return kept


def _ordered(found: Iterable[Offer | Ranked], lang: str) -> list[Offer | Ranked]:
    return sorted(found, key=lambda one: (one.lang != lang, -one.chance, one.text))


def _own_language(found: Sequence[Offer | Ranked], lang: str) -> list[Offer | Ranked]:
    own = {(type(one), one.intent) for one in found if one.lang == lang}
    return [one for one in found if one.lang == lang or (type(one), one.intent) not in own]


def suggestion(
    found: Offer | Ranked,
    lang: str,
    facts: Mapping[str, str],
    *,
    request: tuple[int, int] = (0, 1),
    perhaps: float = 0.0,
    shared: Sequence[str] = (),
    uses: Uses = _UNUSED,
) -> Suggestion:
    """The text with what the message in `lang` says filled in; its score is its chance.

    `request` is the place of what it answers and how many are asked, `perhaps` the
    probability that it answers what is asked for besides, `shared` are words that the request and its
    nearest cases have in common, `uses` what agents did with it.
    """
    one = _template(found, facts) if isinstance(found, Offer) else _past_answer(found, facts)
    at, of = request
    reasons = [
        f"answers request {at + 1} of {of}" if of > 1 and not perhaps else "",
        f"perhaps asked too ({percent(perhaps, 0)})" if perhaps else "",
        one.because,
        f"shared words {', '.join(shared)}" if shared else "",
        _used(uses),
        _foreign(one.intent, one.lang, lang),
    ]
    return replace(one, because="; ".join(filter(None, reasons)), request=at)


def _template(offer: Offer, facts: Mapping[str, str]) -> Suggestion:
    one = offer.template
    text, holes = fill(one.text, facts)
    return Suggestion(
        kind="template",
        text=text,
        score=offer.chance,
        because="; ".join(filter(None, _proven(offer))),
        cases=offer.cases or one.cases[:_NAMED],
        intent=one.intent,
        lang=one.lang,
        template=one.id,
        holes=holes,
    )


def _past_answer(found: Ranked, facts: Mapping[str, str]) -> Suggestion:
    best = found.given.best
    text, holes = fill(found.text, facts)
    return Suggestion(
        kind="past_answer",
        text=text,
        score=found.chance,
        because="; ".join(filter(None, _given(found))),
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


def _used(uses: Uses) -> str:
    """What agents did with it when it was suggested, or nothing."""
    counts = (("taken", uses.taken), ("edited", uses.edited), ("passed over", uses.rejected))
    said = [f"{what} {counted(often, 'time')}" for what, often in counts if often]
    return f"suggested before and {listed(said)}" if said else ""


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
