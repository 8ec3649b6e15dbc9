"""Tables of the metrics room."""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from bellwether.storage.metadata import metadata

# What was observed lately, and always the newest of each subject; the others are packed.
# One observation of one subject (a creator or a content, found through its workspace first).
# `metrics` is JSON with sorted keys, null where the source did not say; `digest` is a hash of it
# and `ordinal` counts equal observations at one instant, so that an import repeated adds nothing
# while a recording that says the same thing twice keeps both rows. `id` keeps order of arrival.
snapshots = Table(
    "snapshots",
    metadata,
    Column(
        "id",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    Column("subject_id", String(36), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("digest", BigInteger, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("metrics", Text, nullable=False),
    Column("estimates", Text),
    Column("as_of", BigInteger),
    Column("source", String(40), nullable=False),
    Column("run_id", String(36)),
    UniqueConstraint("subject_id", "at", "digest", "ordinal"),
)

# Observations of one subject between two instants, packed (packing.py). The blocks of a subject do
# not overlap: in the order of `last_at`, `last_id` they are in the order of instants and arrival.
snapshot_blocks = Table(
    "snapshot_blocks",
    metadata,
    Column("subject_id", String(36), primary_key=True),
    Column("last_at", BigInteger, primary_key=True),
    Column("last_id", BigInteger, primary_key=True),
    Column("first_at", BigInteger, nullable=False),
    Column("items", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index(None, "last_at"),
)

# How far something has read the table of snapshots, by its name.
snapshot_marks = Table(
    "snapshot_marks",
    metadata,
    Column("name", String(20), primary_key=True),
    Column("seen_id", BigInteger, nullable=False),
)

# Derived, and made again by whoever empties them. Creators or contents of one platform and scope
# whose closing values stand side by side, and the last day up to which those are right.
day_pages = Table(
    "day_pages",
    metadata,
    Column(
        "id",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    Column("workspace_id", String(36), nullable=False),
    Column("environment", String(10), nullable=False),
    Column("platform", String(20), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("subjects", Integer, nullable=False),
    Column("right_until", Integer, nullable=False),
    Index(None, "workspace_id", "environment", "platform", "kind"),
)

# Where the values of a subject stand in its page.
day_slots = Table(
    "day_slots",
    metadata,
    Column("subject_id", String(36), primary_key=True),
    Column("page_id", BigInteger, nullable=False),
    Column("slot", Integer, nullable=False),
    Index(None, "page_id", "slot", unique=True),
)

# What stood at the end of a UTC day: for each subject of a page the newest value of a metric.
day_values = Table(
    "day_values",
    metadata,
    Column("page_id", BigInteger, primary_key=True),
    Column("metric", Text, primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)
