"""The SQL of what counters keep of events that are forgotten."""

from collections.abc import Mapping

from sqlalchemy import Connection, text

_ADD = text(
    "INSERT INTO told_runs (tracker_id, told) VALUES (:tracker_id, :told)"
    " ON CONFLICT (tracker_id) DO UPDATE SET told = told_runs.told + EXCLUDED.told"
)


def add_told(connection: Connection, counts: Mapping[str, int]) -> None:
    """Count runs as told, by tracker, that can no longer be counted where they were."""
    rows = [{"tracker_id": one, "told": told} for one, told in sorted(counts.items())]
    if rows:
        connection.execute(_ADD, rows)
