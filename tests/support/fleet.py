"""Server processes on one store with clocks that agree, and the laws their store must obey."""

import time
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from subprocess import Popen

from sqlalchemy import Connection, func, select, text

from bellwether.engine.metrics.tables import snapshots
from bellwether.engine.tracking.tables import runs, trackers
from bellwether.kit.clock import to_micros
from bellwether.storage.database import Database
from tests.support.observations import packed_observations
from tests.support.program import serving
from tests.support.tracking import START


class Fleet:
    """Starts `bellwether serve` processes; a minute of their time is `60 / rate` real seconds."""

    def __init__(self, folder: Path, database_url: str, rate: float) -> None:
        self._folder = folder
        self._database_url = database_url
        self._rate = rate
        self._began = time.monotonic()
        self._started = 0

    def now(self) -> datetime:
        """Return the instant that the clocks of all processes show, give or take their start."""
        return START + timedelta(seconds=(time.monotonic() - self._began) * self._rate)

    def start(self) -> AbstractContextManager[tuple[str, "Popen[bytes]"]]:
        """Run another process; its clock goes on from where the others' are."""
        self._started += 1
        return serving(
            self._folder / f"log{self._started}",
            "--database",
            self._database_url,
            "--clock-start",
            self.now().isoformat(),
            "--clock-rate",
            str(self._rate),
        )


def tracked_ids(database: Database) -> set[str]:
    """Return the ids of all trackers."""
    return database.submit_read(lambda c: set(c.execute(select(trackers.c.id)).scalars())).result()


def count_runs(database: Database) -> int:
    """Return how many runs are recorded."""
    return database.submit_read(_count_runs).result()


def _count_runs(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(runs)).scalar_one())


def owed(database: Database, before: datetime) -> int:
    """Return how many trackers still owe a tick of before an instant."""
    wanted = select(func.count()).where(trackers.c.next_at < to_micros(before))
    return int(database.submit_read(lambda c: c.execute(wanted).scalar_one()).result())


def check_laws(database: Database) -> None:
    """Every tick has one run, every run its one result, and every result its run."""

    def work(connection: Connection) -> None:
        per_tick = select(runs.c.tracker_id, runs.c.tick, func.count().label("n")).group_by(
            runs.c.tracker_id, runs.c.tick
        )
        twice = connection.execute(select(per_tick.subquery()).where(text("n > 1"))).all()
        assert twice == [], "a tick ran twice"
        results = (
            select(runs.c.id, runs.c.snapshots, func.count(snapshots.c.id).label("stored"))
            .join(snapshots, snapshots.c.run_id == runs.c.id, isouter=True)
            .group_by(runs.c.id, runs.c.snapshots)
            .subquery()
        )
        # What is packed has forgotten its run: it is counted as a whole.
        packed = sum(one.of_run for one in packed_observations(connection))
        beyond = connection.execute(
            select(results).where(results.c.snapshots < results.c.stored)
        ).all()
        assert beyond == [], "a run has more results than it says"
        said, stored = connection.execute(
            select(func.coalesce(func.sum(results.c.snapshots), 0), func.sum(results.c.stored))
        ).one()
        assert said == (stored or 0) + packed, "runs have other results than they say"
        stray = connection.execute(
            select(snapshots.c.id)
            .join(runs, runs.c.id == snapshots.c.run_id, isouter=True)
            .where(runs.c.id.is_(None))
        ).all()
        assert stray == [], "a result belongs to no run"
        counted = (
            select(trackers.c.id, trackers.c.runs, func.count(runs.c.id).label("recorded"))
            .join(runs, runs.c.tracker_id == trackers.c.id, isouter=True)
            .group_by(trackers.c.id, trackers.c.runs)
            .subquery()
        )
        uneven = connection.execute(
            select(counted).where(counted.c.runs != counted.c.recorded)
        ).all()
        assert uneven == [], "a tracker counts other runs than it has"

    database.submit_read(work).result()
