"""told_runs."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what counters keep of forgotten events, and the index that finds old events."""
    op.create_table(
        "told_runs",
        sa.Column("tracker_id", sa.String(length=36), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tracker_id", name=op.f("pk_told_runs")),
    )
    op.create_index(op.f("ix_events_at"), "events", ["at"], unique=False)
