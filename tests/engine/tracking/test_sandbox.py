from tests.support.tracking import House

from bellwether.connectors.sandbox.connector import SandboxConnector
from bellwether.engine.catalog.resolve import resolve
from bellwether.model.readings import FailureReason
from bellwether.model.requests import TrackRequest
from bellwether.model.tenants import Scope
from bellwether.model.tracking import Aspect

URLS = {
    "https://www.youtube.com/@somebody": None,
    "https://www.youtube.com/channel/UCX6OQ3DkcsbYNE6H8uQQuVA": None,
    "https://youtu.be/dQw4w9WgXcQ": None,
    "https://www.tiktok.com/@Some.Body/video/7489443966908189959": None,
    "https://www.tiktok.com/@Some.Body": None,
    "https://www.instagram.com/reel/C1JjTC-STpl/": None,
    "https://x.com/SomeBody/status/1445078208190291973": None,
    "https://www.linkedin.com/company/some-body": None,
    "https://www.reddit.com/r/python/comments/1abcde/title/": None,
    "https://vimeo.com/76979871": None,
    "https://www.dailymotion.com/video/x8m8mzd": None,
    "https://bsky.app/profile/some.body.com/post/3kabcdefgh2x": None,
    "https://www.instagram.com/sbx_private/": FailureReason.PRIVATE,
    "https://www.instagram.com/sbx_deleted/": FailureReason.DELETED,
    "https://www.instagram.com/sbx_unknown/": FailureReason.NOT_FOUND,
    "https://www.instagram.com/sbx_garbage/": FailureReason.CHANGED_FORMAT,
    "https://www.instagram.com/sbx_down/": FailureReason.PLATFORM_ERROR,
    "https://www.instagram.com/sbx_limited/": FailureReason.RATE_LIMITED,
}


async def test_urls_of_many_platforms_get_numbers_or_the_failure_they_stand_for(
    house: House, scope: Scope
) -> None:
    refs = {url: resolve(url) for url in URLS}
    orders = [
        TrackRequest(ref, "native", Aspect.CONTENT if ref.is_content else Aspect.PROFILE)
        for ref in refs.values()
    ]
    tracked = house.track(scope, *orders)
    await house.scheduler(SandboxConnector(house.clock)).step()
    for url, one in zip(URLS, tracked, strict=True):
        tracker = house.tracker(scope, one.tracker.id)
        assert tracker.failure_reason is URLS[url], (url, tracker.failure_message)
        snapshots = house.snapshots(tracker.subject_id)
        assert len(snapshots) == (URLS[url] is None), url
        assert all(snapshot.source == "sandbox" for snapshot in snapshots)


async def test_stories_of_the_sandbox_come_and_go(house: House, scope: Scope) -> None:
    creator = resolve("https://www.instagram.com/somebody/")
    order = TrackRequest(creator, "native", Aspect.STORIES, cron="0 * * * *")
    tracker = house.track(scope, order)[0].tracker
    scheduler = house.scheduler(SandboxConnector(house.clock))
    for _ in range(72):
        await scheduler.step()
        house.pass_time(hours=1)
    runs = house.runs(scope, tracker.id)
    assert len(runs) == 72
    assert sum(run.snapshots for run in runs) > 0
    assert {run.failure_reason for run in runs} == {None}
