"""Claiming lanes that are due, under a lease."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bellwether.engine.webhooks.outcomes import ClaimedLane, Due, Receiver, Waiting
from bellwether.engine.webhooks.store import EndpointStore
from bellwether.engine.webhooks.store_claims import DeliveryClaims, LaneRest
from bellwether.engine.webhooks.store_lists import to_event
from bellwether.kit.clock import Clock, from_micros, to_micros
from bellwether.model.webhooks import Event

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
        event = events.get(row.id) or events.setdefault(row.id, to_event(row))
        due[row.lane_id].append(Due(row.delivery_id, row.attempts, event))
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


def _receivers(
    connection: Connection, store: DeliveryClaims, endpoint_ids: Sequence[str], now: datetime
) -> Mapping[str, Receiver]:
    sealed = EndpointStore(connection).secrets(endpoint_ids, now)
    return {
        row.id: Receiver(row.id, row.url, row.dialect, tuple(sealed.get(row.id, ())))
        for row in store.receivers(endpoint_ids)
    }
