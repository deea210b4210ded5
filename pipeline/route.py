"""Who should answer a message, by when, and why this person."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from salver.data.agent import Agent, ServiceLevel, Skill, Team
from salver.data.decision import Assignment, Route, Tray
from salver.data.message import Message
from salver.data.reading import Reading, Urgency
from salver.pipeline.decide import unreadable
from salver.pipeline.explain import counted, language, percent
from salver.pipeline.hours import after, next_at_work

UNCLEAR = "unclear"
"""The queue of what asks for nothing known or cannot be read."""

_UNKNOWN_SKILL = 0.5
_FULL = 0.25
"""What a full desk costs, as a share of solved messages; half a desk costs half of it."""
_LATE = 0.5
"""What it costs not to be at work before an answer is due: more than agents mostly differ in skill."""
_FIRST_YEAR = 1990
"""A message dated earlier was dated wrongly."""
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_USUAL = {
    Urgency.LOW: timedelta(hours=24),
    Urgency.NORMAL: timedelta(hours=8),
    Urgency.HIGH: timedelta(hours=2),
    Urgency.CRITICAL: timedelta(minutes=30),
}
"""Service levels of a team that names none, in working time; a critical message counts around the clock."""


class Loads:
    """How many open messages each agent has: the only thing that one assignment changes for the next."""

    def __init__(self, counts: Mapping[str, int] | None = None) -> None:
        self._counts = Counter(counts or {})

    def open(self, agent: str) -> int:
        """How many open messages an agent has."""
        return self._counts[agent]

    def add(self, agent: str) -> None:
        """One more open message for an agent."""
        self._counts[agent] += 1


Skills = Mapping[str, Sequence[Skill]]
"""By agent."""


def by_agent(skills: Iterable[Skill]) -> Skills:
    """What each agent can do."""
    grouped: dict[str, list[Skill]] = defaultdict(list)
    for skill in skills:
        grouped[skill.agent].append(skill)
    return dict(grouped)


def route(
    message: Message, reading: Reading | None, team: Team, skills: Skills, loads: Loads, now: datetime
) -> Assignment:
    """The agent to whom a message goes, who then has one more; no agent when nobody is present."""
    clear = reading is not None and reading.in_scope and not unreadable(message, reading)
    intent = reading.main.intent if reading and clear else ""
    queue = dict(team.queues).get(intent, intent) if intent else UNCLEAR
    until = due(_received(message, now), reading.urgency if reading else Urgency.NORMAL, team)
    desk = _Desk(team, intent, reading.lang if reading else "", skills, loads, _aware(now), until)
    best = desk.best()
    if best is None:
        because = "nobody is present; it waits for whoever comes first"
        return Assignment(agent="", queue=queue, due=until, because=because)
    because = desk.because(best)
    loads.add(best.id)
    return Assignment(agent=best.id, queue=queue, due=until, because=because)


def due(received: datetime, urgency: Urgency, team: Team) -> datetime:
    """By when a first answer is due, in the team's time zone."""
    zone = ZoneInfo(team.timezone)
    level = _service_level(urgency, team)
    if level.around_the_clock:
        return (_aware(received).astimezone(UTC) + level.first_answer).astimezone(zone)
    return after(_aware(received), level.first_answer, team.hours, team.holidays, zone)


def precedence(tray: Tray) -> tuple[int, datetime]:
    """Sorts a queue: the most urgent first, then what is due first."""
    assignment = tray.decision.assignment if isinstance(tray.decision, Route) else None
    urgency = tray.reading.urgency if tray.reading else Urgency.NORMAL
    return -urgency, assignment.due if assignment else datetime.max.replace(tzinfo=UTC)


def _service_level(urgency: Urgency, team: Team) -> ServiceLevel:
    """The team's, or the usual one."""
    usual = ServiceLevel(urgency=urgency, first_answer=_USUAL[urgency], around_the_clock=urgency is Urgency.CRITICAL)
    return next((level for level in team.service_levels if level.urgency == urgency), usual)


def _received(message: Message, now: datetime) -> datetime:
    """When it came in: the sender's date counts where it is earlier, and can be believed."""
    taken_in = _aware(message.received_at or now)
    if message.date is None or message.date.year < _FIRST_YEAR:
        return taken_in
    return min(_aware(message.date), taken_in)


def _aware(moment: datetime) -> datetime:
    """A date without a time zone is taken for UTC (RFC 5322, 3.3: `-0000`)."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class _Desk:
    """Everybody who might answer one message."""

    def __init__(
        self, team: Team, intent: str, lang: str, skills: Skills, loads: Loads, now: datetime, due: datetime
    ) -> None:
        self._team = team
        self._intent = intent
        self._lang = lang
        self._skills = skills
        self._loads = loads
        self._now = now
        self._due = due
        self._zone = ZoneInfo(team.timezone)

    def best(self) -> Agent | None:
        """The one with the highest score; of equals the first by id."""
        return min(self._eligible(), key=lambda agent: (-self._score(agent), agent.id), default=None)

    def because(self, agent: Agent) -> str:
        """Why this agent."""
        open_now = f"has {self._loads.open(agent.id)} of {agent.capacity} open"
        return "; ".join(filter(None, [self._tongue(), self._solves(agent), open_now, self._presence(agent)]))

    def _eligible(self) -> list[Agent]:
        """Who is present, speaks the language if anybody does, and has room if anybody has."""
        present = [agent for agent in self._team.agents if agent.present]
        speaking = [agent for agent in present if self._lang in agent.languages] or present
        return [agent for agent in speaking if self._loads.open(agent.id) < agent.capacity] or speaking

    def _score(self, agent: Agent) -> float:
        load = self._loads.open(agent.id) / max(agent.capacity, 1)
        starts = self._starts(agent)
        late = starts is None or starts > self._due
        return round(self._mean(agent) - _FULL * load - _LATE * late, 9)

    def _skill(self, agent: Agent) -> Skill | None:
        """What is known of an agent in this intent and language."""
        own = self._skills.get(agent.id, ())
        return next((one for one in own if one.intent == self._intent and one.lang == self._lang), None)

    def _mean(self, agent: Agent) -> float:
        """How good an agent is at this message, 0 to 1; at everything, where the intent was not seen."""
        if one := self._skill(agent):
            return one.mean
        own = self._skills.get(agent.id, ())
        cases = sum(one.cases for one in own)
        return sum(one.mean * one.cases for one in own) / cases if cases else _UNKNOWN_SKILL

    def _solves(self, agent: Agent) -> str:
        """How good an agent is at this message, in words."""
        if one := self._skill(agent):
            span = f"{percent(one.low, 0).removesuffix(' %')} to {percent(one.high, 0)}"
            what = f"{one.intent} in {language(one.lang)}"
            return f"solves {percent(one.mean, 0)} ({span}) of {what}, from {counted(one.cases, 'case')}"
        cases = sum(one.cases for one in self._skills.get(agent.id, ()))
        if not cases:
            return "how well is not known yet, for no case was seen"
        return f"solves {percent(self._mean(agent), 0)} of everything, from {counted(cases, 'case')}"

    def _tongue(self) -> str:
        """A note when the message's language is nobody's."""
        if not self._lang or any(self._lang in agent.languages for agent in self._team.agents if agent.present):
            return ""
        return f"nobody present speaks {language(self._lang)}"

    def _presence(self, agent: Agent) -> str:
        starts = self._starts(agent)
        if starts is None:
            return "has no working hours in sight"
        today = self._now.astimezone(self._zone).date()
        if starts <= self._now:
            return "at work now"
        days = (starts.date() - today).days
        day = "" if days == 0 else f"{_DAYS[starts.weekday()]} " if days < 7 else f"{starts.date().isoformat()} "
        return f"at work from {day}{starts:%H:%M}"

    def _starts(self, agent: Agent) -> datetime | None:
        """When the agent is at work next; one without hours of their own keeps the team's."""
        hours = agent.hours or self._team.hours
        return next_at_work(self._now, hours, self._team.holidays, self._zone) if hours else self._now
