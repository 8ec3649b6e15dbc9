"""The table of answers kept for repeated requests (Idempotency-Key)."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, String, Table, Text

from bellwether.storage.metadata import metadata

# Written in the transaction of the work it answers. `digest` is of method, path and body.
answers = Table(
    "answers",
    metadata,
    Column("workspace_id", String(36), primary_key=True),
    Column("environment", String(10), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("sealed", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "created_at"),
)
