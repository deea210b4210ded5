"""The way of a message, from its bytes to its tray. This page is the order of the steps, and the only one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import assert_never

from salver.data.agent import Team
from salver.data.answer import Match, Uses
from salver.data.approval import Approvals
from salver.data.case import PastCase
from salver.data.decision import AutoAnswer, Decision, Evidence, Leave, Reason, Route, Tray
from salver.data.mailbox import Mailbox
from salver.data.message import Message, Problem, RawMessage
from salver.data.reading import Cleaned, Reading, Screening
from salver.data.standing import Standing
from salver.models.bundle import Bundle, load
from salver.models.ports import Vectors
from salver.pipeline.classify import classify
from salver.pipeline.clean import clean
from salver.pipeline.compose import compose, house, in_order, joined, ways
from salver.pipeline.decide import decide
from salver.pipeline.lookup import Lookup
from salver.pipeline.match import match
from salver.pipeline.rank import PastAnswers
from salver.pipeline.read import read
from salver.pipeline.release import Sources, release, said_by
from salver.pipeline.route import Loads, by_agent, route
from salver.pipeline.screen import screen
from salver.pipeline.withhold import AUDIT_SHARE, kept_back, withhold

Clock = Callable[[], datetime]


def now_utc() -> datetime:
    """This moment, with its time zone."""
    return datetime.now(UTC)


class Pipeline:
    """Takes messages the whole way with one bundle.

    pipeline = Pipeline.load("bundles/first")
    tray = pipeline.suggest("Bei uns ist der Strom weg")
    print(tray.decision.because)
    """

    def __init__(
        self,
        bundle: Bundle,
        *,
        team: Team | None = None,
        clock: Clock = now_utc,
        audit_share: float = AUDIT_SHARE,
        lookup: Lookup | None = None,
    ) -> None:
        self.bundle = bundle
        self.team = team or bundle.team
        self.loads = Loads()
        self.standing = Standing()
        self.approvals = Approvals()
        self.lookup = lookup or Lookup()
        self._audit_share = audit_share
        self._skills = by_agent(bundle.skills)
        self._past = PastAnswers(bundle.cases.values(), bundle.encoder, bundle.ranking)
        self._clock = clock

    @classmethod
    def load(cls, folder: str | Path) -> "Pipeline":
        """Open a bundle. Raises BundleError when it is missing, damaged or of another version."""
        return cls(load(Path(folder)))

    def suggest(self, text: str, subject: str = "") -> Tray:
        """What to do with one text, as if it had come in just now."""
        return self.decide([RawMessage.of_text(text, subject=subject)])[0]

    def decide(self, raws: Sequence[RawMessage]) -> list[Tray]:
        """One tray a message, in order. Never raises for what is in a message: what fails waits with a person."""
        return self.assign(self.prepare(raws))

    def prepare(self, raws: Sequence[RawMessage]) -> list[Tray]:
        """All steps but the last two. They need nothing but the bundle, so that many processes can share the work."""
        try:
            return self._prepare(raws)
        except Exception as error:  # one message must not stop the others: each is tried alone
            if len(raws) == 1:
                return [self.failed(raws[0], error)]
            return [tray for raw in raws for tray in self.prepare([raw])]

    def assign(self, trays: Sequence[Tray], mailbox: Mailbox | None = None) -> list[Tray]:
        """The last steps, one message after the other: what is not sent after all, for an audit, because the error
        bound does not stand any more, because nobody has approved its text, or because `mailbox` sends no such answers;
        and who should answer, given what everybody has to do already."""
        by = (self.standing, self.approvals, self._audit_share, mailbox)
        return [self._assign(withhold(tray, *by)) for tray in trays]

    def keep_back(self, tray: Tray, reason: Reason, because: str) -> Tray:
        """A prepared message brought to a person for what came between, after it was decided."""
        return self._assign(kept_back(tray, reason, because))

    @property
    def approvals(self) -> Approvals:
        """What persons said of the templates; to begin with nothing, and then no text is sent."""
        return self._approvals

    @approvals.setter
    def approvals(self, approvals: Approvals) -> None:
        """What is said from now on; an edited text stands for the bundle's own."""
        self._approvals = approvals
        templates = tuple(map(approvals.edited, self.bundle.templates))
        self._with_edits = replace(self.bundle, templates=templates)

    def learn(self, cases: Sequence[PastCase], vectors: Vectors | None = None) -> None:
        """Let resolved cases join the neighbours and the answers at once; `vectors` are theirs, if known.

        What leads to their customers, their `traces`, is kept from all others from now on.
        """
        if vectors is None:
            vectors = self.bundle.encoder.encode([case.question for case in cases])
        self.bundle.cases.update((case.id, case) for case in cases)
        self.bundle.neighbours.add([case.id for case in cases], vectors)
        self._past.learn(cases)
        for case in cases:
            if case.traces:
                self.bundle.personal.add(case.id, case.traces)

    def use(self, uses: Mapping[str, Uses]) -> None:
        """Let what agents did with suggestions move their ranking, by the name of a template or of a case."""
        self._past.use(uses)

    def forget(self, ids: Sequence[str]) -> None:
        """Let nothing of these cases be found any more; unknown ids are ignored."""
        for one in ids:
            self.bundle.cases.pop(one, None)
        self.bundle.neighbours.remove(ids)
        self._past.forget(ids)
        self.bundle.personal.remove(ids)

    def _prepare(self, raws: Sequence[RawMessage]) -> list[Tray]:
        messages = read(raws, self.bundle.company)
        cleaned = clean(messages)
        screenings = screen(messages, self.bundle.company)
        human = [i for i, screening in enumerate(screenings) if screening.verdict == "human"]
        asked = [messages[i] for i in human]
        texts = [cleaned[i] for i in human]
        readings = classify(asked, texts, self.bundle)
        accounts = self.lookup.look_up(asked)
        matches = match(asked, texts, readings, accounts, self._with_edits, self._past)
        understood = dict(zip(human, zip(readings, matches, strict=True), strict=True))
        return [
            self._decide(messages[i], cleaned[i], screenings[i], *understood.get(i, (None, Match())))
            for i in range(len(messages))
        ]

    def _decide(
        self, message: Message, cleaned: Cleaned, screening: Screening, reading: Reading | None, found: Match
    ) -> Tray:
        decision = decide(message, screening, reading, found, self.bundle)
        if isinstance(decision, AutoAnswer):
            letter = compose(found, reading, self.bundle.company, message.sender)
            decision = replace(decision, answer=letter.text, answer_html=letter.html)
            decision = release(
                decision, self._sources(message, reading, found), self.bundle.personal, self.bundle.entities
            )
        return Tray(
            message=message,
            cleaned=cleaned,
            screening=screening,
            reading=reading,
            decision=decision,
            suggestions=found.suggestions,
        )

    def _sources(self, message: Message, reading: Reading | None, found: Match) -> Sources:
        """Where every word of an automatic answer must come from."""
        words = [agent.name for agent in self.team.agents]
        for way in ways(reading.lang) if reading else ():
            words += house(way, self.bundle.company)
        return Sources(
            templates=[joined(one.template.text for one in in_order(found, reading))] if reading else [],
            said=said_by(message, found.account.facts),
            house=words,
        )

    def _assign(self, tray: Tray) -> Tray:
        match tray.decision:
            case Route() as decision:
                now = tray.message.received_at or self._clock()
                assignment = route(tray.message, tray.reading, self.team, self._skills, self.loads, now)
                return replace(tray, decision=replace(decision, assignment=assignment))
            case AutoAnswer() | Leave():
                return tray
            case _:
                assert_never(tray.decision)

    def failed(self, raw: RawMessage, error: Exception) -> Tray:
        """What lies before a person when a step, or the whole process, failed on a message."""
        because = f"A step failed on this message ({type(error).__name__}: {error}); a person must read it."
        decision: Decision = Route(reason=Reason.FAILED, because=because, evidence=Evidence(bundle=self.bundle.name))
        return Tray(
            message=Message(
                key=raw.key,
                channel=raw.channel,
                received_at=raw.received_at,
                problems=(Problem(code="failed", words=because),),
            ),
            cleaned=Cleaned(text=""),
            screening=Screening(verdict="human", reason="unknown", because="It could not be examined."),
            reading=None,
            decision=decision,
        )
