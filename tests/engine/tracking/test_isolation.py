import asyncio

from sqlalchemy import text
from tests.support.tracking import House, order
from tests.support.twins import TwinSource, content

from bellwether.model.platforms import Platform
from bellwether.model.readings import FailureReason
from bellwether.model.tenants import Scope
from bellwether.model.tracking import Aspect


async def test_a_platform_that_hangs_slows_no_other(house: House, scope: Scope) -> None:
    hanging = TwinSource(name="hanging", platforms=(Platform.X,), batch_size=1)
    hanging.gate = asyncio.Event()
    well = TwinSource(name="well")
    stuck = house.track(scope, *(order(f"p{n}", platform=Platform.X) for n in range(500)))
    stop = asyncio.Event()
    scheduler = house.scheduler(hanging, well, poll_seconds=0.05, grace_seconds=0.1)
    running = asyncio.create_task(scheduler.run(stop))
    await hanging.called.wait()
    for n in range(3):
        tracker = house.track_one(scope, order(f"v{n}"))
        scheduler.wake()
        await house.ran(scope, tracker.id)
    # Calls of the one that hangs are bounded, and so is what waits for them in memory.
    assert len(hanging.calls) == 4
    assert sum(len(claimed) for claimed in scheduler._units.values()) <= 200
    assert house.tracker(scope, stuck[0].tracker.id).runs == 0
    stop.set()
    await running


async def test_a_row_that_cannot_be_recorded_fails_alone(house: House, scope: Scope) -> None:
    # A date that is none passes as a reading, and breaks what is to store it.
    def script(target: str) -> object:
        reading = content(target)
        return reading._replace(as_of="yesterday") if target == "v13" else reading  # type: ignore[arg-type]

    scheduler = house.scheduler(TwinSource(script=script))
    tracked = house.track(scope, *(order(f"v{n}") for n in range(40)))
    assert await scheduler.step() == 40
    poisoned = house.tracker(scope, tracked[13].tracker.id)
    assert poisoned.failure_reason is FailureReason.CHANGED_FORMAT
    assert poisoned.failure_message is not None
    assert poisoned.failure_message.startswith("the answer could not be recorded")
    healthy = [one.tracker for n, one in enumerate(tracked) if n != 13]
    assert all(len(house.snapshots(tracker.subject_id)) == 1 for tracker in healthy)
    house.pass_time(days=1)
    assert await scheduler.step() == 40


async def test_a_row_that_nothing_can_be_done_with_is_pushed_forward(
    house: House, scope: Scope
) -> None:
    tracked = house.track(scope, *(order(f"v{n}") for n in range(10)))
    poisoned = tracked[3].tracker
    # An index that refuses any run of this one tracker stands in for damage nobody foresaw.
    house.database.submit_write(
        lambda c: c.execute(
            text(
                "CREATE UNIQUE INDEX damage ON runs (state, tracker_id) "
                f"WHERE tracker_id = '{poisoned.id}'"
            )
        )
    ).result()
    scheduler = house.scheduler(TwinSource())
    assert await scheduler.step() == 10
    house.pass_time(days=1)
    assert await scheduler.step() == 10  # the second success is refused, the failure is not
    house.pass_time(days=1)
    assert await scheduler.step() == 9
    assert await scheduler.step() == 0
    stuck = house.tracker(scope, poisoned.id)
    assert stuck.failure_message is not None
    assert "could not be recorded" in stuck.failure_message
    house.database.submit_write(lambda c: c.execute(text("DROP INDEX damage"))).result()
    house.pass_time(days=1)
    assert await scheduler.step() == 10


async def test_first_numbers_come_before_a_backlog_of_routine_ones(
    house: House, scope: Scope
) -> None:
    source = TwinSource(batch_size=10)
    scheduler = house.scheduler(source, claim_limit=20, calls_at_once=1)
    house.track(scope, *(order(f"old{n}") for n in range(60)))
    for _ in range(3):
        await scheduler.step()
    house.pass_time(days=1)
    house.track(scope, order("new"))
    source.calls.clear()
    await scheduler.step()
    assert "new" in source.calls[0]
    assert len(source.asked) == 20


async def test_aspects_of_a_platform_do_not_wait_for_each_other(house: House, scope: Scope) -> None:
    class HalfDown(TwinSource):
        async def fetch_profiles(self, platform: object, keys: object) -> object:  # type: ignore[override]
            return await asyncio.Event().wait()

    house.track(scope, order("someone", aspect=Aspect.PROFILE))
    tracker = house.track_one(scope, order("v"))
    stop = asyncio.Event()
    scheduler = house.scheduler(HalfDown(), grace_seconds=0.05)
    running = asyncio.create_task(scheduler.run(stop))
    await house.ran(scope, tracker.id)
    stop.set()
    await running
