"""What keeps an automatic answer back at the last moment, asked in the transaction in which it would leave.

Whatever was decided before, these hold: one automatic answer a conversation, three a sender in 24 hours, and the fuse
of the installation. And what was so when it was decided must be so still: its decision is the newest, its texts are
approved, its mailbox sends such answers, and nobody has answered meanwhile.

A clock that jumps lets nothing more through. Moments of leaving only ever grow, so that what left while the clock was
back counts as newer; and whatever left in the future counts as just now. A clock that jumps ahead is `SteadyClock`'s.
"""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, select

from salver.data import approved
from salver.data.approval import Approvals
from salver.data.decision import Reason
from salver.data.mailbox import Mailbox
from salver.data.outgoing import Ceilings, Fuse, Outgoing
from salver.data.schema import corrections, decisions, fuse, messages, outbox

_LEFT = ("sending", "sent", "uncertain")
"""States of a mail that has reached its reader, or may have."""

DAY = timedelta(hours=24)
HOUR = timedelta(hours=1)
ITSELF = "salver"
"""Who opens the fuse when too much leaves."""

_TICK = timedelta(microseconds=1)

Stop = tuple[Reason, str]


def stop(
    connection: Connection, mail: Outgoing, mailbox: Mailbox, now: datetime, ceilings: Ceilings, *, auto: bool = False
) -> Stop | None:
    """Why an answer must not leave now, a code and words; None where it may. It opens the fuse when that is due."""
    return next(_stops(connection, mail, mailbox, now, ceilings, auto), None)


def moment(connection: Connection, now: datetime) -> datetime:
    """When a mail leaves now, or the fuse changes: after all that did so before, whatever the clock says."""
    known: list[datetime | None] = [
        connection.scalar(select(func.max(column))) for column in (outbox.c.left_at, fuse.c.at)
    ]
    return max([now, *(newest + _TICK for newest in known if newest is not None)])


def fuse_of(connection: Connection) -> Fuse:
    """How the fuse stands."""
    row = connection.execute(select(fuse).order_by(fuse.c.id.desc()).limit(1)).one_or_none()
    return Fuse(is_open=row.is_open, at=row.at, who=row.who, because=row.because) if row else Fuse()


def switch(connection: Connection, is_open: bool, at: datetime, who: str, because: str) -> Fuse:
    """Open the fuse, or close it."""
    changed = Fuse(is_open=is_open, at=moment(connection, at), who=who, because=because)
    connection.execute(insert(fuse).values(asdict(changed)))
    return changed


def _stops(
    connection: Connection, mail: Outgoing, mailbox: Mailbox, now: datetime, ceilings: Ceilings, auto: bool
) -> Iterator[Stop]:
    yield from _overtaken(connection, mail)
    yield from _unapproved(connection, mail, auto)
    if not mailbox.sends(mail.intents):
        yield Reason.SENDING_OFF, f"{mailbox.name} does not send such answers any more."
    claimed = (outbox.c.state == "ready") & outbox.c.lease.is_not(None)
    others = (outbox.c.kind == "answer") & (outbox.c.state.in_(_LEFT) | claimed) & (outbox.c.id != mail.id)
    if _count(connection, others & (outbox.c.thread == mail.thread)):
        yield Reason.THREAD_ANSWERED, "Its conversation has had its one automatic answer."
    same = others & (outbox.c.recipient == mail.recipient)
    if _at_once(connection, mail, same, timedelta(seconds=ceilings.at_once_s)):
        yield Reason.CAME_AT_ONCE, "It came so soon after an automatic answer that a machine may have sent it."
    if _count(connection, same & (outbox.c.left_at > now - DAY)) >= ceilings.per_sender:
        because = f"Its sender has had {ceilings.per_sender} automatic answers in 24 hours."
        yield Reason.SENDER_ANSWERED, because
    if (state := _fuse(connection, others, now, ceilings)).is_open:
        yield Reason.FUSE_OPEN, f"The fuse is open: {state.because}"


def _overtaken(connection: Connection, mail: Outgoing) -> Iterator[Stop]:
    newest = select(decisions.c.kind).where(decisions.c.message == mail.message).order_by(decisions.c.id.desc())
    if connection.scalar(newest.limit(1)) != "answer":
        yield Reason.SEND_STOPPED, "A later decision says otherwise."
    answered = (corrections.c.message == mail.message) & corrections.c.answer.is_not(None)
    if connection.scalar(select(func.count()).where(answered)):
        yield Reason.SEND_STOPPED, "A person has answered meanwhile."


def _unapproved(connection: Connection, mail: Outgoing, auto: bool) -> Iterator[Stop]:
    said = Approvals.of_all(approved.all_of(connection), auto=auto)
    if not mail.rests_on:
        yield Reason.NOT_APPROVED, "It rests on no text that anybody could have approved."
    for template, sha256 in mail.rests_on:
        if not said.allows(template, sha256):
            yield Reason.NOT_APPROVED, f"The text {template} is not approved any more."


def _at_once(connection: Connection, mail: Outgoing, same: ColumnElement[bool], soon: timedelta) -> bool:
    """Whether its message came just after another answer to the same address left: faster than a person answers."""
    came: Any = connection.scalar(select(messages.c.taken_in_at).where(messages.c.key == mail.message))
    return came is not None and _count(connection, same & outbox.c.left_at.between(came - soon, came)) > 0


def _fuse(connection: Connection, others: ColumnElement[bool], now: datetime, ceilings: Ceilings) -> Fuse:
    state = fuse_of(connection)
    if state.is_open:
        return state
    recent = others & (outbox.c.left_at > now - HOUR)
    if state.at is not None:
        recent &= outbox.c.left_at > state.at
    if (left := _count(connection, recent)) < ceilings.per_hour:
        return state
    because = f"{left} automatic answers left within an hour, and {ceilings.per_hour} are allowed."
    return switch(connection, True, now, ITSELF, because)


def _count(connection: Connection, which: ColumnElement[bool]) -> int:
    return connection.scalar(select(func.count()).select_from(outbox).where(which)) or 0
