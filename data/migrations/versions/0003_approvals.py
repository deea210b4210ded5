"""What persons said of templates: which texts may be sent."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add a table for approvals; it is only ever added to."""
    op.create_table(
        "approvals",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("template", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text),
        sa.CheckConstraint("verdict IN ('approved', 'rejected', 'edited')", name="approvals_verdict"),
    )
    op.create_index("approvals_by_template", "approvals", ["template", "id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("approvals")
