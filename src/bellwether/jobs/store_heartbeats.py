"""The SQL of heartbeats. Instants are microseconds of real time."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bellwether.jobs.tables import heartbeats, jobs


class HeartbeatStore:
    """Reads and writes heartbeats on one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._insert = (
            postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        )

    def claim(self, values: dict[str, object]) -> None:
        """Note that a synthetic run begins; whichever was under way is given up."""
        insert = self._insert(heartbeats).values(beats=0, beat_at=values["started_at"], **values)
        self._connection.execute(
            insert.on_conflict_do_update(
                index_elements=["process", "role"], set_={"claim": insert.excluded.claim}
            )
        )

    def stamp(self, process: str, role: str, token: str, now: int) -> bool:
        """Count a synthetic run that ends; False when it was given up."""
        counted = self._connection.execute(
            update(heartbeats)
            .where(heartbeats.c.process == process, heartbeats.c.role == role)
            .where(heartbeats.c.claim == token)
            .values(beats=heartbeats.c.beats + 1, beat_at=now, claim=None)
        )
        return counted.rowcount > 0

    def rows(self) -> Sequence[Row[Any]]:
        """Return every row, oldest process first."""
        return self._connection.execute(
            select(heartbeats).order_by(heartbeats.c.process, heartbeats.c.role)
        ).all()

    def retire(self, process: str, kind: str) -> None:
        """Forget a process that says goodbye, and its synthetic jobs."""
        self._connection.execute(delete(heartbeats).where(heartbeats.c.process == process))
        self._connection.execute(delete(jobs).where(jobs.c.kind == kind))

    def forget(self, before: int, prefix: str) -> None:
        """Forget processes that have been silent since before an instant, and what they left."""
        self._connection.execute(delete(heartbeats).where(heartbeats.c.beat_at < before))
        self._connection.execute(
            delete(jobs).where(jobs.c.kind.startswith(prefix), jobs.c.created_at < before)
        )
