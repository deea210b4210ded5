"""The outbox: every mail on its way out, who is alone with it, and what became of it.

A mail is marked `sending` before its first byte leaves. Whoever dies while it is leaves a mail of which nobody knows
whether it arrived: it becomes `uncertain`, and is never sent again unless a person says so.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal, Self, get_args

from sqlalchemy import Connection, func, select, update

from salver.data import ceilings as limits
from salver.data.database import Database
from salver.data.decision import Reason
from salver.data.errors import InputError
from salver.data.mailbox import Mailbox
from salver.data.mapping import record_of
from salver.data.outgoing import Ceilings, Fuse, Outgoing, OutKind, OutState
from salver.data.posting import UNDECIDED, mail_of, over, ripe, stuck
from salver.data.record import DecisionRecord
from salver.data.schema import decisions, outbox

Settled = Literal["sent", "again", "drop"]

_CLAIMS = 7_258_371
"""Any number that is ours: only one at a time decides on PostgreSQL whether a mail may leave."""


class Outbox(Database):
    """The outbox of a store. Every method is one transaction; every failure is a StoreError that says what to do.

    mail = outbox.claim(mailbox, now, lease)
    if outbox.begin(mail):
        outbox.sent(mail, now)
    """

    @classmethod
    def of(cls, store: Database) -> Self:
        """The outbox that lies in this store."""
        return cls(store.engine)

    def claim(
        self,
        mailbox: Mailbox,
        now: datetime,
        lease: timedelta,
        *,
        kind: OutKind = "answer",
        ceilings: Ceilings = Ceilings(),  # noqa: B008 - it is frozen
        auto_approve: bool = False,
    ) -> Outgoing | None:
        """The next mail of a mailbox that is due, yours alone until the lease ends; None when there is none.

        An answer that must not leave any more is held on the way, with the reason. A draft, which is laid into a folder
        in one step, is `sending` at once; an answer when you `begin`.
        """
        while True:
            with self.writing() as connection:
                self.alone(connection, _CLAIMS)
                mail = self._due(connection, mailbox.name, kind, now)
                if mail is None:
                    return None
                if kind == "answer":
                    found = limits.stop(connection, mail, mailbox, now, ceilings, auto=auto_approve)
                    if found:
                        self._hold(connection, mail.id, *found)
                        continue
                at = limits.moment(connection, now)
                state: OutState = "sending" if kind == "draft" else "ready"
                mine = replace(mail, state=state, attempts=mail.attempts + 1, lease=now + lease, left_at=at)
                taken = {name: getattr(mine, name) for name in ("state", "attempts", "lease", "left_at")}
                connection.execute(update(outbox).where(outbox.c.id == mail.id).values(taken))
                return mine

    def begin(self, mail: Outgoing) -> bool:
        """Its first byte leaves now: whoever dies from here on leaves it uncertain. False when nothing must be sent:
        your lease is over and somebody else has it, a person keeps it back, or the fuse has opened."""
        mine = (outbox.c.id == mail.id) & (outbox.c.attempts == mail.attempts) & outbox.c.lease.is_not(None)
        with self.writing() as connection:
            if mail.kind == "answer" and limits.fuse_of(connection).is_open:
                return False
            begun = update(outbox).where(mine & (outbox.c.state == "ready")).values(state="sending")
            return bool(connection.execute(begun).rowcount)

    def waits(self, mailbox: str, now: datetime, kind: OutKind = "answer") -> bool:
        """Whether a mail of a mailbox is due."""
        with self.reading() as connection:
            return connection.execute(ripe(mailbox, kind, now)).first() is not None

    def sent(self, mail: Outgoing, now: datetime) -> bool:
        """It arrived. Like the next three, this is taken from whoever claimed it, even when the lease is over; False
        when somebody has settled it meanwhile, and then nothing changes."""
        return self._ends(mail, state="sent", sent_at=now)

    def uncertain(self, mail: Outgoing, fault: str) -> bool:
        """It may have arrived, and nobody knows."""
        return self._ends(mail, state="uncertain", fault=fault)

    def failed(self, mail: Outgoing, fault: str) -> bool:
        """It was refused for good, and did not arrive."""
        return self._ends(mail, state="failed", fault=fault, reason=Reason.SEND_FAILED.value)

    def came_back(self, identifier: str) -> str:
        """A mail server sent it back: it did not arrive after all, whatever was taken to be so. The message that it
        answers, or "" where there is no such answer of ours, or a person has it already."""
        ours = (outbox.c.id == identifier) & (outbox.c.kind == "answer") & outbox.c.state.in_(("sent", "uncertain"))
        known = {"state": "failed", "fault": "Its mail server sent it back.", "reason": Reason.SEND_FAILED.value}
        with self.writing() as connection:
            return connection.scalar(update(outbox).where(ours).values(known).returning(outbox.c.message)) or ""

    def again(self, mail: Outgoing, fault: str, due: datetime) -> bool:
        """It was refused for now, and did not arrive; it may be tried again when it is due."""
        return self._ends(mail, state="ready", fault=fault, due=due)

    def hold(self, identifier: str, by: str, because: str) -> Outgoing:
        """Keep a mail back that has not left. Raises InputError where there is none, or it has."""
        with self.writing() as connection:
            mail = self._demand(connection, identifier, ("ready", "held"))
            self._hold(connection, mail.id, Reason.SEND_STOPPED, f"{by} kept it back. {because}".strip())
        return self.found(identifier)

    def expire(self, now: datetime) -> int:
        """Let mails be uncertain whose lease ended while they were being sent: who did is dead, or will say so still.
        Those of which nothing had left are ready again. How many are uncertain."""
        past = over(now)
        fault = "Whoever was sending it stopped in the middle."
        with self.writing() as connection:
            unsent = (outbox.c.state == "ready") & past
            connection.execute(update(outbox).where(unsent).values(lease=None))
            found = connection.execute(
                update(outbox)
                .where((outbox.c.state == "sending") & past)
                .values(state="uncertain", fault=fault, lease=None)
            )
            return int(found.rowcount)

    def hinder(self, mailbox: str, fault: str, kind: OutKind = "answer") -> None:
        """Say of all mails of a mailbox that wait why they do: it counts as no attempt. No words, no fault."""
        waits = (outbox.c.mailbox == mailbox) & (outbox.c.kind == kind) & (outbox.c.state == "ready")
        with self.writing() as connection:
            connection.execute(update(outbox).where(waits & (outbox.c.fault != fault)).values(fault=fault))

    def kept(self, mail: Outgoing, now: datetime) -> None:
        """A copy of it lies in the folder of sent mails."""
        with self.writing() as connection:
            connection.execute(update(outbox).where(outbox.c.id == mail.id).values(kept_at=now))

    def unkept(self, mailbox: str, most: int = 100) -> list[Outgoing]:
        """Answers that were sent, and of which no copy was kept yet, oldest first."""
        which = (outbox.c.mailbox == mailbox) & (outbox.c.kind == "answer") & (outbox.c.state == "sent")
        return self._mails(which & outbox.c.kept_at.is_(None), most)

    def listed(self, states: Sequence[OutState] = (), kind: OutKind | None = None, most: int = 1000) -> list[Outgoing]:
        """Mails in these states, or in any, oldest first."""
        which = outbox.c.state.in_(states or get_args(OutState))
        return self._mails(which if kind is None else which & (outbox.c.kind == kind), most)

    def found(self, identifier: str) -> Outgoing:
        """One mail. Raises InputError where there is none."""
        with self.reading() as connection:
            return self._demand(connection, identifier, get_args(OutState))

    def beginning(self, start: str) -> list[str]:
        """The Message-IDs of at most two mails that begin so."""
        query = select(outbox.c.id).where(outbox.c.id.startswith(start, autoescape=True)).limit(2)
        with self.reading() as connection:
            return list(connection.scalars(query))

    def settle(self, identifier: str, how: Settled, by: str, now: datetime) -> Outgoing:
        """A person says what became of a mail, or what shall become of it. Raises InputError where it is under way."""
        words: dict[Settled, dict[str, Any]] = {
            "sent": {"state": "sent", "sent_at": now, "reason": "", "fault": f"{by} says that it was sent."},
            "again": {"state": "ready", "due": None, "reason": "", "fault": f"{by} wants it sent again."},
            "drop": {"state": "held", "reason": Reason.SEND_STOPPED.value, "fault": f"{by} wants it not sent."},
        }
        with self.writing() as connection:
            mail = self._demand(connection, identifier, UNDECIDED)
            connection.execute(update(outbox).where(outbox.c.id == mail.id).values(words[how] | {"lease": None}))
        return self.found(identifier)

    def unrouted(self, most: int = 100) -> list[tuple[Outgoing, DecisionRecord]]:
        """Answers that will not leave by themselves, and the decision of each that no person sees yet."""
        with self.reading() as connection:
            return stuck(connection, most)

    def answer_of(self, message: str) -> DecisionRecord | None:
        """The newest decision to answer a message by itself, whatever was decided after it."""
        which = (decisions.c.message == message) & (decisions.c.kind == "answer")
        query = select(decisions).where(which).order_by(decisions.c.id.desc()).limit(1)
        with self.reading() as connection:
            row = connection.execute(query).one_or_none()
        return record_of(row) if row else None

    def counts(self) -> Counter[tuple[OutKind, OutState]]:
        """How many mails there are of each kind in each state."""
        query = select(outbox.c.kind, outbox.c.state, func.count()).group_by(outbox.c.kind, outbox.c.state)
        with self.reading() as connection:
            return Counter({(row[0], row[1]): row[2] for row in connection.execute(query)})

    def fuse(self) -> Fuse:
        """How the fuse stands."""
        with self.reading() as connection:
            return limits.fuse_of(connection)

    def switch_fuse(self, *, is_open: bool, by: str, because: str, now: datetime) -> Fuse:
        """Open the fuse, or close it; what was said before stays."""
        with self.writing() as connection:
            return limits.switch(connection, is_open, now, by, because)

    def _due(self, connection: Connection, mailbox: str, kind: OutKind, now: datetime) -> Outgoing | None:
        """The next mail that is due, locked until the transaction ends."""
        first = ripe(mailbox, kind, now).order_by(outbox.c.made_at, outbox.c.id).limit(1)
        row = connection.execute(first.with_for_update(skip_locked=True)).one_or_none()
        return mail_of(row) if row else None

    def _hold(self, connection: Connection, identifier: str, reason: Reason, words: str) -> None:
        held = {"state": "held", "reason": reason.value, "fault": words, "lease": None}
        connection.execute(update(outbox).where(outbox.c.id == identifier).values(held))

    def _ends(self, mail: Outgoing, **known: Any) -> bool:
        """What became of an attempt. A mail that a person settled, or that is tried anew, is not touched."""
        mine = (outbox.c.id == mail.id) & (outbox.c.attempts == mail.attempts)
        claimed = (outbox.c.state == "ready") & outbox.c.lease.is_not(None)
        under_way = outbox.c.state.in_(("sending", "uncertain")) | claimed
        values = {"lease": None, "fault": "", "reason": ""} | known
        with self.writing() as connection:
            return bool(connection.execute(update(outbox).where(mine & under_way).values(values)).rowcount)

    def _demand(self, connection: Connection, identifier: str, states: Sequence[str]) -> Outgoing:
        row = connection.execute(select(outbox).where(outbox.c.id == identifier)).one_or_none()
        if row is None:
            todo = "See what is there: salver outbox"
            raise InputError(f'There is no mail "{identifier}" in the outbox', where=self.place, todo=todo)
        if row.state not in states:
            todo = f"Only one that is {' or '.join(states)} can be changed so."
            raise InputError(f"{identifier} is {row.state}", where=self.place, todo=todo)
        return mail_of(row)

    def _mails(self, which: Any, most: int) -> list[Outgoing]:
        query = select(outbox).where(which).order_by(outbox.c.made_at, outbox.c.id).limit(most)
        with self.reading() as connection:
            return [mail_of(row) for row in connection.execute(query)]
