"""Trackers, their schedules and their runs."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bellwether.engine.catalog.service import CatalogService
from bellwether.engine.metrics.service import MetricsService
from bellwether.engine.tracking import orders, store_lists, store_named
from bellwether.engine.tracking.changes import changed_values
from bellwether.engine.tracking.orders import Order
from bellwether.engine.tracking.store import TrackerStore
from bellwether.engine.tracking.store_overview import read_due, read_overview
from bellwether.kit.clock import Clock
from bellwether.kit.cursors import BadCursorError, decode_cursor, encode_cursor
from bellwether.model.errors import (
    ConflictError,
    InvalidInputError,
    LimitExceededError,
    NotFoundError,
)
from bellwether.model.paging import Page
from bellwether.model.platforms import Platform
from bellwether.model.requests import (
    ContentFilter,
    NamedFilter,
    Subject,
    Tracked,
    TrackerChanges,
    TrackRequest,
)
from bellwether.model.tenants import Plan, Scope
from bellwether.model.tracking import PUBLISHING, Aspect, Overview, Run, Tracker, TrackerState

_LONGEST_ID = 36
_LONGEST_NAME = 200
_Key = tuple[str, Aspect, str]  # subject id, aspect, dialect: one tracker each


class TrackingService:
    """Standing orders to observe."""

    def __init__(
        self,
        connection: Connection,
        clock: Clock,
        catalog: CatalogService,
        metrics: MetricsService,
    ) -> None:
        self._connection = connection
        self._clock = clock
        self._catalog = catalog
        self._metrics = metrics
        self._store = TrackerStore(connection)

    def track(
        self, scope: Scope, plan: Plan, requests: Sequence[TrackRequest]
    ) -> Sequence[Tracked]:
        """Track everything asked for, in one batch and in order; the first run is due at once.

        The same thing twice, or tracked by this dialect already, is `created=False`; one that had
        expired starts anew. LimitExceededError when the new contents do not fit the plan, and
        InvalidInputError for a schedule that is not cron or never fires (fields `cron`,
        `timezone`): nothing is changed then.
        """
        now = self._clock.now()
        checked = [orders.check(request, now) for request in requests]
        if not checked:
            return []
        if not self._store.lock_workspace(scope):
            raise NotFoundError("no such workspace")
        subjects = self._catalog.ensure(scope, [orders.subject_of(request) for request in requests])
        wanted: dict[_Key, tuple[Order, Subject]] = {}
        for order, subject in zip(checked, subjects, strict=True):
            wanted.setdefault(_key(order.request, subject), (order, subject))
        present = self._present(scope, [subject.id for subject in subjects], now)
        fresh = {
            key: made
            for key, made in wanted.items()
            if key not in present
            # An order that has expired itself has nothing to start anew.
            or (orders.is_over(present[key], now) and not made[0].expired)
        }
        self._check_limit(scope, plan, sum(order.counts for order, _ in fresh.values()), now)
        ids = self._keep(scope, fresh, present, now)
        keys = [
            _key(order.request, subject) for order, subject in zip(checked, subjects, strict=True)
        ]
        return self._tracked(keys, ids, present, now)

    def _present(
        self, scope: Scope, subject_ids: Sequence[str], now: datetime
    ) -> dict[_Key, Tracker]:
        unique = list(dict.fromkeys(subject_ids))
        return {
            (tracker.subject_id, tracker.aspect, tracker.dialect): tracker
            for tracker in self._store.of_subjects(scope, unique, now)
        }

    def _check_limit(self, scope: Scope, plan: Plan, more: int, now: datetime) -> None:
        if plan.tracked_videos is None or not more:
            return
        used = self._store.count_contents(scope, now)
        if used + more > plan.tracked_videos:
            raise LimitExceededError(
                f"Video limit reached. Your {plan.title} plan allows {plan.tracked_videos} "
                f"tracked videos. Current usage: {used}"
            )

    def _keep(
        self,
        scope: Scope,
        fresh: Mapping[_Key, tuple[Order, Subject]],
        present: Mapping[_Key, Tracker],
        now: datetime,
    ) -> dict[_Key, str]:
        """Store the fresh orders as new or revived trackers and return their ids."""
        new = {
            key: order.new_row(scope, subject, now)
            for key, (order, subject) in fresh.items()
            if key not in present
        }
        revived = {key: present[key].id for key in fresh if key in present}
        self._store.add(list(new.values()))
        self._store.change([(revived[key], fresh[key][0].schedule_values(now)) for key in revived])
        return {**{key: str(row["id"]) for key, row in new.items()}, **revived}

    def _tracked(
        self,
        keys: Sequence[_Key],
        fresh_ids: Mapping[_Key, str],
        present: Mapping[_Key, Tracker],
        now: datetime,
    ) -> Sequence[Tracked]:
        fresh = self._store.by_ids(list(fresh_ids.values()), now)
        told: set[_Key] = set()
        answers: list[Tracked] = []
        for key in keys:
            if key not in fresh_ids:
                answers.append(Tracked(present[key], created=False))
                continue
            answers.append(Tracked(fresh[fresh_ids[key]], created=key not in told))
            told.add(key)
        return answers

    def tracked_videos(self, scope: Scope) -> int:
        """Count the active content trackers, as plans do."""
        return self._store.count_contents(scope, self._clock.now())

    def get(self, scope: Scope, tracker_id: str) -> Tracker:
        """Return one tracker, else NotFoundError."""
        found = self._store.get(scope, _checked_id(tracker_id), self._clock.now())
        if found is None:
            raise _no_tracker()
        return found

    def list_trackers(
        self,
        scope: Scope,
        *,
        platform: Platform | None = None,
        aspect: Aspect | None = None,
        state: TrackerState | None = None,
        dialect: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page[Tracker]:
        """List trackers, newest first."""
        filters = {"platform": platform, "aspect": aspect, "state": state, "dialect": dialect}
        rows = self._store.page(
            scope,
            {name: str(value) for name, value in filters.items() if value is not None},
            before=_before(cursor),
            limit=limit + 1,
            now=self._clock.now(),
        )
        more = len(rows) > limit
        return Page(rows[:limit], encode_cursor(rows[limit - 1].id) if more else None)

    def list_contents(self, scope: Scope, wanted: ContentFilter) -> tuple[Sequence[Tracker], int]:
        """List content trackers as a dialect asks, with the total that match."""
        return store_lists.list_contents(self._connection, scope, wanted, self._clock.now())

    def find_named(self, scope: Scope, wanted: NamedFilter) -> Tracker:
        """Return the newest tracker with one of the names, else NotFoundError (`name`)."""
        names = _storable(wanted.names)
        found = None
        if names:
            wanted = replace(wanted, names=names)
            found = store_named.find_named(self._connection, scope, wanted, self._clock.now())
        if found is None:
            raise NotFoundError("nothing of this name is tracked", field="name")
        return found

    def list_named(self, scope: Scope, wanted: NamedFilter) -> tuple[Sequence[Tracker], int]:
        """List trackers of an aspect, newest first, with the total that match."""
        names = _storable(wanted.names)
        if wanted.names and not names:
            return [], 0
        wanted = replace(wanted, names=names)
        return store_named.list_named(self._connection, scope, wanted, self._clock.now())

    def of_subjects(
        self, scope: Scope, subject_ids: Sequence[str], *, dialect: str
    ) -> Sequence[Tracker]:
        """Return the trackers that a dialect sees on these creators or contents."""
        ids = list(dict.fromkeys(subject_ids))
        found = list(self._store.of_subjects(scope, ids, self._clock.now()))
        own = {(one.subject_id, one.aspect) for one in found if one.dialect == dialect}
        return [
            one
            for one in found
            if one.dialect == dialect
            or (one.dialect == PUBLISHING and (one.subject_id, one.aspect) not in own)
        ]

    def update(
        self, scope: Scope, tracker_id: str, changes: TrackerChanges, plan: Plan | None = None
    ) -> Tracker:
        """Change a tracker; its next tick is computed again.

        A tick that is owed already stays owed, unless the tracker was or is paused. One that is
        resumed before it ever ran is due at once. An expired one is followed again as soon as
        its expiry is later or gone. With a `plan`, LimitExceededError where following it again
        does not fit.
        """
        now = self._clock.now()
        if plan is not None and not self._store.lock_workspace(scope):
            raise _no_tracker()
        tracker = self._store.get_locked(scope, _checked_id(tracker_id), now)
        if tracker is None:
            raise _no_tracker()
        values = changed_values(tracker, changes, now)
        follows = values["state"] == TrackerState.ACTIVE.value
        followed = tracker.state is TrackerState.ACTIVE and not orders.is_over(tracker, now)
        if plan is not None and follows and not followed and tracker.aspect is Aspect.CONTENT:
            self._check_limit(scope, plan, 1, now)
        self._store.change([(tracker_id, values)])
        return self.get(scope, tracker_id)

    def delete(self, scope: Scope, tracker_id: str) -> None:
        """Stop and forget a tracker; what it recorded stays."""
        if not self._store.delete(scope, _checked_id(tracker_id)):
            raise _no_tracker()

    def run_now(self, scope: Scope, tracker_id: str) -> Tracker:
        """Make a tracker due at once, outside its schedule.

        A tick that is owed already, waiting for a retry or a budget, is due at once instead.
        ConflictError when the tracker is paused or expired.
        """
        now = self._clock.now()
        tracker = self._store.get_locked(scope, _checked_id(tracker_id), now)
        if tracker is None:
            raise _no_tracker()
        if tracker.state is not TrackerState.ACTIVE or orders.is_over(tracker, now):
            state = tracker.state if tracker.state is TrackerState.PAUSED else TrackerState.EXPIRED
            raise ConflictError(f"this tracker is {state}", field="state")
        owed = tracker.next_at is not None and tracker.next_at <= now
        tick = tracker.next_at if owed else now
        self._store.change(
            [(tracker_id, {"next_at": tick, "due_at": now, "priority": orders.FIRST})]
        )
        return self.get(scope, tracker_id)

    def list_runs(
        self, scope: Scope, *, tracker_id: str | None = None, limit: int = 50, cursor: str | None
    ) -> Page[Run]:
        """List runs, newest first."""
        if tracker_id is not None:
            _checked_id(tracker_id)
        rows = self._store.page_of_runs(scope, tracker_id, before=_before(cursor), limit=limit + 1)
        more = len(rows) > limit
        return Page(rows[:limit], encode_cursor(rows[limit - 1].id) if more else None)

    def overview(self, *, late_after: timedelta = timedelta(minutes=5)) -> Overview:
        """Return counts over all workspaces, for the operator and never for a customer."""
        return read_overview(self._connection, self._clock.now(), late_after)

    def due(self) -> Mapping[Platform, tuple[int, datetime]]:
        """Return how many trackers of all workspaces are due by platform, and since when."""
        return read_due(self._connection, self._clock.now())


def _key(request: TrackRequest, subject: Subject) -> _Key:
    return subject.id, request.aspect, request.dialect


def _no_tracker() -> NotFoundError:
    return NotFoundError("no such tracker", field="id")


def _is_id(text: str) -> bool:
    """Return whether a store can look this up at all; a PostgreSQL text holds no NUL, say."""
    return len(text) <= _LONGEST_ID and text.isascii() and text.isprintable()


def _storable(names: Sequence[str]) -> Sequence[str]:
    return [name for name in names if len(name) <= _LONGEST_NAME and name.isprintable()]


def _checked_id(text: str) -> str:
    if not _is_id(text):
        raise _no_tracker()
    return text


def _before(cursor: str | None) -> str | None:
    if cursor is None:
        return None
    try:
        (last_id,) = decode_cursor(cursor, str)
    except BadCursorError as error:
        raise InvalidInputError(str(error), field="cursor") from error
    if not _is_id(str(last_id)):
        raise InvalidInputError("not a cursor of this list", field="cursor")
    return str(last_id)
