"""The product's own periodic work."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection

from bellwether.jobs.heartbeats import Heartbeats
from bellwether.jobs.periodic import Chore
from bellwether.jobs.queue import JobQueue
from bellwether.kit.clock import Clock

JOBS_KEPT = timedelta(days=30)
"""How long a finished job can be read."""

SILENT_KEPT = timedelta(days=1)
"""How long a process is remembered that ended without saying goodbye."""

_PORTION = 1000


def make_chores(clock: Clock) -> Sequence[Chore]:
    """Return what is to be done periodically, each in one short transaction."""

    def forget(connection: Connection) -> None:
        JobQueue(connection, clock).forget(JOBS_KEPT, _PORTION)
        Heartbeats(connection, clock).forget(SILENT_KEPT)

    return [Chore("forget", timedelta(minutes=1), forget)]
