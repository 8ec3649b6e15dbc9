"""SQL of what is due and nobody works on."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, or_, select

from bellwether.engine.tracking.orders import FIRST, ROUTINE
from bellwether.engine.tracking.tables import trackers
from bellwether.kit.clock import Clock, to_micros
from bellwether.model.platforms import Platform
from bellwether.model.tenants import Environment
from bellwether.model.tracking import Aspect, TrackerState


class LateRow(NamedTuple):
    """What tells since when a tracker is late, and what its schedule is."""

    id: str
    workspace_id: str
    environment: str
    cron: str
    timezone: str
    due_at: int


def late_rows(
    connection: Connection, clock: Clock, before: datetime, limit: int
) -> Sequence[LateRow]:
    """Return active trackers due since before an instant that nobody holds, the newest first."""
    t, now = trackers.c, to_micros(clock.now())
    wanted = (
        select(t.id, t.workspace_id, t.environment, t.cron, t.timezone, t.due_at)
        # Every value of the lanes' columns, so that the lanes' index is used.
        .where(t.environment.in_([one.value for one in Environment]))
        .where(t.platform.in_([one.value for one in Platform]))
        .where(t.aspect.in_([one.value for one in Aspect]))
        .where(t.priority.in_([FIRST, ROUTINE]))
        .where(t.due_at <= to_micros(before), t.state == TrackerState.ACTIVE.value)
        # What waits to be marked as expired is not late.
        .where(or_(t.expires_at.is_(None), t.expires_at > now))
        .where(or_(t.lease_until.is_(None), t.lease_until <= to_micros(clock.real_now())))
        .order_by(t.due_at.desc(), t.id)
        .limit(limit)
    )
    return [LateRow(*row) for row in connection.execute(wanted)]
