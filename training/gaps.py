"""What would be worth writing down, or writing anew: found in the masked cases of a bundle.

Four kinds of gaps: requests that come again and again and are answered by hand each time; texts after which customers
write again; answers that contradict each other; texts that are out of date. Each says how many messages it concerns,
what it costs or would save, and which cases show it. Nothing here decides: a person reads the list.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import combinations
from typing import Literal

from scipy.stats import binomtest, chi2, fisher_exact

from salver.data.answer import Template
from salver.data.case import PastCase
from salver.models.clusters import cluster
from salver.models.ports import Entities
from salver.pipeline.fold import turns
from salver.training.induce import telling_words

Kind = Literal["unwritten", "written_again", "contradictory", "stale"]

MINUTES = 6.0
"""What one answer written by hand takes, where nobody says it."""
_FEWEST = 5
"""Cases from which on something recurs."""
_DOUBT = 0.05
"""A difference is told when chance alone would give it less often than this."""
_MONTH = timedelta(days=30.44)
_LATELY = timedelta(days=90)
_SHOWN = 20
_SLOT = re.compile(r"\{[a-z0-9_]+\}")
_COMPARED = 500
"""The lines of an intent that are compared with each other, the most frequent first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One finding. `cases` show it, at most twenty of `volume`; `per_month` is how often it comes; `minutes` is what it
    would save in a month, as (likeliest, least, most) with 95 % confidence in the volume, or None where that is not a
    matter of minutes. `texts` are what contradicts or is out of date."""

    kind: Kind
    intent: str
    lang: str
    because: str
    volume: int
    per_month: float
    minutes: tuple[float, float, float] | None
    cases: tuple[str, ...]
    templates: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()


Group = Mapping[tuple[str, str], Sequence[PastCase]]


def gaps(
    cases: Sequence[PastCase], templates: Sequence[Template], finder: Entities, now: datetime, minutes: float = MINUTES
) -> list[Gap]:
    """All gaps, those first that would save most. `minutes` is what an answer by hand takes."""
    groups: dict[tuple[str, str], list[PastCase]] = defaultdict(list)
    for case in cases:
        if case.question.strip():
            groups[case.intent, case.lang].append(case)
    months = _months(cases)
    found = [
        *_unwritten(groups, months, minutes),
        *_written_again(groups, templates, months, minutes),
        *_contradictory(groups, templates, months),
        *_stale(groups, templates, finder, now, months),
    ]
    return sorted(found, key=lambda one: (-(one.minutes or (0.0,))[0], -one.volume, one.kind, one.intent, one.lang))


def _unwritten(groups: Group, months: float, minutes: float) -> Iterator[Gap]:
    """Requests without a template, by the words that they share and that other requests of the language have not."""
    recurring = [(key, some) for key, cases in groups.items() for some in _clusters(cases)]
    for lang in sorted({lang for _, lang in groups}):
        own = [(intent, some) for (intent, spoken), some in recurring if spoken == lang]
        number = {case.id: at for at, (_, some) in enumerate(own) for case in some}
        cases = [case for (_, spoken), some in groups.items() if spoken == lang for case in some]
        texts = [_SLOT.sub(" ", case.question) for case in cases]
        words = telling_words(texts, [number.get(case.id, -1) for case in cases])
        for at, (intent, some) in enumerate(own):
            about = f" about {', '.join(words[at])}" if words[at] else ""
            yield Gap(
                kind="unwritten",
                intent=intent,
                lang=lang,
                because=f"{len(some)} requests{about} were answered by hand, each in words of its own.",
                volume=len(some),
                per_month=len(some) / months,
                minutes=_saved(len(some), months, minutes),
                cases=_ids(some),
            )


def _clusters(cases: Sequence[PastCase]) -> Iterator[list[PastCase]]:
    """Those that were answered by hand, where enough are alike."""
    free = [case for case in cases if not case.templates and case.answer.strip()]
    questions = [_SLOT.sub(" ", case.question) for case in free]
    several = len(set(questions)) > _FEWEST
    numbers = cluster(questions, [case.answer for case in free]).tolist() if several else [0] * len(free)
    for number in sorted(set(numbers)):
        some = [case for case, own in zip(free, numbers, strict=True) if own == number]
        if len(some) >= _FEWEST:
            yield some


def _written_again(groups: Group, templates: Sequence[Template], months: float, minutes: float) -> Iterator[Gap]:
    """Texts after which more customers write again than after the other answers to the same intent."""
    for one in templates:
        cases = groups.get((one.intent, one.lang), ())
        own = [case for case in cases if one.id in case.templates]
        others = [case for case in cases if one.id not in case.templates]
        again, usual = _reopened(own), (len(_reopened(others)) + 1) / (len(others) + 2)
        if len(again) < 3 or binomtest(len(again), len(own), usual, "greater").pvalue >= _DOUBT:
            continue
        yield Gap(
            kind="written_again",
            intent=one.intent,
            lang=one.lang,
            because=f"After {len(again)} of {len(own)} answers with this text the customer wrote again; "
            f"after other answers to {one.intent} {usual:.0%} do.",
            volume=len(again),
            per_month=len(again) / months,
            minutes=_saved(len(again), months, minutes),
            cases=_ids(again),
            templates=(one.id,),
            texts=(one.text,),
        )


def _contradictory(groups: Group, templates: Sequence[Template], months: float) -> Iterator[Gap]:
    """Lines that are the same but for a denial or a number, said by different agents at the same time."""
    for (intent, lang), cases in groups.items():
        said = _lines(cases, [one for one in templates if (one.intent, one.lang) == (intent, lang)])
        often = sorted(said, key=lambda line: (-len(said[line]), line))[:_COMPARED]
        for one, other in combinations(often, 2):
            if turns(one, other):
                yield from _contradiction(intent, lang, {one: said[one], other: said[other]}, months)


def _contradiction(intent: str, lang: str, said: Mapping[str, Sequence[PastCase]], months: float) -> Iterator[Gap]:
    """What it means that two lines contradict each other: one has replaced the other, or agents do not agree."""
    (one, cases), (other, more) = said.items()
    if gone := _gone(cases, more):
        older, newer = (one, other) if gone is cases else (other, one)
        because = f"Since {_first(said[newer]):%Y-%m-%d} agents say it otherwise."
        yield _of_texts("stale", intent, lang, because, gone, months, (older, newer))
        return
    agents, others = ({case.agent for case in some} for some in (cases, more))
    if agents != others:
        because = f"{_listed(agents)} say one thing and {_listed(others)} another, in the same time."
        yield _of_texts("contradictory", intent, lang, because, [*cases, *more], months, (one, other))


def _stale(
    groups: Group, templates: Sequence[Template], finder: Entities, now: datetime, months: float
) -> Iterator[Gap]:
    """Texts that name a day that is over, and texts that agents have nearly stopped to send."""
    for one, found in zip(templates, finder.find([one.text for one in templates]), strict=True):
        cases = groups.get((one.intent, one.lang), ())
        own = [case for case in cases if one.id in case.templates]
        days = [day for entity in found if entity.kind == "date" and (day := _day(entity.value)) and day < now.date()]
        if days:
            because = f"It names {max(days):%Y-%m-%d}, which is over."
            yield _of_texts("stale", one.intent, one.lang, because, own, months, (one.text,), (one.id,))
        elif because := _given_up(own, cases):
            yield _of_texts("stale", one.intent, one.lang, because, own, months, (one.text,), (one.id,))


def _of_texts(
    kind: Kind,
    intent: str,
    lang: str,
    because: str,
    cases: Sequence[PastCase],
    months: float,
    texts: tuple[str, ...],
    templates: tuple[str, ...] = (),
) -> Gap:
    return Gap(
        kind=kind,
        intent=intent,
        lang=lang,
        because=because,
        volume=len(cases),
        per_month=len(cases) / months,
        minutes=None,
        cases=_ids(cases),
        templates=templates,
        texts=texts,
    )


def _lines(cases: Sequence[PastCase], templates: Sequence[Template]) -> dict[str, list[PastCase]]:
    """Each line that was sent, with its cases: those of templates with the numbers that are the same for all."""
    by_id = {one.id: one for one in templates}
    said: dict[str, list[PastCase]] = defaultdict(list)
    for case in cases:
        made_of = [by_id[one].text for one in case.templates if one in by_id]
        for line in dict.fromkeys("\n".join(made_of or [case.answer]).split("\n")):
            if len(line.split()) > 3:
                said[line].append(case)
    return said


def _gone(one: Sequence[PastCase], other: Sequence[PastCase]) -> Sequence[PastCase] | None:
    """The cases of what was said only before the other thing was said at all; None when both were said in one time."""
    times = [[case.answered_at for case in some if case.answered_at] for some in (one, other)]
    if not all(times):
        return None
    if max(times[0]) < min(times[1]):
        return one
    return other if max(times[1]) < min(times[0]) else None


def _given_up(own: Sequence[PastCase], cases: Sequence[PastCase]) -> str:
    """That agents answer lately with something else, or nothing."""
    times = [case.answered_at for case in cases if case.answered_at]
    if not times:
        return ""
    since = max(times) - _LATELY
    late = [case for case in cases if case.answered_at and case.answered_at >= since]
    used = sum(case.answered_at is not None and case.answered_at >= since for case in own)
    table = [[used, len(late) - used], [len(own) - used, len(cases) - len(late) - len(own) + used]]
    before = (len(own) - used) / max(len(cases) - len(late), 1)
    if not late or used / len(late) > before / 2 or fisher_exact(table, alternative="less").pvalue >= _DOUBT:
        return ""
    return f"It made {before:.0%} of the answers until {since:%Y-%m-%d}, and {used} of {len(late)} since."


def _saved(count: int, months: float, minutes: float) -> tuple[float, float, float]:
    """Minutes a month, with the exact interval of a count (Garwood, Fiducial Limits for the Poisson, 1936)."""
    least, most = chi2.ppf(0.025, 2 * count) / 2, chi2.ppf(0.975, 2 * count + 2) / 2
    return tuple(float(one) / months * minutes for one in (count, least, most))  # type: ignore[return-value]


def _months(cases: Sequence[PastCase]) -> float:
    times = [case.answered_at for case in cases if case.answered_at]
    return max((max(times) - min(times)) / _MONTH, 1.0) if times else 1.0


def _reopened(cases: Sequence[PastCase]) -> list[PastCase]:
    return [case for case in cases if case.ending == "reopened"]


def _first(cases: Sequence[PastCase]) -> datetime:
    return min(case.answered_at for case in cases if case.answered_at)


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _listed(agents: set[str]) -> str:
    names = sorted(agents)
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def _ids(cases: Sequence[PastCase]) -> tuple[str, ...]:
    """The newest of some cases."""
    known = sorted(cases, key=lambda case: case.answered_at.timestamp() if case.answered_at else 0.0, reverse=True)
    return tuple(case.id for case in known[:_SHOWN])
