"""From nouns to the rows of the outbox and back, and how a mail comes into it: always with its decision."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from salver.data.outgoing import Outgoing
from salver.data.schema import outbox


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
