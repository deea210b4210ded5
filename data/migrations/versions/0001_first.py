"""The first tables: messages, decisions with their chain, the queue, corrections, cases, vectors."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the first tables."""
    _messages()
    _decisions()
    _people()
    _learned()


def downgrade() -> None:
    """Drop them."""
    for table in ("vectors", "cases", "corrections", "queue", "chain", "decisions", "messages"):
        op.drop_table(table)


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("length", sa.Integer, nullable=False),
        sa.Column("raw", sa.LargeBinary, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("media", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("received_at", _MOMENT),
        sa.Column("taken_in_at", _MOMENT, nullable=False),
        sa.Column("copies", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("fault", sa.Text, nullable=False, server_default=""),
        sa.CheckConstraint("state IN ('waiting', 'done', 'quarantined')", name="messages_state"),
    )
    op.create_index("messages_by_state", "messages", ["state", "taken_in_at", "source", "position"])


def _decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("message", sa.Text, sa.ForeignKey("messages.key"), nullable=False),
        sa.Column("bundle", sa.Text, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("agent", sa.Text, nullable=False),
        sa.Column("queue", sa.Text, nullable=False),
        sa.Column("due", _MOMENT),
        sa.Column("urgency", sa.Integer, nullable=False),
        sa.Column("line", sa.Text, nullable=False),
        sa.Column("line_sha256", sa.Text, nullable=False),
        sa.Column("previous", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
    )
    op.create_index("decisions_by_message", "decisions", ["message", "id"])
    chain = op.create_table(
        "chain",
        sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("last_id", sa.Integer, nullable=False),
        sa.Column("last_hash", sa.Text, nullable=False),
    )
    op.bulk_insert(chain, [{"one": 1, "last_id": 0, "last_hash": "0" * 64}])


def _people() -> None:
    op.create_table(
        "queue",
        sa.Column("message", sa.Text, sa.ForeignKey("messages.key"), primary_key=True),
        sa.Column("agent", sa.Text, nullable=False),
        sa.Column("queue", sa.Text, nullable=False),
        sa.Column("urgency", sa.Integer, nullable=False),
        sa.Column("due", _MOMENT),
    )
    op.create_index("queue_by_agent", "queue", ["agent", "due"])
    op.create_index("queue_by_due", "queue", ["due"])
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("message", sa.Text, sa.ForeignKey("messages.key"), nullable=False),
        sa.Column("agent", sa.Text, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("intent", sa.Text),
        sa.Column("urgency", sa.Text),
        sa.Column("answer", sa.Text),
        sa.Column("assignee", sa.Text),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_index("corrections_by_message", "corrections", ["message"])


def _learned() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("intent", sa.Text, nullable=False),
        sa.Column("lang", sa.Text, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("agent", sa.Text, nullable=False),
        sa.Column("ending", sa.Text, nullable=False),
        sa.Column("answered_at", _MOMENT),
        sa.Column("templates", sa.Text, nullable=False),
    )
    op.create_table(
        "vectors",
        sa.Column("case_id", sa.Text, sa.ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("encoder", sa.Text, primary_key=True),
        sa.Column("dim", sa.Integer, nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
    )
