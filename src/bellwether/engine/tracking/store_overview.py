"""SQL of what an operator wants to know of all trackers together."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from bellwether.engine.tracking.store import active_at
from bellwether.engine.tracking.tables import runs, trackers
from bellwether.kit.clock import from_micros, opt_instant, to_micros
from bellwether.model.platforms import Platform
from bellwether.model.tracking import Overview, RunState, TrackerState

_LAST_RUNS = 200


def read_overview(connection: Connection, now: datetime, late_after: timedelta) -> Overview:
    """Return counts over every workspace; of the runs, only the newest are looked at."""
    states = connection.execute(
        select(trackers.c.state, func.count()).group_by(trackers.c.state)
    ).all()
    failing = connection.execute(
        select(trackers.c.failure_reason, func.count())
        .where(trackers.c.failure_reason.is_not(None))
        .where(trackers.c.state == TrackerState.ACTIVE.value)
        .group_by(trackers.c.failure_reason)
    ).all()
    late, oldest = connection.execute(
        select(func.count(), func.min(trackers.c.due_at))
        .where(active_at(now))
        .where(trackers.c.due_at <= to_micros(now - late_after))
    ).one()
    newest = connection.execute(
        select(runs.c.state, runs.c.finished_at).order_by(runs.c.id.desc()).limit(_LAST_RUNS)
    ).all()
    return Overview(
        trackers={TrackerState(state): count for state, count in states},
        failing={str(reason): count for reason, count in failing},
        late=late,
        oldest_due_at=opt_instant(oldest),
        last_runs=len(newest),
        last_runs_failed=sum(run.state == RunState.FAILED.value for run in newest),
        last_run_at=opt_instant(newest[0].finished_at) if newest else None,
    )


def read_due(connection: Connection, now: datetime) -> Mapping[Platform, tuple[int, datetime]]:
    """Return how many trackers are due on each platform, and since when the first has been."""
    rows = connection.execute(
        select(trackers.c.platform, func.count(), func.min(trackers.c.due_at))
        .where(active_at(now))
        .where(trackers.c.due_at <= to_micros(now))
        .group_by(trackers.c.platform)
    )
    return {Platform(name): (count, from_micros(oldest)) for name, count, oldest in rows}
