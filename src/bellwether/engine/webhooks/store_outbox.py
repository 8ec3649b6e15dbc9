"""SQL of the outbox: events, and a place in line for each delivery of them.

Plain SQL, whole batches in one statement, as in the tracking room. Instants are microseconds.
"""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection

# Share: many may emit to an endpoint at once, but nobody deletes or disables it meanwhile.
_SUBSCRIBERS = (
    "SELECT id, workspace_id, environment, events FROM endpoints"
    " WHERE state <> 'disabled' AND workspace_id IN ({ids}) ORDER BY id"
)
# The type in words, so that the index of these few is used.
_CONNECTORS_FAILED = (
    "SELECT data FROM events WHERE type = 'connector.failed' AND workspace_id = ?"
    " AND environment = ? AND at > ?"
)
_ADD_EVENTS = (
    "INSERT INTO events (id, workspace_id, environment, type, tracker_id, run_id, at, data)"
)
_EVENT_TYPES = "text text text text text text bigint text"
# Touching a lane that is there holds it until the commit, on PostgreSQL.
_ADD_LANES = "INSERT INTO lanes (id, endpoint_id, lane, due_at)"
_LANE_TYPES = "text text text bigint"
_HOLD = " ON CONFLICT (endpoint_id, lane) DO UPDATE SET lane = EXCLUDED.lane"
_ADD_DELIVERIES = (
    "INSERT INTO deliveries (id, event_id, endpoint_id, workspace_id, environment, lane, replay,"
    " state, due_at, created_at)"
)
_DELIVERY_TYPES = "text text text text text text int text bigint bigint"


class EventRow(NamedTuple):
    """A row of `events`."""

    id: str
    workspace_id: str
    environment: str
    type: str
    tracker_id: str | None
    run_id: str | None
    at: int
    data: str


class LaneRow(NamedTuple):
    """A row of `lanes`."""

    id: str
    endpoint_id: str
    lane: str
    due_at: int


class DeliveryRow(NamedTuple):
    """A new row of `deliveries`."""

    id: str
    event_id: str
    endpoint_id: str
    workspace_id: str
    environment: str
    lane: str
    replay: int
    state: str
    due_at: int
    created_at: int


class Subscriber(NamedTuple):
    """An endpoint that may want an event."""

    id: str
    workspace_id: str
    environment: str
    events: frozenset[str]


class OutboxStore:
    """Writes events and deliveries."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._postgresql = connection.dialect.name == "postgresql"

    def subscribers(self, workspace_ids: Sequence[str]) -> Sequence[Subscriber]:
        """Return the endpoints of workspaces that are not disabled; they stay until the commit."""
        if self._postgresql:
            statement = _SUBSCRIBERS.format(ids="SELECT unnest(%s::text[])") + " FOR KEY SHARE"
            found = self._connection.exec_driver_sql(statement, (list(workspace_ids),))
        else:
            statement = _SUBSCRIBERS.format(ids="SELECT value FROM json_each(?)")
            found = self._connection.exec_driver_sql(statement, (json.dumps(list(workspace_ids)),))
        return [Subscriber(row[0], row[1], row[2], frozenset(json.loads(row[3]))) for row in found]

    def connectors_failed(self, workspace_id: str, environment: str, since: int) -> Sequence[str]:
        """Return the data of a scope's events that tell of connectors, of after an instant."""
        statement = _CONNECTORS_FAILED
        if self._postgresql:
            statement = statement.replace("?", "%s")
        found = self._connection.exec_driver_sql(statement, (workspace_id, environment, since))
        return [row[0] for row in found]

    def add_events(self, rows: Sequence[EventRow]) -> None:
        """Add events."""
        self._add(_ADD_EVENTS, "", _EVENT_TYPES, rows)

    def add_deliveries(self, lanes: Sequence[LaneRow], rows: Sequence[DeliveryRow]) -> None:
        """Add deliveries in this order, each at the end of its lane."""
        # In one order, so that no two transactions wait for each other.
        ordered = sorted(lanes, key=lambda row: (row.endpoint_id, row.lane))
        hold = _HOLD if self._postgresql else " ON CONFLICT DO NOTHING"
        self._add(_ADD_LANES, hold, _LANE_TYPES, ordered)
        self._add(_ADD_DELIVERIES, "", _DELIVERY_TYPES, rows)

    def _add(self, insert: str, suffix: str, types: str, rows: Sequence[tuple[Any, ...]]) -> None:
        if not rows:
            return
        if self._postgresql:
            names = types.split()
            listed = ", ".join(f"%s::{name}[]" for name in names)
            columns = tuple(list(column) for column in zip(*rows, strict=True))
            fields = ", ".join(f"c{place}" for place in range(len(names)))
            statement = (
                f"{insert} SELECT {fields} FROM unnest({listed}) WITH ORDINALITY"  # noqa: S608
                f" AS new ({fields}, place) ORDER BY place{suffix}"
            )
            self._connection.exec_driver_sql(statement, columns)
        else:
            marks = ", ".join("?" * len(rows[0]))
            statement = f"{insert} VALUES ({marks}){suffix}"
            self._connection.exec_driver_sql(statement, [tuple(row) for row in rows])
