from datetime import UTC, datetime, timedelta

from tests.support.tracking import House, order
from tests.support.twins import TwinSource

from bellwether.kit.clock import ManualClock
from bellwether.storage.database import Database


async def test_a_schedule_keeps_its_wall_clock_time_across_a_clock_change(
    database: Database,
) -> None:
    # Berlin goes from UTC+1 to UTC+2 in the night to Sunday, 29 March 2026.
    house = House(database, ManualClock(datetime(2026, 3, 27, 12, tzinfo=UTC)))
    scope = house.scope()
    scheduler = house.scheduler(TwinSource())
    tracker = house.track_one(scope, order("a", cron="30 8 * * *", timezone="Europe/Berlin"))
    await scheduler.step()
    for _ in range(4 * 24 * 2):
        house.clock.advance(timedelta(minutes=30))
        await scheduler.step()
    ticks = [run.tick for run in house.runs(scope, tracker.id)][1:]
    assert [(tick.day, tick.hour, tick.minute) for tick in ticks] == [
        (28, 7, 30),
        (29, 6, 30),
        (30, 6, 30),
        (31, 6, 30),
    ]
