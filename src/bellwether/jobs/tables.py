"""Tables of the job runtime. It knows no domain: kinds and payloads are its callers'.

All instants are real time, in microseconds.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text, text

from bellwether.storage.metadata import metadata

_UNFINISHED = text("due_at IS NOT NULL")

# Asynchronous work with a state and a result. `due_at` is when a worker should look at the row:
# now, a later attempt, or, while one works on it under `claim`, the end of its lease. Null:
# finished. Of the unfinished jobs of a scope and kind at most one has a given `key`.
jobs = Table(
    "jobs",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("workspace_id", String(36), nullable=False),
    Column("environment", String(10), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("key", String(255)),
    Column("payload", Text, nullable=False),
    Column("state", String(12), nullable=False),
    Column("result", Text),
    Column("error_code", String(40)),
    Column("error", Text),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("due_at", BigInteger),
    Column("claim", String(36)),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Index(None, "kind", "due_at"),
    Index(None, "state", "updated_at"),
    Index(
        "ix_jobs_unfinished_key",
        "workspace_id",
        "environment",
        "kind",
        "key",
        unique=True,
        sqlite_where=_UNFINISHED,
        postgresql_where=_UNFINISHED,
    ),
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

# One row for each role of each process on this store. `beats` counts its completed synthetic runs,
# `claim` belongs to the one under way.
heartbeats = Table(
    "heartbeats",
    metadata,
    Column("process", String(36), primary_key=True),
    Column("role", String(20), primary_key=True),
    Column("host", String(255), nullable=False),
    Column("pid", Integer, nullable=False),
    Column("claim", String(36)),
    Column("beats", BigInteger, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("beat_at", BigInteger, nullable=False),
)
