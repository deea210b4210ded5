"""How far each folder of a mailbox is read, how each mailbox is, and the Message-ID of each message."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add two tables, a column and two indexes. Messages that were there before have no Message-ID in the column."""
    op.create_table(
        "folders",
        sa.Column("mailbox", sa.Text, primary_key=True),
        sa.Column("folder", sa.Text, primary_key=True),
        sa.Column("uidvalidity", sa.BigInteger, nullable=False),
        sa.Column("settled", sa.BigInteger, nullable=False),
        sa.Column("sure", sa.BigInteger, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True)),
        sa.Column("left", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("changes", sa.Integer, nullable=False, server_default="0"),
    )
    op.create_table(
        "mailboxes",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True)),
        sa.Column("fault", sa.Text, nullable=False, server_default=""),
        sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
        sa.Column("failed_at", sa.DateTime(timezone=True)),
        sa.Column("again_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("state IN ('watched', 'failing', 'stopped')", name="mailboxes_state"),
    )
    op.add_column("messages", sa.Column("message_id", sa.Text))
    op.create_index("messages_by_message_id", "messages", ["message_id"])
    op.create_index("taken_by_placing", "taken", ["mailbox", "placed_at"])


def downgrade() -> None:
    """Take them away again."""
    op.drop_index("taken_by_placing", "taken")
    op.drop_index("messages_by_message_id", "messages")
    op.drop_column("messages", "message_id")
    op.drop_table("mailboxes")
    op.drop_table("folders")
