import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from starlette.responses import JSONResponse, Response
from tests.support.fakes.youtube import FakeYouTube
from tests.support.fakes.youtube_answers import error, quota_exceeded

from bellwether.connectors.base import CapabilityMissingError, ConnectorError
from bellwether.connectors.platforms.youtube.client import seconds_to_reset
from bellwether.connectors.platforms.youtube.connector import YouTubeConnector
from bellwether.kit.clock import ManualClock
from bellwether.model.platforms import Platform
from bellwether.model.readings import ContentReading, Failed, FailureReason

YT = Platform.YOUTUBE
VIDEO = "video000001"
RATE_LIMITED = FailureReason.RATE_LIMITED
UNAUTHORIZED = FailureReason.UNAUTHORIZED
PLATFORM_ERROR = FailureReason.PLATFORM_ERROR
CHANGED_FORMAT = FailureReason.CHANGED_FORMAT

CASES: dict[str, tuple[Callable[[], Response], FailureReason]] = {
    "quota": (quota_exceeded, RATE_LIMITED),
    "too fast": (lambda: error(403, "rateLimitExceeded", "Slow down"), RATE_LIMITED),
    "429": (lambda: Response("slow", 429), RATE_LIMITED),
    "forbidden": (lambda: error(403, "forbidden", "No"), UNAUTHORIZED),
    "401": (lambda: error(401, "authError", "No"), UNAUTHORIZED),
    "old invalid key": (lambda: error(400, "keyInvalid", "Bad Request"), UNAUTHORIZED),
    "new invalid key": (
        lambda: error(400, "badRequest", "No", detail="API_KEY_INVALID"),
        UNAUTHORIZED,
    ),
    "500": (lambda: Response("<html>oops</html>", 500), PLATFORM_ERROR),
    "503": (lambda: error(503, "backendError", "Try later"), PLATFORM_ERROR),
    "processing": (lambda: error(400, "processingFailure", "Cannot process"), PLATFORM_ERROR),
    "bad request": (lambda: error(400, "invalidPart", "What?"), CHANGED_FORMAT),
    "moved": (lambda: Response("", 302, {"Location": "http://127.0.0.1:1/"}), CHANGED_FORMAT),
    "error as text": (lambda: JSONResponse({"error": "error message"}, 500), PLATFORM_ERROR),
    "a page": (lambda: Response("<html>hello</html>"), CHANGED_FORMAT),
    "nothing": (lambda: Response(""), CHANGED_FORMAT),
    "another list": (lambda: JSONResponse({"kind": "youtube#other"}), CHANGED_FORMAT),
    "no kind": (lambda: JSONResponse({}), CHANGED_FORMAT),
    "not text": (lambda: Response(b'{"kind": "\xff"}'), CHANGED_FORMAT),
    "deep": (lambda: Response(b'{"kind":' + b"[" * 100_000), CHANGED_FORMAT),
    "large": (lambda: Response(b" " * (17 << 20)), CHANGED_FORMAT),
}


@pytest.mark.parametrize("case", CASES)
async def test_every_way_to_fail_has_its_reason(
    fake: FakeYouTube, youtube: YouTubeConnector, case: str
) -> None:
    respond, reason = CASES[case]
    fake.add_video(VIDEO)
    fake.answer_next_with(respond)
    with pytest.raises(ConnectorError) as caught:
        await youtube.fetch_contents(YT, [VIDEO])
    assert caught.value.failed.reason is reason
    (again,) = await youtube.fetch_contents(YT, [VIDEO])
    assert isinstance(again, ContentReading)  # nothing of the failure is left behind


async def test_a_wrong_key_is_unauthorized_and_never_repeated(
    caplog: pytest.LogCaptureFixture,
) -> None:
    secret = "AIzaSecretOfTheOperator"

    def suspended() -> Response:
        return error(403, "forbidden", f"Consumer 'api_key:{secret}' has been suspended.")

    # A server that ran in this process before may have quietened the client's own lines.
    loud = caplog.at_level(logging.DEBUG, logger="httpx")
    with caplog.at_level(logging.DEBUG), loud, FakeYouTube() as fake:
        youtube = YouTubeConnector(api_key=secret, base_url=fake.base_url)
        messages = []
        fake.answer_next_with(suspended)
        for _ in range(2):
            with pytest.raises(ConnectorError) as caught:
                await youtube.fetch_contents(YT, [VIDEO])
            assert caught.value.failed.reason is UNAUTHORIZED
            messages.append(caught.value.failed.message)
        await youtube.aclose()
    assert any("suspended" in message for message in messages)
    assert fake.requests[0][1]["key"] == secret
    assert secret not in "".join(messages)
    assert "/youtube/v3/videos" in caplog.text
    assert secret not in caplog.text


async def test_retry_after_is_passed_on_in_seconds(
    fake: FakeYouTube, youtube: YouTubeConnector
) -> None:
    fake.answer_next_with(lambda: Response("", 429, {"Retry-After": "17"}))
    with pytest.raises(ConnectorError) as caught:
        await youtube.fetch_contents(YT, [VIDEO])
    assert caught.value.failed.retry_after == 17


async def test_a_used_up_quota_says_when_the_day_ends(fake: FakeYouTube) -> None:
    clock = ManualClock(datetime(2026, 7, 1, 6, 0, tzinfo=UTC))  # 23:00 Pacific, summer time
    youtube = YouTubeConnector(api_key=fake.key, base_url=fake.base_url, clock=clock)
    fake.units_left = 0
    with pytest.raises(ConnectorError) as caught:
        await youtube.fetch_contents(YT, [VIDEO])
    await youtube.aclose()
    assert caught.value.failed.retry_after == 3600


@pytest.mark.parametrize(
    ("now", "hours"),
    [
        (datetime(2026, 1, 10, 8, 0, tzinfo=UTC), 24),  # midnight itself
        (datetime(2026, 3, 8, 8, 0, tzinfo=UTC), 23),  # the night the clocks go forward
        (datetime(2026, 11, 1, 7, 0, tzinfo=UTC), 25),  # the night they go back
    ],
)
def test_the_quota_day_ends_at_midnight_pacific(now: datetime, hours: int) -> None:
    assert seconds_to_reset(now) == hours * 3600


async def test_a_platform_that_does_not_answer_is_given_up_in_time(fake: FakeYouTube) -> None:
    youtube = YouTubeConnector(api_key=fake.key, base_url=fake.base_url, seconds=0.2)
    fake.delay = 5
    with pytest.raises(ConnectorError) as caught:
        await youtube.fetch_contents(YT, [VIDEO])
    await youtube.aclose()
    assert caught.value.failed.reason is PLATFORM_ERROR
    assert "within 0.2 seconds" in caught.value.failed.message


async def test_a_platform_that_is_down_is_a_platform_error() -> None:
    youtube = YouTubeConnector(api_key="k", base_url="http://127.0.0.1:9/youtube/v3")
    with pytest.raises(ConnectorError) as caught:
        await youtube.fetch_contents(YT, [VIDEO])
    await youtube.aclose()
    assert caught.value.failed.reason is PLATFORM_ERROR


async def test_one_odd_item_fails_alone(fake: FakeYouTube, youtube: YouTubeConnector) -> None:
    good = {"id": "video000001", "snippet": {}, "statistics": {"viewCount": "7"}}
    words = {"id": "video000002", "snippet": {}, "statistics": {"viewCount": "many"}}
    bare = {"id": "video000003", "snippet": {}}
    body = {"kind": "youtube#videoListResponse", "items": [words, good, bare]}
    fake.answer_next_with(lambda: Response(json.dumps(body)))
    outcomes = await youtube.fetch_contents(YT, [f"video00000{number}" for number in (1, 2, 3, 4)])
    first, *others = outcomes
    assert isinstance(first, ContentReading)
    assert first.metrics["views"] == 7
    reasons = [outcome.reason for outcome in others if isinstance(outcome, Failed)]
    assert reasons == [CHANGED_FORMAT, CHANGED_FORMAT, FailureReason.NOT_FOUND]


async def test_an_item_without_an_id_keeps_the_others_from_being_called_absent(
    fake: FakeYouTube, youtube: YouTubeConnector
) -> None:
    body = {"kind": "youtube#videoListResponse", "items": [{"ident": "video000001"}]}
    fake.answer_next_with(lambda: Response(json.dumps(body)))
    (outcome,) = await youtube.fetch_contents(YT, [VIDEO])
    assert isinstance(outcome, Failed)
    assert outcome.reason is CHANGED_FORMAT


async def test_check_says_what_works_and_why_not(
    fake: FakeYouTube, youtube: YouTubeConnector
) -> None:
    assert (await youtube.check()).ok
    assert fake.units == 1
    fake.units_left = 0
    spent = await youtube.check()
    assert not spent.ok
    assert "quota" in spent.detail
    wrong = YouTubeConnector(api_key="wrong", base_url=fake.base_url)
    refused = await wrong.check()
    await wrong.aclose()
    assert not refused.ok
    assert "API key not valid" in refused.detail
    down = YouTubeConnector(api_key="k", base_url="http://127.0.0.1:9")
    unreachable = await down.check()
    await down.aclose()
    assert "cannot be reached" in unreachable.detail


async def test_without_a_key_nothing_is_offered() -> None:
    youtube = YouTubeConnector(api_key=None)
    assert youtube.declaration.operations == {}
    check = await youtube.check()
    assert not check.ok
    assert "BELLWETHER_YOUTUBE_API_KEY" in check.detail
    with pytest.raises(CapabilityMissingError):
        await youtube.fetch_contents(YT, [VIDEO])
    await youtube.aclose()
