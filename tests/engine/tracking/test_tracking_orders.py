import threading
from datetime import UTC, datetime, timedelta

import pytest
from tests.support.tracking import START, House, order, ref
from tests.support.twins import TwinSource

from bellwether.engine.tenants.plans import PLANS
from bellwether.model.errors import (
    InvalidInputError,
    LimitExceededError,
    NotFoundError,
    UnsupportedError,
)
from bellwether.model.platforms import Kind, Platform
from bellwether.model.requests import TrackerChanges, TrackRequest
from bellwether.model.tenants import Environment, Plan, PlanName, Scope
from bellwether.model.tracking import Aspect, TrackerState
from bellwether.storage.database import open_database

PRO = PLANS[PlanName.PRO]
THREE = Plan(PlanName.FREE, "Free", 3, None, None)


def test_a_batch_is_tracked_in_order_and_twice_the_same_is_one_tracker(
    house: House, scope: Scope
) -> None:
    tracked = house.track(scope, order("b"), order("a"), order("b"))
    assert [(one.tracker.target, one.created) for one in tracked] == [
        ("b", True),
        ("a", True),
        ("b", False),
    ]
    assert tracked[0].tracker.id == tracked[2].tracker.id
    again = house.track(scope, order("a"))
    assert (again[0].created, again[0].tracker.id) == (False, tracked[1].tracker.id)
    assert house.read(lambda engine: engine.tracking.tracked_videos(scope)) == 2


def test_dialects_aspects_and_scopes_keep_trackers_of_their_own(house: House, scope: Scope) -> None:
    live = Scope(scope.workspace_id, Environment.LIVE)
    other = house.scope("other")
    profile, stories = Aspect.PROFILE, Aspect.STORIES
    ids = {
        house.track_one(scope, order("a")).id,
        house.track_one(scope, order("a", dialect="ylytic")).id,
        house.track_one(scope, order("someone", aspect=profile)).id,
        house.track_one(scope, order("someone", aspect=stories, cron="0 15 * * *")).id,
        house.track_one(live, order("a")).id,
        house.track_one(other, order("a")).id,
    }
    assert len(ids) == 6
    with pytest.raises(NotFoundError):
        house.tracker(live, house.track_one(scope, order("a")).id)


def test_an_expiry_in_the_past_is_accepted_and_never_runs(house: House, scope: Scope) -> None:
    past = datetime(2023, 12, 10, 12, 12, 1, tzinfo=UTC)
    tracker = house.track_one(
        scope, order("someone", aspect=Aspect.PROFILE, cron="0 1 * * *", expires_at=past)
    )
    assert tracker.state is TrackerState.EXPIRED
    assert tracker.next_at == START.replace(day=3, hour=1, minute=0)
    assert (tracker.expires_at, tracker.lateness_s) == (past, 0.0)


async def test_tracking_what_has_expired_starts_it_anew(house: House, scope: Scope) -> None:
    scheduler = house.scheduler(TwinSource())
    expires_at = START + timedelta(hours=1)
    first = house.track_one(scope, order("a", expires_at=expires_at))
    await scheduler.step()
    house.pass_time(hours=2)
    (revived,) = house.track(scope, order("a", cron="0 * * * *"))
    assert revived.created
    assert revived.tracker.id == first.id
    assert (revived.tracker.state, revived.tracker.cron, revived.tracker.expires_at) == (
        TrackerState.ACTIVE,
        "0 * * * *",
        None,
    )
    assert await scheduler.step() == 1
    assert len(house.runs(scope, first.id)) == 2


BAD_SCHEDULES = [
    ({"cron": "every day"}, "cron"),
    ({"cron": "0 0 30 2 *"}, "cron"),
    ({"cron": "* " * 300}, "cron"),
    ({"cron": "0 0 * * *", "timezone": "Mars/Olympus"}, "timezone"),
    ({"timezone": "Mars/Olympus"}, "timezone"),
    ({"timezone": "x" * 100}, "timezone"),
]


def test_what_is_not_a_schedule_is_refused_with_its_field_and_changes_nothing(
    house: House, scope: Scope
) -> None:
    for changed, field in BAD_SCHEDULES:
        with pytest.raises(InvalidInputError) as caught:
            house.track(scope, order("fine"), order("bad", **changed))  # type: ignore[arg-type]
        assert caught.value.field == field, changed
    page = house.read(lambda engine: engine.tracking.list_trackers(scope))
    assert page.items == []


def test_what_is_not_one_content_is_not_tracked_as_one(house: House, scope: Scope) -> None:
    for kind in (Kind.PLAYLIST, Kind.SHORT_LINK, Kind.PROFILE):
        request = TrackRequest(ref("x", kind=kind), "native", Aspect.CONTENT)
        with pytest.raises(UnsupportedError) as caught:
            house.track(scope, request)
        assert caught.value.field == "url", kind


def test_a_content_has_no_profile_and_no_stories(house: House, scope: Scope) -> None:
    for aspect in (Aspect.PROFILE, Aspect.STORIES):
        with pytest.raises(UnsupportedError):
            house.track(scope, TrackRequest(ref("x", kind=Kind.REEL), "native", aspect))


def test_a_plan_is_never_exceeded_and_a_batch_that_does_not_fit_changes_nothing(
    house: House, scope: Scope
) -> None:
    house.track(scope, order("a"), order("b"), plan=THREE)
    with pytest.raises(LimitExceededError) as caught:
        house.track(scope, order("c"), order("d"), plan=THREE)
    assert caught.value.message == (
        "Video limit reached. Your Free plan allows 3 tracked videos. Current usage: 2"
    )
    assert house.read(lambda engine: engine.tracking.tracked_videos(scope)) == 2
    # What is tracked already, creators, and orders that never run take no room.
    house.track(scope, order("a"), order("c"), order("c"), plan=THREE)
    house.track(scope, order("someone", aspect=Aspect.PROFILE), plan=THREE)
    house.track(scope, order("never", expires_at=START - timedelta(days=1)), plan=THREE)
    with pytest.raises(LimitExceededError):
        house.track(scope, order("a", dialect="ylytic"), plan=THREE)


def test_room_is_made_by_pausing_and_resuming_needs_room(house: House, scope: Scope) -> None:
    ids = [one.tracker.id for one in house.track(scope, *map(order, "abc"), plan=THREE)]
    pause, resume = (
        TrackerChanges(state=TrackerState.PAUSED),
        TrackerChanges(state=TrackerState.ACTIVE),
    )
    house.write(lambda engine: engine.tracking.update(scope, ids[0], pause, THREE))
    house.track(scope, order("d"), plan=THREE)
    with pytest.raises(LimitExceededError):
        house.write(lambda engine: engine.tracking.update(scope, ids[0], resume, THREE))
    house.write(lambda engine: engine.tracking.delete(scope, ids[1]))
    resumed = house.write(lambda engine: engine.tracking.update(scope, ids[0], resume, THREE))
    assert resumed.state is TrackerState.ACTIVE


def test_the_pro_plan_holds_a_thousand(house: House, scope: Scope) -> None:
    house.track(scope, *(order(f"v{n}") for n in range(1000)), plan=PRO)
    with pytest.raises(LimitExceededError, match=r"Your Pro plan allows 1000 .* usage: 1000$"):
        house.track(scope, order("one more"), plan=PRO)


def test_callers_at_once_neither_exceed_a_plan_nor_track_a_thing_twice(
    house: House, scope: Scope, database_url: str
) -> None:
    others = [House(open_database(database_url), house.clock) for _ in range(3)]
    plan = Plan(PlanName.FREE, "Free", 20, None, None)
    created: list[str] = []
    refused: list[int] = []
    ready = threading.Barrier(3)

    def caller(mine: House, who: int) -> None:
        ready.wait()
        for n in range(12):
            try:
                tracked = mine.track(scope, order(f"own-{who}-{n}"), order("shared"), plan=plan)
            except LimitExceededError:
                refused.append(n)
            else:
                created.extend(one.tracker.target for one in tracked if one.created)

    threads = [threading.Thread(target=caller, args=(one, n)) for n, one in enumerate(others)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in others:
        one.database.close()
    assert created.count("shared") == 1
    assert len(created) == len(set(created)) == 20
    assert len(refused) == 36 - 19
    assert house.read(lambda engine: engine.tracking.tracked_videos(scope)) == 20


def test_platforms_with_the_same_id_are_two_things(house: House, scope: Scope) -> None:
    tracked = house.track(scope, order("1"), order("1", platform=Platform.VIMEO))
    assert [one.created for one in tracked] == [True, True]
