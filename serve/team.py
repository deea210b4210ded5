"""Who answers, and when: the team out of its TOML file.

timezone = "Europe/Berlin"
holidays = [2026-12-25]

[hours]
mon = "08:00-18:00"                          # several stretches: ["08:00-12:00", "13:00-18:00"]

[service_levels]
critical = { minutes = 60, around_the_clock = true }

[queues]
billing = ["refund", "bill_question"]

[[agent]]
id = "mara.lind"
name = "Mara Lind"
languages = ["de", "en"]                     # also hours (else the company's), capacity, present
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from salver.data.agent import Agent, Hours, ServiceLevel, Team
from salver.data.errors import SettingsError
from salver.data.reading import Urgency
from salver.serve import values
from salver.serve.settings import read_toml
from salver.serve.values import unknown, wrong

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_KEYS = ("timezone", "holidays", "hours", "service_levels", "queues", "agent")
_AGENT_KEYS = ("id", "name", "languages", "hours", "capacity", "present")
_LEVEL_KEYS = ("minutes", "around_the_clock")
_STRETCH = re.compile(r"\s*([01]?\d|2[0-3]):([0-5]\d)\s*[-–]\s*(?:([01]?\d|2[0-3]):([0-5]\d)|24:00)\s*")
_YEAR_MINUTES = 366 * 24 * 60


def read_team(file: Path) -> Team:
    """The team. Raises SettingsError that says which key of the file cannot be as it is."""
    tree = read_toml(file)
    where = str(file)
    _known(tree, _KEYS, where)
    hours = _at("hours", tree.get("hours", {}), _hours, where)
    rows = tree.get("agent", [])
    if not isinstance(rows, list) or not rows:
        raise SettingsError("There is no agent", where=where, todo='Add one: [[agent]] id = "…", languages = ["de"].')
    return Team(
        agents=_agents(rows, hours, where),
        hours=hours,
        timezone=_at("timezone", tree.get("timezone", "UTC"), _zone, where),
        holidays=_at("holidays", tree.get("holidays", []), _holidays, where),
        service_levels=_service_levels(tree.get("service_levels", {}), where),
        queues=_at("queues", tree.get("queues", {}), _queues, where),
    )


def _agents(rows: list[Any], hours: tuple[Hours, ...], where: str) -> tuple[Agent, ...]:
    agents: dict[str, Agent] = {}
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            raise SettingsError(f"agent {number} is no table", where=where, todo="Write it under [[agent]].")
        agent = _agent(row, hours, where, f"agent {row.get('id', number)}")
        if agent.id in agents:
            todo = "Give each agent an id of its own."
            raise SettingsError(f"There are two agents {agent.id}", where=where, todo=todo)
        agents[agent.id] = agent
    return tuple(agents.values())


def _agent(row: Mapping[str, Any], hours: tuple[Hours, ...], where: str, who: str) -> Agent:
    _known(row, _AGENT_KEYS, f"{where}, {who}")

    def read(key: str, reader: Callable[[Any], Any], otherwise: Any = None) -> Any:
        return _at(f"{who}: {key}", row[key], reader, where) if key in row or otherwise is None else otherwise

    for key in ("id", "languages"):
        if key not in row:
            raise SettingsError(f"{who} has no {key}", where=where, todo="Add it.")
    return Agent(
        id=read("id", values.text),
        name=read("name", values.text, row["id"]),
        languages=read("languages", values.languages),
        hours=read("hours", _hours, hours),
        capacity=read("capacity", values.whole(0, 100_000), 20),
        present=read("present", values.yes_or_no, True),
    )


def _service_levels(table: Any, where: str) -> tuple[ServiceLevel, ...]:
    levels = []
    for name, row in _at("service_levels", table, _dict, where).items():
        key = f"service_levels.{name}"
        urgency = _at(key, name, Urgency.of, where)
        _known(_at(key, row, _dict, where), _LEVEL_KEYS, f"{where}, {key}")
        if "minutes" not in row:
            raise SettingsError(f"{key} has no minutes", where=where, todo="Add them: { minutes = 60 }.")
        minutes = _at(f"{key}.minutes", row["minutes"], values.whole(1, _YEAR_MINUTES), where)
        always = _at(f"{key}.around_the_clock", row.get("around_the_clock", False), values.yes_or_no, where)
        levels.append(ServiceLevel(urgency=urgency, first_answer=timedelta(minutes=minutes), around_the_clock=always))
    return tuple(sorted(levels, key=lambda level: level.urgency))


def _queues(table: Any) -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    for queue, intents in _dict(table).items():
        for intent in values.texts(intents):
            if found.setdefault(intent, queue) != queue:
                raise ValueError(f"puts {intent} into two queues, {found[intent]} and {queue}")
    return tuple(found.items())


def _hours(table: Any) -> tuple[Hours, ...]:
    found = []
    for day, stretches in _dict(table).items():
        if day not in _DAYS:
            raise ValueError(f'names the day "{day}"; the days are {", ".join(_DAYS)}')
        for stretch in [stretches] if isinstance(stretches, str) else values.texts(stretches):
            start, end = _stretch(stretch)
            found.append(Hours(weekday=_DAYS.index(day), start=start, end=end))
    return tuple(sorted(found, key=lambda hours: (hours.weekday, hours.start)))


def _stretch(stretch: str) -> tuple[time, time]:
    found = _STRETCH.fullmatch(stretch)
    if not found:
        raise ValueError(f'holds "{stretch}"; write 08:00-18:00')
    start, end = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4])) if found[3] else time.max
    if start >= end:
        raise ValueError(f'holds "{stretch}", which ends before it begins; split it at midnight')
    return start, end


def _holidays(value: Any) -> tuple[date, ...]:
    if not isinstance(value, list):
        raise ValueError("must be a list of dates such as [2026-12-25]")  # noqa: TRY004 - one kind
    return tuple(sorted(map(values.day, value)))


def _zone(value: Any) -> str:
    name = values.text(value)
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f'names no time zone: "{name}"; write one such as Europe/Berlin') from None
    return name


def _dict(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("must be a table")  # noqa: TRY004 - one kind
    return value


def _at(key: str, value: Any, reader: Callable[[Any], Any], where: str) -> Any:
    try:
        return reader(value)
    except ValueError as error:
        raise wrong(key, error, where) from error


def _known(row: Mapping[str, Any], keys: Iterable[str], where: str) -> None:
    for key in row:
        if key not in keys:
            raise unknown(key, keys, where)
