"""SQL of snapshots that are not packed, for both stores."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection

from bellwether.engine.metrics.packing import Observation
from bellwether.engine.metrics.store_blocks import FIRST, Key, read_observation
from bellwether.storage.batches import fetch_rows, insert_rows
from bellwether.storage.statements import Sql

NewRow = tuple[str, int, int, int, str, str | None, int | None, str, str | None]
"""subject_id, at, digest, ordinal, metrics, estimates, as_of, source, run_id"""

_ALL = 2**62
_INSERT = """
INSERT INTO snapshots
    (subject_id, at, digest, ordinal, metrics, estimates, as_of, source, run_id)
"""
_ONCE = " ON CONFLICT (subject_id, at, digest, ordinal) DO NOTHING"
# One statement a batch: arrays travel and parse several times faster than rows.
_ARRAYS = """
SELECT * FROM unnest(
    %s::text[], %s::bigint[], %s::bigint[], %s::int[], %s::text[],
    %s::text[], %s::bigint[], %s::text[], %s::text[]
)
"""
_INSERT_POSTGRESQL = _INSERT + _ARRAYS + _ONCE
_INSERT_NUMBERED = """
INSERT INTO snapshots
    (id, subject_id, at, digest, ordinal, metrics, estimates, as_of, source, run_id)
"""
_TYPES = "bigint text bigint bigint int text text bigint text text"
_ROWS = """
SELECT subject_id, at, id, metrics, source, as_of, estimates, ordinal, run_id FROM snapshots
"""
_OBSERVED = "at, id, metrics, source, as_of, estimates, ordinal, run_id"
_OF_SUBJECT = f"""
SELECT {_OBSERVED} FROM snapshots
WHERE subject_id = ? AND at >= ? AND at <= ? AND (at > ? OR id > ?) ORDER BY at, id LIMIT ?
"""  # noqa: S608  our own words
_PAGE = 1000
"""Rows of a subject that are read at once."""
_DECODER = msgspec.json.Decoder(list[list[Any]])
_BACKWARDS = f"""{_ROWS}
WHERE subject_id = ? AND at >= ? AND at <= ? ORDER BY at DESC, id DESC
"""
_OF_MANY = f"""{_ROWS}
WHERE subject_id {{texts}} AND at >= ? AND at <= ? ORDER BY subject_id, at, id
"""
# The newest few of each subject: one short walk of the index (subject_id, at) for each.
_NEWEST_SQLITE = """
SELECT s.subject_id, s.at, s.id, metrics, source, as_of, estimates, ordinal, run_id
FROM json_each(?) AS wanted CROSS JOIN snapshots AS s
WHERE s.id IN (
    SELECT id FROM snapshots WHERE subject_id = wanted.value ORDER BY at DESC, id DESC LIMIT ?
)
ORDER BY s.subject_id, s.at, s.id
"""
_NEWEST_POSTGRESQL = """
SELECT s.subject_id, s.at, s.id, metrics, source, as_of, estimates, ordinal, run_id
FROM unnest(?::text[]) AS wanted (subject) CROSS JOIN LATERAL (
    SELECT * FROM snapshots WHERE subject_id = wanted.subject ORDER BY at DESC, id DESC LIMIT ?
) AS s
ORDER BY s.subject_id, s.at, s.id
"""
_NAMES_SQLITE = """
SELECT DISTINCT field.key FROM json_each(?) AS wanted
CROSS JOIN snapshots AS s ON s.subject_id = wanted.value, json_each(s.metrics) AS field
"""
_NAMES_POSTGRESQL = """
SELECT DISTINCT json_object_keys(s.metrics::json)
FROM snapshots AS s WHERE s.subject_id = ANY(?::text[])
"""
# Both tables in one statement: half the time of two, and one view of them.
_SERIES = """
SELECT 1, last_at, last_id, body, NULL FROM snapshot_blocks
WHERE subject_id = ? AND last_at >= ? AND first_at <= ?
UNION ALL
SELECT 0, at, id, NULL, metrics FROM snapshots WHERE subject_id = ? AND at >= ? AND at <= ?
"""
_SPANS = """
SELECT subject_id, MIN(at), MAX(at) FROM snapshots WHERE subject_id {texts} GROUP BY subject_id
"""
_DROP = """
DELETE FROM snapshots WHERE subject_id = ? AND at = ? AND digest = ? AND ordinal = ?
"""
_DELETE = "DELETE FROM snapshots WHERE subject_id = ? AND at >= ? AND at <= ?"
_NEWEST_KEY = """
SELECT at, id FROM snapshots WHERE subject_id = ? ORDER BY at DESC, id DESC LIMIT 1
"""
_TAKE_IDS = "SELECT setval('snapshots_id_seq', nextval('snapshots_id_seq') + ? - 1)"
_TIDEMARK = "DELETE FROM snapshots WHERE subject_id = ''"


class MetricsStore:
    """Reads and writes snapshots of subjects that were found in their workspace before."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._sql = Sql(connection)
        self._postgresql = connection.dialect.name == "postgresql"

    def insert(self, rows: Sequence[NewRow]) -> int:
        """Store the rows that are not in this table yet and return how many they were."""
        if not rows:
            return 0
        if self._postgresql:
            columns = tuple(list(column) for column in zip(*rows, strict=True))
            return self._connection.exec_driver_sql(_INSERT_POSTGRESQL, columns).rowcount
        return insert_rows(self._connection, _INSERT, rows, _ONCE)

    def insert_numbered(self, rows: Sequence[tuple[int, *NewRow]]) -> None:
        """Store rows that have their ids."""
        self._sql.insert(_INSERT_NUMBERED, _TYPES, rows)

    def drop(self, identities: Sequence[tuple[str, int, int, int]]) -> int:
        """Remove rows by subject, instant, digest and ordinal; return how many there were."""
        return sum(self._sql.run(_DROP, *identity).rowcount for identity in identities)

    def of(
        self, subject_id: str, start: int, end: int, after: Key | None, limit: int | None
    ) -> Iterator[Observation]:
        """Yield snapshots of a subject in order, read as they are consumed."""
        at, row_id = (start - 1 if start > FIRST else FIRST, 0) if after is None else after
        left = limit or _ALL
        if self._postgresql:  # one statement: the next might not see what another packed meanwhile
            bounds = (subject_id, max(start, at), end, at, row_id, left)
            yield from map(read_observation, self._sql.stream(_OF_SUBJECT, *bounds))
            return
        while left > 0:
            size = min(left, _PAGE)
            bounds = (subject_id, max(start, at), end, at, row_id, size)
            rows = fetch_rows(self._connection, _OBSERVED, _OF_SUBJECT, bounds, _DECODER)
            yield from map(read_observation, rows)
            if len(rows) < size:
                return
            left -= size
            at, row_id = rows[-1][:2]

    def backwards(self, subject_id: str, start: int, end: int) -> Iterator[Observation]:
        """Yield snapshots of a subject, the newest first."""
        for row in self._sql.stream(_BACKWARDS, subject_id, start, end):
            yield read_observation(row[1:])

    def of_many(
        self, subject_ids: Sequence[str], start: int, end: int
    ) -> Iterator[tuple[str, Observation]]:
        """Yield snapshots of subjects with their subjects, by subject and in order."""
        for subject_id, *row in self._sql.stream(_OF_MANY, list(subject_ids), start, end):
            yield subject_id, read_observation(row)

    def newest(self, subject_ids: Sequence[str], count: int) -> Iterator[tuple[str, Observation]]:
        """Yield up to `count` newest snapshots of each subject, by subject and in order."""
        statement = _NEWEST_POSTGRESQL if self._postgresql else _NEWEST_SQLITE
        for subject_id, *row in self._sql.run(statement, list(subject_ids), count):
            yield subject_id, read_observation(row)

    def names(self, subject_ids: Sequence[str]) -> set[str]:
        """Return the names of the metrics that any snapshot of the subjects has."""
        statement = _NAMES_POSTGRESQL if self._postgresql else _NAMES_SQLITE
        return {row[0] for row in self._sql.run(statement, list(subject_ids))}

    def series(
        self, subject_id: str, start: int, end: int
    ) -> tuple[Sequence[bytes], Sequence[tuple[int, int, str]]]:
        """Return the bodies of the blocks that may reach into a stretch, and the rows in it.

        Blocks are in order; rows are (at, id, written metrics), in order.
        """
        bounds = (subject_id, start, end)
        bodies, rows = [], []
        for packed, at, row_id, body, metrics in self._sql.fetch(_SERIES, *bounds, *bounds):
            if packed:
                bodies.append((at, row_id, body))
            else:
                rows.append((at, row_id, metrics))
        bodies.sort()
        rows.sort()
        return [body for _, _, body in bodies], rows

    def spans(self, subject_ids: Sequence[str]) -> Sequence[tuple[str, int, int]]:
        """Return the first and last instants of subjects that have snapshots in this table."""
        found = self._sql.fetch(_SPANS, list(subject_ids))
        return [(row[0], row[1], row[2]) for row in found]

    def delete(self, subject_id: str, start: int, end: int) -> int:
        """Remove snapshots of a subject and return how many there were."""
        if self._postgresql:
            return self._sql.run(_DELETE, subject_id, start, end).rowcount
        return self._delete_below_the_tide(subject_id, start, end)

    def _delete_below_the_tide(self, subject_id: str, start: int, end: int) -> int:
        """Remove snapshots so that no id that was ever given is given again.

        SQLite gives the largest id of the table plus one; where that row goes, one of nobody's
        takes its place.
        """
        largest = "SELECT COALESCE(MAX(id), 0) FROM snapshots"
        before = self._sql.fetch(largest)[0][0]
        count = self._sql.run(_DELETE, subject_id, start, end).rowcount
        if self._sql.fetch(largest)[0][0] < before:
            self._sql.run(_TIDEMARK)
            self.insert_numbered([(before, "", 0, 0, 0, "{}", None, None, "", None)])
        return count

    def newest_key(self, subject_id: str) -> Key | None:
        """Return where the newest snapshot of a subject stands."""
        found = self._sql.fetch(_NEWEST_KEY, subject_id)
        return (found[0][0], found[0][1]) if found else None

    def take_ids(self, count: int) -> range:
        """Return ids for so many new snapshots while nobody else may store any.

        On SQLite the caller must store one with the last of them in this transaction.
        """
        if self._postgresql:
            (last,) = self._sql.fetch(_TAKE_IDS, count)[0]
        else:
            (largest,) = self._sql.fetch("SELECT COALESCE(MAX(id), 0) FROM snapshots")[0]
            last = largest + count
        return range(last - count + 1, last + 1)
