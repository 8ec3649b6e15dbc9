from datetime import timedelta

from tests.support.tracking import START, House, order
from tests.support.twins import TwinSource

from bellwether.model.tenants import Scope


async def test_missed_ticks_collapse_into_one_late_run_of_the_oldest(
    house: House, scope: Scope
) -> None:
    scheduler = house.scheduler(TwinSource())
    tracker = house.track_one(scope, order("a", cron="0 * * * *"))
    await scheduler.step()
    house.pass_time(hours=5)  # the power was off from half past nine to half past two
    late = house.tracker(scope, tracker.id)
    assert late.lateness_s == timedelta(hours=4, minutes=30).total_seconds()
    assert await scheduler.step() == 1
    assert await scheduler.step() == 0
    runs = house.runs(scope, tracker.id)
    assert [run.tick for run in runs] == [START, START.replace(hour=10, minute=0)]
    assert runs[1].finished_at == START + timedelta(hours=5)
    caught_up = house.tracker(scope, tracker.id)
    assert caught_up.next_at == START.replace(hour=15, minute=0)
    assert caught_up.lateness_s == 0.0
    # The numbers are dated when they were seen, not when they should have been.
    assert [shot.at for shot in house.snapshots(tracker.subject_id)] == [
        START,
        START + timedelta(hours=5),
    ]
