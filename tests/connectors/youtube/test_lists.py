import pytest
from tests.support.fakes.youtube import FakeYouTube

from bellwether.connectors.base import Capability, ConnectorError
from bellwether.connectors.platforms.youtube.connector import UNITS, YouTubeConnector
from bellwether.model.platforms import Platform
from bellwether.model.readings import FailureReason

YT = Platform.YOUTUBE
CHANNEL = "UC" + "b" * 22


def _id(number: int) -> str:
    return f"video{number:06d}"


async def test_uploads_come_newest_first_page_by_page_with_numbers(
    fake: FakeYouTube, youtube: YouTubeConnector
) -> None:
    fake.add_channel(CHANNEL, handle="uploader.x")
    for number in range(120):
        fake.add_video(_id(number), channel=CHANNEL, views=number)
    views: list[object] = []
    cursor: str | None = None
    costs = []
    while True:
        before = fake.units
        page = await youtube.list_contents(YT, "uploader.x", cursor)
        costs.append(fake.units - before)
        views += [reading.metrics["views"] for reading in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert views == list(range(119, -1, -1))
    assert costs == [3, 2, 2]
    assert youtube.cost(YT, Capability.CONTENT_LIST, ["uploader.x"]) == {UNITS: 3}


async def test_a_channel_without_uploads_has_an_empty_list(
    fake: FakeYouTube, youtube: YouTubeConnector
) -> None:
    fake.add_channel(CHANNEL)
    page = await youtube.list_contents(YT, CHANNEL)
    assert (list(page.items), page.next_cursor) == ([], None)


async def test_the_uploads_of_nobody_are_not_found(
    fake: FakeYouTube, youtube: YouTubeConnector
) -> None:
    with pytest.raises(ConnectorError) as caught:
        await youtube.list_contents(YT, CHANNEL)
    assert caught.value.failed.reason is FailureReason.NOT_FOUND


async def test_comments_come_newest_first_page_by_page(
    fake: FakeYouTube, youtube: YouTubeConnector
) -> None:
    fake.add_video(_id(1), comments=150)
    for number in range(150):
        fake.add_comment(_id(1), f"comment {number}", likes=number, replies=number % 3)
    first = await youtube.fetch_comments(YT, _id(1))
    assert (len(first.items), first.items[0].text) == (100, "comment 149")
    assert (first.items[0].likes, first.items[0].replies) == (149, 149 % 3)
    last = await youtube.fetch_comments(YT, _id(1), first.next_cursor)
    assert (len(last.items), last.items[-1].text, last.next_cursor) == (50, "comment 0", None)


async def test_no_comments_is_not_the_same_as_comments_switched_off(
    fake: FakeYouTube, youtube: YouTubeConnector
) -> None:
    fake.add_video(_id(1), comments=0)
    fake.add_video(_id(2), comments=None)
    assert not (await youtube.fetch_comments(YT, _id(1))).items
    with pytest.raises(ConnectorError) as off:
        await youtube.fetch_comments(YT, _id(2))
    assert off.value.failed.reason is FailureReason.UNSUPPORTED
    assert "commentsDisabled" in off.value.failed.message
    assert "<code>" not in off.value.failed.message
    with pytest.raises(ConnectorError) as gone:
        await youtube.fetch_comments(YT, _id(3))
    assert gone.value.failed.reason is FailureReason.NOT_FOUND
