"""Tables of the catalog room. Every row belongs to one environment of one workspace."""

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


def _owner() -> list[Column[str]]:
    return [
        Column("workspace_id", String(36), ForeignKey("workspaces.id"), nullable=False),
        Column("environment", String(10), nullable=False),
    ]


# `key` is the id or handle (lower case) that first named the creator; the others are learned.
creators = Table(
    "creators",
    metadata,
    Column("id", String(36), primary_key=True),
    *_owner(),
    Column("platform", String(20), nullable=False),
    Column("key", String(200), nullable=False),
    Column("external_id", String(200)),
    Column("handle", String(200)),
    Column("name", Text),
    Column("url", Text),
    Column("details", Text, nullable=False, server_default="{}"),
    Column("source", String(40)),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    UniqueConstraint("workspace_id", "environment", "platform", "key"),
    Index(None, "workspace_id", "environment", "platform", "external_id"),
    Index(None, "workspace_id", "environment", "platform", "handle"),
    Index(None, "workspace_id", "environment", "id"),
)

contents = Table(
    "contents",
    metadata,
    Column("id", String(36), primary_key=True),
    *_owner(),
    Column("platform", String(20), nullable=False),
    Column("external_id", String(200), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("url", Text),
    Column("title", Text),
    Column("creator_handle", String(200)),
    Column("published_at", BigInteger),
    Column("thumbnail_url", Text),
    Column("duration_s", Float),
    Column("details", Text, nullable=False, server_default="{}"),
    Column("source", String(40)),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    UniqueConstraint("workspace_id", "environment", "platform", "external_id"),
    Index(None, "workspace_id", "environment", "id"),
)

# What people wrote beside a content or creator, whose scope they were found in. `budget` is an
# amount of money with two decimals, as text: neither store has an exact decimal in common.
annotations = Table(
    "annotations",
    metadata,
    Column("subject_id", String(36), primary_key=True),
    Column("notes", Text),
    Column("budget", String(20)),
    Column("campaign", String(200)),
    Column("status", String(10)),
    Column("updated_at", BigInteger, nullable=False),
)

# `key` is the name without regard to case: what was first written that way stays the name.
tags = Table(
    "tags",
    metadata,
    Column("id", String(36), primary_key=True),
    *_owner(),
    Column("key", String(200), nullable=False),
    Column("name", String(100), nullable=False),
    UniqueConstraint("workspace_id", "environment", "key"),
)

subject_tags = Table(
    "subject_tags",
    metadata,
    Column("subject_id", String(36), primary_key=True),
    Column("tag_id", String(36), primary_key=True),
    Column("position", Integer, nullable=False),
    Index(None, "tag_id"),
)
