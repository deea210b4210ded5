"""To whom the messages of an archive would have gone, given what everybody had open when each came."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from heapq import heappop, heappush

from salver.data.agent import Team
from salver.data.case import Case
from salver.data.message import Message
from salver.data.reading import Reading
from salver.pipeline.route import Loads, by_agent, route
from salver.training.prepare import Lesson
from salver.training.skills import estimate
from salver.training.stretches import known_from, received

_LONGEST = timedelta(days=30)
"""A message that was answered later is not on a desk any longer."""


class Desk:
    """Who has what open. A message is open until it was really answered."""

    def __init__(self) -> None:
        self._open: list[tuple[datetime, str]] = []
        self._team = Team(agents=(), hours=(), timezone="UTC")
        self._skills = by_agent(())
        self._often: dict[str, float] = {}

    def learn(self, past: Sequence[Lesson], team: Team) -> None:
        """How well each agent solves what, and how often each answered, by the cases that are known by now."""
        self._team = team
        self._skills = by_agent(estimate([one.case for one in past], [one.lang for one in past]))
        counts = Counter(one.case.agent for one in past if one.case.agent)
        self._often = {agent: count / counts.total() for agent, count in counts.items()}

    def by_lot(self, agent: str) -> float:
        """The chance to name an agent by drawing each as often as that one answered before."""
        return self._often.get(agent, 0.0)

    def give(self, case: Case, text: str, reading: Reading) -> str:
        """The agent to whom a message goes; empty when nobody is there."""
        at = received(case)
        while self._open and self._open[0][0] <= at:
            heappop(self._open)
        loads = Loads(Counter(agent for _, agent in self._open))
        message = Message(key=case.id, date=at, received_at=at, body=text)
        agent = route(message, reading, self._team, self._skills, loads, at).agent
        if agent:
            heappush(self._open, (min(known_from(case), at + _LONGEST), agent))
        return agent
