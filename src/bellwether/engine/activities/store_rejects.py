"""The SQL of bad rows."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select

from bellwether.engine.activities.tables import activity_rejects
from bellwether.kit.clock import from_micros, to_micros
from bellwether.model.activities import BadRow

_NEWEST_FIRST = activity_rejects.c.id.desc()


class RejectStore:
    """Reads and writes bad rows on one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, rows: Sequence[tuple[BadRow, str]]) -> None:
        """Keep bad rows, each with the id of the key it came with."""
        if not rows:
            return
        self._connection.execute(
            activity_rejects.insert(),
            [
                {
                    "id": row.id,
                    "datamart_id": row.datamart_id,
                    "received_at": to_micros(row.received_at),
                    "source": row.source,
                    "code": row.code,
                    "reason": row.reason,
                    "field": row.field,
                    "size": len(row.body),
                    "body": row.body.encode("utf-8", "surrogateescape"),
                    "seq": row.seq,
                    "sent_by": sent_by,
                }
                for row, sent_by in rows
            ],
        )

    def page(self, datamart_id: int, offset: int, limit: int) -> Sequence[BadRow]:
        """List bad rows, the newest first."""
        rows = self._connection.execute(
            select(activity_rejects)
            .where(activity_rejects.c.datamart_id == datamart_id)
            .order_by(_NEWEST_FIRST)
            .offset(offset)
            .limit(limit)
        )
        return [_bad_row(row) for row in rows]

    def count(self, datamart_id: int) -> int:
        """Count the bad rows of a datamart."""
        count: int = self._connection.execute(
            select(func.count()).where(activity_rejects.c.datamart_id == datamart_id)
        ).scalar_one()
        return count

    def find(self, datamart_id: int, row_id: str) -> tuple[BadRow, str] | None:
        """Return a bad row, and the id of the key it came with."""
        row = self._connection.execute(
            select(activity_rejects).where(
                activity_rejects.c.datamart_id == datamart_id, activity_rejects.c.id == row_id
            )
        ).one_or_none()
        return None if row is None else (_bad_row(row), row.sent_by)

    def remove(self, row_id: str) -> None:
        """Forget a bad row."""
        self._connection.execute(delete(activity_rejects).where(activity_rejects.c.id == row_id))

    def prune(self, before: int, most: int, most_bytes: int) -> int:
        """Forget what came before an instant, and all but the newest of each datamart.

        What was acknowledged stays: nothing else has it.
        """
        refused = activity_rejects.c.source != "pipeline"
        mine: dict[str, Any] = {
            "partition_by": activity_rejects.c.datamart_id,
            "order_by": _NEWEST_FIRST,
        }
        ranked = (
            select(
                activity_rejects.c.id,
                func.row_number().over(**mine).label("place"),
                func.sum(activity_rejects.c.size).over(**mine).label("bytes"),
            )
            .where(refused)
            .subquery()
        )
        too_many = select(ranked.c.id).where(
            (ranked.c.place > most) | (ranked.c.bytes > most_bytes)
        )
        done = self._connection.execute(
            delete(activity_rejects).where(
                refused,
                (activity_rejects.c.received_at < before) | activity_rejects.c.id.in_(too_many),
            )
        )
        return done.rowcount


def _bad_row(row: Row[*tuple[Any, ...]]) -> BadRow:
    return BadRow(
        id=row.id,
        datamart_id=row.datamart_id,
        received_at=from_micros(row.received_at),
        source=row.source,
        code=row.code,
        reason=row.reason,
        field=row.field,
        body=bytes(row.body).decode("utf-8", "replace"),
        seq=row.seq,
    )
