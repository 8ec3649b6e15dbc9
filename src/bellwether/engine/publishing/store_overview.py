"""SQL of what an operator asks about publishing, over all workspaces."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from bellwether.engine.publishing.tables import acts, managed_accounts
from bellwether.kit.clock import from_micros, to_micros
from bellwether.model.accounts import AccountState
from bellwether.model.posts import ActOutlook, ActState

_RECENT = timedelta(days=1)


def read_outlook(connection: Connection, now: datetime) -> ActOutlook:
    """Count what waits and what went wrong lately."""
    waiting, oldest = connection.execute(
        select(func.count(), func.min(acts.c.due_at)).where(acts.c.due_at.is_not(None))
    ).one()
    unknown = select(func.count()).where(
        acts.c.state == ActState.UNKNOWN.value,
        acts.c.updated_at >= to_micros(now - _RECENT),
    )
    revoked = select(func.count()).where(managed_accounts.c.state == AccountState.REVOKED.value)
    late = timedelta(0) if oldest is None else now - from_micros(oldest)
    return ActOutlook(
        waiting=waiting,
        late_s=max(0.0, late.total_seconds()),
        unknown=connection.execute(unknown).scalar_one(),
        revoked=connection.execute(revoked).scalar_one(),
    )
