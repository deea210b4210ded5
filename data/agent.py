"""The people who answer, and when."""

from dataclasses import dataclass
from datetime import date, time, timedelta

from salver.data.reading import Urgency


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Working time on one weekday (0 is Monday), in the team's time zone."""

    weekday: int
    start: time
    end: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """A person who answers. `capacity` is how many open messages that person carries at once."""

    id: str
    name: str
    languages: tuple[str, ...]
    hours: tuple[Hours, ...]
    capacity: int = 20
    present: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLevel:
    """How soon a first answer is due. `around_the_clock`: the time runs at night and on holidays too."""

    urgency: Urgency
    first_answer: timedelta
    around_the_clock: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """All who answer. `hours` are when the company works: service levels are counted in them."""

    agents: tuple[Agent, ...]
    hours: tuple[Hours, ...]
    timezone: str
    holidays: tuple[date, ...] = ()
    service_levels: tuple[ServiceLevel, ...] = ()
    queues: tuple[tuple[str, str], ...] = ()
    """Pairs of intent and queue; an intent without one goes to the queue of its own name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """How well an agent solves an intent in a language: the chance that the first answer resolves it.

    `mean` is shrunk towards the agent's and the intent's own means; `low` to `high` is its 90 % interval; `cases` is
    how many cases it was seen in.
    """

    agent: str
    intent: str
    lang: str
    mean: float
    low: float
    high: float
    cases: int
