"""The page of a replay: what salver would have done with a company's own past. One file, its pictures inside it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from salver.data.company import Company
from salver.pipeline.explain import counted, percent
from salver.serve.report import charts, findings, replay_charts
from salver.serve.report.page import Picture, template
from salver.training.played import Outcome, Replay, Routing, Waiting, outcomes, routing, waiting

_DAY = 86_400
_MOST_MONTHS = 18


def page(
    found: Replay,
    company: Company,
    now: datetime,
    *,
    minutes: float,
    audited: float,
    names: Mapping[str, str],
    notes: Sequence[str] = (),
) -> str:
    """The page as HTML. `minutes` is what an answer by hand takes, `audited` the share of answers that a person checks,
    `names` are those of agents; `notes` is what else a reader should know of the archive."""
    lines = outcomes(found, minutes, audited)
    return template("replay.html").render(
        company=company,
        now=now,
        found=found,
        lines=lines,
        shown=lines[found.shown],
        headline=headline(lines[found.shown]),
        about_bounds=about_bounds(lines, found.owners),
        bounds_svg=replay_charts.bounds(lines),
        pictures=_pictures(found, lines, names),
        stops=_stops(found),
        minutes=minutes,
        audited=audited,
        notes=notes,
        begins=found.steps[0].begins,
        ends=found.steps[-1].ends,
        percent=percent,
        spoken=charts.spoken,
        per_month=per_month,
    )


def facts(found: Replay, minutes: float, audited: float) -> dict[str, Any]:
    """The same as plain numbers."""
    to = routing(found)
    times = waiting(found, found.shown)
    return {
        "cases": found.cases,
        "undated": found.undated,
        "learned_first": found.learned_first,
        "messages": len(found.played),
        "from": found.steps[0].begins.isoformat(),
        "until": found.steps[-1].ends.isoformat(),
        "bounds": [asdict(one) | {"share": one.share, "error": one.error} for one in outcomes(found, minutes, audited)],
        "steps": [
            {
                "begins": one.begins.isoformat(),
                "learned_from": one.learned_from,
                "messages": one.messages,
                "answer_at": [bound.at for bound in one.bounds],
            }
            for one in found.steps
        ],
        "routing": asdict(to),
        "waiting_s": {"median": times.median, "nine_in_ten": times.slowest} if times else None,
        "stopped": dict(Counter(one.stopped for one in found.played if one.stopped)),
        "worst": [asdict(one) | {"at": one.at.isoformat()} for one in found.worst],
        "seconds": round(found.seconds, 1),
    }


def headline(one: Outcome) -> str:
    """What it comes to, in a sentence or two."""
    if not one.answered:
        return f"salver would have answered none of {one.messages:,} messages by itself: too little was shown by then."
    wrong = "none of them would have been wrong" if not one.wrong else f"{one.wrong:,} of these would have been wrong"
    return (
        f"Of {one.messages:,} messages salver would have answered {one.answered:,} by itself, {percent(one.share, 1)}, "
        f"when at most {percent(one.max_error, 2)} may be wrong; {wrong}."
    )


def about_bounds(lines: Sequence[Outcome], owners: float) -> str:
    """What the bounds have to do with it."""
    broken = [one for one in lines if one.answered and one.low > one.max_error]
    if broken:
        names = ", ".join(percent(one.max_error, 2) for one in broken)
        return f"At {names} more was wrong than allowed: this archive changes faster than its past can show."
    mine = next(one for one in lines if one.max_error == owners)
    if mine.answered:
        return f"At your bound of {percent(owners, 2)}, {percent(mine.error, 1)} was wrong ({_span(mine)})."
    more = counted(mine.missing, "more checked answer")
    return f"Your bound of {percent(owners, 2)} could not be shown. {more} would, if all of them are right."


def per_month(one: Outcome) -> str:
    """Hours saved a month, with the interval."""
    low, mean, high = (value / 60 / one.months for value in (one.fewest_minutes, one.minutes, one.most_minutes))
    return f"{mean:.1f} h ({low:.1f} to {high:.1f})" if one.answered else "–"


def _span(one: Outcome) -> str:
    return f"with 95 % confidence {percent(one.low, 1).removesuffix(' %')} to {percent(one.high, 1)}"


def _pictures(found: Replay, lines: Sequence[Outcome], names: Mapping[str, str]) -> list[Picture]:
    made = [_months(found, lines[found.shown])]
    times = waiting(found, found.shown)
    if times:
        made.append(_waiting(times, lines[found.shown]))
    to = routing(found)
    if to.routed:
        made.append(_agents(found, to, names))
    return made


def _months(found: Replay, shown: Outcome) -> Picture:
    answered = {one.case for one in found.answered(found.shown)}
    rows: dict[str, list[int]] = {}
    for one in found.played:
        row = rows.setdefault(f"{one.at:%Y-%m}", [0, 0, 0])
        row[2 if one.case not in answered else 0 if one.right else 1] += 1
    bars = [(datetime.strptime(month, "%Y-%m").strftime("%b %y"), *row) for month, row in sorted(rows.items())]  # noqa: DTZ007
    first = next((step for step in found.steps if step.bounds[found.shown].at is not None), None)
    about = (
        f"It would have begun to answer on {first.begins:%d %B %Y}, having learned from {first.learned_from:,} cases."
        if first
        else "It would have learned, suggested and routed, and answered nothing by itself."
    )
    return Picture(
        name="months",
        heading="Month by month",
        finding=about,
        svg=replay_charts.months(bars[-_MOST_MONTHS:]),  # type: ignore[arg-type]
        note=f"At the bound of {percent(shown.max_error, 2)}.",
        key=("answered, right", "brought to a person", "answered, wrong"),
    )


def _waiting(times: Waiting, shown: Outcome) -> Picture:
    (then, now), (slow, slow_now) = times.median, times.slowest
    about = (
        f"Half of the customers waited {lasting(then)} or longer; now it would be {lasting(now)}. "
        f"For one in ten it was {lasting(slow)} or longer, now {lasting(slow_now)}."
    )
    return Picture(
        name="waiting",
        heading="How long customers waited",
        finding=about,
        svg=replay_charts.waiting(times),
        note=f"At the bound of {percent(shown.max_error, 2)}. Whoever is not answered at once waits as long as then: "
        "that agents have more time for them is not reckoned.",
        key=("now", "then"),
    )


def _agents(found: Replay, to: Routing, names: Mapping[str, str]) -> Picture:
    did = Counter(one.agent for one in found.routed() if one.agent)
    rows = [(agent, count, did[agent]) for agent, count in to.to]
    rows += [(agent, 0, count) for agent, count in did.most_common() if agent not in dict(to.to)]
    share = to.same / max(to.routed, 1)
    about = (
        f"{percent(share, 0)} of what a person answers would have gone to the very agent who answered it "
        f"({percent(to.low, 0).removesuffix(' %')} to {percent(to.high, 0)}); drawing lots finds that agent in "
        f"{percent(to.by_lot, 0)}."
    )
    note = (
        "The stroke is how many each really answered. Another agent is not a wrong one: salver sends a message to who "
    )
    note += "solves such things best and has room."
    return Picture(
        name="agents", heading="To whom", finding=about, svg=replay_charts.agents(rows[:20], names), note=note
    )


def _stops(found: Replay) -> list[tuple[str, int, float]]:
    """Why messages would have been answered at no bound, the most first."""
    counts = Counter(one.stopped for one in found.played if one.stopped)
    total = max(len(found.played), 1)
    return [(findings.REASONS.get(why, why), count, count / total) for why, count in counts.most_common()]


def lasting(seconds: float) -> str:
    """A span of time as one says it."""
    if seconds < 90:
        return "a minute or less"
    if seconds < 5400:
        return counted(round(seconds / 60), "minute")
    return counted(round(seconds / 3600), "hour") if seconds < 2 * _DAY else f"{seconds / _DAY:.1f} days"
