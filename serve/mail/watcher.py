"""Watches one mailbox: takes in, has it decided, puts it where it belongs, waits for more, and gives up on nothing.

Whatever goes wrong with it ends in a sentence and a condition that can be asked for, and is tried again after a while;
the other mailboxes do not notice.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event

from salver.data.errors import MailboxError, MailboxRefusedError, SalverError, StoreError
from salver.data.leases import Leases
from salver.data.ledger import Ledger, lease_of
from salver.data.mailbox import Mailbox
from salver.data.outbox import Outbox
from salver.data.outgoing import Ceilings
from salver.data.record import Kind
from salver.data.store import Store
from salver.pipeline.explain import counted
from salver.pipeline.run import Clock
from salver.serve import logs
from salver.serve.mail.deciding import Decider
from salver.serve.mail.imap import Connection
from salver.serve.mail.intake import Intake
from salver.serve.mail.placing import Placer
from salver.serve.mail.sender import Sender
from salver.serve.mail.unreachable import unforeseen

FIRST_PAUSE_S = 5.0
LONGEST_PAUSE_S = 300.0
_FOR_ANOTHER_S = 10.0


@dataclass(slots=True, kw_only=True)
class Seen:
    """What became of a mailbox: how many messages were taken in, how they were decided, and what is wrong."""

    mailbox: str
    taken: int = 0
    decided: Counter[Kind] = field(default_factory=Counter)
    fault: str = ""

    def to_json(self) -> dict[str, object]:
        return {
            "mailbox": self.mailbox,
            "taken": self.taken,
            "decided": dict(self.decided),
            "fault": self.fault or None,
        }


class Watcher:
    """The watcher of one mailbox. `stop` ends it, `woken` says that there is something to do before new mail comes.

    `posted` says that something may be in the outbox, `holds` that this mailbox is ours to watch.
    """

    def __init__(
        self,
        mailbox: Mailbox,
        store: Store,
        leases: Leases,
        decider: Decider,
        clock: Clock,
        told: Callable[[str], None],
        *,
        ceilings: Ceilings = Ceilings(),  # noqa: B008 - it is frozen
        from_start: bool = False,
        auto_approve: bool = False,
    ) -> None:
        self.stop, self.woken, self.posted, self.holds = Event(), Event(), Event(), Event()
        self.seen = Seen(mailbox=mailbox.name)
        self._mailbox = mailbox
        self._leases = leases
        self._decider = decider
        self._clock = clock
        self._said = ""
        self._told = told
        self._ledger = Ledger(store, clock)
        self._outbox = Outbox.of(store)
        self._intake = Intake(mailbox, self._ledger, leases, self._told, from_start=from_start)
        self._placer = Placer(mailbox, store, self._ledger, clock, leases.seconds)
        self.sender = Sender(mailbox, store, decider, clock, told, ceilings=ceilings, auto_approve=auto_approve)
        self._failures = 0
        self._rounds = 0

    @property
    def name(self) -> str:
        return self._mailbox.name

    def run(self, *, once: bool = False) -> None:
        """Watch until it is stopped; with `once` look once and end."""
        while not self.stop.is_set():
            if self._alone():
                self._session(once=once)
            elif once:
                self.seen.fault = "Another salver watches this mailbox."
            if once:
                return
            self.stop.wait(self._pause())

    def _alone(self) -> bool:
        """Whether this mailbox is ours to watch."""
        try:
            mine = self._leases.take(lease_of(self.name))
        except StoreError as error:
            self._note(error)
            return False
        (self.holds.set if mine else self.holds.clear)()
        if not mine:
            self._say("another salver watches it; this one waits until that one ends.")
        return mine

    def _session(self, *, once: bool) -> None:
        """One connection, from sign-in to whatever ends it."""
        self._rounds = 0
        try:
            with Connection.open(self._mailbox.imap, f"mailbox {self.name}") as connection:
                while True:
                    self._round(connection)
                    self._rounds += 1
                    if once and self.sender.send():
                        self._round(connection)
                    if once or self.stop.is_set():
                        return
                    self._wait(connection)
                    if self.stop.is_set():
                        return
        except SalverError as error:
            if self._failures or not self._rounds or not isinstance(error, MailboxError):
                self._note(error)  # a line that ends after all was done is made anew, and nobody needs to know
        except Exception as error:  # a fault of ours must not end the watch
            self._note(unforeseen(error))

    def _round(self, connection: Connection) -> None:
        """Everything that is to be done now. What the mailbox refuses does not keep the rest from being done."""
        self.woken.clear()
        refused: list[MailboxRefusedError] = []

        def attempt(step: Callable[[], None]) -> None:
            try:
                step()
            except MailboxRefusedError as error:
                refused.append(error)

        for folder in self._mailbox.folders:
            attempt(lambda folder=folder: self._take(connection, folder))  # type: ignore[misc]
        while not self.stop.is_set() and self._decide():
            pass
        self._outbox.expire(self._clock())
        self._placer.recover_drafts()
        for folder in self._mailbox.folders:
            attempt(lambda folder=folder: self._placer.place(connection, folder))  # type: ignore[misc]
        attempt(lambda: self._placer.lay_drafts(connection, self.stop.is_set))
        if refused:
            self._refused(refused)
        else:
            self._well()

    def _take(self, connection: Connection, folder: str) -> None:
        for new in self._intake.look(connection, folder):
            self.seen.taken += len(new)
            logs.tell("taken", mailbox=self.name, count=len(new))
            self._decide()
            if self.stop.is_set():
                return

    def _decide(self) -> bool:
        """Decide a chunk, and say so; whether there was something to decide."""
        found = self._decider.decide(self._mailbox)
        self.seen.decided += found
        if found:
            self.posted.set()
            kinds = {"answer": "to answer", "route": "for agents", "leave": "left alone"}
            parts = ", ".join(f"{found[kind]} {words}" for kind, words in kinds.items() if found[kind])  # type: ignore[index]
            self._told(f"{self.name}: {counted(found.total(), 'message')} decided: {parts}.")
        return bool(found)

    def _wait(self, connection: Connection) -> None:
        """Wait for mail in the first folder. Where there are more, or no IDLE, they are looked into now and then."""
        first = self._mailbox.folders[0]
        mark = self._ledger.mark(self.name, first)
        folder = connection.select(first)
        if mark is None or folder.uidvalidity != mark.uidvalidity:
            return
        uids = connection.uids(mark.settled)
        if len(self._ledger.known(mark, uids)) < len(uids) and not self._failures:
            return
        connection.wait(self._mailbox.every_s, lambda: self.stop.is_set() or self.woken.is_set())

    def _pause(self) -> float:
        """Seconds until the next attempt."""
        if not self._failures:
            return _FOR_ANOTHER_S if self._said else 1.0
        return float(min(FIRST_PAUSE_S * 2 ** min(self._failures - 1, 10), LONGEST_PAUSE_S))

    def _well(self) -> None:
        self._ledger.looked(self.name)
        if self._failures or self._said:
            logs.tell("well", mailbox=self.name)
            self._say("")
            self._told(f"{self.name}: all is well.")
        self._failures, self.seen.fault = 0, ""

    def _refused(self, refused: list[MailboxRefusedError]) -> None:
        """The connection holds, but not everything could be done."""
        fault = " ".join(dict.fromkeys(map(str, refused)))
        self.seen.fault = fault
        self._failures = max(self._failures, 1)
        self._keep_failure(fault, self._mailbox.every_s)
        self._say(fault)

    def _note(self, error: SalverError) -> None:
        """The connection, or the store, is of no use for now."""
        self._failures += 1
        self.seen.fault = str(error)
        pause = self._pause()
        self._say(f"{error} The next attempt is in {pause:.0f} s." if isinstance(error, MailboxError) else str(error))
        self._keep_failure(str(error), pause)

    def _keep_failure(self, fault: str, pause: float) -> None:
        logs.tell("failing", mailbox=self.name, attempt=self._failures)
        try:
            self._ledger.failed(self.name, fault, self._failures, self._clock() + timedelta(seconds=pause))
        except StoreError as error:
            self._say(str(error))

    def _say(self, fault: str) -> None:
        """Tell what is wrong, once as long as it is the same."""
        if fault and fault != self._said:
            self._told(fault if fault.startswith(f"mailbox {self.name}") else f"{self.name}: {fault}")
        self._said = fault
