"""SQL of the scheduler: what is due, who works on it, what became of it.

Plain SQL, whole batches in one statement: lists travel as arrays on PostgreSQL, and as JSON or a
rows of one statement on SQLite. Instants are microseconds here.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

import msgspec
from sqlalchemy import Connection, CursorResult, Row

from bellwether.model.tracking import TrackerState
from bellwether.storage.batches import fetch_rows, insert_rows

_FREE = "next_at IS NOT NULL AND (lease_until IS NULL OR lease_until <= ?)"
_IN_LANE = "environment = ? AND platform = ? AND aspect = ? AND priority = ? AND due_at <= ?"
_LANES = "WITH lanes (environment, platform, aspect, priority) AS (VALUES %s)"
_OF_LANE = """
    FROM trackers AS t
    WHERE t.environment = lanes.environment AND t.platform = lanes.platform
    AND t.aspect = lanes.aspect AND t.priority = lanes.priority
"""
# The inner LIMIT makes both planners walk the lane index once for each lane.
_DUE_LANES = f"""{_LANES}
SELECT environment, platform, aspect, priority FROM lanes WHERE (
    SELECT 1 {_OF_LANE} AND t.due_at <= ? AND {_FREE} LIMIT 1
) = 1
"""  # noqa: S608  the lanes are our own words
_NEXT_DUE = f"""{_LANES}
SELECT min(following) FROM (
    SELECT (SELECT t.due_at {_OF_LANE} AND t.due_at > ? ORDER BY t.due_at LIMIT 1) AS following
    FROM lanes
) AS nearest
"""  # noqa: S608
_DUE = f"FROM trackers WHERE {_IN_LANE} AND {_FREE} ORDER BY due_at, target LIMIT ?"
_CLAIM = "UPDATE trackers SET claim = ?, lease_until = ? WHERE id IN ({ids})"
_EXPIRE = (
    f"UPDATE trackers SET state = '{TrackerState.EXPIRED}', due_at = NULL, attempts = 0,"  # noqa: S608
    " claim = NULL, lease_until = NULL, updated_at = ? WHERE id IN ({ids})"
)
_RENEW = "UPDATE trackers SET lease_until = ? WHERE claim = ? AND id IN ({ids})"
_RELEASE = "UPDATE trackers SET claim = NULL, lease_until = NULL WHERE claim = ? AND id IN ({ids})"
_POSTPONE = (
    "UPDATE trackers SET claim = NULL, lease_until = NULL, due_at = ?, failure_message = ?"
    " WHERE claim = ? AND id IN ({ids})"
)
_HELD = "FROM trackers WHERE id IN ({ids})"
_ABOUT = (
    "SELECT trackers.id, trackers.platform, trackers.aspect, trackers.subject_id, trackers.target,"
    " COALESCE(trackers.handle, contents.creator_handle, creators.handle) AS handle,"
    " trackers.url, trackers.dialect, trackers.state, trackers.expires_at, trackers.last_run_at,"
    " trackers.last_success_at, trackers.runs"
    " FROM trackers LEFT JOIN contents ON contents.id = trackers.subject_id"
    " LEFT JOIN creators ON creators.id = trackers.subject_id WHERE trackers.id IN ({ids})"
)
_ADD_RUNS = (
    "INSERT INTO runs (id, tracker_id, workspace_id, environment, tick, finished_at, state,"
    " source, failure_reason, failure_message, attempts, snapshots)"
)
_ONCE = " ON CONFLICT (tracker_id, tick) DO NOTHING"
_RUN_TYPES = "text text text text bigint bigint text text text text int int"
_FINISH = """
UPDATE trackers SET next_at = {next_at}, due_at = {due_at}, state = {state},
    priority = {priority}, attempts = {attempts},
    last_run_at = COALESCE({last_run_at}, trackers.last_run_at),
    last_success_at = COALESCE({last_success_at}, trackers.last_success_at),
    failure_reason = {failure_reason}, failure_message = {failure_message},
    runs = trackers.runs + {runs}, updated_at = {updated_at}, claim = NULL, lease_until = NULL
"""


def _unnest(types: str) -> str:
    return "unnest(" + ", ".join(f"%s::{name}[]" for name in types.split()) + ")"


class RunRow(NamedTuple):
    """A row of `runs`."""

    id: str
    tracker_id: str
    workspace_id: str
    environment: str
    tick: int
    finished_at: int
    state: str
    source: str | None
    failure_reason: str | None
    failure_message: str | None
    attempts: int
    snapshots: int


class DueRow(NamedTuple):
    """What of a tracker's row says what is due."""

    id: str
    workspace_id: str
    subject_id: str
    target: str
    next_at: int
    expires_at: int | None
    attempts: int
    last_success_at: int | None


class HeldRow(NamedTuple):
    """What of a tracker's row says how its tick ends."""

    id: str
    environment: str
    platform: str
    claim: str | None
    priority: int
    cron: str
    timezone: str
    state: str
    next_at: int | None
    expires_at: int | None
    last_success_at: int | None
    last_run_at: int | None
    created_at: int


class End(NamedTuple):
    """What becomes of all rows of a batch whose ticks end alike.

    `last_run_at` and `last_success_at` stay where they are None; `runs` is added.
    """

    state: str
    priority: int
    attempts: int
    last_run_at: int | None
    last_success_at: int | None
    runs: int
    updated_at: int


class Finish(NamedTuple):
    """What a tracker's row becomes when work on its tick ends, for now or for good."""

    id: str
    next_at: int | None
    due_at: int | None
    failure_reason: str | None
    failure_message: str | None
    end: End


_T = TypeVar("_T", DueRow, HeldRow)
_due_rows = msgspec.json.Decoder(list[DueRow])
_held_rows = msgspec.json.Decoder(list[HeldRow])

# Rows that end alike are moved on by one statement: what differs travels as a list, the rest once.
_EACH_ITS_OWN = Finish._fields[:-1]
_FINISH_TYPES = "text bigint bigint text text"
_END_TYPES = "%s::text, %s::int, %s::int, %s::bigint, %s::bigint, %s::int, %s::bigint"
_FINISH_SQLITE = (
    _FINISH.format(
        **{name: f"json_extract(new.value, '$[{n}]')" for n, name in enumerate(_EACH_ITS_OWN)},
        **{name: f":{name}" for name in End._fields},
    )
    + "FROM json_each(:rows) AS new WHERE trackers.id = json_extract(new.value, '$[0]')"
)
_FINISH_POSTGRESQL = (
    _FINISH.format(
        **{name: f"new.{name}" for name in _EACH_ITS_OWN},
        **{name: f"given.{name}" for name in End._fields},
    )
    + f"FROM (SELECT {_END_TYPES}) AS given ({', '.join(End._fields)}),"
    + f" {_unnest(_FINISH_TYPES)} AS new ({', '.join(_EACH_ITS_OWN)}) WHERE trackers.id = new.id"
)


class ClaimStore:
    """The scheduler's view of trackers, across workspaces."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._postgresql = connection.dialect.name == "postgresql"

    def due_lanes(
        self, lanes: Sequence[tuple[str, str, str, int]], now: int, real_now: int
    ) -> Sequence[tuple[str, str, str, int]]:
        """Return those (environment, platform, aspect, priority) that have a free row due."""
        found = self._run(_in_lanes(_DUE_LANES, lanes), now, real_now)
        return [(row[0], row[1], row[2], row[3]) for row in found]

    def next_due(self, lanes: Sequence[tuple[str, str, str, int]], after: int) -> int | None:
        """Return the first instant after another at which a row of a lane becomes due."""
        following: int | None = self._run(_in_lanes(_NEXT_DUE, lanes), after).scalar_one()
        return following

    def due(
        self, lane: tuple[str, str, str, int], now: int, real_now: int, limit: int
    ) -> Sequence[DueRow]:
        """Return free rows due in a lane, oldest first, kept from others until the commit."""
        lock = " FOR UPDATE SKIP LOCKED" if self._postgresql else ""
        return self._fetch(DueRow, _due_rows, _DUE + lock, *lane, now, real_now, limit)

    def claim(self, ids: Sequence[str], token: str, lease_until: int) -> None:
        """Give rows to a scheduler."""
        self._run_for(_CLAIM, ids, token, lease_until)

    def expire(self, ids: Sequence[str], now: int) -> None:
        """Mark trackers as expired: nothing more is due. How the last run ended stays."""
        self._run_for(_EXPIRE, ids, now)

    def renew(self, ids: Sequence[str], token: str, lease_until: int) -> None:
        """Lengthen the lease of those rows that are still held under the token."""
        self._run_for(_RENEW, ids, lease_until, token)

    def release(self, ids: Sequence[str], token: str) -> None:
        """Let go of those rows that are still held under the token."""
        self._run_for(_RELEASE, ids, token)

    def postpone(self, tracker_id: str, token: str, due_at: int, message: str) -> None:
        """Push a row that cannot be worked on out of the way."""
        self._run_for(_POSTPONE, [tracker_id], due_at, message, token)

    def held(self, ids: Sequence[str]) -> dict[str, HeldRow]:
        """Return rows by id, as they are now, and keep them so until the commit."""
        # In one order, so that no two transactions wait for each other.
        lock = " ORDER BY id FOR UPDATE" if self._postgresql else ""
        statement, parameters = self._with_ids(_HELD, ids)
        rows = self._fetch(HeldRow, _held_rows, statement + lock, *parameters)
        return {row.id: row for row in rows}

    def about(self, ids: Sequence[str]) -> dict[str, Row[Any]]:
        """Return what is told of trackers, as they are now, by id."""
        statement, parameters = self._with_ids(_ABOUT, ids)
        return {row.id: row for row in self._run(statement, *parameters)}

    def add_runs(self, rows: Sequence[RunRow]) -> set[str]:
        """Store runs, once for each tick, and return the ids of those that are new."""
        if not rows:
            return set()
        if self._many(_ADD_RUNS, _ONCE, _RUN_TYPES, rows) == len(rows):
            return {row.id for row in rows}
        ids = [row.id for row in rows]
        statement, parameters = self._with_ids("SELECT id FROM runs WHERE id IN ({ids})", ids)
        return {row[0] for row in self._run(statement, *parameters)}

    def finish(self, rows: Sequence[Finish]) -> None:
        """Store what rows become and let go of them."""
        ends: dict[End, list[tuple[Any, ...]]] = {}
        for row in rows:
            ends.setdefault(row.end, []).append(row[:-1])
        for end, some in ends.items():
            if self._postgresql:
                self._connection.exec_driver_sql(_FINISH_POSTGRESQL, (*end, *_columns(some)))
            else:
                values = dict(zip(End._fields, end, strict=True), rows=_to_json(some))
                self._connection.exec_driver_sql(_FINISH_SQLITE, values)

    def _many(self, insert: str, suffix: str, types: str, rows: Sequence[RunRow]) -> int:
        if self._postgresql:
            statement = f"{insert} SELECT * FROM {_unnest(types)}{suffix}"  # noqa: S608
            return self._connection.exec_driver_sql(statement, _columns(rows)).rowcount
        return insert_rows(self._connection, insert, rows, suffix)

    def _run_for(self, statement: str, ids: Sequence[str], *parameters: Any) -> None:
        if ids:
            statement, all_parameters = self._with_ids(statement, ids, *parameters)
            self._run(statement, *all_parameters)

    def _with_ids(
        self, statement: str, ids: Sequence[str], *parameters: Any
    ) -> tuple[str, tuple[Any, ...]]:
        """Fill in `{ids}`, which comes last in the statement."""
        if self._postgresql:
            return statement.replace("{ids}", "SELECT unnest(?::text[])"), (*parameters, list(ids))
        listed = "SELECT value FROM json_each(?)"
        return statement.replace("{ids}", listed), (*parameters, _to_json(ids))

    def _fetch(
        self, kind: type[_T], decoder: msgspec.json.Decoder[list[_T]], rest: str, *parameters: Any
    ) -> Sequence[_T]:
        """Return rows as tuples of a kind, whose fields are the columns to select."""
        columns = ", ".join(kind._fields)
        statement = f"SELECT {columns} {rest}"
        if self._postgresql:
            return list(map(kind._make, self._run(statement, *parameters)))
        return fetch_rows(self._connection, columns, statement, parameters, decoder)

    def _run(self, statement: str, *parameters: Any) -> CursorResult[*tuple[Any, ...]]:
        if self._postgresql:
            statement = statement.replace("?", "%s")
        return self._connection.exec_driver_sql(statement, parameters)


def _in_lanes(statement: str, lanes: Sequence[tuple[str, str, str, int]]) -> str:
    values = ", ".join(f"('{e}', '{p}', '{a}', {priority})" for e, p, a, priority in lanes)
    return statement.replace("%s", values)


def _to_json(values: Sequence[object]) -> str:
    return msgspec.json.encode(values).decode()


def _columns(rows: Sequence[tuple[Any, ...]]) -> tuple[list[Any], ...]:
    return tuple(list(column) for column in zip(*rows, strict=True))
