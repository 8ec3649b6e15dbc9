"""Tables of people: user points, their identifiers and timelines, profiles, choices, erasures.

Instants named `_ts` are milliseconds as they were sent, those named `_at` microseconds of ours. A
point is numbered within its datamart in the order in which points were made. Everything that a
person did hangs on the point it was first seen on, and stays there: joining people changes only
`user_points.person`, the number of the oldest point among those joined (null for that one itself),
so that it can be undone.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    text,
)

from bellwether.storage.metadata import metadata

# The last numbers given out in a datamart, and the digest of its last choice. Whoever writes about
# people holds this row until he commits, so that writers follow one another.
people = Table(
    "people",
    metadata,
    Column("datamart_id", Integer, ForeignKey("datamarts.id"), primary_key=True),
    Column("points", BigInteger, nullable=False),
    Column("merges", BigInteger, nullable=False),
    Column("choices", BigInteger, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("salt", String(64), nullable=False),
)

user_points = Table(
    "user_points",
    metadata,
    Column("datamart_id", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("id", String(36), nullable=False),
    Column("person", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "id", unique=True),
    Index(
        "ix_user_points_joined",
        "person",
        "datamart_id",
        sqlite_where=text("person IS NOT NULL"),
        postgresql_where=text("person IS NOT NULL"),
    ),
    sqlite_with_rowid=False,
)

# `name` is the identifier in one text. What is sent of it with a time up to `barred_ts` belongs to
# a person who was erased.
user_identifiers = Table(
    "user_identifiers",
    metadata,
    Column("datamart_id", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, primary_key=True),
    Column("point", BigInteger, nullable=False),
    Column("added_at", BigInteger, nullable=False),
    Column("barred_ts", BigInteger),
    Column("email", Text),
    Index(None, "point", "datamart_id"),
    sqlite_with_rowid=False,
)

# Which points were found to be one person, and why: `kept` and `joined` are the numbers of the two
# people at that moment, `left` and `right` the points that the identifiers hung on.
user_point_merges = Table(
    "user_point_merges",
    metadata,
    Column("datamart_id", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("kept", BigInteger, nullable=False),
    Column("joined", BigInteger, nullable=False),
    Column("left_point", BigInteger, nullable=False),
    Column("right_point", BigInteger, nullable=False),
    Column("cause", Text, nullable=False),
    Column("who", String(36), nullable=False),
    Column("merged_at", BigInteger, nullable=False),
    Column("undone_at", BigInteger),
    Column("undone_by", String(36)),
    Index(None, "left_point", "datamart_id"),
    Index(None, "right_point", "datamart_id"),
)

# Where in the log the activities of a point are. `lane` is the site or app of a session's part.
timeline = Table(
    "timeline",
    metadata,
    Column("datamart_id", Integer, primary_key=True, autoincrement=False),
    Column("point", BigInteger, primary_key=True, autoincrement=False),
    Column("ts", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("lane", Text),
    Column("expires_ts", BigInteger),
    Index(
        "ix_timeline_expiring",
        "expires_ts",
        sqlite_where=text("expires_ts IS NOT NULL"),
        postgresql_where=text("expires_ts IS NOT NULL"),
    ),
    sqlite_with_rowid=False,
)

user_profiles = Table(
    "user_profiles",
    metadata,
    Column("datamart_id", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, primary_key=True),
    Column("body", Text, nullable=False),
    Column("expires_ts", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("modified_at", BigInteger, nullable=False),
)

# Only ever added to. Of an erased person's choices the number and the digest stay.
choice_versions = Table(
    "choice_versions",
    metadata,
    Column("datamart_id", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("point", BigInteger),
    Column("processing_id", Text),
    Column("choice_ts", BigInteger),
    Column("accepted", SmallInteger),
    Column("recorded_at", BigInteger),
    Column("origin", String(10)),
    Column("who", String(36)),
    Column("activity", Text),
    Column("body", Text),
    Column("digest", String(64), nullable=False),
    Index(None, "datamart_id", "point", "processing_id"),
)

# Openings of an app that were the first of a person, or in another version than the one before.
app_changes = Table(
    "app_changes",
    metadata,
    Column("datamart_id", Integer, primary_key=True, autoincrement=False),
    Column("point", BigInteger, primary_key=True, autoincrement=False),
    Column("app_id", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("event", String(20), nullable=False),
    Column("event_ts", BigInteger, nullable=False),
    Column("versions", Text, nullable=False),
)

# One row for each event that names a content's address; `day` counts from 1970-01-01 UTC.
content_events = Table(
    "content_events",
    metadata,
    Column("datamart_id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("platform", String(20), nullable=False),
    Column("external_id", String(200), nullable=False),
    Column("day", Integer, nullable=False),
    Column("conversion", SmallInteger, nullable=False),
    Index(
        "ix_content_events_content", "datamart_id", "platform", "external_id", "day", "conversion"
    ),
    sqlite_with_rowid=False,
)

tombstones = Table(
    "tombstones",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("datamart_id", Integer, ForeignKey("datamarts.id"), nullable=False),
    Column("erased_at", BigInteger, nullable=False),
    Column("erased_by", String(36), nullable=False),
    Column("before_ts", BigInteger, nullable=False),
    Column("removed", Text, nullable=False),
    Index(None, "datamart_id", "id"),
)

tombstone_identifiers = Table(
    "tombstone_identifiers",
    metadata,
    Column("datamart_id", Integer, primary_key=True, autoincrement=False),
    Column("digest", String(64), primary_key=True),
    Column("tombstone_id", String(36), ForeignKey("tombstones.id"), primary_key=True),
)
