"""activities."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add datamarts, the log of activities and bulk imports."""
    op.create_table(
        "datamarts",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("workspace_id", sa.String(length=36), nullable=False),
        sa.Column("environment", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("compartment_id", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_datamarts_workspace_id_workspaces")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_datamarts")),
        sa.UniqueConstraint(
            "workspace_id",
            "environment",
            "name",
            name=op.f("uq_datamarts_workspace_id_environment_name"),
        ),
    )
    op.create_table(
        "activity_blocks",
        sa.Column("datamart_id", sa.Integer(), nullable=False),
        sa.Column("first_seq", sa.BigInteger(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("sent_by", sa.String(length=36), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["datamart_id"], ["datamarts.id"], name=op.f("fk_activity_blocks_datamart_id_datamarts")
        ),
        sa.PrimaryKeyConstraint("datamart_id", "first_seq", name=op.f("pk_activity_blocks")),
    )
    op.create_table(
        "activity_cursors",
        sa.Column("datamart_id", sa.Integer(), nullable=False),
        sa.Column("processed_seq", sa.BigInteger(), nullable=False),
        sa.Column("claim", sa.String(length=36), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["datamart_id"],
            ["datamarts.id"],
            name=op.f("fk_activity_cursors_datamart_id_datamarts"),
        ),
        sa.PrimaryKeyConstraint("datamart_id", name=op.f("pk_activity_cursors")),
    )
    op.create_table(
        "activity_heads",
        sa.Column("datamart_id", sa.Integer(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["datamart_id"], ["datamarts.id"], name=op.f("fk_activity_heads_datamart_id_datamarts")
        ),
        sa.PrimaryKeyConstraint("datamart_id", name=op.f("pk_activity_heads")),
    )
    op.create_table(
        "activity_keys",
        sa.Column("datamart_id", sa.Integer(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("ts", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["datamart_id"], ["datamarts.id"], name=op.f("fk_activity_keys_datamart_id_datamarts")
        ),
        sa.PrimaryKeyConstraint("datamart_id", "key_hash", name=op.f("pk_activity_keys")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "activity_rejects",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("datamart_id", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("field", sa.String(length=400), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("sent_by", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["datamart_id"],
            ["datamarts.id"],
            name=op.f("fk_activity_rejects_datamart_id_datamarts"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_rejects")),
    )
    op.create_index(
        op.f("ix_activity_rejects_datamart_id_id"),
        "activity_rejects",
        ["datamart_id", "id"],
        unique=False,
    )
    op.create_table(
        "document_imports",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("datamart_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("mime_type", sa.String(length=40), nullable=False),
        sa.Column("encoding", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["datamart_id"],
            ["datamarts.id"],
            name=op.f("fk_document_imports_datamart_id_datamarts"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_imports")),
    )
    op.create_index(
        op.f("ix_document_imports_datamart_id_id"),
        "document_imports",
        ["datamart_id", "id"],
        unique=False,
    )
    op.create_table(
        "import_executions",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("datamart_id", sa.Integer(), nullable=False),
        sa.Column("sent_by", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("chunks", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["datamart_id"],
            ["datamarts.id"],
            name=op.f("fk_import_executions_datamart_id_datamarts"),
        ),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["document_imports.id"],
            name=op.f("fk_import_executions_import_id_document_imports"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_executions")),
    )
    op.create_index(
        op.f("ix_import_executions_import_id_id"),
        "import_executions",
        ["import_id", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_import_executions_state_created_at"),
        "import_executions",
        ["state", "created_at"],
        unique=False,
    )
    op.create_table(
        "import_chunks",
        sa.Column("execution_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["execution_id"],
            ["import_executions.id"],
            name=op.f("fk_import_chunks_execution_id_import_executions"),
        ),
        sa.PrimaryKeyConstraint("execution_id", "number", name=op.f("pk_import_chunks")),
    )
    op.create_table(
        "import_failures",
        sa.Column("execution_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("field", sa.String(length=400), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["execution_id"],
            ["import_executions.id"],
            name=op.f("fk_import_failures_execution_id_import_executions"),
        ),
        sa.PrimaryKeyConstraint("execution_id", "line", name=op.f("pk_import_failures")),
    )
