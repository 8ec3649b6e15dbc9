"""SQL of what has been spent of each source's buckets."""

from collections.abc import Mapping

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bellwether.engine.tracking.tables import budgets


class BudgetStore:
    """Buckets' windows. Instants are microseconds of real time."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def locked(self, source: str, bucket: str) -> tuple[int, float]:
        """Return a bucket's window start and what is spent of it, kept until the commit."""
        # The row must be there to be locked; a window that started in 1970 is over.
        row = {"source": source, "bucket": bucket, "window_start": 0, "used": 0.0}
        make = sqlite.insert if self._connection.dialect.name == "sqlite" else postgresql.insert
        self._connection.execute(make(budgets).values(row).on_conflict_do_nothing())
        found = self._connection.execute(
            select(budgets.c.window_start, budgets.c.used)
            .where(budgets.c.source == source, budgets.c.bucket == bucket)
            .with_for_update()
        ).one()
        return found.window_start, found.used

    def used(self) -> Mapping[tuple[str, str], tuple[int, float]]:
        """Return every bucket's window start and what is spent of it, by source and bucket."""
        rows = self._connection.execute(select(budgets))
        return {(row.source, row.bucket): (row.window_start, row.used) for row in rows}

    def save(self, source: str, bucket: str, window_start: int, used: float) -> None:
        """Store what is spent of a locked bucket."""
        self._connection.execute(
            update(budgets)
            .where(budgets.c.source == source, budgets.c.bucket == bucket)
            .values(window_start=window_start, used=used)
        )
