"""SQL of endpoints and their secrets."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, insert, or_, select
from sqlalchemy import update as update_rows

from bellwether.engine.webhooks.tables import deliveries, endpoint_secrets, endpoints, lanes
from bellwether.kit.clock import from_micros, to_micros
from bellwether.kit.ids import new_id
from bellwether.model.tenants import Scope
from bellwether.model.webhooks import DeliveryState, Endpoint, EndpointState, EventType


def in_scope(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that an endpoint belongs to a scope."""
    return and_(
        endpoints.c.workspace_id == scope.workspace_id,
        endpoints.c.environment == scope.environment.value,
    )


def listed(events: Sequence[EventType]) -> str:
    """Return event types as their column holds them."""
    return json.dumps([event.value for event in events])


def _to_endpoint(row: Row[Any]) -> Endpoint:
    return Endpoint(
        id=row.id,
        url=row.url,
        name=row.name,
        events=tuple(EventType(name) for name in json.loads(row.events)),
        dialect=row.dialect,
        state=EndpointState(row.state),
        disabled_reason=row.disabled_reason,
        created_at=from_micros(row.created_at),
        updated_at=from_micros(row.updated_at),
    )


class EndpointStore:
    """Endpoints of a scope, and the secrets they are signed to with."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, scope: Scope, endpoint: Endpoint) -> None:
        """Add an endpoint."""
        self._connection.execute(
            insert(endpoints).values(
                id=endpoint.id,
                workspace_id=scope.workspace_id,
                environment=scope.environment.value,
                url=endpoint.url,
                name=endpoint.name,
                events=listed(endpoint.events),
                dialect=endpoint.dialect,
                state=endpoint.state.value,
                disabled_reason=endpoint.disabled_reason,
                created_at=to_micros(endpoint.created_at),
                updated_at=to_micros(endpoint.updated_at),
            )
        )

    def count(self, scope: Scope) -> int:
        """Count the endpoints of a scope."""
        counted = select(func.count()).select_from(endpoints).where(in_scope(scope))
        return int(self._connection.execute(counted).scalar_one())

    def get(self, scope: Scope, endpoint_id: str, *, lock: bool = False) -> Endpoint | None:
        """Find an endpoint; with `lock` nothing is emitted to it until the commit."""
        found = select(endpoints).where(in_scope(scope), endpoints.c.id == endpoint_id)
        if lock:
            found = found.with_for_update()
        row = self._connection.execute(found).one_or_none()
        return None if row is None else _to_endpoint(row)

    def page(
        self, scope: Scope, dialect: str | None, after: str | None, limit: int
    ) -> Sequence[Endpoint]:
        """Return endpoints in the order of their ids, which is that of their creation."""
        wanted = select(endpoints).where(in_scope(scope)).order_by(endpoints.c.id).limit(limit)
        if dialect is not None:
            wanted = wanted.where(endpoints.c.dialect == dialect)
        if after is not None:
            wanted = wanted.where(endpoints.c.id > after)
        return [_to_endpoint(row) for row in self._connection.execute(wanted)]

    def change(self, endpoint_id: str, values: Mapping[str, object]) -> None:
        """Set columns of an endpoint."""
        self._connection.execute(
            update_rows(endpoints).where(endpoints.c.id == endpoint_id).values(**values)
        )

    def delete(self, endpoint_id: str) -> None:
        """Forget an endpoint and its secrets."""
        connection = self._connection
        connection.execute(
            delete(endpoint_secrets).where(endpoint_secrets.c.endpoint_id == endpoint_id)
        )
        connection.execute(delete(endpoints).where(endpoints.c.id == endpoint_id))

    def cancel_pending(self, endpoint_ids: Sequence[str], reason: str, now: datetime) -> None:
        """Give up what these endpoints have not been told; their rows are locked by the caller."""
        # Lanes first: whoever records an attempt holds its lane before its delivery.
        self._connection.execute(delete(lanes).where(lanes.c.endpoint_id.in_(endpoint_ids)))
        self._connection.execute(
            update_rows(deliveries)
            .where(
                deliveries.c.endpoint_id.in_(endpoint_ids),
                deliveries.c.state == DeliveryState.PENDING.value,
            )
            .values(
                state=DeliveryState.CANCELLED.value,
                last_error=func.coalesce(deliveries.c.last_error, reason),
                due_at=None,
                finished_at=to_micros(now),
            )
        )

    def add_secret(self, endpoint_id: str, sealed: str, now: datetime) -> None:
        """Add a secret that is valid until further notice."""
        self._connection.execute(
            insert(endpoint_secrets).values(
                id=new_id(), endpoint_id=endpoint_id, sealed=sealed, created_at=to_micros(now)
            )
        )

    def expire_secrets(self, endpoint_id: str, now: datetime, until: datetime) -> None:
        """Let the secrets there are end no later than `until`, and forget those that have ended."""
        expires_at = endpoint_secrets.c.expires_at
        mine = endpoint_secrets.c.endpoint_id == endpoint_id
        self._connection.execute(
            update_rows(endpoint_secrets)
            .where(mine, or_(expires_at.is_(None), expires_at > to_micros(until)))
            .values(expires_at=to_micros(until))
        )
        self._connection.execute(delete(endpoint_secrets).where(mine, expires_at <= to_micros(now)))

    def secrets(
        self, endpoint_ids: Sequence[str], real_now: datetime
    ) -> Mapping[str, Sequence[str]]:
        """Return the sealed secrets that are valid at an instant, newest first, by endpoint."""
        expires_at = endpoint_secrets.c.expires_at
        rows = self._connection.execute(
            select(endpoint_secrets.c.endpoint_id, endpoint_secrets.c.sealed)
            .where(
                endpoint_secrets.c.endpoint_id.in_(endpoint_ids),
                or_(expires_at.is_(None), expires_at > to_micros(real_now)),
            )
            .order_by(endpoint_secrets.c.created_at.desc(), endpoint_secrets.c.id.desc())
        )
        found: dict[str, list[str]] = {}
        for row in rows:
            found.setdefault(row.endpoint_id, []).append(row.sealed)
        return found
