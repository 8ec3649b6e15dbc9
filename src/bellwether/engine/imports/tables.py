"""Tables of the imports room."""

from sqlalchemy import BigInteger, Column, String, Table, UniqueConstraint

from bellwether.storage.metadata import metadata

# How far an import got, so that one that was cut off goes on where it stopped. `fingerprint` is a
# hash of the file's content and of how its columns are read.
imports = Table(
    "imports",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("workspace_id", String(36), nullable=False),
    Column("environment", String(10), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("rows_done", BigInteger, nullable=False),
    Column("rows_added", BigInteger, nullable=False),
    Column("rows_rejected", BigInteger, nullable=False),
    Column("state", String(12), nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    UniqueConstraint("workspace_id", "environment", "fingerprint"),
)
