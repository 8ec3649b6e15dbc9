from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from starlette.responses import JSONResponse, Response
from tests.support.fakes.bluesky import FakeBluesky, error

from bellwether.connectors.base import ConnectorError
from bellwether.connectors.platforms.bluesky.connector import BlueskyConnector
from bellwether.kit.clock import ManualClock
from bellwether.model.platforms import Platform
from bellwether.model.readings import ContentReading, Failed, FailureReason

BSKY = Platform.BLUESKY
URI = "at://did:plc:aaaaaaaaaaaaaaaaaaaaaaaa/app.bsky.feed.post/key0"

CASES: dict[str, tuple[Callable[[], Response], FailureReason]] = {
    "limit": (lambda: error(429, "RateLimitExceeded", "Slow"), FailureReason.RATE_LIMITED),
    "upstream": (lambda: error(502, "UpstreamFailure", "Oops"), FailureReason.PLATFORM_ERROR),
    "page": (lambda: Response("<html>down</html>", 503), FailureReason.PLATFORM_ERROR),
    "auth": (lambda: error(401, "AuthMissing", "Log in"), FailureReason.UNAUTHORIZED),
    "request": (lambda: error(400, "InvalidRequest", "uris?"), FailureReason.CHANGED_FORMAT),
    "garbage": (lambda: Response("\x00\x01"), FailureReason.CHANGED_FORMAT),
    "renamed": (lambda: JSONResponse({"items": []}), FailureReason.CHANGED_FORMAT),
}


@pytest.mark.parametrize("case", CASES)
async def test_every_way_to_fail_has_its_reason(
    fake: FakeBluesky, bluesky: BlueskyConnector, case: str
) -> None:
    respond, reason = CASES[case]
    fake.answer_next_with(respond)
    with pytest.raises(ConnectorError) as caught:
        await bluesky.fetch_contents(BSKY, [URI])
    assert caught.value.failed.reason is reason


async def test_a_limit_says_when_it_ends(fake: FakeBluesky) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    bluesky = BlueskyConnector(base_url=fake.base_url, clock=ManualClock(now))
    reset = {"ratelimit-reset": str(int(now.timestamp()) + 90)}
    fake.answer_next_with(lambda: error(429, "RateLimitExceeded", "Slow", reset))
    with pytest.raises(ConnectorError) as caught:
        await bluesky.fetch_contents(BSKY, [URI])
    await bluesky.aclose()
    assert caught.value.failed.retry_after == 90


async def test_one_odd_post_does_not_take_the_others_along(
    fake: FakeBluesky, bluesky: BlueskyConnector
) -> None:
    post = fake.add_post(fake.add_account("ann.test"), likes=4)
    good = fake._post(post)
    odd = {**good, "uri": URI[:-1] + "9", "likeCount": "lots"}
    fake.answer_next_with(lambda: JSONResponse({"posts": [odd, good]}))
    first, second = await bluesky.fetch_contents(BSKY, [odd["uri"], post.uri])
    assert isinstance(first, Failed)
    assert first.reason is FailureReason.CHANGED_FORMAT
    assert isinstance(second, ContentReading)
    assert second.metrics["likes"] == 4


async def test_one_account_asked_alone_does_not_hide_that_the_call_failed(
    fake: FakeBluesky, bluesky: BlueskyConnector
) -> None:
    fake.answer_next_with(lambda: Response("", 500))
    with pytest.raises(ConnectorError):
        await bluesky.fetch_profiles(BSKY, ["ann.test"])


async def test_check_says_what_works_and_why_not(
    fake: FakeBluesky, bluesky: BlueskyConnector
) -> None:
    fake.add_account("bsky.app")
    assert (await bluesky.check()).ok
    fake.answer_next_with(lambda: error(429, "RateLimitExceeded", "Slow down"))
    limited = await bluesky.check()
    assert not limited.ok
    assert "Slow down" in limited.detail
    down = BlueskyConnector(base_url="http://127.0.0.1:9")
    assert "cannot be reached" in (await down.check()).detail
    await down.aclose()
