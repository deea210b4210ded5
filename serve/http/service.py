"""What the HTTP door does with the pipeline and the store. Its methods work one after the other, in one thread."""

import logging
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from salver.data.approval import Verdict
from salver.data.correction import Correction
from salver.data.decision import Reason
from salver.data.lines import tray_line
from salver.data.message import RawMessage
from salver.data.record import DecisionRecord, QueueEntry
from salver.data.standing import Standing
from salver.data.status import Status
from salver.data.store import Store
from salver.pipeline.route import Loads
from salver.pipeline.run import Pipeline
from salver.serve.approvals import Judged, Listener, NoTemplateError, OtherTextError, edit, judge, judged, named
from salver.serve.health import look, with_standing
from salver.serve.http.problems import Refused
from salver.serve.learned import learn
from salver.serve.metrics import Metrics
from salver.serve.recording import check_of, known_line, record_of
from salver.serve.settings import Settings
from salver.serve.watch import Watch

Line = dict[str, Any]
_log = logging.getLogger("salver.http")


class Service:
    """Decides, keeps and learns. What it cannot do is raised as Refused, or as StoreError when the store fails."""

    def __init__(self, pipeline: Pipeline, store: Store, metrics: Metrics, bound_days: int) -> None:
        self._pipeline = pipeline
        self._store = store
        self._metrics = metrics
        self._listener = Listener(pipeline, store)
        self._watch = Watch(pipeline, store, bound_days, _log.warning)

    @property
    def bundle(self) -> str:
        return self._pipeline.bundle.name

    @property
    def standing(self) -> Standing:
        return self._pipeline.standing

    def suggest(self, raw: RawMessage) -> Line:
        """What would be decided of a message. Nothing is kept, nobody has more to do."""
        return self._decide(raw)[0]

    def take_in(self, raw: RawMessage) -> tuple[Line, bool]:
        """Store a message, then decide it; its line, and whether it is new. One that is known keeps its decision."""
        new = bool(self._store.take_in([raw]))
        known = None if new else self.found(raw.key)
        if known is not None and "state" not in known:
            return known, False
        if known is not None and known["state"] == "quarantined":
            return known, False
        line, record = self._decide(raw)
        self._store.decided([record])
        self._metrics.decided(line["decision"], line["reason"])
        self._watch.decided(1)
        return line, new

    def found(self, key: str) -> Line:
        """The line of a message; or its state, where it has no decision. Raises Refused for one that is not known."""
        record = self._store.decision(key)
        if record is not None:
            return _line_of(record)
        stored = self._store.message(key)
        if stored is None:
            raise _not_known(key)
        waits = "It was stored, and has not been decided yet."
        return {"id": key, "state": stored.state, "because": stored.fault or waits}

    def correct(self, correction: Correction) -> Line:
        """Keep what an agent changed; whether it helps with the next messages, and whether it checked an answer."""
        if self._store.message(correction.message) is None:
            raise _not_known(correction.message)
        team = {agent.id for agent in self._pipeline.team.agents}
        if correction.assignee is not None and team and correction.assignee not in team:
            detail = f"assignee: there is no such agent. There are {', '.join(sorted(team))}."
            raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=[{"where": "assignee", "what": "not known"}])
        checked = check_of(correction, self._store.decision(correction.message)) is not None
        learned = bool(learn([correction], self._store, self._pipeline))
        self._watch.look()
        return {"message": correction.message, "learned": learned, "checked": checked}

    def waiting(self, agent: str | None, limit: int) -> Line:
        """What waits for a person, of one agent or of all, first due first."""
        entries = self._store.queue(agent, limit)
        records = self._store.decisions([entry.message for entry in entries])
        now = datetime.now(UTC)
        found = [_waiting(entry, known_line(records.get(entry.message)), now) for entry in entries]
        return {"waiting": self._length(agent), "messages": found}

    def templates(self, state: str | None, intent: str | None) -> Line:
        """The templates of the bundle, those that wait first; of one state or intent, or all."""
        found = judged(self._pipeline.bundle.templates, self._store)
        shown = [one for one in found if state in (None, one.state) and intent in (None, one.template.intent)]
        waiting = sum(one.state == "waiting" for one in found)
        return {"waiting": waiting, "templates": [one.to_json() for one in shown]}

    def template(self, template: str) -> Line:
        """One template. Raises Refused for one that is not known."""
        return self._judged(template).to_json()

    def judge(self, template: str, word: Verdict, by: str, sha256: str, text: str | None) -> Line:
        """Keep a person's word on a template, which counts from now on; the template as it is then.

        Raises Refused for one that is not known, or has another text by now, and InputError for a new text that cannot
        stand.
        """
        one, now = self._judged(template), datetime.now(UTC)
        original = next(known for known in self._pipeline.bundle.templates if known.id == template)
        try:
            if word is Verdict.EDITED:
                said = edit(one, original, text or "", by, now, sha256)
            else:
                said = judge(one, original, word, by, now, sha256)
        except OtherTextError as error:
            raise Refused(HTTPStatus.CONFLICT, str(error)) from error
        self._store.approve([said])
        self._listener.listen()
        return self.template(template)

    def lengths(self) -> dict[str, int]:
        """How many messages wait with each agent; with nobody under the empty name."""
        return self._store.loads() | {"": self._length("")}

    def check(self) -> None:
        """Raises StoreError when the store cannot be reached."""
        self._store.loads()

    def health(self, settings: Settings) -> Status:
        """How the installation is; a store that cannot be reached is a concern like others."""
        return with_standing(look(settings, self._store, datetime.now(UTC)), self.standing)

    def close(self) -> None:
        self._store.close()

    def _judged(self, template: str) -> Judged:
        try:
            return named(self._pipeline.bundle.templates, self._store, template)
        except NoTemplateError:
            detail = "There is no such template in the bundle that decides. GET /v1/templates lists them."
            raise Refused(HTTPStatus.NOT_FOUND, detail) from None

    def _decide(self, raw: RawMessage) -> tuple[Line, DecisionRecord]:
        started = time.perf_counter()
        self._listener.listen()
        self._pipeline.loads = Loads(self._store.loads())  # others may have answered or taken in messages meanwhile
        tray = self._pipeline.decide([raw])[0]
        self._metrics.took(time.perf_counter() - started)
        line = tray_line(tray, self.bundle)
        if tray.decision.reason is Reason.MAY_LEAK:
            self._metrics.stopped()
            _log.error("%s Message %s.", tray.decision.because, tray.message.key)
        return line, record_of(tray, line, datetime.now(UTC))

    def _length(self, agent: str | None) -> int:
        if agent == "":
            return len(self._store.queue("", _ALL))
        loads = self._store.loads()
        return sum(loads.values()) + self._length("") if agent is None else loads.get(agent, 0)


_ALL = 1_000_000


def _line_of(record: DecisionRecord) -> Line:
    line = known_line(record)
    if not line:
        raise Refused(HTTPStatus.GONE, "This message was decided once; what was in it has been erased.")
    return line


def _waiting(entry: QueueEntry, line: Mapping[str, Any], now: datetime) -> Line:
    return {
        "id": entry.message,
        "subject": line.get("subject") or "",
        "intent": line.get("intent"),
        "urgency": entry.urgency.label,
        "queue": entry.queue,
        "agent": entry.agent,
        "due": entry.due.isoformat() if entry.due else None,
        "overdue": entry.due is not None and entry.due < now,
        "reason": line.get("reason"),
    }


def _not_known(key: str) -> Refused:
    return Refused(HTTPStatus.NOT_FOUND, f"No message {key} was ever taken in here.")
