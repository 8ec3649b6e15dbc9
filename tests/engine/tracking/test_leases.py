import asyncio
from datetime import timedelta

from sqlalchemy import select
from tests.support.tracking import START, House, order
from tests.support.twins import TwinSource

from bellwether.engine.tracking.tables import trackers
from bellwether.kit.clock import to_micros
from bellwether.model.requests import TrackerChanges
from bellwether.model.tenants import Scope
from bellwether.model.tracking import TrackerState
from bellwether.storage.database import open_database, read


async def test_two_schedulers_share_the_work_and_no_tick_runs_twice(
    house: House, scope: Scope, database_url: str
) -> None:
    house.track(scope, *(order(f"v{n}", cron="* * * * *") for n in range(400)))
    other = House(open_database(database_url), house.clock)
    sources = TwinSource(batch_size=20), TwinSource(batch_size=20)
    schedulers = [house.scheduler(sources[0]), other.scheduler(sources[1])]
    for _ in range(3):
        ended = 0
        while ended < 400:
            ended += sum(await asyncio.gather(*(one.step() for one in schedulers)))
        assert ended == 400
        house.pass_time(minutes=1)
    other.database.close()
    runs = house.runs(scope)
    assert len(runs) == len({(run.tracker_id, run.tick) for run in runs}) == 1200
    assert len(sources[0].asked) + len(sources[1].asked) == 1200


async def test_a_scheduler_that_comes_back_after_its_lease_records_nothing(
    house: House, scope: Scope
) -> None:
    asleep = TwinSource()
    asleep.gate = asyncio.Event()
    tracker = house.track_one(scope, order("a", cron="* * * * *"))
    paused = asyncio.create_task(house.scheduler(asleep, lease_seconds=600).step())
    await asleep.called.wait()
    awake = TwinSource()
    scheduler = house.scheduler(awake)
    house.pass_time(seconds=599)
    assert await scheduler.step() == 0  # the lease still stands
    house.pass_time(seconds=1)
    assert await scheduler.step() == 1
    asleep.gate.set()
    assert await paused == 0
    (run,) = house.runs(scope, tracker.id)
    assert (run.tick, run.snapshots) == (START, 1)
    assert len(house.snapshots(tracker.subject_id)) == 1
    assert house.tracker(scope, tracker.id).runs == 1


async def test_one_that_is_late_while_another_is_at_it_does_not_spoil_its_claim(
    house: House, scope: Scope
) -> None:
    first, second = TwinSource(), TwinSource()
    first.gate, second.gate = asyncio.Event(), asyncio.Event()
    tracker = house.track_one(scope, order("a"))
    paused = asyncio.create_task(house.scheduler(first, lease_seconds=60).step())
    await first.called.wait()
    house.pass_time(seconds=61)
    working = asyncio.create_task(house.scheduler(second, lease_seconds=60).step())
    await second.called.wait()
    first.gate.set()
    assert await paused == 0
    assert house.runs(scope) == []
    second.gate.set()
    assert await working == 1
    assert len(house.runs(scope, tracker.id)) == 1


async def test_a_lease_is_lengthened_while_the_work_goes_on(house: House, scope: Scope) -> None:
    source = TwinSource()
    source.gate = asyncio.Event()
    tracker = house.track_one(scope, order("a"))
    working = asyncio.create_task(house.scheduler(source, lease_seconds=0.3).step())
    await source.called.wait()
    for _ in range(4):
        house.pass_time(seconds=0.2)  # more than the lease in all
        await _held_for(house, tracker.id, 0.3)
        assert await house.scheduler(TwinSource()).step() == 0
    source.gate.set()
    assert await working == 1


async def test_a_scheduler_told_to_stop_lets_go_of_what_it_holds(
    house: House, scope: Scope
) -> None:
    source = TwinSource()
    source.gate = asyncio.Event()
    house.track(scope, order("a"))
    stop = asyncio.Event()
    running = asyncio.create_task(house.scheduler(source, grace_seconds=0.05).run(stop))
    await source.called.wait()
    stop.set()
    async with asyncio.timeout(5):
        await running
    # Another takes over at once; no lease has to run out.
    assert await house.scheduler(TwinSource()).step() == 1


async def test_a_tracker_paused_or_deleted_during_its_fetch_records_nothing(
    house: House, scope: Scope
) -> None:
    source = TwinSource()
    source.gate = asyncio.Event()
    pausing, deleted, kept = (
        one.tracker for one in house.track(scope, order("a"), order("b"), order("c"))
    )
    working = asyncio.create_task(house.scheduler(source).step())
    await source.called.wait()
    pause = TrackerChanges(state=TrackerState.PAUSED)
    house.write(lambda engine: engine.tracking.update(scope, pausing.id, pause))
    house.write(lambda engine: engine.tracking.delete(scope, deleted.id))
    source.gate.set()
    assert await working == 1
    assert [run.tracker_id for run in house.runs(scope)] == [kept.id]
    assert house.tracker(scope, pausing.id).state is TrackerState.PAUSED


async def test_a_schedule_changed_during_a_fetch_holds_from_then_on(
    house: House, scope: Scope
) -> None:
    source = TwinSource()
    source.gate = asyncio.Event()
    tracker = house.track_one(scope, order("a"))
    working = asyncio.create_task(house.scheduler(source).step())
    await source.called.wait()
    hourly = TrackerChanges(cron="0 * * * *")
    house.write(lambda engine: engine.tracking.update(scope, tracker.id, hourly))
    source.gate.set()
    assert await working == 1
    assert house.tracker(scope, tracker.id).next_at == START + timedelta(minutes=30)


async def test_nothing_is_left_claimed_after_a_pass(house: House, scope: Scope) -> None:
    house.track(scope, *(order(f"v{n}") for n in range(50)))
    await house.scheduler(TwinSource()).step()
    claimed = house.database.submit_read(
        lambda c: c.execute(
            select(trackers.c.id).where(
                trackers.c.claim.is_not(None) | trackers.c.lease_until.is_not(None)
            )
        ).all()
    ).result()
    assert claimed == []


async def _held_for(house: House, tracker_id: str, seconds: float) -> None:
    """Wait until a lease ends no sooner than so many seconds from now."""
    until = to_micros(house.clock.now() + timedelta(seconds=seconds))
    held = select(trackers.c.lease_until).where(trackers.c.id == tracker_id)
    async with asyncio.timeout(20):
        while await read(house.database, lambda c: c.execute(held).scalar_one()) < until:
            pass
