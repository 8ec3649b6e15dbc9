"""SQL of what was told to whom: events, deliveries and attempts as callers see them."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, select

from bellwether.engine.webhooks.tables import attempts, deliveries, events
from bellwether.kit.clock import from_micros, opt_instant, to_micros
from bellwether.model.tenants import Scope
from bellwether.model.webhooks import (
    Attempt,
    Delivery,
    DeliveryFilter,
    DeliveryState,
    Event,
    EventType,
)

_again = deliveries.alias("again")
_DELIVERY = (
    select(deliveries, events.c.type, events.c.tracker_id)
    .select_from(deliveries.join(events, events.c.id == deliveries.c.event_id))
    .order_by(deliveries.c.position.desc())
)


def to_event(row: Row[Any]) -> Event:
    """Return a row of `events` as callers and renderers see it."""
    return Event(
        id=row.id,
        type=EventType(row.type),
        at=from_micros(row.at),
        tracker_id=row.tracker_id,
        run_id=row.run_id,
        data=json.loads(row.data),
    )


def _to_delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        id=row.id,
        event_id=row.event_id,
        event_type=EventType(row.type),
        endpoint_id=row.endpoint_id,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        next_attempt_at=opt_instant(row.due_at),
        last_status=row.last_status,
        last_error=row.last_error,
        created_at=from_micros(row.created_at),
        finished_at=opt_instant(row.finished_at),
        tracker_id=row.tracker_id,
        replay=row.replay,
    )


def _to_attempt(row: Row[Any]) -> Attempt:
    return Attempt(
        id=row.id,
        delivery_id=row.delivery_id,
        at=from_micros(row.at),
        duration_ms=row.duration_ms,
        status=row.status,
        error=row.error,
        response_excerpt=row.response_excerpt,
    )


class HistoryStore:
    """Events, deliveries and attempts of a scope."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def delivery(self, scope: Scope, delivery_id: str) -> tuple[int, Delivery] | None:
        """Find a delivery and its position."""
        found = _DELIVERY.where(_in_scope(scope), deliveries.c.id == delivery_id)
        row = self._connection.execute(found).one_or_none()
        return None if row is None else (row.position, _to_delivery(row))

    def deliveries(
        self, scope: Scope, wanted: DeliveryFilter, before: int | None, limit: int
    ) -> Sequence[tuple[int, Delivery]]:
        """Return deliveries with their positions, newest first."""
        page = _DELIVERY.where(_in_scope(scope)).limit(limit)
        if before is not None:
            page = page.where(deliveries.c.position < before)
        if wanted.endpoint_id is not None:
            page = page.where(deliveries.c.endpoint_id == wanted.endpoint_id)
        if wanted.state is not None:
            page = page.where(deliveries.c.state == wanted.state.value)
        page = _about(page, wanted)
        if wanted.start is not None:
            page = page.where(deliveries.c.created_at >= to_micros(wanted.start))
        if wanted.end is not None:
            page = page.where(deliveries.c.created_at < to_micros(wanted.end))
        return [(row.position, _to_delivery(row)) for row in self._connection.execute(page)]

    def attempts(self, delivery_id: str, after: str | None, limit: int) -> Sequence[Attempt]:
        """Return attempts of a delivery, oldest first."""
        page = (
            select(attempts)
            .where(attempts.c.delivery_id == delivery_id)
            .order_by(attempts.c.id)
            .limit(limit)
        )
        if after is not None:
            page = page.where(attempts.c.id > after)
        return [_to_attempt(row) for row in self._connection.execute(page)]

    def event(self, scope: Scope, event_id: str) -> Event | None:
        """Find an event."""
        found = select(events).where(_event_in(scope), events.c.id == event_id)
        row = self._connection.execute(found).one_or_none()
        return None if row is None else to_event(row)

    def events(
        self, scope: Scope, wanted: DeliveryFilter, before: str | None, limit: int
    ) -> Sequence[Event]:
        """Return events, newest first."""
        page = select(events).where(_event_in(scope)).order_by(events.c.id.desc()).limit(limit)
        if before is not None:
            page = page.where(events.c.id < before)
        page = _about(page, wanted)
        if wanted.start is not None:
            page = page.where(events.c.at >= to_micros(wanted.start))
        if wanted.end is not None:
            page = page.where(events.c.at < to_micros(wanted.end))
        return [to_event(row) for row in self._connection.execute(page)]

    def last_position(self, endpoint_id: str) -> int:
        """Return the position of the newest delivery to an endpoint, 0 when there is none."""
        newest = select(func.max(deliveries.c.position)).where(
            deliveries.c.endpoint_id == endpoint_id
        )
        return int(self._connection.execute(newest).scalar_one() or 0)

    def replayable(
        self, wanted: DeliveryFilter, span: tuple[int, int], *, only_failed: bool, limit: int
    ) -> Sequence[Row[Any]]:
        """Return first deliveries to an endpoint that may be replayed, in order.

        `span` is of positions, (after, up to]. Rows have position, event_id, lane and `last`, the
        number of the newest replay. Left out are events that still wait to be told and, with
        `only_failed`, those that were told in the end.
        """
        unfit = [DeliveryState.PENDING.value]
        if only_failed:
            unfit.append(DeliveryState.SUCCEEDED.value)
        same = and_(
            _again.c.event_id == deliveries.c.event_id,
            _again.c.endpoint_id == deliveries.c.endpoint_id,
        )
        newest = select(func.max(_again.c.replay)).where(same).scalar_subquery()
        page = (
            select(deliveries.c.position, deliveries.c.event_id, deliveries.c.lane)
            .add_columns(newest.label("last"))
            .where(
                deliveries.c.endpoint_id == wanted.endpoint_id,
                deliveries.c.position > span[0],
                deliveries.c.position <= span[1],
                deliveries.c.replay == 0,
                ~select(_again.c.id).where(same, _again.c.state.in_(unfit)).exists(),
            )
            .order_by(deliveries.c.position)
            .limit(limit)
        )
        if wanted.start is not None:
            page = page.where(deliveries.c.created_at >= to_micros(wanted.start))
        if wanted.end is not None:
            page = page.where(deliveries.c.created_at < to_micros(wanted.end))
        return self._connection.execute(page).all()

    def replays(self, event_id: str, endpoint_id: str) -> tuple[int, bool]:
        """Return the newest replay's number, and whether any delivery of it still waits."""
        rows = self._connection.execute(
            select(deliveries.c.replay, deliveries.c.state, deliveries.c.lane).where(
                deliveries.c.event_id == event_id, deliveries.c.endpoint_id == endpoint_id
            )
        ).all()
        waiting = any(row.state == DeliveryState.PENDING.value for row in rows)
        return max(row.replay for row in rows), waiting


def _in_scope(scope: Scope) -> ColumnElement[bool]:
    return and_(
        deliveries.c.workspace_id == scope.workspace_id,
        deliveries.c.environment == scope.environment.value,
    )


def _event_in(scope: Scope) -> ColumnElement[bool]:
    return and_(
        events.c.workspace_id == scope.workspace_id,
        events.c.environment == scope.environment.value,
    )


def _about(page: Select[Any], wanted: DeliveryFilter) -> Select[Any]:
    if wanted.event_type is not None:
        page = page.where(events.c.type == wanted.event_type.value)
    if wanted.tracker_id is not None:
        page = page.where(events.c.tracker_id == wanted.tracker_id)
    return page
