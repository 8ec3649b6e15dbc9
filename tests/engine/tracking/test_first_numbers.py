import asyncio
from datetime import timedelta

from tests.support.tracking import START, House, order
from tests.support.twins import TwinSource

from bellwether.model.tenants import Scope
from bellwether.model.tracking import Aspect, RunState, TrackerState


async def test_a_new_tracker_runs_at_once_and_then_daily_at_the_minute_of_its_creation(
    house: House, scope: Scope
) -> None:
    tracker = house.track_one(scope, order("abc"))
    assert (tracker.cron, tracker.next_at, tracker.state) == (
        "30 9 * * *",
        START,
        TrackerState.ACTIVE,
    )
    assert await house.scheduler(TwinSource()).step() == 1
    tracker = house.tracker(scope, tracker.id)
    assert (tracker.runs, tracker.last_success_at) == (1, START)
    assert tracker.next_at == START + timedelta(days=1)
    (run,) = house.runs(scope)
    assert (run.tick, run.state, run.snapshots, run.attempts) == (START, RunState.SUCCEEDED, 1, 1)
    (snapshot,) = house.snapshots(tracker.subject_id)
    assert (snapshot.at, snapshot.metrics, snapshot.source) == (
        START,
        {"views": 1, "likes": None},
        "twin",
    )


async def test_nothing_runs_before_its_tick(house: House, scope: Scope) -> None:
    tracker = house.track_one(scope, order("abc", cron="0 12 * * *"))
    scheduler = house.scheduler(TwinSource())
    assert await scheduler.step() == 1
    house.pass_time(hours=2, minutes=29, seconds=59)
    assert await scheduler.step() == 0
    house.pass_time(seconds=1)
    assert await scheduler.step() == 1
    assert [run.tick for run in house.runs(scope, tracker.id)] == [
        START,
        START.replace(hour=12, minute=0),
    ]


async def test_a_creators_profile_is_observed_and_its_id_learned(
    house: House, scope: Scope
) -> None:
    tracker = house.track_one(scope, order("somebody", aspect=Aspect.PROFILE))
    assert await house.scheduler(TwinSource()).step() == 1
    assert house.snapshots(tracker.subject_id)[0].metrics == {"followers": 1}
    creators = house.read(lambda engine: engine.catalog.creators(scope, [tracker.subject_id]))
    assert creators[tracker.subject_id].external_id == "id-somebody"


async def test_a_running_scheduler_that_is_woken_has_the_first_numbers_at_once(
    house: House, scope: Scope
) -> None:
    scheduler = house.scheduler(TwinSource(), poll_seconds=60)
    stop = asyncio.Event()
    running = asyncio.create_task(scheduler.run(stop))
    await asyncio.sleep(0.2)
    tracker = house.track_one(scope, order("abc"))
    scheduler.wake()
    await house.ran(scope, tracker.id)
    stop.set()
    scheduler.wake()
    async with asyncio.timeout(5):
        await running
    assert scheduler.last_beat is not None


async def test_a_running_scheduler_finds_what_another_process_added(
    house: House, scope: Scope
) -> None:
    scheduler = house.scheduler(TwinSource())
    stop = asyncio.Event()
    running = asyncio.create_task(scheduler.run(stop))
    await asyncio.sleep(0.1)
    tracker = house.track_one(scope, order("abc"))
    await house.ran(scope, tracker.id)
    stop.set()
    await running
