"""people."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add user points, identifiers, timelines, profiles, choices, clicks and tombstones."""
    op.create_table(
        "app_changes",
        sa.Column("datamart_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("point", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("app_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event", sa.String(length=20), nullable=False),
        sa.Column("event_ts", sa.BigInteger(), nullable=False),
        sa.Column("versions", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "datamart_id", "point", "app_id", "seq", "place", name=op.f("pk_app_changes")
        ),
    )
    op.create_table(
        "choice_versions",
        sa.Column("datamart_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("point", sa.BigInteger(), nullable=True),
        sa.Column("processing_id", sa.Text(), nullable=True),
        sa.Column("choice_ts", sa.BigInteger(), nullable=True),
        sa.Column("accepted", sa.SmallInteger(), nullable=True),
        sa.Column("recorded_at", sa.BigInteger(), nullable=True),
        sa.Column("origin", sa.String(length=10), nullable=True),
        sa.Column("who", sa.String(length=36), nullable=True),
        sa.Column("activity", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("datamart_id", "number", name=op.f("pk_choice_versions")),
    )
    op.create_index(
        op.f("ix_choice_versions_datamart_id_point_processing_id"),
        "choice_versions",
        ["datamart_id", "point", "processing_id"],
        unique=False,
    )
    op.create_table(
        "content_events",
        sa.Column("datamart_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("conversion", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("datamart_id", "seq", "place", name=op.f("pk_content_events")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_content_events_content",
        "content_events",
        ["datamart_id", "platform", "external_id", "day", "conversion"],
        unique=False,
    )
    op.create_table(
        "timeline",
        sa.Column("datamart_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("point", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ts", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("lane", sa.Text(), nullable=True),
        sa.Column("expires_ts", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("datamart_id", "point", "ts", "seq", name=op.f("pk_timeline")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_timeline_expiring",
        "timeline",
        ["expires_ts"],
        unique=False,
        sqlite_where=sa.text("expires_ts IS NOT NULL"),
        postgresql_where=sa.text("expires_ts IS NOT NULL"),
    )
    op.create_table(
        "user_identifiers",
        sa.Column("datamart_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("point", sa.BigInteger(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.Column("barred_ts", sa.BigInteger(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("datamart_id", "name", name=op.f("pk_user_identifiers")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_user_identifiers_point_datamart_id"),
        "user_identifiers",
        ["point", "datamart_id"],
        unique=False,
    )
    op.create_table(
        "user_point_merges",
        sa.Column("datamart_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kept", sa.BigInteger(), nullable=False),
        sa.Column("joined", sa.BigInteger(), nullable=False),
        sa.Column("left_point", sa.BigInteger(), nullable=False),
        sa.Column("right_point", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("who", sa.String(length=36), nullable=False),
        sa.Column("merged_at", sa.BigInteger(), nullable=False),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.Column("undone_by", sa.String(length=36), nullable=True),
        sa.PrimaryKeyConstraint("datamart_id", "number", name=op.f("pk_user_point_merges")),
    )
    op.create_index(
        op.f("ix_user_point_merges_left_point_datamart_id"),
        "user_point_merges",
        ["left_point", "datamart_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_user_point_merges_right_point_datamart_id"),
        "user_point_merges",
        ["right_point", "datamart_id"],
        unique=False,
    )
    op.create_table(
        "user_points",
        sa.Column("datamart_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("person", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("datamart_id", "number", name=op.f("pk_user_points")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_user_points_id"), "user_points", ["id"], unique=True)
    op.create_index(
        "ix_user_points_joined",
        "user_points",
        ["person", "datamart_id"],
        unique=False,
        sqlite_where=sa.text("person IS NOT NULL"),
        postgresql_where=sa.text("person IS NOT NULL"),
    )
    op.create_table(
        "user_profiles",
        sa.Column("datamart_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("expires_ts", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("modified_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("datamart_id", "name", name=op.f("pk_user_profiles")),
    )
    op.create_table(
        "people",
        sa.Column("datamart_id", sa.Integer(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("merges", sa.BigInteger(), nullable=False),
        sa.Column("choices", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["datamart_id"], ["datamarts.id"], name=op.f("fk_people_datamart_id_datamarts")
        ),
        sa.PrimaryKeyConstraint("datamart_id", name=op.f("pk_people")),
    )
    op.create_table(
        "tombstones",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("datamart_id", sa.Integer(), nullable=False),
        sa.Column("erased_at", sa.BigInteger(), nullable=False),
        sa.Column("erased_by", sa.String(length=36), nullable=False),
        sa.Column("before_ts", sa.BigInteger(), nullable=False),
        sa.Column("removed", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["datamart_id"], ["datamarts.id"], name=op.f("fk_tombstones_datamart_id_datamarts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tombstones")),
    )
    op.create_index(
        op.f("ix_tombstones_datamart_id_id"), "tombstones", ["datamart_id", "id"], unique=False
    )
    op.create_table(
        "tombstone_identifiers",
        sa.Column("datamart_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("tombstone_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["tombstone_id"],
            ["tombstones.id"],
            name=op.f("fk_tombstone_identifiers_tombstone_id_tombstones"),
        ),
        sa.PrimaryKeyConstraint(
            "datamart_id", "digest", "tombstone_id", name=op.f("pk_tombstone_identifiers")
        ),
    )
