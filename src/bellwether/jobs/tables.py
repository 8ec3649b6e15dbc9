"""Tables of the job runtime. It knows no domain: kinds and payloads are its callers'."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from bellwether.storage.metadata import metadata

# Asynchronous work with a state and a result. `due_at`, `claim`, `lease_until`: as for trackers.
jobs = Table(
    "jobs",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("workspace_id", String(36), nullable=False),
    Column("environment", String(10), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("payload", Text, nullable=False),
    Column("state", String(12), nullable=False),
    Column("result", Text),
    Column("error", Text),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("due_at", BigInteger),
    Column("claim", String(36)),
    Column("lease_until", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Index(None, "due_at"),
    Index(None, "workspace_id", "environment", "id"),
)

# The product's own periodic work: one row a tick, so that of several machines one does it.
periodic_ticks = Table(
    "periodic_ticks",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("tick", BigInteger, primary_key=True),
    Column("done_at", BigInteger),
)
