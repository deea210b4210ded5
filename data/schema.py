"""The tables of the store: the same for SQLite and PostgreSQL."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
)

from salver.data.record import in_utc, storable

HEAD = "0005"
"""The newest migration; a test holds that it is."""

VERSION_TABLE = "salver_version"


class Moment(TypeDecorator[datetime]):
    """A moment, kept in UTC and given back in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        value = in_utc(value)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else in_utc(value)


class Words(TypeDecorator[str]):
    """Text that any database takes."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else storable(value)


metadata = MetaData()

messages = Table(
    "messages",
    metadata,
    Column("key", Words, primary_key=True),
    Column("sha256", Words, nullable=False),
    Column("length", Integer, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("source", Words, nullable=False),
    Column("position", Integer, nullable=False),
    Column("media", Words, nullable=False),
    Column("channel", Words, nullable=False),
    Column("received_at", Moment),
    Column("taken_in_at", Moment, nullable=False),
    Column("copies", Integer, nullable=False),
    Column("state", Words, nullable=False),
    Column("fault", Words, nullable=False, server_default=""),
    Column("message_id", Words),
    CheckConstraint("state IN ('waiting', 'done', 'quarantined')", name="messages_state"),
    Index("messages_by_state", "state", "taken_in_at", "source", "position"),
    Index("messages_by_message_id", "message_id"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("message", Words, ForeignKey("messages.key"), nullable=False),
    Column("bundle", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("kind", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("agent", Words, nullable=False),
    Column("queue", Words, nullable=False),
    Column("due", Moment),
    Column("urgency", Integer, nullable=False),
    Column("line", Words, nullable=False),
    Column("line_sha256", Words, nullable=False),
    Column("previous", Words, nullable=False),
    Column("hash", Words, nullable=False),
    Column("intent", Words),
    Column("probability", Float),
    Column("cosine", Float),
    Index("decisions_by_message", "message", "id"),
    Index("decisions_by_bundle", "bundle", "id"),
)

chain = Table(
    "chain",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("last_id", Integer, nullable=False),
    Column("last_hash", Words, nullable=False),
)
"""The end of the trail, in one row: who adds to it locks this row, and who cuts the trail short is found out."""

queue = Table(
    "queue",
    metadata,
    Column("message", Words, ForeignKey("messages.key"), primary_key=True),
    Column("agent", Words, nullable=False),
    Column("queue", Words, nullable=False),
    Column("urgency", Integer, nullable=False),
    Column("due", Moment),
    Index("queue_by_agent", "agent", "due"),
    Index("queue_by_due", "due"),
)
"""The routed messages that nobody has answered yet."""

corrections = Table(
    "corrections",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("message", Words, ForeignKey("messages.key"), nullable=False),
    Column("agent", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("intent", Words),
    Column("urgency", Words),
    Column("answer", Words),
    Column("assignee", Words),
    Column("reason", Words, nullable=False),
    Column("is_right", Boolean),
    Index("corrections_by_message", "message"),
)

checks = Table(
    "checks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("message", Words, ForeignKey("messages.key"), nullable=False),
    Column("bundle", Words, nullable=False),
    Column("is_right", Boolean, nullable=False),
    Index("checks_by_bundle", "bundle", "message", unique=True),
)
"""What was found last of each answer that was set aside."""

approvals = Table(
    "approvals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("template", Words, nullable=False),
    Column("sha256", Words, nullable=False),
    Column("verdict", Words, nullable=False),
    Column("who", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("text", Words),
    CheckConstraint("verdict IN ('approved', 'rejected', 'edited')", name="approvals_verdict"),
    Index("approvals_by_template", "template", "id"),
)
"""What persons said of templates: only ever added to, the newest counts."""

cases = Table(
    "cases",
    metadata,
    Column("id", Words, primary_key=True),
    Column("intent", Words, nullable=False),
    Column("lang", Words, nullable=False),
    Column("question", Words, nullable=False),
    Column("answer", Words, nullable=False),
    Column("agent", Words, nullable=False),
    Column("ending", Words, nullable=False),
    Column("answered_at", Moment),
    Column("templates", Words, nullable=False),
)
"""Cases learned from corrections: masked texts only."""

vectors = Table(
    "vectors",
    metadata,
    Column("case_id", Words, ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
    Column("encoder", Words, primary_key=True),
    Column("dim", Integer, nullable=False),
    Column("vector", LargeBinary, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Words, primary_key=True),
    Column("kind", Words, nullable=False),
    Column("message", Words, ForeignKey("messages.key"), nullable=False),
    Column("mailbox", Words, nullable=False),
    Column("thread", Words, nullable=False),
    Column("recipient", Words, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("state", Words, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("due", Moment),
    Column("lease", Moment),
    Column("sent_at", Moment),
    Column("left_at", Moment),
    Column("kept_at", Moment),
    Column("fault", Words, nullable=False, server_default=""),
    Column("reason", Words, nullable=False, server_default=""),
    Column("intents", Words, nullable=False, server_default="[]"),
    Column("rests_on", Words, nullable=False, server_default="[]"),
    CheckConstraint("kind IN ('answer', 'draft')", name="outbox_kind"),
    CheckConstraint("state IN ('ready', 'sending', 'sent', 'uncertain', 'failed', 'held')", name="outbox_state"),
    Index("outbox_by_state", "state", "due"),
    Index("outbox_by_message", "message", "kind", unique=True),
    Index("outbox_by_thread", "thread", "made_at"),
    Index("outbox_by_recipient", "recipient", "made_at"),
    Index("outbox_by_leaving", "left_at"),
)
"""What leaves: at most one answer and one draft a message."""

taken = Table(
    "taken",
    metadata,
    Column("mailbox", Words, primary_key=True),
    Column("folder", Words, primary_key=True),
    Column("uidvalidity", BigInteger, primary_key=True, autoincrement=False),
    Column("uid", BigInteger, primary_key=True, autoincrement=False),
    Column("message", Words, ForeignKey("messages.key"), nullable=False),
    Column("taken_at", Moment, nullable=False),
    Column("placed_at", Moment),
    Index("taken_by_message", "message"),
    Index("taken_by_placing", "mailbox", "placed_at"),
)
"""The ledger: which mail of a mailbox is which message, and since when it lies where it belongs."""

folders = Table(
    "folders",
    metadata,
    Column("mailbox", Words, primary_key=True),
    Column("folder", Words, primary_key=True),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("settled", BigInteger, nullable=False),
    Column("sure", BigInteger, nullable=False),
    Column("since", Moment),
    Column("left", BigInteger, nullable=False, server_default="0"),
    Column("changes", Integer, nullable=False, server_default="0"),
)
"""How far each folder of a mailbox is read."""

mailboxes = Table(
    "mailboxes",
    metadata,
    Column("name", Words, primary_key=True),
    Column("state", Words, nullable=False),
    Column("looked_at", Moment),
    Column("fault", Words, nullable=False, server_default=""),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("failed_at", Moment),
    Column("again_at", Moment),
    CheckConstraint("state IN ('watched', 'failing', 'stopped')", name="mailboxes_state"),
)
"""How each watched mailbox is."""

leases = Table(
    "leases",
    metadata,
    Column("name", Words, primary_key=True),
    Column("holder", Words, nullable=False),
    Column("until", Moment, nullable=False),
)
"""Who is alone with something, and until when."""

fuse = Table(
    "fuse",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("who", Words, nullable=False),
    Column("because", Words, nullable=False),
)
"""When the fuse of the installation opened and who closed it again: only ever added to, the newest counts."""
