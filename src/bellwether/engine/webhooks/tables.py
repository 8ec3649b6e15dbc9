"""Tables of the webhooks room."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from bellwether.storage.metadata import metadata

# `events` is a JSON list, empty for all. `failing_since` and `held_until` are in real time: since
# when every attempt has failed, and until when the receiver asked to be left alone.
endpoints = Table(
    "endpoints",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("workspace_id", String(36), ForeignKey("workspaces.id"), nullable=False),
    Column("environment", String(10), nullable=False),
    Column("url", Text, nullable=False),
    Column("name", String(200), nullable=False),
    Column("events", Text, nullable=False),
    Column("dialect", String(20), nullable=False),
    Column("state", String(10), nullable=False),
    Column("disabled_reason", Text),
    Column("failing_since", BigInteger),
    Column("held_until", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Index(None, "workspace_id", "environment", "id"),
)

# `sealed` is encrypted with the server's key; an old secret signs until `expires_at` (real time).
endpoint_secrets = Table(
    "endpoint_secrets",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("endpoint_id", String(36), ForeignKey("endpoints.id"), nullable=False),
    Column("sealed", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Index(None, "endpoint_id"),
)

# The outbox: written in the transaction of what happened, never changed.
_connector_failed = text("type = 'connector.failed'")
events = Table(
    "events",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("workspace_id", String(36), nullable=False),
    Column("environment", String(10), nullable=False),
    Column("type", String(40), nullable=False),
    Column("tracker_id", String(36)),
    Column("run_id", String(36)),
    Column("at", BigInteger, nullable=False),
    Column("data", Text, nullable=False),
    Index(None, "workspace_id", "environment", "id"),
    Index(None, "run_id"),
    Index(None, "at"),
    Index(
        "ix_events_connector_failed",
        "workspace_id",
        "environment",
        "at",
        sqlite_where=_connector_failed,
        postgresql_where=_connector_failed,
    ),
)

# `position` is the order of arrival; `lane` (the tracker, else the event) keeps that order per
# endpoint. `due_at` is the next attempt's instant in real time, for people to read. `replay`
# counts deliveries of the same event to the same endpoint that a person asked for.
_pending = text("state = 'pending'")
deliveries = Table(
    "deliveries",
    metadata,
    Column(
        "position",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    Column("id", String(36), nullable=False, unique=True),
    Column("event_id", String(36), ForeignKey("events.id"), nullable=False),
    Column("endpoint_id", String(36), nullable=False),
    Column("workspace_id", String(36), nullable=False),
    Column("environment", String(10), nullable=False),
    Column("lane", String(36), nullable=False),
    Column("replay", Integer, nullable=False, server_default="0"),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("due_at", BigInteger),
    Column("last_status", Integer),
    Column("last_error", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger),
    UniqueConstraint("event_id", "endpoint_id", "replay"),
    Index(None, "endpoint_id", "position"),
    Index(None, "workspace_id", "environment", "position"),
    Index(
        "ix_deliveries_pending",
        "endpoint_id",
        "lane",
        "position",
        sqlite_where=_pending,
        postgresql_where=_pending,
    ),
)

# A row for each lane of each endpoint that has something pending: what deliverers claim. `due_at`
# (real time) is when its next delivery may be attempted; a claim moves it to the end of the lease.
# Whoever adds to a lane or takes from it holds its row, which makes positions the order of commits.
lanes = Table(
    "lanes",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("endpoint_id", String(36), nullable=False),
    Column("lane", String(36), nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("claim", String(36)),
    UniqueConstraint("endpoint_id", "lane"),
    Index(None, "endpoint_id", "due_at"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("delivery_id", String(36), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("duration_ms", Integer, nullable=False),
    Column("status", Integer),
    Column("error", Text),
    Column("response_excerpt", Text),
    Index(None, "delivery_id", "id"),
)
