from datetime import timedelta

from tests.support.tracking import START, House, order
from tests.support.twins import TwinSource

from bellwether.model.readings import Failed, FailureReason
from bellwether.model.tracking import TrackerState

GONE = Failed(FailureReason.DELETED, "deleted")


async def test_the_operator_sees_all_workspaces_together(house: House) -> None:
    scopes = [house.scope("acme"), house.scope("else")]
    for scope in scopes:
        house.track(scope, order("a"), order("gone"))
    house.track(scopes[0], order("b", expires_at=START - timedelta(days=1)))
    empty = house.read(lambda engine: engine.tracking.overview())
    assert (empty.last_runs, empty.last_run_at, empty.late) == (0, None, 0)
    answers = {"gone": GONE}
    scheduler = house.scheduler(TwinSource(script=answers.get))
    while await scheduler.step():
        pass
    seen = house.read(lambda engine: engine.tracking.overview())
    assert seen.trackers == {TrackerState.ACTIVE: 4, TrackerState.EXPIRED: 1}
    assert (seen.last_runs, seen.last_runs_failed, seen.last_run_at) == (4, 2, START)
    assert seen.failing == {"deleted": 2}
    assert seen.late == 0


async def test_trackers_that_wait_for_minutes_are_late(house: House) -> None:
    scope = house.scope()
    house.track(scope, order("a"), order("b"), order("old", expires_at=START))
    house.pass_time(minutes=4)
    assert house.read(lambda engine: engine.tracking.overview()).late == 0
    house.pass_time(minutes=2)
    seen = house.read(lambda engine: engine.tracking.overview())
    assert (seen.late, seen.oldest_due_at) == (2, START)
    house.pass_time(days=1)
    patient = timedelta(days=2)
    assert house.read(lambda engine: engine.tracking.overview(late_after=patient)).late == 0
