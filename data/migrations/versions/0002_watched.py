"""What the error bound is watched by: how each message looked, and which answers a person checked."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add columns for what was not kept before, empty in old rows, and a table for checks."""
    for name, kind in (("intent", sa.Text), ("probability", sa.Float), ("cosine", sa.Float)):
        op.add_column("decisions", sa.Column(name, kind))
    op.create_index("decisions_by_bundle", "decisions", ["bundle", "id"])
    op.add_column("corrections", sa.Column("is_right", sa.Boolean))
    op.create_table(
        "checks",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("message", sa.Text, sa.ForeignKey("messages.key"), nullable=False),
        sa.Column("bundle", sa.Text, nullable=False),
        sa.Column("is_right", sa.Boolean, nullable=False),
    )
    op.create_index("checks_by_bundle", "checks", ["bundle", "message"], unique=True)


def downgrade() -> None:
    """Drop them."""
    op.drop_table("checks")
    op.drop_column("corrections", "is_right")
    op.drop_index("decisions_by_bundle", "decisions")
    for name in ("cosine", "probability", "intent"):
        op.drop_column("decisions", name)
