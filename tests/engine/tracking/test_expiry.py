from datetime import timedelta

from tests.support.tracking import START, House, order
from tests.support.twins import TwinSource

from bellwether.connectors.sandbox.connector import SandboxConnector
from bellwether.model.readings import FailureReason
from bellwether.model.tenants import Scope
from bellwether.model.tracking import TrackerState


async def test_a_tracker_stops_at_its_expiry_and_says_so_then(house: House, scope: Scope) -> None:
    source = TwinSource()
    scheduler = house.scheduler(source)
    expires_at = START + timedelta(days=1, hours=3)
    tracker = house.track_one(scope, order("a", expires_at=expires_at))
    await scheduler.step()
    house.pass_time(days=1)
    assert await scheduler.step() == 1
    house.pass_time(hours=2, minutes=59)
    await scheduler.step()
    assert house.tracker(scope, tracker.id).state is TrackerState.ACTIVE
    house.pass_time(minutes=1)
    await scheduler.step()
    over = house.tracker(scope, tracker.id)
    assert (over.state, over.failure_reason, over.lateness_s) == (TrackerState.EXPIRED, None, 0.0)
    house.pass_time(days=30)
    assert await scheduler.step() == 0
    assert len(source.calls) == len(house.runs(scope)) == 2


async def test_an_expired_tracker_still_says_why_its_last_run_failed(
    house: House, scope: Scope
) -> None:
    expires_at = START + timedelta(days=1, hours=3)
    tracker = house.track_one(scope, order("sbx_deleted", expires_at=expires_at))
    scheduler = house.scheduler(SandboxConnector(house.clock))
    for _ in range(3):
        await scheduler.step()
        house.pass_time(days=1)
    over = house.tracker(scope, tracker.id)
    assert (over.state, over.failure_reason) == (TrackerState.EXPIRED, FailureReason.DELETED)
    assert over.failure_message


async def test_a_tick_at_the_instant_of_expiry_does_not_run(house: House, scope: Scope) -> None:
    scheduler = house.scheduler(TwinSource())
    expires_at = START.replace(hour=10, minute=0)
    tracker = house.track_one(scope, order("a", cron="0 * * * *", expires_at=expires_at))
    await scheduler.step()
    house.pass_time(hours=1)
    assert await scheduler.step() == 0
    assert house.tracker(scope, tracker.id).state is TrackerState.EXPIRED


async def test_a_tick_owed_from_before_the_expiry_still_runs_late(
    house: House, scope: Scope
) -> None:
    scheduler = house.scheduler(TwinSource())
    expires_at = START + timedelta(hours=2)
    tracker = house.track_one(scope, order("a", cron="0 * * * *", expires_at=expires_at))
    await scheduler.step()
    house.pass_time(days=1)
    assert await scheduler.step() == 1
    assert house.tracker(scope, tracker.id).state is TrackerState.EXPIRED


async def test_many_expire_in_one_pass_without_a_call(house: House, scope: Scope) -> None:
    source = TwinSource()
    scheduler = house.scheduler(source)
    expires_at = START + timedelta(minutes=1)
    house.track(scope, *(order(f"v{n}", expires_at=expires_at) for n in range(300)))
    await scheduler.step()
    calls = len(source.calls)
    house.pass_time(minutes=1)
    assert await scheduler.step() == 0
    page = house.read(
        lambda engine: engine.tracking.list_trackers(scope, state=TrackerState.EXPIRED, limit=400)
    )
    assert (len(page.items), len(source.calls)) == (300, calls)
