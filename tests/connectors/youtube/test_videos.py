from tests.support.fakes.youtube import FakeYouTube

from bellwether.connectors.base import Capability
from bellwether.connectors.platforms.youtube.connector import UNITS, YouTubeConnector
from bellwether.model.platforms import Kind, Platform
from bellwether.model.readings import ContentReading, Failed, FailureReason

YT = Platform.YOUTUBE


def _id(number: int) -> str:
    return f"video{number:06d}"


async def test_a_video_is_read_with_its_numbers_and_facts(
    fake: FakeYouTube, youtube: YouTubeConnector
) -> None:
    fake.add_video(_id(1), title="First", views=1200, likes=30, comments=4, duration="PT1H2M3S")
    (reading,) = await youtube.fetch_contents(YT, [_id(1)])
    assert isinstance(reading, ContentReading)
    assert reading.metrics == {"views": 1200, "likes": 30, "comments": 4}
    assert (reading.title, reading.kind, reading.duration_s) == ("First", Kind.VIDEO, 3723.0)
    assert reading.creator_id == "UC" + "a" * 22
    assert reading.published_at is not None
    assert reading.source == "youtube"


async def test_hidden_likes_and_disabled_comments_are_unknown_not_zero(
    fake: FakeYouTube, youtube: YouTubeConnector
) -> None:
    fake.add_video(_id(1), views=5, likes=None, comments=None)
    fake.add_video(_id(2), views=0, likes=0, comments=0)
    hidden, silent = await youtube.fetch_contents(YT, [_id(1), _id(2)])
    assert isinstance(hidden, ContentReading)
    assert hidden.metrics == {"views": 5, "likes": None, "comments": None}
    assert isinstance(silent, ContentReading)
    assert silent.metrics == {"views": 0, "likes": 0, "comments": 0}


async def test_a_broadcast_says_how_many_watch(
    fake: FakeYouTube, youtube: YouTubeConnector
) -> None:
    fake.add_video(_id(1), views=900, viewers=77, duration="P0D")
    (reading,) = await youtube.fetch_contents(YT, [_id(1)])
    assert isinstance(reading, ContentReading)
    assert reading.metrics["viewers"] == 77
    assert reading.duration_s is None
    assert reading.details["live"] == "live"


async def test_answers_follow_the_order_asked_with_gaps_and_repeats(
    fake: FakeYouTube, youtube: YouTubeConnector
) -> None:
    for number in range(3):
        fake.add_video(_id(number), views=number)
    asked = [_id(2), _id(9), _id(0), _id(2), _id(1)]
    outcomes = await youtube.fetch_contents(YT, asked)
    assert [
        one.metrics["views"] if isinstance(one, ContentReading) else None for one in outcomes
    ] == [
        2,
        None,
        0,
        2,
        1,
    ]
    absent = outcomes[1]
    assert isinstance(absent, Failed)
    assert absent.reason is FailureReason.NOT_FOUND
    assert "deleted, private or never was" in absent.message


async def test_fifty_videos_cost_one_unit(fake: FakeYouTube, youtube: YouTubeConnector) -> None:
    ids = [_id(number) for number in range(50)]
    for key in ids:
        fake.add_video(key, views=1)
    outcomes = await youtube.fetch_contents(YT, ids)
    assert all(isinstance(outcome, ContentReading) for outcome in outcomes)
    assert fake.units == 1
    assert youtube.cost(YT, Capability.CONTENT, ids) == {UNITS: 1}
    assert youtube.declaration.operations[YT][Capability.CONTENT].batch_size == 50


async def test_a_falling_count_is_passed_on_as_it_fell(
    fake: FakeYouTube, youtube: YouTubeConnector
) -> None:
    fake.add_video(_id(1), views=100)
    await youtube.fetch_contents(YT, [_id(1)])
    fake.move(_id(1), views=90)
    (reading,) = await youtube.fetch_contents(YT, [_id(1)])
    assert isinstance(reading, ContentReading)
    assert reading.metrics["views"] == 90


async def test_clips_and_posts_are_refused_without_a_call(
    fake: FakeYouTube, youtube: YouTubeConnector
) -> None:
    outcomes = await youtube.fetch_contents(YT, ["UgkxAbCdEfGhIjKlMnOpQrStUvWx", "a,b", ""])
    reasons = [outcome.reason for outcome in outcomes if isinstance(outcome, Failed)]
    assert reasons == [
        FailureReason.UNSUPPORTED,
        FailureReason.NOT_FOUND,
        FailureReason.NOT_FOUND,
    ]
    assert fake.units == 0
