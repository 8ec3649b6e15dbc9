"""The outbox: what happened is written beside it, in the same transaction."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bellwether.engine.webhooks.store_outbox import (
    DeliveryRow,
    EventRow,
    LaneRow,
    OutboxStore,
    Subscriber,
)
from bellwether.kit.clock import Clock, to_micros
from bellwether.kit.ids import new_id
from bellwether.model.tenants import Scope
from bellwether.model.webhooks import DeliveryState, EventType, NewEvent


@dataclass(frozen=True, slots=True)
class Placing:
    """A delivery to be added at the end of its lane."""

    event_id: str
    endpoint_id: str
    workspace_id: str
    environment: str
    lane: str
    replay: int = 0


class Listeners:
    """The endpoints that may be told something, as seen in one transaction."""

    def __init__(self, subscribers: Sequence[Subscriber]) -> None:
        self._by_scope: dict[tuple[str, str], list[Subscriber]] = {}
        for one in subscribers:
            self._by_scope.setdefault((one.workspace_id, one.environment), []).append(one)

    def __bool__(self) -> bool:
        return bool(self._by_scope)

    def wanting(self, scope: Scope, event_type: EventType) -> Sequence[str]:
        """Return the ids of those that want this type of event of this scope."""
        return [
            one.id
            for one in self._by_scope.get((scope.workspace_id, scope.environment.value), ())
            if not one.events or event_type.value in one.events
        ]


class Outbox:
    """Takes events for whoever subscribed. Needs no secret, so any room may hold one."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._clock = clock
        self._store = OutboxStore(connection)

    def listeners(self, workspace_ids: Iterable[str]) -> "Listeners":
        """Return who listens in these workspaces, in one query; they stay until the commit.

        For rooms that would rather not put events together that nobody wants.
        """
        wanted = sorted(set(workspace_ids))
        return Listeners(self._store.subscribers(wanted) if wanted else ())

    def emit(self, events: Sequence[NewEvent], listeners: "Listeners | None" = None) -> int:
        """Write events that somebody wants and a delivery for each who does; return how many.

        Somebody is an endpoint of the event's own scope that is active or paused and subscribed
        to its type (or to all). What nobody wants leaves no trace. Events keep their order.
        Everything for a thousand events is a handful of statements, and one when nobody listens
        (none where `listeners` of this transaction are given).
        """
        if not events:
            return 0
        if listeners is None:
            listeners = self.listeners(event.scope.workspace_id for event in events)
        rows: list[EventRow] = []
        placings: list[Placing] = []
        for event in events:
            wanting = listeners.wanting(event.scope, event.type)
            if wanting:
                row = event_row(event)
                rows.append(row)
                placings += [_first(row, endpoint_id) for endpoint_id in wanting]
        self._store.add_events(rows)
        self.place(placings)
        return len(placings)

    def connectors_failed(self, scope: Scope, since: datetime) -> Sequence[Mapping[str, object]]:
        """Return what a scope's events said of connectors that failed after an instant."""
        found = self._store.connectors_failed(
            scope.workspace_id, scope.environment.value, to_micros(since)
        )
        return [json.loads(data) for data in found]

    def tell(self, event: NewEvent, endpoint_id: str) -> str:
        """Write an event for one endpoint alone, whatever it subscribed to; return the delivery.

        The caller has seen the endpoint in the event's scope and holds it.
        """
        row = event_row(event)
        self._store.add_events([row])
        (delivery_id,) = self.place([_first(row, endpoint_id)])
        return delivery_id

    def place(self, placings: Sequence[Placing]) -> Sequence[str]:
        """Add deliveries at the end of their lanes and return their ids; due at once."""
        due_at, now = to_micros(self._clock.real_now()), to_micros(self._clock.now())
        lanes = {
            (one.endpoint_id, one.lane): LaneRow(new_id(), one.endpoint_id, one.lane, due_at)
            for one in placings
        }
        rows = [
            DeliveryRow(
                id=new_id(),
                event_id=one.event_id,
                endpoint_id=one.endpoint_id,
                workspace_id=one.workspace_id,
                environment=one.environment,
                lane=one.lane,
                replay=one.replay,
                state=DeliveryState.PENDING.value,
                due_at=due_at,
                created_at=now,
            )
            for one in placings
        ]
        self._store.add_deliveries(list(lanes.values()), rows)
        return [row.id for row in rows]


def event_row(event: NewEvent) -> EventRow:
    """Return an event as it is stored; ValueError if its data is not JSON."""
    return EventRow(
        id=new_id(),
        workspace_id=event.scope.workspace_id,
        environment=event.scope.environment.value,
        type=event.type.value,
        tracker_id=event.tracker_id,
        run_id=event.run_id,
        at=to_micros(event.at),
        data=json.dumps(event.data, allow_nan=False),
    )


def _first(row: EventRow, endpoint_id: str) -> Placing:
    return Placing(
        event_id=row.id,
        endpoint_id=endpoint_id,
        workspace_id=row.workspace_id,
        environment=row.environment,
        lane=row.tracker_id or row.id,
    )
