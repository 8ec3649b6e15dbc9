"""An idle scheduler looks again when the next tick is due, not when its poll happens to come."""

import asyncio
from datetime import timedelta

from sqlalchemy import update
from tests.support.tracking import House, order
from tests.support.twins import TwinSource

from bellwether.engine.tracking import claims
from bellwether.engine.tracking.tables import trackers
from bellwether.kit.clock import Clock, SystemClock, to_micros
from bellwether.model.requests import TrackerChanges
from bellwether.model.tenants import Scope
from bellwether.model.tracking import TrackerState
from bellwether.storage.database import Database


def _ahead(house: House, looked_s: float = 0) -> timedelta | None:
    looked_at = house.clock.now() - timedelta(seconds=looked_s)
    return house.database.submit_read(
        lambda c: claims.until_next(c, house.clock, looked_at)
    ).result()


def _due_in(database: Database, clock: Clock, tracker_id: str, ahead: timedelta) -> None:
    at = to_micros(clock.now() + ahead)
    statement = update(trackers).where(trackers.c.id == tracker_id).values(next_at=at, due_at=at)
    database.submit_write(lambda c: c.execute(statement).rowcount).result()


async def test_a_tick_is_run_when_it_is_due_long_before_the_poll(database: Database) -> None:
    clock = SystemClock()
    house = House(database, clock)  # type: ignore[arg-type]
    scope = house.scope()
    scheduler = house.scheduler(TwinSource(), poll_seconds=3600)
    stop = asyncio.Event()
    running = asyncio.create_task(scheduler.run(stop))
    tracker = house.track_one(scope, order("a"))
    scheduler.wake()
    await house.ran(scope, tracker.id)
    _due_in(database, clock, tracker.id, timedelta(seconds=0.5))
    scheduler.wake()  # it finds nothing yet
    await house.ran(scope, tracker.id, runs=2)
    stop.set()
    await running
    _, second = house.runs(scope, tracker.id)
    assert second.finished_at >= second.tick


async def test_how_long_it_is_until_the_next_tick(house: House, scope: Scope) -> None:
    assert _ahead(house) is None
    near, far = (one.tracker for one in house.track(scope, order("a"), order("b")))
    assert _ahead(house) is None  # what is due already is not ahead
    _due_in(house.database, house.clock, near.id, timedelta(minutes=3))
    _due_in(house.database, house.clock, far.id, timedelta(hours=2))
    assert _ahead(house) == timedelta(minutes=3)
    house.pass_time(minutes=3, seconds=1)
    assert _ahead(house) == timedelta(minutes=116, seconds=59)
    assert _ahead(house, looked_s=2) == timedelta(seconds=-1)  # due since the last look
    house.pass_time(minutes=-3, seconds=-1)
    paused = TrackerChanges(state=TrackerState.PAUSED)
    house.write(lambda engine: engine.tracking.update(scope, near.id, paused))
    assert _ahead(house) == timedelta(hours=2)
