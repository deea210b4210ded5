"""The rows of the outbox: from nouns and back, how they come there, which are due, and which are stuck."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, or_, select

from salver.data.mapping import record_of
from salver.data.outgoing import Outgoing, OutKind, OutState
from salver.data.record import DecisionRecord
from salver.data.schema import corrections, decisions, outbox

LONGEST_WAIT = timedelta(hours=2)
"""Nothing waits longer for its next attempt, or is longer alone with a worker: what says so was written by a clock
that had jumped."""
UNDECIDED: tuple[OutState, ...] = ("held", "failed", "uncertain")
"""States in which a mail waits for a word of a person."""


def add(connection: Connection, insert: Any, mails: Sequence[Outgoing]) -> None:
    """Lay mails into the outbox; one whose message has one of its kind already changes nothing.

    `insert` is the database's own, which knows what to do when a row is there. A mail that answers one of ours belongs
    to that one's conversation, whatever its sender's program made of the references.
    """
    for mail in sorted(mails, key=lambda one: one.id):  # one order: no deadlocks
        values = _row(mail) | {"thread": _thread(connection, mail)}
        connection.execute(insert.values(values).on_conflict_do_nothing())


def mail_of(row: Row[Any]) -> Outgoing:
    """The mail of a row."""
    return Outgoing(
        id=row.id,
        kind=row.kind,
        message=row.message,
        mailbox=row.mailbox,
        thread=row.thread,
        recipient=row.recipient,
        content=bytes(row.content),
        made_at=row.made_at,
        state=row.state,
        attempts=row.attempts,
        due=row.due,
        lease=row.lease,
        sent_at=row.sent_at,
        left_at=row.left_at,
        kept_at=row.kept_at,
        fault=row.fault,
        reason=row.reason,
        intents=tuple(json.loads(row.intents)),
        rests_on=tuple((template, sha256) for template, sha256 in json.loads(row.rests_on)),
    )


def ripe(mailbox: str, kind: OutKind, now: datetime) -> Select[Any]:
    """The mails of a mailbox that may be tried now, and that nobody is alone with."""
    due = or_(outbox.c.due.is_(None), outbox.c.due <= now, outbox.c.due > now + LONGEST_WAIT)
    free = outbox.c.lease.is_(None) | over(now)
    which = (outbox.c.state == "ready") & (outbox.c.mailbox == mailbox) & (outbox.c.kind == kind)
    return select(outbox).where(which & due & free)


def over(now: datetime) -> ColumnElement[bool]:
    """Whether a lease is over, or was given by a clock that had jumped."""
    return or_(outbox.c.lease <= now, outbox.c.lease > now + LONGEST_WAIT)


def stuck(connection: Connection, most: int) -> list[tuple[Outgoing, DecisionRecord]]:
    """Answers that will not leave by themselves, and the decision of each that no person sees yet, oldest first."""
    any_of = decisions.alias()
    newest = select(func.max(any_of.c.id)).where(any_of.c.message == outbox.c.message).scalar_subquery()
    answered = select(corrections.c.message).where(corrections.c.answer.is_not(None))
    query = select(outbox.c.id, decisions).select_from(outbox.join(decisions, decisions.c.id == newest))
    query = query.where((outbox.c.kind == "answer") & outbox.c.state.in_(UNDECIDED))
    query = query.where((decisions.c.kind == "answer") & outbox.c.message.not_in(answered))
    rows = connection.execute(query.order_by(outbox.c.made_at, outbox.c.id).limit(most)).all()
    known = {row[0]: record_of(row) for row in rows}
    found = connection.execute(select(outbox).where(outbox.c.id.in_(known)))
    mails = {row.id: mail_of(row) for row in found}
    return [(mails[one], record) for one, record in known.items()]


def _row(mail: Outgoing) -> dict[str, Any]:
    same = ("id", "kind", "message", "mailbox", "recipient", "content", "made_at", "state", "attempts", "due", "lease")
    more = ("sent_at", "left_at", "kept_at", "fault", "reason")
    texts = {name: json.dumps(getattr(mail, name), ensure_ascii=False) for name in ("intents", "rests_on")}
    return {name: getattr(mail, name) for name in (*same, *more)} | texts


def _thread(connection: Connection, mail: Outgoing) -> str:
    """The conversation of the mail of ours that it answers, or its own."""
    if not mail.references:
        return mail.thread
    known = select(outbox.c.thread).where(outbox.c.id.in_(mail.references)).order_by(outbox.c.made_at).limit(1)
    found: str | None = connection.scalar(known)
    return found or mail.thread
