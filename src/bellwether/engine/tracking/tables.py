"""Tables of the tracking room."""

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from bellwether.storage.metadata import metadata

# `next_at` is the next tick of the schedule; `due_at` is when the scheduler should look at the
# row: the tick itself, a retry inside it, the end of a budget's window, or the expiry. Null: not
# active. `priority` is 0 while the first numbers are owed, else 1: within a platform the scheduler
# reads the index from the most urgent on, so a backlog of routine ticks delays no first one.
# `claim` and `lease_until` (real time) belong to the scheduler that works on the tick. `handle` is
# the creator's as the order named it beside a content; what a source says of it is the catalog's.
trackers = Table(
    "trackers",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("workspace_id", String(36), ForeignKey("workspaces.id"), nullable=False),
    Column("environment", String(10), nullable=False),
    Column("platform", String(20), nullable=False),
    Column("aspect", String(10), nullable=False),
    Column("subject_id", String(36), nullable=False),
    Column("target", String(200), nullable=False),
    Column("handle", String(200)),
    Column("url", Text, nullable=False),
    Column("dialect", String(20), nullable=False),
    Column("cron", String(200), nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("state", String(10), nullable=False),
    Column("next_at", BigInteger),
    Column("due_at", BigInteger),
    Column("priority", Integer, nullable=False, server_default="1"),
    Column("expires_at", BigInteger),
    Column("claim", String(36)),
    Column("lease_until", BigInteger),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("last_run_at", BigInteger),
    Column("last_success_at", BigInteger),
    Column("failure_reason", String(20)),
    Column("failure_message", Text),
    Column("runs", Integer, nullable=False, server_default="0"),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    UniqueConstraint("workspace_id", "environment", "subject_id", "aspect", "dialect"),
    Index("ix_trackers_lane", "environment", "platform", "aspect", "priority", "due_at", "target"),
    Index(None, "workspace_id", "environment", "id"),
)

runs = Table(
    "runs",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("tracker_id", String(36), nullable=False),
    Column("workspace_id", String(36), nullable=False),
    Column("environment", String(10), nullable=False),
    Column("tick", BigInteger, nullable=False),
    Column("finished_at", BigInteger, nullable=False),
    Column("state", String(10), nullable=False),
    Column("source", String(40)),
    Column("failure_reason", String(20)),
    Column("failure_message", Text),
    Column("attempts", Integer, nullable=False),
    Column("snapshots", Integer, nullable=False),
    UniqueConstraint("tracker_id", "tick"),
    Index(None, "workspace_id", "environment", "id"),
)

# What has been spent of a source's bucket in its current window (real time for platforms).
budgets = Table(
    "budgets",
    metadata,
    Column("source", String(40), primary_key=True),
    Column("bucket", String(40), primary_key=True),
    Column("window_start", BigInteger, nullable=False),
    Column("used", Float, nullable=False),
)
