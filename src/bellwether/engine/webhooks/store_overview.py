"""SQL of what an operator wants to know of all endpoints together."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, or_, select

from bellwether.engine.tenants.tables import workspaces
from bellwether.engine.webhooks.tables import deliveries, endpoints, lanes
from bellwether.kit.clock import opt_instant, to_micros
from bellwether.model.webhooks import DeliveryState, EndpointState, EndpointTrouble, Outlook

_MOST_NAMED = 5


def read_outlook(connection: Connection, real_now: datetime) -> Outlook:
    """Return counts over every workspace, and some endpoints that are in trouble."""
    pending = select(func.count()).where(deliveries.c.state == DeliveryState.PENDING.value)
    return Outlook(
        pending=int(connection.execute(pending).scalar_one()),
        due_since=_due_since(connection, to_micros(real_now)),
        endpoints=_states(connection),
        troubles=_troubles(connection),
    )


def _due_since(connection: Connection, real_now: int) -> datetime | None:
    """Return since when the lane due longest has been due, of endpoints that may be called."""
    oldest = (
        select(func.min(lanes.c.due_at))
        .join(endpoints, endpoints.c.id == lanes.c.endpoint_id)
        .where(endpoints.c.state == EndpointState.ACTIVE.value, lanes.c.due_at <= real_now)
        .where(or_(endpoints.c.held_until.is_(None), endpoints.c.held_until <= real_now))
    )
    return opt_instant(connection.execute(oldest).scalar_one())


def _states(connection: Connection) -> Mapping[EndpointState, int]:
    rows = connection.execute(
        select(endpoints.c.state, func.count()).group_by(endpoints.c.state)
    ).all()
    return {EndpointState(state): count for state, count in rows}


def _troubles(connection: Connection) -> Sequence[EndpointTrouble]:
    rows = connection.execute(
        select(endpoints, workspaces.c.name.label("workspace"))
        .join(workspaces, workspaces.c.id == endpoints.c.workspace_id)
        .where(
            or_(
                endpoints.c.state == EndpointState.DISABLED.value,
                endpoints.c.failing_since.is_not(None),
            )
        )
        .order_by(endpoints.c.updated_at.desc(), endpoints.c.id)
        .limit(_MOST_NAMED)
    )
    return [
        EndpointTrouble(
            endpoint_id=row.id,
            workspace=row.workspace,
            state=EndpointState(row.state),
            reason=row.disabled_reason,
            failing_since=opt_instant(row.failing_since),
        )
        for row in rows
    ]
