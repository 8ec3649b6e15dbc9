"""The SQL of the log: appending blocks, reading on, how far it is worked off.

Plain SQL, whole groups in one statement. Instants are microseconds here.
"""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row

from bellwether.storage.statements import Sql

_TAKE = "UPDATE activity_heads SET last_seq = last_seq + ? WHERE datamart_id = ? RETURNING last_seq"
_ADD_BLOCKS = (
    "INSERT INTO activity_blocks (datamart_id, first_seq, items, received_at, sent_by, body)"
    " VALUES (?, ?, ?, ?, ?, ?)"
)
_KEYS = "SELECT key_hash, ts, digest FROM activity_keys WHERE datamart_id = ? AND key_hash "
_ADD_KEYS = "INSERT INTO activity_keys (datamart_id, key_hash, ts, digest) VALUES (?, ?, ?, ?)"
# The block that holds a place, and those that begin after it.
_BLOCKS = """
SELECT first_seq, items, received_at, sent_by, body FROM activity_blocks
WHERE datamart_id = ? AND first_seq <= ? AND first_seq >= COALESCE(
    (SELECT MAX(first_seq) FROM activity_blocks WHERE datamart_id = ? AND first_seq <= ?), 0)
ORDER BY first_seq
"""
# Only the blocks that hold places of a list, however far apart these are.
_HOLDING_SQLITE = """
SELECT first_seq, items, received_at, sent_by, body FROM activity_blocks
WHERE datamart_id = ? AND first_seq IN (
    SELECT (SELECT MAX(b.first_seq) FROM activity_blocks AS b
        WHERE b.datamart_id = ? AND b.first_seq <= wanted.value)
    FROM json_each(?) AS wanted)
"""
_HOLDING_POSTGRESQL = """
SELECT first_seq, items, received_at, sent_by, body FROM activity_blocks
WHERE datamart_id = ? AND first_seq IN (
    SELECT (SELECT MAX(b.first_seq) FROM activity_blocks AS b
        WHERE b.datamart_id = ? AND b.first_seq <= wanted.seq)
    FROM unnest(?::bigint[]) AS wanted (seq))
"""
_REWRITE = "UPDATE activity_blocks SET body = ? WHERE datamart_id = ? AND first_seq = ?"
_LAGS = """
SELECT heads.datamart_id, heads.last_seq, cursors.processed_seq
FROM activity_heads AS heads JOIN activity_cursors AS cursors USING (datamart_id)
"""
_CLAIM = """
UPDATE activity_cursors SET claim = ?, lease_until = ? WHERE datamart_id = ?
AND (claim IS NULL OR claim = ? OR lease_until < ?)
"""
_LET_GO = "UPDATE activity_cursors SET claim = NULL, lease_until = NULL WHERE claim = ?"
_ADVANCE = """
UPDATE activity_cursors SET processed_seq = ?, lease_until = ?
WHERE datamart_id = ? AND claim = ? AND processed_seq = ?
"""
_VARIABLES = 900  # fewer than any SQLite takes in one statement


class Block(NamedTuple):
    """A row of `activity_blocks`."""

    datamart_id: int
    first_seq: int
    items: int
    received_at: int
    sent_by: str
    body: bytes


class KeyRow(NamedTuple):
    """A row of `activity_keys`."""

    datamart_id: int
    key_hash: bytes
    ts: int
    digest: bytes


class LogStore:
    """Reads and writes the log on one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._sql = Sql(connection)
        self._postgresql = connection.dialect.name == "postgresql"

    def take(self, datamart_id: int, count: int) -> int:
        """Move the end of a log by `count` (also back) and keep it until the commit."""
        last: int = self._sql.run(_TAKE, count, datamart_id).scalar_one()
        return last

    def add_blocks(self, blocks: Sequence[Block]) -> None:
        """Append blocks at places that were taken."""
        self._sql.run_many(_ADD_BLOCKS, blocks)

    def keys(self, datamart_id: int, hashes: Sequence[bytes]) -> Sequence[Row[Any]]:
        """Return those of the keys that were seen before."""
        if self._postgresql:
            return self._sql.run(f"{_KEYS}= ANY(?)", datamart_id, list(hashes)).fetchall()
        found: list[Row[Any]] = []
        for start in range(0, len(hashes), _VARIABLES):
            part = hashes[start : start + _VARIABLES]
            marks = ", ".join("?" * len(part))
            found += self._sql.run(f"{_KEYS}IN ({marks})", datamart_id, *part)
        return found

    def add_keys(self, rows: Sequence[KeyRow]) -> None:
        """Remember keys."""
        self._sql.run_many(_ADD_KEYS, rows)

    def blocks(self, datamart_id: int, first_seq: int, last_seq: int) -> Sequence[Row[Any]]:
        """Return the blocks that hold any of these places, in order."""
        return self._sql.run(_BLOCKS, datamart_id, last_seq, datamart_id, first_seq).fetchall()

    def holding(self, datamart_id: int, seqs: Sequence[int]) -> Sequence[Row[Any]]:
        """Return the blocks that hold any of these places, in no order."""
        if self._postgresql:
            found = self._sql.run(_HOLDING_POSTGRESQL, datamart_id, datamart_id, list(seqs))
        else:
            found = self._sql.run(_HOLDING_SQLITE, datamart_id, datamart_id, json.dumps(list(seqs)))
        return found.fetchall()

    def rewrite(self, datamart_id: int, bodies: Sequence[tuple[int, bytes]]) -> None:
        """Replace the bodies of blocks, given with their first places."""
        self._sql.run_many(_REWRITE, [(body, datamart_id, first) for first, body in bodies])

    def lag(self, datamart_id: int) -> Row[Any]:
        """Return the end of a log and how far it is worked off."""
        return self._sql.run(f"{_LAGS} WHERE datamart_id = ?", datamart_id).one()

    def lagging(self) -> Sequence[Row[Any]]:
        """Return logs that are not worked off to their ends."""
        where = "WHERE cursors.processed_seq < heads.last_seq ORDER BY datamart_id"
        return self._sql.run(f"{_LAGS} {where}").fetchall()

    def claim(self, datamart_id: int, token: str, until: int, real_now: int) -> bool:
        """Take a log for working off, unless another has it; also lengthens one's own claim."""
        done = self._sql.run(_CLAIM, token, until, datamart_id, token, real_now)
        return done.rowcount == 1

    def let_go(self, token: str) -> None:
        """Give up all that was claimed under a token."""
        self._sql.run(_LET_GO, token)

    def advance(self, datamart_id: int, token: str, start: int, end: int, until: int) -> bool:
        """Move a cursor; False when it is not the claimant's any more, or not where it was."""
        return self._sql.run(_ADVANCE, end, until, datamart_id, token, start).rowcount == 1
