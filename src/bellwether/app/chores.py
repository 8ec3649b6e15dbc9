"""The product's own periodic work."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bellwether.engine.activities.document_imports import DocumentImportService
from bellwether.engine.activities.people import PeopleService
from bellwether.engine.activities.rejects import RejectService
from bellwether.engine.insights.forgetting import forget_events
from bellwether.engine.metrics.days import DayPages
from bellwether.engine.metrics.packer import Packer
from bellwether.engine.tracking.lateness import LatenessCheck
from bellwether.jobs.heartbeats import Heartbeats
from bellwether.jobs.periodic import Chore
from bellwether.jobs.queue import JobQueue
from bellwether.kit.clock import Clock

JOBS_KEPT = timedelta(days=30)
"""How long a finished job can be read."""

SILENT_KEPT = timedelta(days=1)
"""How long a process is remembered that ended without saying goodbye."""

_PORTION = 1000
_EXPIRED = 10_000  # activities each time: a thousand a second
_EVERY = timedelta(minutes=1)
_PACKING = timedelta(seconds=5)
_OFTEN = timedelta(seconds=10)  # a thousand events each time: a hundred a second


def make_chores(
    clock: Clock, *, late_after: timedelta, events_kept: timedelta | None
) -> Sequence[Chore]:
    """Return what is to be done periodically, each in one short transaction.

    `events_kept` is how long events are kept, of the product's time; None for ever.
    """

    def forget(connection: Connection, last: datetime | None) -> None:
        del last
        JobQueue(connection, clock).forget(JOBS_KEPT, _PORTION)
        Heartbeats(connection, clock).forget(SILENT_KEPT)
        RejectService(connection, clock).prune()
        DocumentImportService(connection, clock).tidy()

    def tell_of_late(connection: Connection, last: datetime | None) -> None:
        ago = _EVERY if last is None else clock.real_now() - last
        since = clock.now() - ago / clock.real_seconds(1.0)
        LatenessCheck(connection, clock, late_after).tell(since)

    def expire(connection: Connection, last: datetime | None) -> None:
        del last
        PeopleService(connection, clock).expire(_EXPIRED)

    def pack(connection: Connection, last: datetime | None) -> bool:
        del last
        return Packer(connection, clock).step()

    def close_days(connection: Connection, last: datetime | None) -> bool:
        del last
        return DayPages(connection, clock).step()

    chores = [
        Chore("forget", _EVERY, forget),
        Chore("expire activities", _OFTEN, expire),
        Chore("pack snapshots", _PACKING, pack),
        Chore("close days", _PACKING, close_days),
    ]
    if events_kept is not None:
        chores.append(Chore("forget events", _OFTEN, _forgetter(clock, events_kept)))
    if not clock.accelerated:  # where days take seconds, whatever waits at all is late
        chores.append(Chore("tell of late", _EVERY, tell_of_late))
    return chores


def _forgetter(clock: Clock, kept: timedelta) -> Callable[[Connection, datetime | None], None]:
    def forget_old_events(connection: Connection, last: datetime | None) -> None:
        del last
        forget_events(connection, clock, kept, _PORTION)

    return forget_old_events
