"""Requests about webhooks as orders to the engine."""

from datetime import datetime, timedelta
from typing import TypeVar

from msgspec import UNSET, UnsetType

from bellwether.dialects.native.parse import read_when
from bellwether.dialects.native.wire_webhooks import (
    DeliveriesQuery,
    EndpointPatch,
    EventsQuery,
    ReplayOrder,
)
from bellwether.model.errors import InvalidInputError
from bellwether.model.webhooks import (
    DeliveryFilter,
    DeliveryState,
    EndpointChanges,
    EndpointState,
    EventType,
)

T = TypeVar("T")
_Span = tuple[datetime | None, datetime | None]


def read_endpoint_changes(body: EndpointPatch) -> EndpointChanges:
    """Return what to change; an empty order is refused."""
    if all(value is UNSET for value in (body.url, body.name, body.events, body.state)):
        raise InvalidInputError("Nothing to change: send at least one field", field="body")
    events, state = _given(body.events), _given(body.state)
    return EndpointChanges(
        url=_given(body.url),
        name=_given(body.name),
        events=None if events is None else [EventType(name) for name in events],
        state=None if state is None else EndpointState(state),
    )


def read_deliveries_filter(query: DeliveriesQuery) -> DeliveryFilter:
    """Return which deliveries are wanted."""
    start, end = read_span(query)
    return DeliveryFilter(
        endpoint_id=query.endpoint_id,
        state=None if query.state is None else DeliveryState(query.state),
        event_type=None if query.event_type is None else EventType(query.event_type),
        tracker_id=query.tracker_id,
        start=start,
        end=end,
    )


def read_events_filter(query: EventsQuery) -> DeliveryFilter:
    """Return which events are wanted."""
    start, end = read_span(query)
    return DeliveryFilter(
        event_type=None if query.type is None else EventType(query.type),
        tracker_id=query.tracker_id,
        start=start,
        end=end,
    )


def read_span(asked: DeliveriesQuery | EventsQuery | ReplayOrder) -> _Span:
    """Return the first instant and the one after the last; InvalidInputError (`from`, `to`)."""
    start = None if asked.from_ is None else read_when(asked.from_, "from")
    last = None if asked.to is None else read_when(asked.to, "to", end=True)
    if start is not None and last is not None and start > last:
        raise InvalidInputError("from is later than to", field="from")
    try:
        return start, None if last is None else last + timedelta(microseconds=1)
    except OverflowError:  # the last instant there is
        return start, None


def _given(value: T | UnsetType) -> T | None:
    return None if isinstance(value, UnsetType) else value
