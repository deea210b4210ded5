"""Decides what came by the watched mailboxes, one chunk after the other, however many mailboxes there are.

Decision and answer come into the store together. A bundle that was promoted meanwhile, and what persons say of texts,
counts from the next chunk on.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock

from salver.data.decision import Reason, Tray
from salver.data.errors import SalverError
from salver.data.ledger import Ledger
from salver.data.lines import tray_line
from salver.data.mailbox import Mailbox
from salver.data.message import RawMessage
from salver.data.outbox import Outbox
from salver.data.outgoing import Outgoing
from salver.data.record import DecisionRecord, Kind
from salver.data.standing import Standing
from salver.data.store import Store
from salver.models.bundle import Bundle
from salver.pipeline.route import Loads
from salver.pipeline.run import Clock, Pipeline
from salver.serve import logs
from salver.serve.approvals import Listener
from salver.serve.chunks import CHUNK
from salver.serve.mail.handover import HandOver
from salver.serve.mail.outgoing import outgoing
from salver.serve.recording import record_of
from salver.serve.settings import Settings
from salver.serve.watch import Watch
from salver.serve.wiring import bundle_folder, message_secret, open_pipeline

AGAIN = "Another message came before with the same Message-ID and another content; both are kept."


class Decider:
    """Decides and hands over, one caller at a time. `bundle` names one that is kept, whatever is promoted."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        clock: Clock,
        told: Callable[[str], None],
        bundle: Path | None = None,
        *,
        auto_approve: bool = False,
    ) -> None:
        self._settings = settings
        self._store = store
        self._ledger = Ledger(store, clock)
        self._outbox = Outbox.of(store)
        self._clock = clock
        self._told = told
        self._bundle = bundle
        self._auto_approve = auto_approve
        self._secret = message_secret(settings)
        self._lock = Lock()
        self._refused = ""
        self._open(bundle_folder(settings, bundle))

    @property
    def bundle(self) -> str:
        """The name of the bundle that decides."""
        return self._pipeline.bundle.name

    @property
    def deciding(self) -> tuple[Bundle, Standing]:
        """The bundle itself, and how its error bound stands."""
        return self._pipeline.bundle, self._pipeline.standing

    def decide(self, mailbox: Mailbox) -> Counter[Kind]:
        """Decide a chunk of what waits of a mailbox, oldest first; how many became what. Empty when nothing waits."""
        with self._lock:
            started = time.monotonic()
            raws = self._ledger.undecided(mailbox.name, CHUNK)
            if not raws:
                return Counter()
            self._renew()
            self._listener.listen()
            self._pipeline.loads = Loads(self._store.loads())
            trays = self._pipeline.assign(self._noted(raws, self._pipeline.prepare(raws)), mailbox)
            self._take_back(trays, mailbox)
            written = [self._written(raw, tray, mailbox) for raw, tray in zip(raws, trays, strict=True)]
            records = [record for record, _ in written]
            mine = self._store.first_decided(records, [mail for _, mails in written for mail in mails])
            decided = [record for record in records if record.message in mine]
            _tell_of(decided, mailbox, (time.monotonic() - started) / len(records))
            self._watch.decided(len(mine))
            return Counter(record.kind for record in decided)

    def hand_over(self) -> int:
        """Bring to a person what will not leave by itself; how many messages."""
        with self._lock:
            mailboxes = self._settings.mailboxes
            return HandOver(self._store, self._pipeline, mailboxes, self._secret, self._clock, self._told)()

    def _written(self, raw: RawMessage, tray: Tray, mailbox: Mailbox) -> tuple[DecisionRecord, list[Outgoing]]:
        """What the store keeps of a decision, and what leaves; where none can be written, a person reads the mail."""
        now, company = self._clock(), self._pipeline.bundle.company
        try:
            mails = outgoing([tray], mailbox, company, self._secret, now)
            return record_of(tray, tray_line(tray, self.bundle), now), mails
        except Exception as error:  # one mail must not hold up the others
            (tray,) = self._pipeline.assign([self._pipeline.failed(raw, error)], mailbox)
            return record_of(tray, tray_line(tray, self.bundle), now), []

    def _noted(self, raws: Sequence[RawMessage], trays: Sequence[Tray]) -> list[Tray]:
        """The trays, in which it is noted whose Message-ID was used before."""
        twins = self._ledger.twins(raws)
        return [_with(tray, AGAIN) if tray.message.key in twins else tray for tray in trays]

    def _take_back(self, trays: Sequence[Tray], mailbox: Mailbox) -> None:
        """Answers of ours that mail servers send back have not arrived: their messages go to a person."""
        for screening in (tray.screening for tray in trays if tray.screening.lost):
            if message := self._outbox.came_back(screening.about):
                logs.tell("failed", mailbox=mailbox.name, message=message, reason=Reason.SEND_FAILED.value)

    def _renew(self) -> None:
        """Take the champion, if another was promoted meanwhile; one that cannot be opened changes nothing."""
        try:
            folder = bundle_folder(self._settings, self._bundle)
            if folder == self._folder:
                return
            self._open(folder)
        except SalverError as error:
            if str(error) != self._refused:
                self._told(f'"{self.bundle}" goes on deciding: {error}')
            self._refused = str(error)
        else:
            self._refused = ""
            self._told(f'"{self.bundle}" decides from now on.')

    def _open(self, folder: Path) -> None:
        pipeline: Pipeline = open_pipeline(self._settings, folder, self._store, auto_approve=self._auto_approve)
        self._watch = Watch(pipeline, self._store, self._settings.bound_days, self._told, self._clock)
        self._listener = Listener(pipeline, self._store)
        self._pipeline, self._folder = pipeline, folder


def _with(tray: Tray, words: str) -> Tray:
    return replace(tray, decision=replace(tray.decision, because=f"{tray.decision.because} {words}"))


def _tell_of(records: Sequence[DecisionRecord], mailbox: Mailbox, seconds: float) -> None:
    """Say how each message was decided; `seconds` is what one took."""
    for one in records:
        logs.tell(
            "decided",
            mailbox=mailbox.name,
            message=one.message,
            decision="auto_answer" if one.kind == "answer" else one.kind,  # the word of the JSON line
            reason=one.reason,
            seconds=seconds,
            bundle=one.bundle,
        )
