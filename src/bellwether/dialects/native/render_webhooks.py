"""Answers about webhooks."""

from collections.abc import Sequence
from typing import Any

from bellwether.dialects.native import wire_webhooks as wire
from bellwether.model.paging import Page
from bellwether.model.webhooks import Attempt, Delivery, Endpoint, Event, NewEndpoint


def render_endpoint(endpoint: Endpoint) -> wire.EndpointAnswer:
    """Return one endpoint."""
    return wire.EndpointAnswer(wire.EndpointView(**_endpoint(endpoint)))


def render_secret(made: NewEndpoint) -> wire.SecretAnswer:
    """Return an endpoint with its new secret."""
    return wire.SecretAnswer(wire.SecretView(**_endpoint(made.endpoint), secret=made.secret))


def render_endpoints(page: Page[Endpoint]) -> wire.EndpointList:
    """Return a page of endpoints."""
    rows = [wire.EndpointView(**_endpoint(one)) for one in page.items]
    return wire.EndpointList(rows, page.next_cursor)


def _endpoint(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "id": endpoint.id,
        "url": endpoint.url,
        "name": endpoint.name,
        "events": [one.value for one in endpoint.events],
        "dialect": endpoint.dialect,
        "state": endpoint.state.value,
        "disabled_reason": endpoint.disabled_reason,
        "created_at": endpoint.created_at,
        "updated_at": endpoint.updated_at,
    }


def render_event(event: Event) -> wire.EventAnswer:
    """Return one event."""
    return wire.EventAnswer(_event(event))


def render_events(page: Page[Event]) -> wire.EventList:
    """Return a page of events."""
    return wire.EventList([_event(one) for one in page.items], page.next_cursor)


def _event(event: Event) -> wire.EventView:
    return wire.EventView(
        id=event.id,
        type=event.type.value,
        at=event.at,
        tracker_id=event.tracker_id,
        run_id=event.run_id,
        data=dict(event.data),
    )


def render_delivery(delivery: Delivery) -> wire.DeliveryAnswer:
    """Return one delivery."""
    return wire.DeliveryAnswer(_delivery(delivery))


def render_deliveries(page: Page[Delivery]) -> wire.DeliveryList:
    """Return a page of deliveries."""
    return wire.DeliveryList([_delivery(one) for one in page.items], page.next_cursor)


def _delivery(delivery: Delivery) -> wire.DeliveryView:
    return wire.DeliveryView(
        id=delivery.id,
        event_id=delivery.event_id,
        event_type=delivery.event_type.value,
        endpoint_id=delivery.endpoint_id,
        tracker_id=delivery.tracker_id,
        state=delivery.state.value,
        attempts=delivery.attempts,
        next_attempt_at=delivery.next_attempt_at,
        last_status=delivery.last_status,
        last_error=delivery.last_error,
        replay=delivery.replay,
        created_at=delivery.created_at,
        finished_at=delivery.finished_at,
    )


def render_log(found: tuple[Delivery, Sequence[Attempt]]) -> wire.DeliveryLog:
    """Return one delivery with its attempts."""
    delivery, attempts = found
    rows = [
        wire.AttemptView(
            at=one.at,
            duration_ms=one.duration_ms,
            status=one.status,
            error=one.error,
            response_excerpt=one.response_excerpt,
        )
        for one in attempts
    ]
    return wire.DeliveryLog(_delivery(delivery), rows)
