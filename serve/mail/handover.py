"""Brings messages to a person whose answers will not leave by themselves, and keeps what a person says of those."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from salver.data.decision import Reason
from salver.data.errors import StoreError
from salver.data.lines import tray_line
from salver.data.mailbox import Mailbox
from salver.data.outbox import Outbox, Settled
from salver.data.outgoing import Outgoing
from salver.data.posting import UNDECIDED
from salver.data.record import DecisionRecord
from salver.data.store import Store
from salver.pipeline.run import Clock, Pipeline
from salver.serve.mail.outgoing import outgoing
from salver.serve.recording import record_of

_WORDS = {
    "held": "It would have been answered by itself. {fault}",
    "failed": "It was answered by itself, but the answer could not be delivered: {fault}",
    "uncertain": "It was answered by itself, but nobody knows whether the answer arrived: {fault}",
}


class HandOver:
    """Decides again on messages whose answer is stuck: a person answers them, and finds the answer as a draft.

    It may be called whenever something may be stuck; what a person has already is left alone.
    """

    def __init__(
        self,
        store: Store,
        pipeline: Pipeline,
        mailboxes: Sequence[Mailbox],
        secret: bytes,
        clock: Clock,
        told: Callable[[str], None],
    ) -> None:
        self._store = store
        self._outbox = Outbox.of(store)
        self._pipeline = pipeline
        self._mailboxes = {one.name: one for one in mailboxes}
        self._secret = secret
        self._clock = clock
        self._told = told

    def __call__(self) -> int:
        """How many messages were brought to a person. Raises StoreError."""
        stuck = self._outbox.unrouted()
        for mail, record in stuck:
            self._bring(mail, record)
            self._told(f"Message {mail.message} goes to a person: its answer is {mail.state} ({reason_of(mail)}).")
        return len(stuck)

    def _bring(self, mail: Outgoing, record: DecisionRecord) -> None:
        """Decide again, and lay out a draft, in one transaction."""
        reason, because, now = reason_of(mail), because_of(mail), self._clock()
        try:
            kept = self._store.message(mail.message)
        except StoreError:  # its bytes are damaged; whoever gets it is told so
            kept = None
        if kept is None:
            self._store.decided([replace(record, at=now, kind="route", reason=reason.value)])
            return
        tray = self._pipeline.keep_back(self._pipeline.prepare([kept.raw])[0], reason, because)
        line = tray_line(tray, self._pipeline.bundle.name)
        mailbox = self._mailboxes.get(mail.mailbox)
        company = self._pipeline.bundle.company
        drafts = outgoing([tray], mailbox, company, self._secret, now) if mailbox else []
        self._store.decided([record_of(tray, line, now)], drafts)


def reason_of(mail: Outgoing) -> Reason:
    """Why an answer will not leave by itself."""
    if mail.state == "uncertain":
        return Reason.SEND_UNCERTAIN
    return Reason(mail.reason) if mail.reason else Reason.SEND_FAILED


def because_of(mail: Outgoing) -> str:
    """The same in words."""
    return _WORDS[mail.state].format(fault=mail.fault)


def settle(store: Store, identifier: str, how: Settled, by: str, now: datetime) -> Outgoing:
    """Settle a mail that is held, failed or uncertain. Raises InputError where there is none such.

    One that was sent, or is sent again, needs no person any more: that it was answered is decided once more.
    """
    outbox = Outbox.of(store)
    mail = outbox.found(identifier)
    if how != "drop" and mail.state in UNDECIDED and (record := outbox.answer_of(mail.message)):
        store.decided([replace(record, at=now)])
    return outbox.settle(identifier, how, by, now)
