"""SQL of deliverers: which lanes are due, who works on them, what became of it.

Plain SQL, whole batches in one statement: lists travel as arrays on PostgreSQL and as JSON on
SQLite, where the loop that makes requests goes on meanwhile, which it would not between the rows of
a statement run many times. Instants are microseconds here.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, CursorResult, Row

from bellwether.storage.batches import insert_rows

# From one endpoint to the next by the index, however many lanes each has.
_WAITING = """
WITH RECURSIVE waiting (endpoint_id) AS (
    SELECT MIN(endpoint_id) FROM lanes
    UNION ALL
    SELECT (SELECT MIN(endpoint_id) FROM lanes WHERE endpoint_id > waiting.endpoint_id)
    FROM waiting WHERE waiting.endpoint_id IS NOT NULL
)
SELECT endpoints.id, endpoints.failing_since,
    (SELECT MIN(due_at) FROM lanes WHERE endpoint_id = endpoints.id) AS due_at
FROM waiting JOIN endpoints ON endpoints.id = waiting.endpoint_id
WHERE endpoints.state = 'active' AND (endpoints.held_until IS NULL OR endpoints.held_until <= ?)
"""
_LANES_SQLITE = """
SELECT lanes.id, lanes.endpoint_id, lanes.lane
FROM (SELECT value AS id FROM json_each(?)) AS wanted
JOIN lanes ON lanes.id IN (
    SELECT id FROM lanes AS due WHERE due.endpoint_id = wanted.id AND due.due_at <= ?
    ORDER BY due.due_at, due.id LIMIT ?
)
"""
_LANES_POSTGRESQL = """
SELECT found.id, found.endpoint_id, found.lane FROM unnest(?::text[]) AS wanted (id)
CROSS JOIN LATERAL (
    SELECT id, endpoint_id, lane FROM lanes WHERE endpoint_id = wanted.id AND due_at <= ?
    ORDER BY due_at, id LIMIT ? FOR UPDATE SKIP LOCKED
) AS found
"""
_CLAIM = "UPDATE lanes SET claim = ?, due_at = ? WHERE id IN ({ids})"
_RECEIVERS = "SELECT id, url, dialect FROM endpoints WHERE state = 'active' AND id IN ({ids})"
_FRONT = """
SELECT lanes.id, front.id, front.position, front.attempts,
    events.id, events.type, events.tracker_id, events.run_id, events.at, events.data
FROM lanes {join} JOIN events ON events.id = front.event_id
WHERE lanes.id IN ({ids}) ORDER BY front.position
"""
_FRONT_SQLITE = """
JOIN deliveries AS front ON front.position IN (
    SELECT next.position FROM deliveries AS next
    WHERE next.endpoint_id = lanes.endpoint_id AND next.lane = lanes.lane
    AND next.state = 'pending' ORDER BY next.position LIMIT ?
)
"""
_FRONT_POSTGRESQL = """
CROSS JOIN LATERAL (
    SELECT next.position, next.id, next.attempts, next.event_id FROM deliveries AS next
    WHERE next.endpoint_id = lanes.endpoint_id AND next.lane = lanes.lane
    AND next.state = 'pending' ORDER BY next.position LIMIT ?
) AS front
"""
_HELD = "SELECT id, claim FROM lanes WHERE id IN ({ids})"
_SUCCEEDED = (
    "UPDATE deliveries SET state = 'succeeded', attempts = attempts + 1, due_at = NULL,"
    " last_status = ?, last_error = NULL, finished_at = ? WHERE position IN ({numbers})"
)
_RECORD = (
    "UPDATE deliveries SET state = {state}, attempts = deliveries.attempts + 1,"
    " due_at = {due_at}, last_status = {last_status}, last_error = {last_error},"
    " finished_at = {finished_at} "
)
_RECORD_TYPES = "text bigint int text bigint text"
_COUNT = "UPDATE deliveries SET attempts = attempts + 1 WHERE id IN ({ids})"
_ADD_ATTEMPTS = (
    "INSERT INTO attempts (id, delivery_id, at, duration_ms, status, error, response_excerpt)"
)
_ATTEMPT_TYPES = "text text bigint int int text text"
_REST = "UPDATE lanes SET claim = NULL, due_at = {due_at} "
_EMPTY = """
DELETE FROM lanes WHERE NOT EXISTS (
    SELECT 1 FROM deliveries AS left_over WHERE left_over.endpoint_id = lanes.endpoint_id
    AND left_over.lane = lanes.lane AND left_over.state = 'pending'
) AND id IN ({ids})
"""
_WELL = (
    "UPDATE endpoints SET failing_since = NULL WHERE failing_since IS NOT NULL AND id IN ({ids})"
)
_FAILING = "UPDATE endpoints SET failing_since = ? WHERE failing_since IS NULL AND id IN ({ids})"
_OVERDUE = (
    "SELECT id FROM endpoints WHERE state <> 'disabled' AND failing_since <= ? AND id IN ({ids})"
)
_HOLD = "UPDATE endpoints SET held_until = {held_until} "
_LOCK = "SELECT id FROM endpoints WHERE state <> 'disabled' AND id IN ({ids}) ORDER BY id"
_DISABLE = (
    "UPDATE endpoints SET state = 'disabled', disabled_reason = ?, updated_at = ?"
    " WHERE id IN ({ids})"
)


class DeliveryEnd(NamedTuple):
    """What a delivery's row becomes after an attempt."""

    state: str
    due_at: int | None
    last_status: int | None
    last_error: str | None
    finished_at: int | None
    id: str


class AttemptRow(NamedTuple):
    """A row of `attempts`."""

    id: str
    delivery_id: str
    at: int
    duration_ms: int
    status: int | None
    error: str | None
    response_excerpt: str | None


class LaneRest(NamedTuple):
    """When a lane that is let go of is to be looked at again."""

    due_at: int
    id: str


class Hold(NamedTuple):
    """Until when an endpoint is left alone."""

    held_until: int
    id: str


class DeliveryClaims:
    """A deliverer's view of lanes and deliveries, across workspaces."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._postgresql = connection.dialect.name == "postgresql"

    def waiting(self, real_now: int) -> Sequence[Row[Any]]:
        """Return endpoints that may be called and have lanes, with the first instant due."""
        return self._run(_WAITING, real_now).fetchall()

    def lanes(self, endpoint_ids: Sequence[str], now: int, limit: int) -> Sequence[Row[Any]]:
        """Return lanes due, at most `limit` an endpoint, kept from others until the commit."""
        if self._postgresql:
            return self._run(_LANES_POSTGRESQL, list(endpoint_ids), now, limit).fetchall()
        return self._run(_LANES_SQLITE, json.dumps(list(endpoint_ids)), now, limit).fetchall()

    def claim(self, lane_ids: Sequence[str], token: str, lease_until: int) -> None:
        """Give lanes to a deliverer; once the lease is over they are due again."""
        self._run_for(_CLAIM, lane_ids, token, lease_until)

    def receivers(self, endpoint_ids: Sequence[str]) -> Sequence[Row[Any]]:
        """Return endpoints that may be called."""
        return self._find(_RECEIVERS, endpoint_ids)

    def front(self, lane_ids: Sequence[str], limit: int) -> Sequence[Row[Any]]:
        """Return the first pending deliveries of lanes with their events, in order.

        Rows are lane, delivery, position and attempts, then what `events` has.
        """
        join = _FRONT_POSTGRESQL if self._postgresql else _FRONT_SQLITE
        return self._find(_FRONT.replace("{join}", join), lane_ids, limit)

    def held(self, lane_ids: Sequence[str]) -> dict[str, str | None]:
        """Return who holds lanes, and keep it so until the commit."""
        # In one order, so that no two transactions wait for each other.
        lock = " ORDER BY endpoint_id, lane FOR UPDATE" if self._postgresql else ""
        return {row.id: row.claim for row in self._find(_HELD + lock, lane_ids)}

    def succeeded(self, status: int, positions: Sequence[int], now: int) -> None:
        """Note that one more attempt each was taken, with one answer."""
        if self._postgresql:
            statement = _SUCCEEDED.replace("{numbers}", "SELECT unnest(?::bigint[])")
            self._run(statement, status, now, list(positions))
        else:
            statement = _SUCCEEDED.replace("{numbers}", "SELECT value FROM json_each(?)")
            self._run(statement, status, now, json.dumps(list(positions)))

    def record(self, rows: Sequence[DeliveryEnd]) -> None:
        """Store what deliveries became after one more attempt each."""
        self._update("deliveries", _RECORD, DeliveryEnd._fields, _RECORD_TYPES, rows)

    def count(self, delivery_ids: Sequence[str]) -> None:
        """Count an attempt that changes nothing else."""
        self._run_for(_COUNT, delivery_ids)

    def add_attempts(self, rows: Sequence[AttemptRow]) -> None:
        """Log attempts."""
        if not rows:
            return
        if self._postgresql:
            statement = f"{_ADD_ATTEMPTS} SELECT * FROM {_unnest(_ATTEMPT_TYPES)}"  # noqa: S608
            self._connection.exec_driver_sql(statement, _columns(rows))
        else:
            insert_rows(self._connection, _ADD_ATTEMPTS, rows)

    def rest(self, rows: Sequence[LaneRest]) -> None:
        """Let go of lanes, and forget those in which nothing waits."""
        self._run_for(_EMPTY, [row.id for row in rows])
        self._update("lanes", _REST, LaneRest._fields, "bigint text", rows)

    def well(self, endpoint_ids: Sequence[str]) -> None:
        """Note that these endpoints took something."""
        self._run_for(_WELL, endpoint_ids)

    def failing(self, endpoint_ids: Sequence[str], since: int) -> None:
        """Note that these endpoints did not, where that is news."""
        self._run_for(_FAILING, endpoint_ids, since)

    def overdue(self, endpoint_ids: Sequence[str], since: int) -> Sequence[str]:
        """Return those that have failed without a break for longer than since an instant."""
        return [row.id for row in self._find(_OVERDUE, endpoint_ids, since)]

    def hold(self, rows: Sequence[Hold]) -> None:
        """Leave endpoints alone for a while."""
        self._update("endpoints", _HOLD, Hold._fields, "bigint text", rows)

    def lock(self, endpoint_ids: Sequence[str]) -> Sequence[str]:
        """Keep others from emitting to these endpoints; return those not disabled yet."""
        lock = " FOR UPDATE" if self._postgresql else ""
        return [row.id for row in self._find(_LOCK + lock, endpoint_ids)]

    def disable(self, endpoint_ids: Sequence[str], reason: str, now: int) -> None:
        """Tell these endpoints nothing more."""
        self._run_for(_DISABLE, endpoint_ids, reason, now)

    def _update(
        self,
        table: str,
        statement: str,
        names: Sequence[str],
        types: str,
        rows: Sequence[tuple[Any, ...]],
    ) -> None:
        """Set columns of many rows, each row's values in the order of `names`, the id last."""
        if not rows:
            return
        if self._postgresql:
            filled = statement.format(**{name: f"new.{name}" for name in names})
            statement = (
                f"{filled} FROM {_unnest(types)} AS new ({', '.join(names)})"
                f" WHERE {table}.id = new.id"
            )
            self._connection.exec_driver_sql(statement, _columns(rows))
        else:
            values = _extracted(names)
            filled = statement.format(**values)
            statement = f"{filled} FROM json_each(?) AS new WHERE {table}.id = {values['id']}"
            self._connection.exec_driver_sql(statement, (json.dumps(rows),))

    def _run_for(self, statement: str, ids: Sequence[str], *parameters: Any) -> None:
        if ids:
            self._find(statement, ids, *parameters)

    def _find(self, statement: str, ids: Sequence[str], *parameters: Any) -> Sequence[Row[Any]]:
        """Run a statement in which `{ids}` comes after all other parameters."""
        if not ids:
            return []
        if self._postgresql:
            listed, last = "SELECT unnest(?::text[])", list(ids)
            found = self._run(statement.replace("{ids}", listed), *parameters, last)
        else:
            listed = "SELECT value FROM json_each(?)"
            found = self._run(
                statement.replace("{ids}", listed), *parameters, json.dumps(list(ids))
            )
        return found.fetchall() if found.returns_rows else []

    def _run(self, statement: str, *parameters: Any) -> CursorResult[*tuple[Any, ...]]:
        if self._postgresql:
            statement = statement.replace("?", "%s")
        return self._connection.exec_driver_sql(statement, parameters)


def _extracted(names: Sequence[str]) -> Mapping[str, str]:
    """Return what SQLite calls the values of a row of JSON, by name."""
    return {name: f"json_extract(new.value, '$[{place}]')" for place, name in enumerate(names)}


def _unnest(types: str) -> str:
    return "unnest(" + ", ".join(f"%s::{name}[]" for name in types.split()) + ")"


def _columns(rows: Sequence[tuple[Any, ...]]) -> tuple[list[Any], ...]:
    return tuple(list(column) for column in zip(*rows, strict=True))
