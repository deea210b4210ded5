"""Mail in and out: the outbox, what was taken from which mailbox, who is alone with something, and the fuse."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the four tables."""
    _outbox()
    _mailboxes()


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("message", sa.Text, sa.ForeignKey("messages.key"), nullable=False),
        sa.Column("mailbox", sa.Text, nullable=False),
        sa.Column("thread", sa.Text, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("due", sa.DateTime(timezone=True)),
        sa.Column("lease", sa.DateTime(timezone=True)),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("left_at", sa.DateTime(timezone=True)),
        sa.Column("kept_at", sa.DateTime(timezone=True)),
        sa.Column("fault", sa.Text, nullable=False, server_default=""),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.Column("intents", sa.Text, nullable=False, server_default="[]"),
        sa.Column("rests_on", sa.Text, nullable=False, server_default="[]"),
        sa.CheckConstraint("kind IN ('answer', 'draft')", name="outbox_kind"),
        sa.CheckConstraint("state IN ('ready', 'sending', 'sent', 'uncertain', 'failed', 'held')", name="outbox_state"),
    )
    op.create_index("outbox_by_state", "outbox", ["state", "due"])
    op.create_index("outbox_by_message", "outbox", ["message", "kind"], unique=True)
    op.create_index("outbox_by_thread", "outbox", ["thread", "made_at"])
    op.create_index("outbox_by_recipient", "outbox", ["recipient", "made_at"])
    op.create_index("outbox_by_leaving", "outbox", ["left_at"])


def _mailboxes() -> None:
    op.create_table(
        "taken",
        sa.Column("mailbox", sa.Text, primary_key=True),
        sa.Column("folder", sa.Text, primary_key=True),
        sa.Column("uidvalidity", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("uid", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("message", sa.Text, sa.ForeignKey("messages.key"), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True)),
    )
    op.create_index("taken_by_message", "taken", ["message"])
    op.create_table(
        "leases",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "fuse",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_open", sa.Boolean, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("because", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("fuse", "leases", "taken", "outbox"):
        op.drop_table(table)
