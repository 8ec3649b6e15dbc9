"""Due trackers claimed, fetched from the sandbox and recorded, against one transaction a tracker.

Both sides do the same work with the same parts on stores of their own: what is compared is
claiming and recording in batches with doing so one by one.
"""

import asyncio
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from bellwether.connectors.sandbox.connector import SandboxConnector
from bellwether.connectors.sources import Sources
from bellwether.engine import schema
from bellwether.engine.facade import Engine
from bellwether.engine.tracking.tasks import Scheduler
from bellwether.kit.clock import ManualClock
from bellwether.model.platforms import Kind, Platform
from bellwether.model.refs import Ref
from bellwether.model.requests import TrackRequest
from bellwether.model.tenants import Environment, Plan, PlanName, Scope
from bellwether.model.tracking import Aspect
from bellwether.storage.database import Database, open_database
from bellwether.storage.migrate import migrate

TRACKERS = 12_000
ONE_BY_ONE = 400
DAYS = 2
START = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
UNLIMITED = Plan(PlanName.OWN, "Own", None, None, None)

assert schema.metadata.tables


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        batches = asyncio.run(_measure(Path(folder) / "batches.sqlite", TRACKERS, 2000))
        singly = asyncio.run(_measure(Path(folder) / "singly.sqlite", ONE_BY_ONE, 1))
    print(f"scheduler  batches       {batches:8,.0f} ticks/s")
    print(f"scheduler  one by one    {singly:8,.0f} ticks/s")
    print(f"scheduler  ratio         {batches / singly:8.1f}")


async def _measure(path: Path, trackers: int, at_once: int) -> float:
    """Return ticks a second over some days of daily trackers, their first numbers left out."""
    database = open_database(f"sqlite:///{path}")
    migrate(database)
    clock = ManualClock(START)
    _track(database, clock, trackers)
    sources = Sources([SandboxConnector(clock)])
    scheduler = Scheduler(database, clock, sources, claim_limit=at_once)
    await _all_due(scheduler)
    ticks, took = 0, 0.0
    for _ in range(DAYS):
        clock.advance(timedelta(days=1))
        began = time.perf_counter()
        ticks += await _all_due(scheduler)
        took += time.perf_counter() - began
    database.close()
    assert ticks == trackers * DAYS
    return ticks / took


async def _all_due(scheduler: Scheduler) -> int:
    ended = 0
    while step := await scheduler.step():
        ended += step
    return ended


def _track(database: Database, clock: ManualClock, count: int) -> None:
    requests = [
        TrackRequest(
            Ref(platform, Kind.VIDEO, f"{n:011d}", f"https://example.com/{n}"),
            "native",
            Aspect.CONTENT,
            cron=f"{n % 30} 10 * * *",
        )
        for n in range(count)
        for platform in [(Platform.YOUTUBE, Platform.TIKTOK, Platform.VIMEO)[n % 3]]
    ]

    def work(connection: Connection) -> None:
        engine = Engine(connection, clock)
        workspace = engine.tenants.ensure_workspace("bench")
        engine.tracking.track(Scope(workspace.id, Environment.SANDBOX), UNLIMITED, requests)

    database.submit_write(work).result()


if __name__ == "__main__":
    main()
