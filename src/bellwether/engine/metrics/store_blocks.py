"""SQL of packed snapshots, and of moving them between the two tables; for both stores.

Bounds are included; a bound that nobody set is `FIRST` or `LAST`.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from sqlalchemy import Connection

from bellwether.engine.metrics.canonical import read_metrics
from bellwether.engine.metrics.packing import Observation, pack
from bellwether.storage.statements import Sql

FIRST, LAST = -(2**63), 2**63 - 1
Key = tuple[int, int]
"""Where something stands among the observations of a subject: microseconds, and our id."""
Stretch = tuple[str, int, int]
"""A subject, and from when to when."""
_REWRITING = 7241902  # one process at a time rewrites blocks
_AT_ONCE = 20
_TYPES = "text bigint bigint bigint int bytea"
_INSERT = "INSERT INTO snapshot_blocks (subject_id, last_at, last_id, first_at, items, body)"
_DROP = "DELETE FROM snapshot_blocks WHERE subject_id = ? AND last_at = ? AND last_id = ?"
_BLOCKS = "SELECT subject_id, last_at, last_id, first_at, items, body FROM snapshot_blocks"
_OF_SUBJECT = f"""{_BLOCKS}
WHERE subject_id = ? AND last_at >= ? AND first_at <= ? ORDER BY last_at, last_id LIMIT {_AT_ONCE}
"""
_BEHIND = f"""{_BLOCKS}
WHERE subject_id = ? AND last_at >= ? AND (last_at > ? OR last_id > ?) AND first_at <= ?
ORDER BY last_at, last_id LIMIT {_AT_ONCE}
"""
_BACKWARDS = f"""{_BLOCKS}
WHERE subject_id = ? AND last_at >= ? AND first_at <= ? ORDER BY last_at DESC, last_id DESC
"""
_NEWEST = f"{_BLOCKS} WHERE subject_id = ? ORDER BY last_at DESC, last_id DESC LIMIT 1"
_NEWEST_AT = "SELECT MAX(last_at) FROM snapshot_blocks"
_OF_MANY = f"""{_BLOCKS}
WHERE subject_id {{texts}} AND last_at >= ? AND first_at <= ? ORDER BY subject_id, last_at, last_id
"""
# Those of the newest observations of each subject that are packed, as far as `count` goes.
_LAST_OF_MANY = """
SELECT subject_id, last_at, last_id, first_at, items, body FROM (
    SELECT *, SUM(items) OVER
        (PARTITION BY subject_id ORDER BY last_at DESC, last_id DESC) AS so_far
    FROM snapshot_blocks WHERE subject_id {texts}
) AS ranked WHERE so_far - items < ? ORDER BY subject_id, last_at, last_id
"""
_BODIES = "SELECT body FROM snapshot_blocks WHERE subject_id {texts}"
# What reaches into a stretch of each of some subjects.
_HOLDING_SQLITE = """
SELECT b.subject_id, b.body FROM json_each(?) AS wanted CROSS JOIN snapshot_blocks AS b
WHERE b.subject_id = json_extract(wanted.value, '$[0]')
    AND b.last_at >= json_extract(wanted.value, '$[1]')
    AND b.first_at <= json_extract(wanted.value, '$[2]')
"""
_HOLDING_POSTGRESQL = """
SELECT b.subject_id, b.body
FROM unnest(?::text[], ?::bigint[], ?::bigint[]) AS wanted (subject, low, high)
JOIN snapshot_blocks AS b ON b.subject_id = wanted.subject
    AND b.last_at >= wanted.low AND b.first_at <= wanted.high
"""
_MARK = "SELECT seen_id FROM snapshot_marks WHERE name = ?"
_SET_MARK = """
INSERT INTO snapshot_marks (name, seen_id) VALUES (?, ?)
ON CONFLICT (name) DO UPDATE SET seen_id = excluded.seen_id
"""
_SEEN = "SELECT id, subject_id FROM snapshots WHERE id > ? ORDER BY id LIMIT ?"
_NEWEST_ID = "SELECT MAX(id) FROM snapshots"
_CROWDED = """
SELECT subject_id FROM snapshots WHERE subject_id {texts}
GROUP BY subject_id HAVING COUNT(*) > ? ORDER BY subject_id
"""
_TO_PACK = """
SELECT subject_id, at, id, metrics, source, as_of, estimates, ordinal, run_id FROM snapshots
WHERE subject_id {texts} ORDER BY subject_id, at, id LIMIT ?
"""
_DROP_HOT = "DELETE FROM snapshots WHERE id {numbers}"


class Block(NamedTuple):
    """A row of `snapshot_blocks`."""

    subject_id: str
    last_at: int
    last_id: int
    first_at: int
    items: int
    body: bytes


class BlockStore:
    """Reads and writes packed snapshots on one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._sql = Sql(connection)
        self._postgresql = connection.dialect.name == "postgresql"

    def claim(self, *, wait: bool) -> bool:
        """Be the only one to rewrite blocks until the end of the transaction.

        SQLite has one writer anyway. False when somebody else is at it and there is no wait.
        """
        if not self._postgresql:
            return True
        if not wait:
            found = self._sql.fetch("SELECT pg_try_advisory_xact_lock(?)", _REWRITING)
            return bool(found[0][0])
        self._sql.run("SELECT pg_advisory_xact_lock(?)", _REWRITING)
        return True

    def keep_out(self) -> None:
        """Let nobody store snapshots until the end of the transaction."""
        if self._postgresql:
            self._sql.run("LOCK TABLE snapshots IN SHARE ROW EXCLUSIVE MODE")

    def newest_at(self) -> int:
        """Return the newest instant that is packed, of any subject."""
        found: int | None = self._sql.fetch(_NEWEST_AT)[0][0]
        return FIRST if found is None else found

    def of(self, subject_id: str, start: int, end: int) -> Iterator[Block]:
        """Yield the blocks of a subject that may reach into a stretch, oldest first."""
        found = self._sql.fetch(_OF_SUBJECT, subject_id, start, end)
        while True:
            yield from map(Block._make, found)
            if len(found) < _AT_ONCE:
                return
            _, at, row_id, *_ = found[-1]
            found = self._sql.fetch(_BEHIND, subject_id, at, at, row_id, end)

    def backwards(self, subject_id: str, start: int, end: int) -> Iterator[Block]:
        """Yield the blocks of a subject that may reach into a stretch, newest first."""
        yield from map(Block._make, self._sql.stream(_BACKWARDS, subject_id, start, end))

    def newest(self, subject_id: str) -> Block | None:
        """Return the newest block of a subject."""
        found = self._sql.fetch(_NEWEST, subject_id)
        return Block._make(found[0]) if found else None

    def of_many(self, subject_ids: Sequence[str], start: int, end: int) -> Iterator[Block]:
        """Yield the blocks of subjects that may reach into a stretch, by subject, oldest first."""
        yield from map(Block._make, self._sql.stream(_OF_MANY, list(subject_ids), start, end))

    def last_of_many(self, subject_ids: Sequence[str], count: int) -> Iterator[Block]:
        """Yield the blocks that hold the last `count` packed of each subject, oldest first."""
        yield from map(Block._make, self._sql.stream(_LAST_OF_MANY, list(subject_ids), count))

    def bodies(self, subject_ids: Sequence[str]) -> Iterator[bytes]:
        """Yield the bodies of all blocks of subjects."""
        for (body,) in self._sql.stream(_BODIES, list(subject_ids)):
            yield body

    def holding(self, stretches: Sequence[Stretch]) -> Sequence[tuple[str, bytes]]:
        """Return subjects and bodies of the blocks that reach into stretches, one a subject."""
        if self._postgresql:
            columns = map(list, zip(*stretches, strict=True))
            found = self._sql.fetch(_HOLDING_POSTGRESQL, *columns)
        else:
            found = self._sql.fetch(_HOLDING_SQLITE, list(stretches))
        return [(row[0], row[1]) for row in found]

    def add(self, blocks: Sequence[Block]) -> None:
        """Store blocks."""
        self._sql.insert(_INSERT, _TYPES, blocks)

    def replace(self, old: Sequence[Block], new: Sequence[Block]) -> None:
        """Store blocks in the place of others."""
        self._sql.run_many(_DROP, [(one.subject_id, one.last_at, one.last_id) for one in old])
        self.add(new)

    def mark(self, name: str) -> int:
        """Return how far something has read."""
        found = self._sql.fetch(_MARK, name)
        return int(found[0][0]) if found else 0

    def set_mark(self, name: str, seen_id: int) -> None:
        """Say how far something has read."""
        self._sql.run(_SET_MARK, name, seen_id)

    def seen_after(self, seen_id: int, limit: int) -> Sequence[tuple[int, str]]:
        """Return ids and subjects of the next snapshots in the order of arrival."""
        return [(row[0], row[1]) for row in self._sql.fetch(_SEEN, seen_id, limit)]

    def newest_id(self) -> int:
        """Return the largest id in the table of snapshots."""
        found: int | None = self._sql.fetch(_NEWEST_ID)[0][0]
        return found or 0

    def crowded(self, subject_ids: Sequence[str], most: int) -> Sequence[str]:
        """Return those subjects that have more than `most` snapshots that are not packed."""
        return [row[0] for row in self._sql.fetch(_CROWDED, list(subject_ids), most)]

    def to_pack(
        self, subject_ids: Sequence[str], limit: int
    ) -> Mapping[str, Sequence[Observation]]:
        """Return snapshots of subjects that are not packed, `limit` at most, oldest first."""
        found = self._sql.fetch(_TO_PACK, list(subject_ids), limit)
        return {
            subject_id: [read_observation(row[1:]) for row in rows]
            for subject_id, rows in groupby(found, key=itemgetter(0))
        }

    def drop_hot(self, ids: Sequence[int]) -> None:
        """Take snapshots out of their table."""
        self._sql.run(_DROP_HOT, list(ids))


def read_observation(row: Sequence[object]) -> Observation:
    """Return an observation from at, id, metrics, source, as_of, estimates, ordinal, run_id."""
    at, row_id, metrics, source, as_of, estimates, ordinal, run_id = row
    return Observation(
        at,  # type: ignore[arg-type]
        row_id,  # type: ignore[arg-type]
        read_metrics(metrics),  # type: ignore[arg-type]
        source,  # type: ignore[arg-type]
        as_of,  # type: ignore[arg-type]
        estimates,  # type: ignore[arg-type]
        ordinal,  # type: ignore[arg-type]
        run_id is not None,
    )


def make_block(subject_id: str, observations: Sequence[Observation]) -> Block:
    """Pack observations of one subject that are in order."""
    last = observations[-1]
    body = pack(observations)
    return Block(subject_id, last.at, last.id, observations[0].at, len(observations), body)
