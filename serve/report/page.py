"""One page that says how it goes: what comes in, what becomes of it, how far the machine can be trusted, what waits.

The page is one file without anything remote: its pictures and its style are inside it.
"""

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, StrictUndefined, Template

from salver.data.errors import Fault, StoreError
from salver.data.gap import Gap
from salver.data.record import QueueEntry
from salver.data.standing import Standing, State
from salver.models.bundle import Bundle
from salver.serve.approvals import Judged
from salver.serve.report import charts, findings
from salver.serve.report.tally import Line, Tally, Waiting, curve, tally
from salver.serve.watch import in_words

MOST_INTENTS = 30
_SKILL_PANELS = 6
_MOST_TEXTS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A part of the page: a heading of one or two words, the sentence that says what the picture shows, the picture."""

    name: str
    heading: str
    finding: str
    svg: str = ""
    note: str = ""
    key: tuple[str, ...] = ()


def page(
    lines: Iterable[Line],
    bundle: Bundle,
    *,
    now: datetime,
    faults: Sequence[Fault] = (),
    truth: Mapping[str, str] | None = None,
    waiting: Iterable[QueueEntry] | None = None,
    standing: Standing | None = None,
    templates: Sequence[Judged] = (),
    gaps: Sequence[Gap] = (),
) -> str:
    """The report as HTML. `lines` are decisions; `truth` has true intents by the id or Message-ID of a message.

    `standing` and `templates` say how bound and texts stand, `gaps` what would be worth writing down; `waiting` is what
    still waits, without it all routed ones.
    """
    now = now.astimezone(ZoneInfo(bundle.team.timezone)) if bundle.team.timezone else now
    sums = tally(lines, now, truth, waiting)
    return template("report.html").render(
        bundle=bundle,
        now=now,
        sums=sums,
        headline=findings.about_all(sums),
        about_standing=in_words(standing) if standing and standing.state is not State.NOT_SHOWN else "",
        pictures=[*_coming_in(sums, bundle), *_decided(sums)],
        trust=_trust(sums, bundle),
        skills=_skills(bundle),
        queues=_rows(sums.queues),
        agents=_rows(sums.agents),
        names_of=_names_of(bundle),
        about_queues=findings.about_queues(sums.queues, now),
        later=bundle.scores.get("later"),
        weakest=_weakest(bundle.scores),
        **_texts(templates, sums.held_up),
        gaps=gaps,
        faults=faults,
        say=findings,
        spoken=charts.spoken,
    )


def write(text: str, out: Path) -> None:
    """Put a page into its place whole. Raises StoreError when it cannot be written."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=out.parent, prefix=f".{out.name}.", delete=False) as beside:
            beside.write(text.encode("utf-8", "replace"))
        Path(beside.name).chmod(0o644)
        Path(beside.name).replace(out)
    except OSError as error:
        raise StoreError(
            f"the report cannot be written ({error.strerror})", where=str(out), todo="Name another place with --out."
        ) from error


def template(name: str) -> Template:
    """A page to be filled, with the style that all pages have."""
    pages = files("salver.serve") / "pages"
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.globals["style"] = (pages / "report.css").read_text("utf-8")
    return environment.from_string((pages / name).read_text("utf-8"))


def _coming_in(sums: Tally, bundle: Bundle) -> list[Picture]:
    found: list[Picture] = []
    week = bundle.scores.get("volumes", {}).get("weekday_hour", [])
    if any(any(row) for row in week):
        about = findings.about_week(week, bundle.team)
        note = "Resolved messages of the archive, by the hour they came in."
        found.append(Picture(name="week", heading="When they come", finding=about, svg=charts.week(week), note=note))
    if sums.intents:
        found.append(_intents(sums, bundle))
    return found


def _intents(sums: Tally, bundle: Bundle) -> Picture:
    rows = sums.by_frequency()
    shown = rows[:MOST_INTENTS]
    usual = _usual(bundle, sum(counts.total() for _, counts in rows))
    more = f" {len(rows) - len(shown)} rarer intents are not shown." if len(rows) > len(shown) else ""
    return Picture(
        name="intents",
        heading="What they ask",
        finding=findings.about_intents(sums),
        svg=charts.bars(shown, sums.languages, usual, "intents"),
        note=("The upright stroke is what the archive would have led one to expect." if usual else "") + more,
        key=_upper(sums.languages[:4]),
    )


def _usual(bundle: Bundle, total: int) -> dict[str, float]:
    """How many of `total` messages each intent would have, if they came as in the archive."""
    seen = bundle.scores.get("volumes", {}).get("by_intent", {})
    everything = sum(seen.values())
    return {intent: count * total / everything for intent, count in seen.items()} if everything else {}


def _decided(sums: Tally) -> list[Picture]:
    if not sums.total:
        return []
    order = sorted(sums.reasons.items(), key=lambda one: (one[0][0] == "route", -one[1], one[0]))
    rows = [(findings.REASONS.get(reason, reason), count, kind != "route") for (kind, reason), count in order]
    about = findings.about_reasons(sums)
    return [Picture(name="reasons", heading="What became of them", finding=about, svg=charts.reasons(rows))]


def _trust(sums: Tally, bundle: Bundle) -> list[Picture]:
    found: list[Picture] = []
    learned = bundle.scores.get("reliability", [])
    if learned or sums.checked:
        about = findings.about_trust(learned or curve(sums.checked), sums.checked)
        svg = charts.reliability(learned, curve(sums.checked))
        key = ("at the training", "by gold labels") if sums.checked else ()
        found.append(Picture(name="reliability", heading="Confidence and truth", finding=about, svg=svg, key=key))
    points, policy = bundle.scores.get("coverage", []), bundle.policy
    if points:
        about = findings.about_coverage(charts.chosen(points, policy.answer_at), policy)
        svg = charts.coverage(points, policy.answer_at, policy.max_error)
        found.append(Picture(name="coverage", heading="How much, how wrong", finding=about, svg=svg))
    return found


def _skills(bundle: Bundle) -> Picture | None:
    cases: dict[str, int] = {}
    langs: dict[str, int] = {}
    for one in bundle.skills:
        cases[one.intent] = cases.get(one.intent, 0) + one.cases
        langs[one.lang] = langs.get(one.lang, 0) + one.cases
    if not cases:
        return None
    names = {one.id: one.name for one in bundle.team.agents}
    intents = sorted(cases, key=lambda one: (-cases[one], one))[:_SKILL_PANELS]
    apart = findings.widest(bundle.skills)
    if apart and apart[0].intent not in intents:
        intents[-1] = apart[0].intent
    known = [one.lang for one in sorted(bundle.skills, key=lambda one: -langs[one.lang])]
    shown = tuple(dict.fromkeys(known))[:2]
    cells = [one for one in bundle.skills if one.intent in intents and one.lang in shown]
    return Picture(
        name="skills",
        heading="Who solves what",
        finding=findings.about_skills(apart, names),
        svg=charts.skills(cells, intents, sorted({one.agent for one in cells}), shown, names),
        note="The chance that a first answer resolves a message. A line is its 90% interval; short is well known.",
        key=_upper(shown),
    )


def _upper(langs: Sequence[str]) -> tuple[str, ...]:
    return tuple(lang.upper() or "unknown" for lang in langs)


def _rows(waiting: Mapping[str, Waiting]) -> list[tuple[str, Waiting]]:
    """What is due first comes first."""
    late = datetime.max.replace(tzinfo=UTC)
    return sorted(waiting.items(), key=lambda one: (one[1].first or late, one[0]))


def _texts(templates: Sequence[Judged], held_up: Mapping[str, int]) -> dict[str, Any]:
    """The texts that nobody has approved, and how many messages each would have answered; the most first."""
    waiting = [(one, held_up.get(one.template.id, 0)) for one in templates if one.state == "waiting"]
    ordered = sorted(waiting, key=lambda one: (-one[1], -one[0].template.customers, one[0].template.id))
    return {
        "texts": ordered[:_MOST_TEXTS],
        "about_texts": findings.about_texts(templates, held_up),
        "more_texts": max(0, len(ordered) - _MOST_TEXTS),
    }


def _names_of(bundle: Bundle) -> Callable[[str], str]:
    names = {one.id: one.name for one in bundle.team.agents}
    return lambda agent: names.get(agent, agent) or "nobody fits"


def _weakest(scores: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """The five intents that are understood worst, of those seen often enough to say so."""
    known = scores.get("later", {}).get("by_intent", {})
    often = [(intent, one) for intent, one in known.items() if one["n"] >= 5 and one["macro_f1"] < 1]
    return sorted(often, key=lambda one: (one[1]["macro_f1"], one[0]))[:5]
