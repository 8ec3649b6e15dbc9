"""Tables of the insights room."""

from sqlalchemy import Column, Integer, String, Table

from bellwether.storage.metadata import metadata

# What counters say of events that are forgotten: how many of a tracker's runs were told.
told_runs = Table(
    "told_runs",
    metadata,
    Column("tracker_id", String(36), primary_key=True),
    Column("told", Integer, nullable=False),
)
