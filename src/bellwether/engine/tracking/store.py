"""SQL of trackers and runs, as callers see them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Row,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from bellwether.engine.tenants.tables import workspaces
from bellwether.engine.tracking.tables import runs, trackers
from bellwether.kit.clock import from_micros, opt_instant, to_micros
from bellwether.model.platforms import Platform
from bellwether.model.readings import FailureReason
from bellwether.model.tenants import Scope
from bellwether.model.tracking import Aspect, Run, RunState, Tracker, TrackerState

_IDS_A_QUERY = 1000


def of_scope(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that a tracker belongs to a scope."""
    return and_(
        trackers.c.workspace_id == scope.workspace_id,
        trackers.c.environment == scope.environment.value,
    )


def active_at(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a tracker is followed: active, and not past its expiry."""
    return and_(
        trackers.c.state == TrackerState.ACTIVE.value,
        or_(trackers.c.expires_at.is_(None), trackers.c.expires_at > to_micros(now)),
    )


def to_tracker(row: Row[Any], now: datetime) -> Tracker:
    """Return a row as what callers see of it at an instant."""
    next_at = opt_instant(row.next_at)
    late = TrackerState(row.state) is TrackerState.ACTIVE and next_at is not None
    return Tracker(
        id=row.id,
        platform=Platform(row.platform),
        aspect=Aspect(row.aspect),
        subject_id=row.subject_id,
        target=row.target,
        url=row.url,
        dialect=row.dialect,
        cron=row.cron,
        timezone=row.timezone,
        state=TrackerState(row.state),
        next_at=next_at,
        expires_at=opt_instant(row.expires_at),
        created_at=from_micros(row.created_at),
        updated_at=from_micros(row.updated_at),
        last_run_at=opt_instant(row.last_run_at),
        last_success_at=opt_instant(row.last_success_at),
        failure_reason=None if row.failure_reason is None else FailureReason(row.failure_reason),
        failure_message=row.failure_message,
        runs=row.runs,
        lateness_s=max(0.0, (now - next_at).total_seconds()) if late and next_at else 0.0,
    )


def _to_run(row: Row[Any]) -> Run:
    return Run(
        id=row.id,
        tracker_id=row.tracker_id,
        tick=from_micros(row.tick),
        finished_at=from_micros(row.finished_at),
        state=RunState(row.state),
        source=row.source,
        failure_reason=None if row.failure_reason is None else FailureReason(row.failure_reason),
        failure_message=row.failure_message,
        attempts=row.attempts,
        snapshots=row.snapshots,
    )


def _stored(values: Mapping[str, object]) -> dict[str, object]:
    """Return values as the columns hold them: instants in microseconds."""
    return {
        name: to_micros(value) if isinstance(value, datetime) else value
        for name, value in values.items()
    }


def _slices(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _IDS_A_QUERY):
        yield ids[start : start + _IDS_A_QUERY]


def _place(scope: Scope, **values: object) -> dict[str, object]:
    return {"workspace_id": scope.workspace_id, "environment": scope.environment.value, **values}


# What every request runs is built once: making a statement costs more than running it.
_HERE = (
    trackers.c.workspace_id == bindparam("workspace_id"),
    trackers.c.environment == bindparam("environment"),
)
_IDS: BindParameter[str] = bindparam("ids", expanding=True)
_ONE = select(trackers).where(*_HERE, trackers.c.id == bindparam("id"))
_ONE_LOCKED = _ONE.with_for_update()
_OF_SUBJECTS = select(trackers).where(*_HERE, trackers.c.subject_id.in_(_IDS))
_BY_IDS = select(trackers).where(trackers.c.id.in_(_IDS))
_ADD = insert(trackers)
_LOCK_WORKSPACE = (
    select(workspaces.c.id)
    .where(workspaces.c.id == bindparam("workspace_id"))
    .with_for_update(key_share=True)  # does not hold up rows that only refer to it
)


class TrackerStore:
    """Trackers and runs of a scope."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock_workspace(self, scope: Scope) -> bool:
        """Let nobody else track in this workspace until the transaction ends; False if none.

        Plans are counted and then filled, which two callers at once would do wrong. SQLite has
        one writer anyway.
        """
        place = {"workspace_id": scope.workspace_id}
        return self._connection.execute(_LOCK_WORKSPACE, place).first() is not None

    def count_contents(self, scope: Scope, now: datetime) -> int:
        """Count the content trackers that are followed."""
        counted = (
            select(func.count())
            .select_from(trackers)
            .where(of_scope(scope), active_at(now), trackers.c.aspect == Aspect.CONTENT.value)
        )
        return int(self._connection.execute(counted).scalar_one())

    def get(self, scope: Scope, tracker_id: str, now: datetime) -> Tracker | None:
        """Return one tracker."""
        row = self._connection.execute(_ONE, _place(scope, id=tracker_id)).first()
        return None if row is None else to_tracker(row, now)

    def get_locked(self, scope: Scope, tracker_id: str, now: datetime) -> Tracker | None:
        """Return one tracker and keep others from changing it until the transaction ends."""
        row = self._connection.execute(_ONE_LOCKED, _place(scope, id=tracker_id)).first()
        return None if row is None else to_tracker(row, now)

    def of_subjects(
        self, scope: Scope, subject_ids: Sequence[str], now: datetime
    ) -> Iterator[Tracker]:
        """Yield every tracker that stands on one of these subjects."""
        for ids in _slices(subject_ids):
            for row in self._connection.execute(_OF_SUBJECTS, _place(scope, ids=ids)):
                yield to_tracker(row, now)

    def by_ids(self, ids: Sequence[str], now: datetime) -> Mapping[str, Tracker]:
        """Return trackers by id."""
        found: dict[str, Tracker] = {}
        for some in _slices(ids):
            for row in self._connection.execute(_BY_IDS, {"ids": some}):
                found[row.id] = to_tracker(row, now)
        return found

    def add(self, rows: Sequence[Mapping[str, object]]) -> None:
        """Insert trackers; instants may be datetimes."""
        if rows:
            self._connection.execute(_ADD, [_stored(row) for row in rows])

    def change(self, changes: Sequence[tuple[str, Mapping[str, object]]]) -> None:
        """Give trackers, by id, new values for the same set of columns."""
        if not changes:
            return
        columns = list(changes[0][1])
        statement = (
            update(trackers)
            .where(trackers.c.id == bindparam("row_id"))
            .values({column: bindparam(column) for column in columns})
        )
        rows = [{**_stored(values), "row_id": tracker_id} for tracker_id, values in changes]
        self._connection.execute(statement, rows)

    def delete(self, scope: Scope, tracker_id: str) -> bool:
        """Delete one tracker; False if there is none."""
        gone = delete(trackers).where(of_scope(scope), trackers.c.id == tracker_id)
        return self._connection.execute(gone).rowcount > 0

    def page(
        self,
        scope: Scope,
        filters: Mapping[str, str],
        *,
        before: str | None,
        limit: int,
        now: datetime,
    ) -> Sequence[Tracker]:
        """Return trackers whose columns equal the filters, newest first, older than an id."""
        wanted = select(trackers).where(
            of_scope(scope), *(trackers.c[name] == value for name, value in filters.items())
        )
        if before is not None:
            wanted = wanted.where(trackers.c.id < before)
        rows = self._connection.execute(wanted.order_by(trackers.c.id.desc()).limit(limit))
        return [to_tracker(row, now) for row in rows]

    def page_of_runs(
        self, scope: Scope, tracker_id: str | None, *, before: str | None, limit: int
    ) -> Sequence[Run]:
        """Return runs, newest first, older than an id."""
        wanted = select(runs).where(
            runs.c.workspace_id == scope.workspace_id,
            runs.c.environment == scope.environment.value,
        )
        if tracker_id is not None:
            wanted = wanted.where(runs.c.tracker_id == tracker_id)
        if before is not None:
            wanted = wanted.where(runs.c.id < before)
        rows = self._connection.execute(wanted.order_by(runs.c.id.desc()).limit(limit))
        return [_to_run(row) for row in rows]
