from dataclasses import replace

from tests.support.tracking import House, order
from tests.support.twins import TwinSource, content

from bellwether.model.platforms import Platform
from bellwether.model.readings import Failed, FailureReason
from bellwether.model.tenants import Environment, Scope
from bellwether.model.tracking import Aspect


async def test_one_fetch_feeds_every_tracker_of_every_workspace(house: House) -> None:
    source = TwinSource()
    scopes = [house.scope(f"workspace {n}") for n in range(20)]
    for scope in scopes:
        house.track(scope, order("hit"), order("hit", dialect="ylytic"), order(scope.workspace_id))
    assert await house.scheduler(source).step() == 60
    assert source.asked.count("hit") == 1
    assert len(source.asked) == 21
    for scope in scopes:
        tracker = house.track_one(scope, order("hit"))
        (snapshot,) = house.snapshots(tracker.subject_id)
        assert snapshot.metrics["views"] == 1
    # Each has the run of its own trackers only.
    assert [len(house.runs(scope)) for scope in scopes] == [3] * 20


async def test_calls_are_as_large_as_the_platform_allows(house: House, scope: Scope) -> None:
    source = TwinSource(batch_size=50)
    house.track(scope, *(order(f"v{n}") for n in range(170)))
    await house.scheduler(source).step()
    assert sorted(map(len, source.calls)) == [20, 50, 50, 50]


async def test_environments_do_not_share_a_fetch(house: House, scope: Scope) -> None:
    live, sandbox = TwinSource(name="real", environment=Environment.LIVE), TwinSource()
    house.track(scope, order("a"))
    house.track(replace(scope, environment=Environment.LIVE), order("a"))
    assert await house.scheduler(live, sandbox).step() == 2
    assert (live.asked, sandbox.asked) == (["a"], ["a"])


async def test_what_a_partial_source_lacks_is_asked_of_the_next(house: House, scope: Scope) -> None:
    lacking = Failed(FailureReason.NOT_FOUND, "not recorded")
    private = Failed(FailureReason.PRIVATE, "private")
    recordings = TwinSource(
        name="recordings",
        partial=True,
        script=lambda target: {
            "known": content("known", views=7)._replace(source="recordings"),
            "hidden": private,
        }.get(target, lacking),
    )
    simulated = TwinSource(name="simulated")
    known, hidden, other = (
        one.tracker for one in house.track(scope, *map(order, ("known", "hidden", "other")))
    )
    assert await house.scheduler(recordings, simulated).step() == 3
    assert simulated.asked == ["other"]
    assert house.snapshots(known.subject_id)[0].source == "recordings"
    assert house.tracker(scope, hidden.id).failure_reason is FailureReason.PRIVATE
    assert [run.source for run in house.runs(scope, other.id)] == ["simulated"]


async def test_what_nobody_has_is_not_found(house: House, scope: Scope) -> None:
    lacking = Failed(FailureReason.NOT_FOUND, "not recorded")
    source = TwinSource(partial=True, script=lambda _: lacking)
    tracker = house.track_one(scope, order("a"))
    await house.scheduler(source).step()
    assert house.tracker(scope, tracker.id).failure_message == "not recorded"


async def test_aspects_and_platforms_are_asked_apart(house: House, scope: Scope) -> None:
    source = TwinSource(platforms=(Platform.YOUTUBE, Platform.VIMEO))
    house.track(
        scope,
        order("same"),
        order("same", platform=Platform.VIMEO),
        order("same", aspect=Aspect.PROFILE),
    )
    assert await house.scheduler(source).step() == 3
    assert source.calls == [["same"]] * 3
