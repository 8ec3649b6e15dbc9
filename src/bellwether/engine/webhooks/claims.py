"""Claiming lanes that are due, under a lease."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from bellwether.engine.webhooks.outcomes import ClaimedLane, Due, Receiver, Waiting
from bellwether.engine.webhooks.store import EndpointStore
from bellwether.engine.webhooks.store_claims import DeliveryClaims, LaneRest
from bellwether.engine.webhooks.written import Written
from bellwether.kit.clock import Clock, from_micros, to_micros
from bellwether.model.webhooks import Event, EventType

CHAIN = 8
"""How many deliveries of one lane are sent under one claim."""


def waiting(connection: Connection, clock: Clock) -> Sequence[Waiting]:
    """Return the endpoints that have something due now."""
    now = to_micros(clock.real_now())
    return [
        Waiting(row.id, row.failing_since is not None, from_micros(row.due_at))
        for row in DeliveryClaims(connection).waiting(now)
        if row.due_at <= now
    ]


def claim(
    connection: Connection,
    clock: Clock,
    limits: Mapping[str, int],
    token: str,
    lease: timedelta,
) -> Sequence[ClaimedLane]:
    """Claim lanes due, up to a number for each endpoint, those that have waited longest first."""
    store = DeliveryClaims(connection)
    real_now = clock.real_now()
    receivers = _receivers(connection, store, list(limits), real_now)
    found = store.lanes(list(receivers), to_micros(real_now), max(limits.values(), default=0))
    left = dict(limits)
    chosen: dict[str, str] = {}
    for lane in found:
        if left[lane.endpoint_id] > 0:
            left[lane.endpoint_id] -= 1
            chosen[lane.id] = lane.endpoint_id
    store.claim(list(chosen), token, to_micros(real_now + lease))
    due: dict[str, list[Due]] = {lane_id: [] for lane_id in chosen}
    events: dict[str, Event] = {}
    for row in store.front(list(chosen), CHAIN):
        lane_id, delivery_id, position, attempts, event_id = tuple(row)[:5]
        event = events.get(event_id)
        if event is None:
            event = events[event_id] = _event(row)
        due[lane_id].append(Due(delivery_id, position, attempts, event))
    idle = [lane_id for lane_id, mine in due.items() if not mine]
    store.rest([LaneRest(to_micros(real_now), lane_id) for lane_id in idle])
    return [
        ClaimedLane(lane_id, token, receivers[endpoint_id], due[lane_id])
        for lane_id, endpoint_id in chosen.items()
        if due[lane_id]
    ]


def release(connection: Connection, clock: Clock, lanes: Sequence[ClaimedLane]) -> None:
    """Let others have lanes that are still held and were not worked on."""
    store = DeliveryClaims(connection)
    held = store.held([lane.id for lane in lanes])
    now = to_micros(clock.real_now())
    store.rest([LaneRest(now, lane.id) for lane in lanes if held.get(lane.id) == lane.token])


def _event(row: Row[Any]) -> Event:
    """Return an event as a claim brings it, what it says unread."""
    event_id, kind, tracker_id, run_id, at, data = tuple(row)[4:]
    return Event(event_id, EventType(kind), from_micros(at), tracker_id, run_id, Written(data))


def _receivers(
    connection: Connection, store: DeliveryClaims, endpoint_ids: Sequence[str], now: datetime
) -> Mapping[str, Receiver]:
    sealed = EndpointStore(connection).secrets(endpoint_ids, now)
    return {
        row.id: Receiver(row.id, row.url, row.dialect, tuple(sealed.get(row.id, ())))
        for row in store.receivers(endpoint_ids)
    }
