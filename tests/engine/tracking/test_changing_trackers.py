from datetime import timedelta
from functools import partial

import pytest
from tests.support.tracking import START, House, order
from tests.support.twins import TwinSource

from bellwether.engine.facade import Engine
from bellwether.model.errors import ConflictError, InvalidInputError, NotFoundError
from bellwether.model.requests import TrackerChanges
from bellwether.model.tenants import Scope
from bellwether.model.tracking import Tracker, TrackerState

PAUSE = TrackerChanges(state=TrackerState.PAUSED)
RESUME = TrackerChanges(state=TrackerState.ACTIVE)


def change(house: House, scope: Scope, tracker_id: str, changes: TrackerChanges) -> Tracker:
    return house.write(lambda engine: engine.tracking.update(scope, tracker_id, changes))


async def test_a_new_schedule_moves_the_next_tick(house: House, scope: Scope) -> None:
    tracker = house.track_one(scope, order("a"))
    await house.scheduler(TwinSource()).step()
    changed = change(
        house, scope, tracker.id, TrackerChanges(cron="0 6 * * *", timezone="Asia/Tokyo")
    )
    assert changed.next_at == START.replace(hour=21, minute=0)  # six in the morning in Tokyo
    assert (changed.cron, changed.timezone) == ("0 6 * * *", "Asia/Tokyo")


async def test_a_tick_that_is_owed_survives_a_new_schedule(house: House, scope: Scope) -> None:
    tracker = house.track_one(scope, order("a"))
    change(house, scope, tracker.id, TrackerChanges(cron="0 0 1 1 *"))
    assert await house.scheduler(TwinSource()).step() == 1
    assert house.runs(scope)[0].tick == START


async def test_a_paused_tracker_does_not_run_and_owes_nothing_when_it_is_resumed(
    house: House, scope: Scope
) -> None:
    scheduler = house.scheduler(TwinSource())
    tracker = house.track_one(scope, order("a", cron="0 * * * *"))
    await scheduler.step()
    assert change(house, scope, tracker.id, PAUSE).state is TrackerState.PAUSED
    house.pass_time(hours=5)
    assert await scheduler.step() == 0
    assert house.tracker(scope, tracker.id).lateness_s == 0.0
    resumed = change(house, scope, tracker.id, RESUME)
    assert resumed.next_at == START.replace(hour=15, minute=0)
    assert await scheduler.step() == 0
    house.pass_time(hours=1)
    assert await scheduler.step() == 1


async def test_one_that_was_paused_before_it_ever_ran_runs_when_it_is_resumed(
    house: House, scope: Scope
) -> None:
    scheduler = house.scheduler(TwinSource())
    tracker = house.track_one(scope, order("a"))
    change(house, scope, tracker.id, PAUSE)
    assert await scheduler.step() == 0
    house.pass_time(hours=3)
    change(house, scope, tracker.id, RESUME)
    assert await scheduler.step() == 1


def test_a_pause_takes_what_the_documents_send_with_it(house: House, scope: Scope) -> None:
    tracker = house.track_one(scope, order("a"))
    past = START - timedelta(days=300)
    changes = TrackerChanges(cron="*/3 * * * *", state=TrackerState.PAUSED, expires_at=past)
    changed = change(house, scope, tracker.id, changes)
    assert (changed.state, changed.expires_at) == (TrackerState.PAUSED, past)
    assert changed.next_at == START + timedelta(minutes=3)
    assert change(house, scope, tracker.id, RESUME).state is TrackerState.EXPIRED


async def test_a_later_expiry_brings_an_expired_tracker_back(house: House, scope: Scope) -> None:
    scheduler = house.scheduler(TwinSource())
    expires_at = START + timedelta(hours=1)
    tracker = house.track_one(scope, order("a", cron="0 * * * *", expires_at=expires_at))
    await scheduler.step()
    house.pass_time(hours=1)
    await scheduler.step()
    assert house.tracker(scope, tracker.id).state is TrackerState.EXPIRED
    back = change(house, scope, tracker.id, TrackerChanges(clear_expiry=True))
    assert (back.state, back.expires_at) == (TrackerState.ACTIVE, None)
    assert back.next_at == START.replace(hour=11, minute=0)


def test_nobody_expires_a_tracker_by_hand(house: House, scope: Scope) -> None:
    tracker = house.track_one(scope, order("a"))
    with pytest.raises(InvalidInputError) as caught:
        change(house, scope, tracker.id, TrackerChanges(state=TrackerState.EXPIRED))
    assert caught.value.field == "state"


def test_a_bad_schedule_changes_nothing(house: House, scope: Scope) -> None:
    tracker = house.track_one(scope, order("a"))
    bad = {"cron": TrackerChanges(cron="never"), "timezone": TrackerChanges(timezone="Mars")}
    for field, changes in bad.items():
        with pytest.raises(InvalidInputError) as caught:
            change(house, scope, tracker.id, changes)
        assert caught.value.field == field
    assert house.tracker(scope, tracker.id) == tracker


async def test_a_run_can_be_asked_for_outside_the_schedule(house: House, scope: Scope) -> None:
    scheduler = house.scheduler(TwinSource())
    tracker = house.track_one(scope, order("a"))
    await scheduler.step()
    house.pass_time(hours=1)
    asked = house.write(lambda engine: engine.tracking.run_now(scope, tracker.id))
    assert asked.next_at == START + timedelta(hours=1)
    assert await scheduler.step() == 1
    assert await scheduler.step() == 0
    tracker = house.tracker(scope, tracker.id)
    assert (tracker.runs, tracker.next_at) == (2, START + timedelta(days=1))


def test_a_paused_tracker_cannot_be_run(house: House, scope: Scope) -> None:
    tracker = house.track_one(scope, order("a"))
    change(house, scope, tracker.id, PAUSE)
    with pytest.raises(ConflictError, match="paused"):
        house.write(lambda engine: engine.tracking.run_now(scope, tracker.id))


async def test_what_a_deleted_tracker_recorded_stays(house: House, scope: Scope) -> None:
    tracker = house.track_one(scope, order("a"))
    await house.scheduler(TwinSource()).step()
    house.write(lambda engine: engine.tracking.delete(scope, tracker.id))
    with pytest.raises(NotFoundError):
        house.tracker(scope, tracker.id)
    assert len(house.runs(scope, tracker.id)) == 1
    assert len(house.snapshots(tracker.subject_id)) == 1
    assert house.track(scope, order("a"))[0].created


def test_an_id_that_is_none_is_not_found(house: House, scope: Scope) -> None:
    for tracker_id in ("nothing", "", "a\x00b", "é", "x" * 500):
        for work in (_get, _delete, _run, _pause):
            with pytest.raises(NotFoundError):
                house.write(partial(work, scope, tracker_id))


def _get(scope: Scope, tracker_id: str, engine: Engine) -> None:
    engine.tracking.get(scope, tracker_id)


def _delete(scope: Scope, tracker_id: str, engine: Engine) -> None:
    engine.tracking.delete(scope, tracker_id)


def _run(scope: Scope, tracker_id: str, engine: Engine) -> None:
    engine.tracking.run_now(scope, tracker_id)


def _pause(scope: Scope, tracker_id: str, engine: Engine) -> None:
    engine.tracking.update(scope, tracker_id, PAUSE)
