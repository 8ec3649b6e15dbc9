import pytest
from tests.connectors.public.conftest import Make
from tests.support.fakes.dailymotion import FakeDailymotion
from tests.support.fakes.proxy import FakeProxy
from tests.support.fakes.tiktok import FakeTikTok

from bellwether.model.platforms import Kind, Platform
from bellwether.model.readings import ContentReading, Failed, FailureReason


async def test_a_dailymotion_page_is_read_with_its_numbers(
    make: Make, dailymotion: FakeDailymotion, proxy: FakeProxy
) -> None:
    dailymotion.add_video("x8abcde", views=1234, likes=56, title="Hello")
    dailymotion.add_video("x8zzzzz", views=7, likes=None, title="Silent")
    ids = ["x8zzzzz", "x8absent", "x8abcde"]
    silent, absent, full = await make().fetch_contents(Platform.DAILYMOTION, ids)
    assert isinstance(full, ContentReading)
    unknown = {"comments": None, "shares": None, "saves": None}
    assert full.metrics == {"views": 1234, "likes": 56, **unknown}
    assert (full.id, full.title, full.kind) == ("x8abcde", "Hello", Kind.VIDEO)
    assert (full.creator_id, full.duration_s, full.source) == ("x1abc", 61, "public")
    assert isinstance(silent, ContentReading)
    assert silent.metrics == {"views": 7, "likes": None, **unknown}
    assert isinstance(absent, Failed)
    assert absent.reason is FailureReason.NOT_FOUND
    assert set(proxy.hosts) == {"graphql.api.dailymotion.com", "www.dailymotion.com"}


async def test_a_tiktok_page_is_read_with_its_numbers(make: Make, tiktok: FakeTikTok) -> None:
    tiktok.add_video(
        "70001", playCount=9, diggCount=8, commentCount=7, shareCount=6, collectCount=5
    )
    tiktok.add_video("70002", playCount=0)
    both = await make().fetch_contents(Platform.TIKTOK, ["70001", "70002"])
    full, bare = (one.metrics if isinstance(one, ContentReading) else one for one in both)
    assert full == {"views": 9, "likes": 8, "comments": 7, "shares": 6, "saves": 5}
    assert bare == {"views": 0, "likes": None, "comments": None, "shares": None, "saves": None}


async def test_what_a_platform_does_not_show_has_its_reason(
    make: Make, tiktok: FakeTikTok, dailymotion: FakeDailymotion
) -> None:
    tiktok.statuses = {"1": 10216, "2": 10204, "3": 10231}
    outcomes = await make().fetch_contents(Platform.TIKTOK, ["1", "2", "3"])
    reasons = [one.reason for one in outcomes if isinstance(one, Failed)]
    expected = [FailureReason.PRIVATE, FailureReason.UNAUTHORIZED, FailureReason.NOT_FOUND]
    assert reasons == expected
    dailymotion.refusals = {
        "x1": (429, "text/plain", "slow down"),
        "x2": (500, "text/plain", "oops"),
        "x3": (200, "application/json", '{"data": {"films": {}}}'),
        "x4": (200, "text/html", "<html>what</html>"),
        "x5": (403, "text/plain", "no"),
    }
    outcomes = await make().fetch_contents(Platform.DAILYMOTION, list(dailymotion.refusals))
    reasons = [one.reason for one in outcomes if isinstance(one, Failed)]
    assert reasons == [
        FailureReason.RATE_LIMITED,
        FailureReason.PLATFORM_ERROR,
        FailureReason.CHANGED_FORMAT,
        FailureReason.CHANGED_FORMAT,
        FailureReason.UNAUTHORIZED,
    ]


@pytest.mark.parametrize(
    ("platform", "content_id"),
    [
        (Platform.TIKTOK, "https://evil.example/1"),
        (Platform.TIKTOK, "1/../../@x"),
        (Platform.DAILYMOTION, "x8abcde?redirect=http://127.0.0.1"),
        (Platform.VIMEO, "1\n"),
        (Platform.X, ""),
    ],
)
async def test_only_ids_of_the_platforms_form_become_addresses(
    make: Make, proxy: FakeProxy, platform: Platform, content_id: str
) -> None:
    (outcome,) = await make().fetch_contents(platform, [content_id])
    assert isinstance(outcome, Failed)
    assert outcome.reason is FailureReason.UNSUPPORTED
    assert proxy.hosts == []
