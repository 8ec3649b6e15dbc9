"""The SQL of what was refused, for erasures: bad rows, and refused lines of imported files."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from bellwether.storage.statements import Sql

_REJECTS = (
    "SELECT id, seq, body FROM activity_rejects WHERE datamart_id = ? AND id > ?"
    " ORDER BY id LIMIT ?"
)
_DROP = "DELETE FROM activity_rejects WHERE datamart_id = ? AND id {texts}"
_FAILURES = """
SELECT f.execution_id, f.line, f.body FROM import_executions AS e
JOIN import_failures AS f ON f.execution_id = e.id
WHERE e.datamart_id = ? AND (e.id > ? OR (e.id = ? AND f.line > ?))
ORDER BY e.id, f.line LIMIT ?
"""
_BLANK = "UPDATE import_failures SET body = '' WHERE execution_id = ? AND line = ?"
_CHUNK = 500


class ResidueStore:
    """Goes through what was refused in one datamart, on one transaction."""

    def __init__(self, connection: Connection, datamart_id: int) -> None:
        self._sql = Sql(connection)
        self._datamart_id = datamart_id

    def rejects(self) -> Iterator[Row[Any]]:
        """Yield id, seq and body (bytes) of all bad rows."""
        last = ""
        while rows := self._sql.run(_REJECTS, self._datamart_id, last, _CHUNK).fetchall():
            yield from rows
            last = rows[-1].id

    def drop_rejects(self, ids: Sequence[str]) -> None:
        """Delete bad rows."""
        self._sql.run(_DROP, self._datamart_id, list(ids))

    def failures(self) -> Iterator[Row[Any]]:
        """Yield execution_id, line and body (text) of all refused lines."""
        last = (0, 0)
        while True:
            where = (self._datamart_id, last[0], last[0], last[1])
            rows = self._sql.run(_FAILURES, *where, _CHUNK).fetchall()
            if not rows:
                return
            yield from rows
            last = (rows[-1].execution_id, rows[-1].line)

    def blank_failures(self, lines: Sequence[tuple[int, int]]) -> None:
        """Empty refused lines, given as (execution_id, line); that they were refused stays."""
        self._sql.run_many(_BLANK, lines)
