"""The SQL of profiles and choices. Instants are microseconds here, `_ts` milliseconds."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row

from bellwether.storage.statements import Sql

_PROFILES = (
    "SELECT name, body, expires_ts, created_at, modified_at FROM user_profiles"
    " WHERE datamart_id = ? AND name {texts}"
)
_PUT = "INSERT INTO user_profiles (datamart_id, name, body, expires_ts, created_at, modified_at)"
_OVER = (
    "ON CONFLICT (datamart_id, name) DO UPDATE SET body = excluded.body,"
    " expires_ts = excluded.expires_ts, created_at = excluded.created_at,"
    " modified_at = excluded.modified_at"
)
_DROP = "DELETE FROM user_profiles WHERE datamart_id = ? AND name {texts}"
_ADD = (
    "INSERT INTO choice_versions (datamart_id, number, point, processing_id, choice_ts, accepted,"
    " recorded_at, origin, who, activity, body, digest)"
)
_ADD_TYPES = "int bigint bigint text bigint smallint bigint text text text text text"
_COLUMNS = (
    "number, point, processing_id, choice_ts, accepted, recorded_at, origin, who, activity, body,"
    " digest"
)
_OF = f"SELECT {_COLUMNS} FROM choice_versions WHERE datamart_id = ? AND point {{numbers}}"  # noqa: S608
_ONE = f"{_OF} AND processing_id = ?"
# What was made after it arrived was not: the earlier of the two decides.
_MADE = "CASE WHEN choice_ts > recorded_at / 1000 THEN recorded_at / 1000 ELSE choice_ts END"
_CURRENT = f"{_ONE} ORDER BY {_MADE} DESC, number DESC LIMIT 1"
_LOG = f"{_ONE} ORDER BY +number DESC LIMIT ? OFFSET ?"
_ALL_CURRENT = f"{_OF} ORDER BY processing_id, {_MADE} DESC, number DESC"
_COUNT = (
    "SELECT COUNT(*) FROM choice_versions WHERE datamart_id = ? AND point {numbers}"
    " AND processing_id = ?"
)
_HISTORY = (
    f"SELECT {_COLUMNS} FROM choice_versions WHERE datamart_id = ? AND number > ?"  # noqa: S608
    "{kept} ORDER BY number LIMIT ?"
)
_BLANK = (
    "UPDATE choice_versions SET point = NULL, processing_id = NULL, choice_ts = NULL,"
    " accepted = NULL, recorded_at = NULL, origin = NULL, who = NULL, activity = NULL, body = NULL"
    " WHERE datamart_id = ? AND point {numbers}"
)
_OWNERS = (
    "SELECT number, id, COALESCE(person, number) AS person FROM user_points"
    " WHERE datamart_id = ? AND number {numbers}"
)


class ProfileRow(NamedTuple):
    """A row of `user_profiles`, its body read."""

    name: str
    body: Mapping[str, Any]
    expires_ts: int | None
    created_at: int
    modified_at: int


class ChoiceRow(NamedTuple):
    """A new row of `choice_versions`; `body` is JSON."""

    number: int
    point: int
    processing_id: str
    choice_ts: int
    accepted: int
    recorded_at: int
    origin: str
    who: str
    activity: str | None
    body: str
    digest: str


class ProfileStore:
    """Reads and writes profiles of one datamart on one transaction, by the accounts' names."""

    def __init__(self, connection: Connection, datamart_id: int) -> None:
        self._sql = Sql(connection)
        self._datamart_id = datamart_id

    def get(self, names: Sequence[str]) -> dict[str, ProfileRow]:
        """Return those there are."""
        found = self._sql.run(_PROFILES, self._datamart_id, list(names))
        return {row[0]: ProfileRow(row[0], json.loads(row[1]), *row[2:]) for row in found}

    def put(self, rows: Sequence[ProfileRow]) -> None:
        """Write profiles, over those that are there."""
        values = [
            (self._datamart_id, row.name, json.dumps(row.body, allow_nan=False), *row[2:])
            for row in rows
        ]
        self._sql.insert(_PUT, "int text text bigint bigint bigint", values, _OVER)

    def drop(self, names: Sequence[str]) -> int:
        """Delete profiles and return how many there were."""
        return self._sql.run(_DROP, self._datamart_id, list(names)).rowcount


class ChoiceStore:
    """Adds to and reads the log of choices of one datamart on one transaction."""

    def __init__(self, connection: Connection, datamart_id: int) -> None:
        self._sql = Sql(connection)
        self._datamart_id = datamart_id

    def add(self, rows: Sequence[ChoiceRow]) -> None:
        """Append versions."""
        self._sql.insert(_ADD, _ADD_TYPES, [(self._datamart_id, *row) for row in rows])

    def current(self, points: Sequence[int], processing_id: str) -> Row[Any] | None:
        """Return the version that holds: the one made last, of equal ones the one recorded last."""
        return self._sql.run(_CURRENT, self._datamart_id, list(points), processing_id).first()

    def all_current(self, points: Sequence[int]) -> Sequence[Row[Any]]:
        """Return the version that holds of each processing, in the order of their ids."""
        found = self._sql.run(_ALL_CURRENT, self._datamart_id, list(points))
        newest: dict[str, Row[Any]] = {}
        for row in found:
            newest.setdefault(row.processing_id, row)
        return list(newest.values())

    def log(
        self, points: Sequence[int], processing_id: str, first: int, limit: int
    ) -> tuple[Sequence[Row[Any]], int]:
        """Return versions, those recorded last first, and how many there are."""
        own, numbers = self._datamart_id, list(points)
        rows = self._sql.run(_LOG, own, numbers, processing_id, limit, first).fetchall()
        total: int = self._sql.run(_COUNT, own, numbers, processing_id).scalar_one()
        return rows, total

    def history(self, after: int, limit: int, *, blank: bool) -> Sequence[Row[Any]]:
        """Return versions of everybody by number, with or without those of erased people."""
        return self._sql.run(
            _HISTORY.format(kept="" if blank else " AND point IS NOT NULL"),
            self._datamart_id,
            after,
            limit,
        ).fetchall()

    def blank(self, points: Sequence[int]) -> int:
        """Empty the versions of points, keeping number and digest; return how many."""
        return self._sql.run(_BLANK, self._datamart_id, list(points)).rowcount

    def owners(self, points: Sequence[int]) -> dict[int, str]:
        """Return the id of the person that each point belongs to."""
        own = self._datamart_id
        rows = self._sql.run(_OWNERS, own, list(points)).fetchall()
        people = list({row.person for row in rows})
        ids = {row.number: row.id for row in self._sql.run(_OWNERS, own, people)}
        return {row.number: ids[row.person] for row in rows}
