"""Telling of trackers that nobody runs: their numbers grow old although nothing failed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from sqlalchemy import Connection

from bellwether.engine.tracking.schedules import next_tick
from bellwether.engine.tracking.store_claims import ClaimStore
from bellwether.engine.tracking.store_lateness import LateRow, late_rows
from bellwether.engine.tracking.telling import describe, describe_instant
from bellwether.engine.webhooks.outbox import Outbox
from bellwether.kit.clock import Clock, from_micros
from bellwether.model.tenants import Environment, Scope
from bellwether.model.webhooks import EventType, NewEvent

_log = structlog.get_logger(__name__)

MOST_A_CHECK = 2000
"""How many trackers one check tells of; more are late only when nobody runs any."""

_INTERVALS = 2


class _Late(NamedTuple):
    """A tracker that has just become stale, and whose it is."""

    tracker_id: str
    scope: Scope


class LatenessCheck:
    """Looks for trackers that are late by two of their intervals, and by `after` at least."""

    def __init__(self, connection: Connection, clock: Clock, after: timedelta) -> None:
        self._connection = connection
        self._clock = clock
        self._after = after
        self._ticks: dict[tuple[str, str, datetime], datetime | None] = {}

    def tell(self, since: datetime) -> int:
        """Tell of those that became so after an instant of the product's time; return how many.

        Each is told once while it waits for the same tick: with one check after the other, every
        instant is in the span of one.
        """
        now = self._clock.now()
        rows = late_rows(self._connection, self._clock, now - self._after, MOST_A_CHECK)
        late = [
            _Late(row.id, Scope(row.workspace_id, Environment(row.environment)))
            for row in rows
            if since < self._stale_at(row) <= now
        ]
        if late:
            _log.warning("trackers are late", trackers=len(late))
        outbox = Outbox(self._connection, self._clock)
        listeners = outbox.listeners(one.scope.workspace_id for one in late)
        wanted = [one for one in late if listeners.wanting(one.scope, EventType.TRACKER_STALE)]
        if wanted:
            outbox.emit(self._events(wanted, now), listeners)
        return len(late)

    def _stale_at(self, row: LateRow) -> datetime:
        due_at = from_micros(row.due_at)
        key = (row.cron, row.timezone, due_at)
        if key not in self._ticks:
            self._ticks[key] = next_tick(*key)
        following = self._ticks[key]
        interval = timedelta(0) if following is None else following - due_at
        return due_at + max(_INTERVALS * interval, self._after)

    def _events(self, late: Sequence[_Late], now: datetime) -> Sequence[NewEvent]:
        about = ClaimStore(self._connection).about([one.tracker_id for one in late])
        return [
            NewEvent(
                scope=one.scope,
                type=EventType.TRACKER_STALE,
                at=now,
                data={
                    **describe(about[one.tracker_id]),
                    "state": about[one.tracker_id].state,
                    "last_success_at": describe_instant(about[one.tracker_id].last_success_at),
                    "failure": None,
                },
                tracker_id=one.tracker_id,
            )
            for one in late
            if one.tracker_id in about
        ]
