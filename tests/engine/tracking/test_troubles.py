"""Whoever listens is told when numbers become stale and when a source fails, once."""

from collections.abc import Sequence
from typing import Any

import pytest
from structlog.testing import capture_logs
from tests.support.tracking import House, order
from tests.support.twins import TwinSource
from tests.support.webhooks import RECEIVER, Post

from bellwether.model.platforms import Platform
from bellwether.model.readings import Failed, FailureReason
from bellwether.model.tenants import Scope
from bellwether.model.tracking import Aspect
from bellwether.model.webhooks import EventType

_PRIVATE = Failed(FailureReason.PRIVATE, "the owner made this private")
_KEY = Failed(FailureReason.UNAUTHORIZED, "the API key is not valid")


@pytest.fixture
def post(house: House) -> Post:
    return Post(house.database, house.clock)


def _told(post: Post, scope: Scope) -> Sequence[Any]:
    page = post.read(lambda engine: engine.webhooks.list_events(scope, limit=1000))
    return sorted(page.items, key=lambda one: one.at)


class Weather:
    """What the source says: the usual, or why not."""

    def __init__(self) -> None:
        self.failed: Failed | None = None

    def __call__(self, _target: str) -> Failed | None:
        return self.failed


async def test_a_tracker_is_told_to_be_stale_once_until_it_succeeds_again(
    house: House, scope: Scope, post: Post
) -> None:
    post.subscribe(scope, RECEIVER, EventType.TRACKER_STALE)
    weather = Weather()
    scheduler = house.scheduler(TwinSource(script=weather))
    tracker = house.track_one(scope, order("a", cron="30 9 * * *"))
    await scheduler.step()
    told: list[int] = []
    for day in range(12):
        weather.failed = None if day == 5 else _PRIVATE
        house.pass_time(days=1)
        assert await scheduler.step() == 1
        told.append(len(_told(post, scope)))
    # Fails on days 1 to 5 and from 7 on; 48 hours are over on the second of them.
    assert told == [0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2]
    first = _told(post, scope)[0]
    assert (first.type, first.tracker_id) == (EventType.TRACKER_STALE, tracker.id)
    assert first.data["last_success_at"] == "2026-03-02T09:30:00.000000Z"
    assert first.data["failure"] == {"reason": "private", "message": _PRIVATE.message}
    assert (first.data["state"], first.data["target"]) == ("active", "a")


async def test_one_that_never_had_numbers_is_stale_two_days_after_it_was_made(
    house: House, scope: Scope, post: Post
) -> None:
    post.subscribe(scope, RECEIVER, EventType.TRACKER_STALE)
    weather = Weather()
    weather.failed = _PRIVATE
    scheduler = house.scheduler(TwinSource(script=weather))
    house.track_one(scope, order("a", cron="30 9 * * *"))
    for days in (0, 1, 1, 1):
        house.pass_time(days=days)
        await scheduler.step()
    (told,) = _told(post, scope)
    assert told.data["last_success_at"] is None


async def test_numbers_that_are_old_because_none_were_due_are_not_stale(
    house: House, scope: Scope, post: Post
) -> None:
    post.subscribe(scope, RECEIVER, EventType.TRACKER_STALE)
    scheduler = house.scheduler(TwinSource())
    house.track_one(scope, order("a", cron="30 9 2 * *"))
    for _ in range(3):
        await scheduler.step()
        house.pass_time(days=31)
    assert _told(post, scope) == []


async def test_a_source_that_gives_a_scope_nothing_but_failures_is_told_once_a_day(
    house: House, scope: Scope, post: Post
) -> None:
    post.subscribe(scope, RECEIVER, EventType.CONNECTOR_FAILED)
    weather = Weather()
    weather.failed = _KEY
    scheduler = house.scheduler(TwinSource(script=weather))
    house.track(scope, *(order(f"v{n}", cron="30 * * * *") for n in range(3)))
    house.track_one(house.scope("silent"), order("v0"))
    for _ in range(30):
        await scheduler.step()
        house.pass_time(hours=1)
    first, second = _told(post, scope)
    assert (first.type, first.tracker_id, first.run_id) == (
        EventType.CONNECTOR_FAILED,
        None,
        None,
    )
    assert first.data == {
        "connector": "twin",
        "platform": "youtube",
        "failure": {"reason": "unauthorized", "message": "the API key is not valid"},
        "runs": 3,
    }
    assert (second.at - first.at).total_seconds() == 24 * 3600


async def test_a_source_that_still_serves_others_or_is_asked_for_what_is_gone_has_not_failed(
    house: House, scope: Scope, post: Post
) -> None:
    post.subscribe(scope, RECEIVER, EventType.CONNECTOR_FAILED)
    answers = {"gone": _PRIVATE, "odd": Failed(FailureReason.CHANGED_FORMAT, "garbage")}
    source = TwinSource(
        script=answers.get, platforms=(Platform.YOUTUBE, Platform.TIKTOK), batch_size=50
    )
    house.track(scope, order("odd"), order("fine"))
    house.track_one(scope, order("gone", platform=Platform.TIKTOK))
    await house.scheduler(source).step()
    assert _told(post, scope) == []


async def test_each_platform_of_a_source_is_told_of_by_itself(
    house: House, scope: Scope, post: Post
) -> None:
    post.subscribe(scope, RECEIVER, EventType.CONNECTOR_FAILED)
    weather = Weather()
    weather.failed = _KEY
    source = TwinSource(script=weather, platforms=(Platform.YOUTUBE, Platform.TIKTOK))
    house.track_one(scope, order("a"))
    house.track_one(scope, order("b", platform=Platform.TIKTOK))
    house.track_one(scope, order("c", aspect=Aspect.PROFILE))
    scheduler = house.scheduler(source)
    while await scheduler.step():
        pass
    platforms = [one.data["platform"] for one in _told(post, scope)]
    assert sorted(platforms) == ["tiktok", "youtube"]


async def test_a_log_says_so_also_where_nobody_listens(house: House, scope: Scope) -> None:
    weather = Weather()
    scheduler = house.scheduler(TwinSource(script=weather))
    house.track_one(scope, order("a", cron="30 9 * * *"))
    await scheduler.step()
    weather.failed = _KEY
    house.pass_time(days=3)
    with capture_logs() as logs:
        await scheduler.step()
    assert {"event": "numbers became stale", "trackers": 1, "log_level": "warning"} in logs
    (fails,) = (one for one in logs if one["event"] == "a source fails")
    assert (fails["source"], fails["reason"], fails["runs"]) == ("twin", "unauthorized", 1)
