from datetime import timedelta

from tests.support.tracking import START, House, order
from tests.support.twins import TwinSource

from bellwether.model.readings import Failed, FailureReason
from bellwether.model.tenants import Scope
from bellwether.model.tracking import RunState

DOWN = Failed(FailureReason.PLATFORM_ERROR, "the platform is down")


async def test_a_transient_failure_is_tried_again_within_the_tick_until_it_succeeds(
    house: House, scope: Scope
) -> None:
    answers: dict[str, Failed | None] = {"a": DOWN}
    source = TwinSource(script=answers.get)
    scheduler = house.scheduler(source)
    tracker = house.track_one(scope, order("a"))
    assert await scheduler.step() == 0
    waiting = house.tracker(scope, tracker.id)
    assert (waiting.failure_reason, waiting.next_at) == (FailureReason.PLATFORM_ERROR, START)
    house.pass_time(seconds=29)
    await scheduler.step()
    assert len(source.calls) == 1
    house.pass_time(seconds=1)
    await scheduler.step()
    assert len(source.calls) == 2
    answers["a"] = None
    house.pass_time(minutes=2)
    assert await scheduler.step() == 1
    (run,) = house.runs(scope)
    assert (run.tick, run.state, run.attempts) == (START, RunState.SUCCEEDED, 3)
    healed = house.tracker(scope, tracker.id)
    assert (healed.failure_reason, healed.failure_message) == (None, None)
    assert len(house.snapshots(tracker.subject_id)) == 1


async def test_after_the_last_try_the_run_is_recorded_as_failed_and_the_schedule_goes_on(
    house: House, scope: Scope
) -> None:
    source = TwinSource(script=lambda _: DOWN)
    scheduler = house.scheduler(source)
    tracker = house.track_one(scope, order("a"))
    await scheduler.step()
    for wait in (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10)):
        house.clock.advance(wait)
        assert await scheduler.step() == 0
    house.pass_time(minutes=30)
    assert await scheduler.step() == 1
    (run,) = house.runs(scope)
    assert (run.state, run.failure_reason, run.attempts, run.snapshots) == (
        RunState.FAILED,
        FailureReason.PLATFORM_ERROR,
        5,
        0,
    )
    failing = house.tracker(scope, tracker.id)
    assert failing.next_at == START + timedelta(days=1)
    assert (failing.last_success_at, failing.runs) == (None, 1)


async def test_a_try_that_would_come_after_the_next_tick_is_not_made(
    house: House, scope: Scope
) -> None:
    source = TwinSource(script=lambda _: DOWN)
    scheduler = house.scheduler(source)
    house.track_one(scope, order("a", cron="* * * * *"))
    await scheduler.step()
    house.pass_time(seconds=30)  # the next tick is in 30 seconds, the next try in two minutes
    assert await scheduler.step() == 1
    assert house.runs(scope)[0].attempts == 2


async def test_retry_after_is_honoured(house: House, scope: Scope) -> None:
    limited = Failed(FailureReason.RATE_LIMITED, "slow down", retry_after=300)
    source = TwinSource(script=lambda _: limited)
    scheduler = house.scheduler(source)
    house.track_one(scope, order("a"))
    await scheduler.step()
    house.pass_time(seconds=299)
    await scheduler.step()
    assert len(source.calls) == 1
    house.pass_time(seconds=1)
    await scheduler.step()
    assert len(source.calls) == 2


async def test_a_permanent_failure_is_recorded_at_once_and_things_may_come_back(
    house: House, scope: Scope
) -> None:
    answers: dict[str, Failed | None] = {
        "gone": Failed(FailureReason.DELETED, "the owner deleted this"),
        "shy": Failed(FailureReason.PRIVATE, "this is private\x00"),
    }
    scheduler = house.scheduler(TwinSource(script=answers.get))
    gone, shy, fine = (
        one.tracker for one in house.track(scope, order("gone"), order("shy"), order("fine"))
    )
    assert await scheduler.step() == 3
    assert house.tracker(scope, gone.id).failure_reason is FailureReason.DELETED
    assert house.tracker(scope, gone.id).failure_message == "the owner deleted this"
    assert house.tracker(scope, shy.id).failure_message == "this is private"
    assert house.tracker(scope, fine.id).failure_reason is None
    answers.clear()
    house.pass_time(days=1)
    assert await scheduler.step() == 3
    assert house.tracker(scope, gone.id).failure_reason is None
    assert [run.state for run in house.runs(scope, gone.id)] == [
        RunState.FAILED,
        RunState.SUCCEEDED,
    ]
