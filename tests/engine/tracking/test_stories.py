from datetime import timedelta

from tests.support.tracking import START, House, order
from tests.support.twins import TwinSource

from bellwether.model.platforms import Kind
from bellwether.model.readings import Failed, FailureReason
from bellwether.model.tenants import Scope
from bellwether.model.tracking import Aspect, TrackerState


async def test_each_story_a_creator_has_up_becomes_a_content_with_numbers(
    house: House, scope: Scope
) -> None:
    source = TwinSource(stories={"someone": ["s1", "s2"]})
    scheduler = house.scheduler(source)
    tracker = house.track_one(scope, order("someone", aspect=Aspect.STORIES, cron="0 * * * *"))
    other = house.scope("other")
    house.track_one(other, order("someone", aspect=Aspect.STORIES, cron="0 * * * *"))
    assert await scheduler.step() == 2
    assert source.calls == [["someone"]]
    source.stories["someone"] = ["s2", "s3"]
    house.pass_time(hours=1)
    assert await scheduler.step() == 2
    assert [run.snapshots for run in house.runs(scope, tracker.id)] == [2, 2]
    for mine in (scope, other):
        page = house.read(
            lambda engine, scope=mine: engine.catalog.list_contents(  # type: ignore[misc]
                scope, platform=None, limit=10, cursor=None
            )
        )
        assert {(item.external_id, item.kind) for item in page.items} == {
            ("s1", Kind.STORY),
            ("s2", Kind.STORY),
            ("s3", Kind.STORY),
        }
        counts = {item.external_id: len(house.snapshots(item.id)) for item in page.items}
        assert counts == {"s1": 1, "s2": 2, "s3": 1}


async def test_no_story_is_a_success(house: House, scope: Scope) -> None:
    tracker = house.track_one(scope, order("someone", aspect=Aspect.STORIES))
    assert await house.scheduler(TwinSource()).step() == 1
    (run,) = house.runs(scope, tracker.id)
    assert (run.failure_reason, run.snapshots) == (None, 0)


async def test_a_private_creator_fails_the_stories_only(house: House, scope: Scope) -> None:
    private = Failed(FailureReason.PRIVATE, "private")
    source = TwinSource(script=lambda key: private if key == "shy" else None)
    shy = house.track_one(scope, order("shy", aspect=Aspect.STORIES))
    open_ = house.track_one(scope, order("open", aspect=Aspect.STORIES))
    assert await house.scheduler(source).step() == 2
    assert house.tracker(scope, shy.id).failure_reason is FailureReason.PRIVATE
    assert house.tracker(scope, open_.id).failure_reason is None


async def test_profile_and_stories_have_their_own_schedule_and_expiry(
    house: House, scope: Scope
) -> None:
    scheduler = house.scheduler(TwinSource())
    profile, stories = (
        one.tracker
        for one in house.track(
            scope,
            order("someone", aspect=Aspect.PROFILE, cron="0 1 * * *"),
            order(
                "someone",
                aspect=Aspect.STORIES,
                cron="0 15 * * *",
                expires_at=START + timedelta(hours=12),
            ),
        )
    )
    assert profile.subject_id == stories.subject_id
    assert await scheduler.step() == 2
    house.pass_time(hours=6)
    assert await scheduler.step() == 1
    house.pass_time(days=1)
    assert await scheduler.step() == 1
    assert house.tracker(scope, profile.id).state is TrackerState.ACTIVE
    assert house.tracker(scope, stories.id).state is TrackerState.EXPIRED
