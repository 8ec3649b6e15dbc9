"""Tables of the metrics room."""

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from bellwether.storage.metadata import metadata

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
