import asyncio
import math

from tests.support.tracking import House, order
from tests.support.twins import TwinSource, content, creator

from bellwether.model.platforms import Platform
from bellwether.model.readings import VIEWS, FailureReason
from bellwether.model.tenants import Scope
from bellwether.model.tracking import Aspect

GARBAGE: dict[str, object] = {
    "text": "not a reading",
    "nothing": {},
    "profile": creator("profile"),
    "another": content("something else"),
    "elsewhere": content("elsewhere", platform=Platform.VIMEO),
    "words": content("words")._replace(metrics={VIEWS: "12"}),  # type: ignore[dict-item]
    "nan": content("nan")._replace(metrics={VIEWS: math.nan}),
    "yes": content("yes")._replace(metrics={VIEWS: True}),
    "list": content("list")._replace(metrics=[1]),  # type: ignore[arg-type]
}


async def test_an_answer_that_is_garbage_fails_alone(house: House, scope: Scope) -> None:
    scheduler = house.scheduler(TwinSource(script=GARBAGE.get))
    names = ["fine", *GARBAGE, "also fine"]
    tracked = house.track(scope, *map(order, names))
    assert await scheduler.step() == len(names)
    for one in tracked:
        tracker = house.tracker(scope, one.tracker.id)
        expected = FailureReason.CHANGED_FORMAT if tracker.target in GARBAGE else None
        assert tracker.failure_reason is expected, tracker.target
        assert len(house.snapshots(tracker.subject_id)) == (expected is None)


async def test_an_answer_of_another_length_fails_the_call(house: House, scope: Scope) -> None:
    answers = iter([[], [content("a")], None, "ab"])

    class Odd(TwinSource):
        async def fetch_contents(self, platform: object, ids: object) -> object:  # type: ignore[override]
            return next(answers)

    house.track(scope, order("a"), order("b"))
    for _ in range(4):
        assert await house.scheduler(Odd()).step() == 2
        house.pass_time(days=1)
    assert {run.failure_reason for run in house.runs(scope)} == {FailureReason.CHANGED_FORMAT}


async def test_what_breaks_its_whole_call_is_soon_alone_with_itself(
    house: House, scope: Scope
) -> None:
    source = TwinSource(
        batch_size=64, script=lambda target: ValueError("no") if target == "v7" else None
    )
    scheduler = house.scheduler(source)
    tracked = house.track(scope, *(order(f"v{n}") for n in range(64)))
    assert await scheduler.step() == 0  # all of them were in the call that broke
    house.pass_time(seconds=30)
    assert await scheduler.step() == 56
    house.pass_time(minutes=2)
    assert await scheduler.step() == 7
    broken = house.tracker(scope, tracked[7].tracker.id)
    assert broken.failure_reason is FailureReason.PLATFORM_ERROR
    assert broken.failure_message == "twin failed unexpectedly (ValueError)"


async def test_a_source_that_never_answers_is_given_up_after_its_deadline(
    house: House, scope: Scope
) -> None:
    source = TwinSource()
    source.gate = asyncio.Event()
    tracker = house.track_one(scope, order("a"))
    assert await house.scheduler(source, deadline_seconds=0.05).step() == 0
    failing = house.tracker(scope, tracker.id)
    assert failing.failure_message == "twin did not answer within 0.05 seconds"


async def test_a_source_that_ignores_being_cancelled_is_not_waited_for(
    house: House, scope: Scope
) -> None:
    release = asyncio.Event()

    class Stubborn(TwinSource):
        async def fetch_contents(self, platform: object, ids: object) -> object:  # type: ignore[override]
            while not release.is_set():
                try:
                    await release.wait()
                except asyncio.CancelledError:
                    continue
            raise RuntimeError("late")

    house.track_one(scope, order("a"))
    async with asyncio.timeout(5):
        assert await house.scheduler(Stubborn(), deadline_seconds=0.05).step() == 0
    release.set()
    await asyncio.sleep(0.01)


async def test_no_source_is_said_so(house: House, scope: Scope) -> None:
    tracker = house.track_one(scope, order("x", platform=Platform.VIMEO))
    assert await house.scheduler(TwinSource()).step() == 1
    said = house.tracker(scope, tracker.id)
    assert said.failure_reason is FailureReason.UNSUPPORTED
    assert said.failure_message is not None
    assert "no source for vimeo" in said.failure_message
    assert "bellwether connectors check" in said.failure_message


async def test_garbage_about_stories_fails_their_tracker(house: House, scope: Scope) -> None:
    class Odd(TwinSource):
        async def fetch_stories(self, platform: object, key: object) -> object:  # type: ignore[override]
            return [content("fine"), "not a story"]

    tracker = house.track_one(scope, order("someone", aspect=Aspect.STORIES))
    assert await house.scheduler(Odd()).step() == 1
    failing = house.tracker(scope, tracker.id)
    assert failing.failure_reason is FailureReason.CHANGED_FORMAT
