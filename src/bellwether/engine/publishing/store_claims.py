"""SQL of the worker: which accounts have something due, and what became of their acts.

Plain SQL, whole batches in one statement: lists travel as arrays on PostgreSQL, and as JSON or a
prepared statement run many times on SQLite. Instants are microseconds here.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row

from bellwether.storage.statements import Sql

_LANES = "SELECT DISTINCT environment, platform FROM acts WHERE due_at <= ?"
_FREE = "(m.lease_until IS NULL OR m.lease_until <= ?)"
_DUE = f"""
SELECT a.account_id FROM acts AS a JOIN managed_accounts AS m ON m.id = a.account_id
WHERE a.environment = ? AND a.platform = ? AND a.due_at <= ? AND {_FREE} AND NOT EXISTS (
    SELECT 1 FROM acts AS s
    WHERE s.account_id = a.account_id AND s.stage = 'sending' AND s.due_at > ?
)
ORDER BY a.due_at LIMIT ?
"""  # noqa: S608  our own words
_LOCK = f"""
SELECT m.* FROM managed_accounts AS m WHERE {_FREE} AND m.id {{texts}}
"""  # noqa: S608
_CLAIM = "UPDATE managed_accounts SET claim = ?, lease_until = ? WHERE id {texts}"
_RENEW = "UPDATE managed_accounts SET lease_until = ? WHERE claim = ? AND id {texts}"
_RELEASE = (
    "UPDATE managed_accounts SET claim = NULL, lease_until = NULL WHERE claim = ? AND id {texts}"
)
# What may have been done already comes first: it must be known before anything else is sent.
_ACTS = """
SELECT * FROM (
    SELECT a.*, ROW_NUMBER() OVER (
        PARTITION BY a.account_id
        ORDER BY CASE a.stage WHEN 'sending' THEN 0 ELSE 1 END, a.due_at, a.id
    ) AS place
    FROM acts AS a WHERE a.due_at <= ? AND a.account_id {texts}
) AS ranked WHERE place <= ? ORDER BY account_id, place
"""
_SAVE = """
UPDATE acts SET revision = acts.revision + 1, state = {state}, stage = {stage}, due_at = {due_at},
    tries = {tries}, sends = {sends}, prepared = {prepared}, sent_at = {sent_at},
    sent_real = {sent_real}, social_id = {social_id}, url = {url}, content_id = {content_id},
    error = {error}, finished_at = {finished_at}, updated_at = {updated_at}
"""
_SAVE_TYPES = (
    "text text bigint int int text bigint bigint text text text text bigint bigint text int"
)


class ActRow(NamedTuple):
    """What an act's row becomes, if its revision is still the one that was read."""

    state: str
    stage: str
    due_at: int | None
    tries: int
    sends: int
    prepared: str | None
    sent_at: int | None
    sent_real: int | None
    social_id: str | None
    url: str | None
    content_id: str | None
    error: str | None
    finished_at: int | None
    updated_at: int
    id: str
    revision: int


class ClaimStore:
    """The worker's view of accounts and acts, across workspaces."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._sql = Sql(connection)
        self._postgresql = connection.dialect.name == "postgresql"

    def lanes(self, now: int) -> Sequence[tuple[str, str]]:
        """Return the (environment, platform) that have something due."""
        return [(row[0], row[1]) for row in self._sql.run(_LANES, now)]

    def due(self, lane: tuple[str, str], now: int, real_now: int, limit: int) -> Sequence[str]:
        """Return free accounts of a lane with something due, the longest due first.

        One of which it is not known yet whether something was sent has to wait until it is.
        """
        found = self._sql.run(_DUE, *lane, now, real_now, now, limit)
        return list(dict.fromkeys(row[0] for row in found))

    def claim(
        self, ids: Sequence[str], real_now: int, token: str, lease_until: int
    ) -> Sequence[Row[Any]]:
        """Take those accounts that are still free and return them."""
        # In one order, so that no two transactions wait for each other.
        lock = " ORDER BY m.id FOR UPDATE SKIP LOCKED" if self._postgresql else ""
        found = self._sql.run(_LOCK + lock, real_now, list(ids)).fetchall()
        self._sql.run(_CLAIM, token, lease_until, [row.id for row in found])
        return found

    def acts(self, account_ids: Sequence[str], now: int, each: int) -> Sequence[Row[Any]]:
        """Return what is due for accounts, up to `each` an account, in the order to be done."""
        return self._sql.run(_ACTS, now, list(account_ids), each).fetchall()

    def renew(self, ids: Sequence[str], token: str, lease_until: int) -> None:
        """Lengthen the lease of those accounts that are still held under the token."""
        self._sql.run(_RENEW, lease_until, token, list(ids))

    def release(self, ids: Sequence[str], token: str) -> None:
        """Let go of those accounts that are still held under the token."""
        self._sql.run(_RELEASE, token, list(ids))

    def save(self, rows: Sequence[ActRow]) -> set[str]:
        """Change acts whose revision is still the one given, and return the ids of those."""
        if not rows:
            return set()
        if self._postgresql:
            names = ", ".join(ActRow._fields)
            types = _SAVE_TYPES.split()
            values = "unnest(" + ", ".join(f"%s::{name}[]" for name in types) + ")"
            statement = (
                _SAVE.format(**{name: f"new.{name}" for name in ActRow._fields})
                + f"FROM {values} AS new ({names})"
                + " WHERE acts.id = new.id AND acts.revision = new.revision RETURNING acts.id"
            )
            # In one order, so that no two transactions wait for each other.
            columns = tuple(
                list(column) for column in zip(*sorted(rows, key=lambda row: row.id), strict=True)
            )
            return {row[0] for row in self._connection.exec_driver_sql(statement, columns)}
        marks = dict.fromkeys(ActRow._fields, "?")
        statement = _SAVE.format(**marks) + "WHERE id = ? AND revision = ?"
        return {
            row.id
            for row in rows
            if self._connection.exec_driver_sql(statement, tuple(row)).rowcount == 1
        }
