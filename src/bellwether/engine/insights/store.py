"""The SQL of insights: runs and the deliveries that told of them, counted where they are."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    select,
    union_all,
)

from bellwether.engine.catalog.tables import contents
from bellwether.engine.insights.tables import told_runs
from bellwether.engine.tracking.tables import runs, trackers
from bellwether.engine.tracking.tables_seen import of_dialect
from bellwether.engine.webhooks.tables import deliveries, events
from bellwether.model.tenants import Scope
from bellwether.model.webhooks import DeliveryState

ELSEWHERE = -1
"""The day of a run that did not end in the month asked for."""

_DAY = 24 * 60 * 60 * 1_000_000


class Count(NamedTuple):
    """How many runs of one tracker (or aspect) ended on one day, and how many were told.

    `day` counts from the first of the month. `creator` is None where several are in one row, and
    `day` None where a row is about one creator's whole month.
    """

    owner: str
    creator: str | None
    day: int | None
    runs: int
    told: int


class InsightStore:
    """Counts runs of a scope. `start` and `end` (microseconds) bound the month."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def by_tracker(
        self, scope: Scope, tracker_ids: Sequence[str], start: int, end: int
    ) -> Sequence[Count]:
        """Return the counts of these trackers, by tracker and day."""
        seen = _seen(scope, trackers.c.id, start, end).where(trackers.c.id.in_(tracker_ids)).cte()
        statement = select(
            seen.c.owner, seen.c.creator, seen.c.day, func.count(), func.sum(seen.c.told)
        ).group_by(seen.c.owner, seen.c.creator, seen.c.day)
        forgotten = _forgotten(scope, trackers.c.id).where(trackers.c.id.in_(tracker_ids))
        found = self._connection.execute(union_all(statement, forgotten))
        return [Count(*row) for row in found]

    def by_aspect(self, scope: Scope, dialect: str, start: int, end: int) -> Sequence[Count]:
        """Return the counts of a dialect's trackers, by aspect and day, and by aspect and creator.

        Only this month's runs are counted by creator.
        """
        seen = _seen(scope, trackers.c.aspect, start, end).where(of_dialect(dialect))
        all_seen = seen.cte()
        numbers = (func.count(), func.sum(all_seen.c.told))
        by_day = select(
            all_seen.c.owner, cast(null(), String).label("creator"), all_seen.c.day, *numbers
        ).group_by(all_seen.c.owner, all_seen.c.day)
        by_creator = (
            select(all_seen.c.owner, all_seen.c.creator, null().label("day"), *numbers)
            .where(all_seen.c.day != ELSEWHERE)
            .group_by(all_seen.c.owner, all_seen.c.creator)
        )
        forgotten = _forgotten(scope, trackers.c.aspect).where(of_dialect(dialect))
        found = self._connection.execute(union_all(by_day, by_creator, forgotten))
        return [Count(*row) for row in found]


def _forgotten(scope: Scope, owner: ColumnElement[str]) -> Select[str, str, int, int, Any]:
    """Return how many runs were told by events that are forgotten, by owner."""
    return (
        select(
            owner.label("owner"),
            cast(null(), String).label("creator"),
            literal(ELSEWHERE).label("day"),
            literal(0),
            func.sum(told_runs.c.told),
        )
        .join(trackers, trackers.c.id == told_runs.c.tracker_id)
        .where(
            trackers.c.workspace_id == scope.workspace_id,
            trackers.c.environment == scope.environment.value,
        )
        .group_by(owner)
    )


def _seen(
    scope: Scope, owner: ColumnElement[str], start: int, end: int
) -> Select[tuple[str, str, int, int]]:
    """Return one row a run: whose it is, on which day it ended, and whether it was told."""
    told = exists(
        select(deliveries.c.position)
        .join(events, events.c.id == deliveries.c.event_id)
        .where(
            events.c.run_id == runs.c.id,
            deliveries.c.state == DeliveryState.SUCCEEDED.value,
        )
    )
    in_month = and_(runs.c.finished_at >= start, runs.c.finished_at < end)
    return (
        select(
            owner.label("owner"),
            func.coalesce(trackers.c.handle, contents.c.creator_handle, trackers.c.target).label(
                "creator"
            ),
            case((in_month, (runs.c.finished_at - literal(start)) // _DAY), else_=ELSEWHERE).label(
                "day"
            ),
            case((told, 1), else_=0).label("told"),
        )
        .join(trackers, trackers.c.id == runs.c.tracker_id)
        .outerjoin(contents, contents.c.id == trackers.c.subject_id)
        .where(
            trackers.c.workspace_id == scope.workspace_id,
            trackers.c.environment == scope.environment.value,
        )
    )
