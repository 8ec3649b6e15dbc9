"""Trackers that nobody runs: their owner is told once that their numbers are stale."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.support.tracking import START, House, order
from tests.support.twins import TwinSource
from tests.support.webhooks import Post

from bellwether.engine.tracking.lateness import LatenessCheck
from bellwether.model.requests import TrackerChanges
from bellwether.model.tenants import Scope
from bellwether.model.tracking import TrackerState
from bellwether.model.webhooks import EventType

HOUR = timedelta(hours=1)


class Watch:
    """Checks every now and then, from where it checked last."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.last: datetime = house.clock.now()

    def check(self) -> int:
        since, self.last = self.last, self.house.clock.now()
        return self.house.database.submit_write(
            lambda c: LatenessCheck(c, self.house.clock, HOUR).tell(since)
        ).result()

    def every(self, step: timedelta, times: int) -> list[int]:
        """Let time pass and return after how many steps how many were told."""
        found = []
        for _ in range(times):
            self.house.clock.advance(step)
            found.append(self.check())
        return found


@pytest.fixture
def post(house: House) -> Post:
    return Post(house.database, house.clock)


@pytest.fixture
def watch(house: House) -> Watch:
    return Watch(house)


def _events(post: Post, scope: Scope) -> Sequence[Any]:
    return post.read(lambda engine: engine.webhooks.list_events(scope, limit=100)).items


async def test_a_tracker_is_told_once_when_two_intervals_have_gone_by(
    house: House, scope: Scope, post: Post, watch: Watch
) -> None:
    post.subscribe(scope, "https://hooks.example.com/in", EventType.TRACKER_STALE)
    tracker = house.track_one(scope, order("abc", cron="0 */3 * * *"))
    await house.scheduler(TwinSource()).step()  # at 09:30; the next tick is 12:00
    told = watch.every(timedelta(minutes=30), 30)
    # 12:00 and two intervals of three hours: 18:00, which is 17 half hours after 09:30.
    assert [step for step, count in enumerate(told, 1) if count] == [17]
    (event,) = _events(post, scope)
    assert (event.type, event.tracker_id) == (EventType.TRACKER_STALE, tracker.id)
    assert event.data["failure"] is None
    assert event.data["state"] == "active"
    assert event.data["last_success_at"] == "2026-03-02T09:30:00.000000Z"
    assert event.data["target"] == "abc"


async def test_after_it_has_run_again_it_can_be_told_again(
    house: House, scope: Scope, watch: Watch
) -> None:
    house.track_one(scope, order("abc", cron="0 * * * *"))
    scheduler = house.scheduler(TwinSource())
    await scheduler.step()
    assert sum(watch.every(HOUR, 10)) == 1
    await scheduler.step()
    assert sum(watch.every(HOUR, 10)) == 1


def test_short_intervals_have_the_shortest_time(house: House, scope: Scope, watch: Watch) -> None:
    house.track_one(scope, order("abc", cron="* * * * *"))  # due at once
    told = watch.every(timedelta(minutes=10), 12)
    assert [step for step, count in enumerate(told, 1) if count] == [6]


async def test_what_is_on_time_paused_or_over_is_not_told(
    house: House, scope: Scope, watch: Watch
) -> None:
    house.track_one(scope, order("daily", cron="0 0 * * *"))
    paused = house.track_one(scope, order("paused", cron="0 * * * *"))
    house.track_one(scope, order("over", cron="0 * * * *", expires_at=START + HOUR))
    await house.scheduler(TwinSource()).step()
    changes = TrackerChanges(state=TrackerState.PAUSED)
    house.write(lambda engine: engine.tracking.update(scope, paused.id, changes))
    assert watch.every(HOUR, 14) == [0] * 14


def test_nobody_is_told_what_is_anothers(house: House, post: Post, watch: Watch) -> None:
    mine, other = house.scope("mine"), house.scope("other")
    post.subscribe(other, "https://hooks.example.com/in")
    house.track_one(mine, order("abc", cron="* * * * *"))
    assert sum(watch.every(HOUR, 5)) == 1
    assert _events(post, other) == []
    assert _events(post, mine) == []


def test_checks_that_were_missed_are_made_up_for(house: House, scope: Scope, watch: Watch) -> None:
    house.track_one(scope, order("abc", cron="0 * * * *"))
    house.clock.advance(timedelta(days=3))
    assert watch.check() == 1
    assert watch.check() == 0
