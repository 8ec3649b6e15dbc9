"""packed_snapshots."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add blocks of packed snapshots, and the values that stood at the ends of days."""
    op.create_table(
        "day_pages",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("workspace_id", sa.String(length=36), nullable=False),
        sa.Column("environment", sa.String(length=10), nullable=False),
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("subjects", sa.Integer(), nullable=False),
        sa.Column("right_until", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day_pages")),
    )
    op.create_index(
        op.f("ix_day_pages_workspace_id_environment_platform_kind"),
        "day_pages",
        ["workspace_id", "environment", "platform", "kind"],
        unique=False,
    )
    op.create_table(
        "day_slots",
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column("page_id", sa.BigInteger(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("subject_id", name=op.f("pk_day_slots")),
    )
    op.create_index(
        op.f("ix_day_slots_page_id_slot"), "day_slots", ["page_id", "slot"], unique=True
    )
    op.create_table(
        "day_values",
        sa.Column("page_id", sa.BigInteger(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("page_id", "metric", "day", name=op.f("pk_day_values")),
    )
    op.create_table(
        "snapshot_blocks",
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint(
            "subject_id", "last_at", "last_id", name=op.f("pk_snapshot_blocks")
        ),
    )
    op.create_index(
        op.f("ix_snapshot_blocks_last_at"), "snapshot_blocks", ["last_at"], unique=False
    )
    op.create_table(
        "snapshot_marks",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("seen_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_snapshot_marks")),
    )
