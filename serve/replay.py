"""`salver replay`: an archive is lived through as if salver had been there, and what it would have done is drawn."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from salver.data.columns import parse_map
from salver.data.errors import TrainingError
from salver.serve import show
from salver.serve.batch import tell_faults
from salver.serve.report.page import write
from salver.serve.report.replay_page import about_bounds, facts, headline, page, per_month
from salver.serve.settings import Settings
from salver.serve.wiring import settings_of, team_of
from salver.training.gather import Gathered, gather
from salver.training.played import Replay, outcomes
from salver.training.replay import Wanted
from salver.training.replay import replay as live_through

_MAX_ERROR = 0.02


def replay(
    archives: Sequence[Path],
    out: Path,
    *,
    minutes: float,
    max_error: float | None,
    columns: Sequence[str],
    own: Sequence[str],
    intents: Path | None,
    settings: Path | None,
    as_json: bool,
) -> None:
    """Live through archives, write the page, and say what it comes to."""
    known = settings_of(settings)
    company = replace(known.company, own=tuple(dict.fromkeys((*known.company.own, *(one.casefold() for one in own)))))
    gathered = gather(archives, company, columns=parse_map(columns), intents_file=intents)
    tell_faults(gathered.faults)
    where = ", ".join(map(str, archives))
    found = live_through(_wanted(gathered, known, max_error, where), show.told)
    team = team_of(known)
    names = {agent.id: agent.name for agent in team.agents} if team else {}
    notes = _notes(found, intents)
    text = page(
        found,
        company,
        datetime.now(UTC),
        minutes=minutes,
        audited=known.audit_share,
        names=names,
        notes=notes,
    )
    write(text, out)
    if as_json:
        show.machine(facts(found, minutes, known.audit_share) | {"page": str(out), "notes": notes})
    else:
        _summary(found, minutes, known.audit_share, out)


def _wanted(gathered: Gathered, known: Settings, max_error: float | None, where: str) -> Wanted:
    cases = [case for case in gathered.cases if case.intent not in known.out_of_scope]
    if len({case.intent for case in cases}) < 2:
        todo = "There is nothing to tell apart: give an archive with at least two intents."
        raise TrainingError("all cases have one intent", where=where, todo=todo)
    wanted = Wanted(
        cases=cases,
        company=known.company,
        team=team_of(known),
        descriptions=known.descriptions,
        not_the_same=known.not_the_same,
        owners=max_error or known.max_error or _MAX_ERROR,
        where=where,
    )
    return wanted if known.never_answer is None else replace(wanted, never=known.never_answer)


def _notes(found: Replay, intents: Path | None) -> list[str]:
    """What else a reader should know."""
    notes = []
    if found.undated:
        notes.append(f"{found.undated:,} cases without a date were left out.")
    if intents:
        notes.append(
            "The intents were found in the whole archive: their names, though no answer, know of what came later."
        )
    if not any(one.agent for one in found.played):
        notes.append("The archive does not say who answered, so that nothing can be said of routing.")
    if not any(one.waited is not None for one in found.played):
        notes.append("The archive does not say when answers were given: each counts as known as soon as it was asked.")
    return notes


def _summary(found: Replay, minutes: float, audited: float, out: Path) -> None:
    lines = outcomes(found, minutes, audited)
    rows = [
        (
            show.share(one.max_error),
            f"{one.answered:,}",
            show.share(one.share),
            one.wrong if one.answered else None,
            f"{show.share(one.low)} to {show.share(one.high)}" if one.answered else None,
            per_month(one),
            f"{one.missing:,}" if one.missing else "nothing",
        )
        for one in lines
    ]
    columns = ("may be wrong", "#answered", "#of all", "#wrong", "#95 % interval", "#saved a month", "#missing")
    show.table("As if salver had been there", columns, rows)
    show.words(headline(lines[found.shown]))
    show.words(about_bounds(lines, found.owners))
    show.words(f"Nothing was sent. The page is {out}.")
