"""What becomes of ticks and trackers is told to whoever listens, in the same transaction."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from sqlalchemy import event
from tests.support.tracking import START, House, order
from tests.support.twins import TwinSource
from tests.support.webhooks import RECEIVER, Post

from bellwether.engine.webhooks.outbox import Outbox
from bellwether.model.platforms import Platform
from bellwether.model.readings import Failed, FailureReason
from bellwether.model.tenants import Scope
from bellwether.model.tracking import Aspect, TrackerState
from bellwether.model.webhooks import EventType
from bellwether.storage.database import Database

_AT = "2026-03-02T09:30:00.000000Z"


@pytest.fixture
def post(house: House) -> Post:
    """The same store, seen from the side of endpoints."""
    return Post(house.database, house.clock)


def _events(post: Post, scope: Scope) -> Sequence[Any]:
    """Return what was put into the outbox, oldest first."""
    page = post.read(lambda engine: engine.webhooks.list_events(scope, limit=1000))
    return list(reversed(page.items))


async def test_a_run_that_succeeded_is_told_with_everything_it_recorded(
    house: House, scope: Scope, post: Post
) -> None:
    endpoint = post.subscribe(scope).endpoint
    tracker = house.track_one(scope, order("abc", cron="0 * * * *"))
    assert await house.scheduler(TwinSource()).step() == 1
    (told,) = _events(post, scope)
    (run,) = house.runs(scope, tracker.id)
    (snapshot,) = house.snapshots(tracker.subject_id)
    assert (told.type, told.at) == (EventType.RUN_SUCCEEDED, START)
    assert (told.tracker_id, told.run_id) == (tracker.id, run.id)
    assert told.data == {
        "tracker_id": tracker.id,
        "platform": "youtube",
        "aspect": "content",
        "subject_id": tracker.subject_id,
        "target": "abc",
        "handle": None,
        "url": tracker.url,
        "dialect": "native",
        "run_id": run.id,
        "tick": _AT,
        "finished_at": _AT,
        "state": "succeeded",
        "source": "twin",
        "attempts": 1,
        "failure": None,
        "snapshots": [
            {
                "subject_id": tracker.subject_id,
                "kind": "content",
                "content_kind": "post",
                "external_id": "abc",
                "creator_handle": None,
                "title": None,
                "url": None,
                "published_at": None,
                "at": _AT,
                "source": "twin",
                "as_of": None,
                "metrics": dict(snapshot.metrics),
                "estimates": {},
            }
        ],
    }
    (delivery,) = post.deliveries(scope)
    assert (delivery.endpoint_id, delivery.tracker_id) == (endpoint.id, tracker.id)


async def test_a_profile_is_told_under_its_handle_and_id(
    house: House, scope: Scope, post: Post
) -> None:
    post.subscribe(scope)
    house.track_one(scope, order("someone", aspect=Aspect.PROFILE))
    await house.scheduler(TwinSource()).step()
    (told,) = _events(post, scope)
    (snapshot,) = told.data["snapshots"]
    assert told.data["aspect"] == "profile"
    assert snapshot["kind"] == "creator"
    assert {"external_id", "handle", "name", "url", "metrics"} <= set(snapshot)


async def test_a_run_of_stories_is_told_with_a_snapshot_a_story(
    house: House, scope: Scope, post: Post
) -> None:
    post.subscribe(scope)
    for name in ("busy", "idle"):
        house.track_one(scope, order(name, aspect=Aspect.STORIES))
    source = TwinSource(stories={"busy": ["s1", "s2"]})
    await house.scheduler(source).step()
    told = {one.data["target"]: one.data["snapshots"] for one in _events(post, scope)}
    assert [one["external_id"] for one in told["busy"]] == ["s1", "s2"]
    assert {one["content_kind"] for one in told["busy"]} == {"story"}
    assert len({one["subject_id"] for one in told["busy"]}) == 2
    assert told["idle"] == []


async def test_a_run_that_failed_is_told_with_its_reason_and_message(
    house: House, scope: Scope, post: Post
) -> None:
    post.subscribe(scope)
    failing = Failed(FailureReason.PRIVATE, "the owner made this private")
    house.track_one(scope, order("shy"))
    await house.scheduler(TwinSource(script=lambda _: failing)).step()
    (told,) = _events(post, scope)
    assert told.type is EventType.RUN_FAILED
    assert told.data["state"] == "failed"
    assert told.data["failure"] == {"reason": "private", "message": "the owner made this private"}
    assert told.data["snapshots"] == []


async def test_a_tick_that_is_tried_again_is_told_once_when_it_is_over(
    house: House, scope: Scope, post: Post
) -> None:
    post.subscribe(scope)
    answers: list[Failed | None] = [Failed(FailureReason.PLATFORM_ERROR, "down"), None]
    scheduler = house.scheduler(TwinSource(script=lambda _: answers.pop(0)))
    house.track_one(scope, order("a"))
    assert await scheduler.step() == 0
    assert _events(post, scope) == []
    house.pass_time(minutes=1)
    assert await scheduler.step() == 1
    assert [(one.type, one.data["attempts"]) for one in _events(post, scope)] == [
        (EventType.RUN_SUCCEEDED, 2)
    ]


async def test_trackers_that_expire_say_so_once_and_after_their_last_run(
    house: House, scope: Scope, post: Post
) -> None:
    post.subscribe(scope)
    scheduler = house.scheduler(TwinSource())
    expires_at = START + timedelta(hours=2)
    idle = house.track_one(scope, order("idle", cron="0 0 * * *", expires_at=expires_at))
    late = house.track_one(scope, order("late", cron="0 * * * *", expires_at=expires_at))
    await scheduler.step()
    house.pass_time(hours=3)
    await scheduler.step()
    house.pass_time(days=1)
    await scheduler.step()
    told: dict[str, list[EventType]] = {}
    for one in post.deliveries(scope):  # in the order in which they are to be told
        told.setdefault(str(one.tracker_id), []).append(one.event_type)
    succeeded, expired = EventType.RUN_SUCCEEDED, EventType.TRACKER_EXPIRED
    # One was over when its time came; the other still ran a tick that it owed.
    assert told == {idle.id: [succeeded, expired], late.id: [succeeded, succeeded, expired]}
    over = {
        one.tracker_id: one for one in _events(post, scope) if one.type is EventType.TRACKER_EXPIRED
    }
    assert over[late.id].run_id is None
    assert over[late.id].data == {
        "tracker_id": late.id,
        "platform": "youtube",
        "aspect": "content",
        "subject_id": late.subject_id,
        "target": "late",
        "handle": None,
        "url": late.url,
        "dialect": "native",
        "state": "expired",
        "expires_at": "2026-03-02T11:30:00.000000Z",
        "last_run_at": "2026-03-02T12:30:00.000000Z",
        "runs": 2,
    }


async def test_only_the_scope_of_a_tracker_is_told_and_only_what_it_wants(
    house: House, scope: Scope, post: Post
) -> None:
    other, third = house.scope("other"), house.scope("third")
    post.subscribe(scope, RECEIVER, EventType.RUN_FAILED)
    post.subscribe(other, RECEIVER, EventType.RUN_SUCCEEDED)
    for mine in (scope, other, third):
        for target in ("good", "bad"):
            house.track_one(mine, order(target))
    failing = Failed(FailureReason.DELETED, "gone")
    source = TwinSource(script=lambda key: failing if key == "bad" else None)
    assert await house.scheduler(source).step() == 6
    assert [one.data["target"] for one in _events(post, scope)] == ["bad"]
    assert [one.data["target"] for one in _events(post, other)] == ["good"]
    assert _events(post, third) == []


async def test_a_run_that_is_not_recorded_is_not_told(
    house: House, scope: Scope, post: Post
) -> None:
    """What cannot be told is recorded as a failure of ours, and told as that."""
    post.subscribe(scope, RECEIVER, EventType.RUN_SUCCEEDED, EventType.RUN_FAILED)
    tracker = house.track_one(scope, order("a"))
    emit, broken = Outbox.emit, ["once"]

    def fail_first(self: Outbox, *args: Any) -> int:
        if broken:
            broken.pop()
            raise ValueError("this event cannot be written")
        return emit(self, *args)

    with mock.patch.object(Outbox, "emit", fail_first):
        assert await house.scheduler(TwinSource()).step() == 1
    (run,) = house.runs(scope, tracker.id)
    (told,) = _events(post, scope)
    assert (told.run_id, told.data["failure"]["reason"]) == (run.id, "changed_format")
    assert house.snapshots(tracker.subject_id) == []


@pytest.fixture
def counted(database: Database) -> Iterator[Callable[[], list[str]]]:
    """Return the statements about webhooks since the last call."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "endpoints" in statement or "events" in statement or "deliveries" in statement:
            seen.append(statement)

    def take() -> list[str]:
        taken = list(seen)
        seen.clear()
        return taken

    event.listen(database.engine, "before_cursor_execute", note)
    yield take
    event.remove(database.engine, "before_cursor_execute", note)


async def test_where_nobody_listens_a_batch_costs_one_query_and_no_row(
    house: House, scope: Scope, post: Post, counted: Callable[[], list[str]]
) -> None:
    post.subscribe(post.scope("somebody else"))
    house.track(scope, *(order(f"v{n}") for n in range(100)))
    counted()
    assert await house.scheduler(TwinSource(batch_size=100)).step() == 100
    (query,) = counted()
    assert query.startswith("SELECT")
    assert _events(post, scope) == []


async def test_a_batch_that_is_told_costs_no_statement_an_event(
    house: House, scope: Scope, post: Post, counted: Callable[[], list[str]]
) -> None:
    post.subscribe(scope)
    house.track(scope, *(order(f"v{n}") for n in range(100)))
    counted()
    assert await house.scheduler(TwinSource(batch_size=100)).step() == 100
    assert len(counted()) <= 6
    assert len(_events(post, scope)) == 100
    assert len(post.deliveries(scope)) == 100


async def test_an_order_that_had_expired_already_is_no_news(
    house: House, scope: Scope, post: Post
) -> None:
    post.subscribe(scope)
    past = START - timedelta(days=1)
    tracker = house.track_one(scope, order("a", platform=Platform.TIKTOK, expires_at=past))
    await house.scheduler(TwinSource()).step()
    assert house.tracker(scope, tracker.id).state is TrackerState.EXPIRED
    assert _events(post, scope) == []
