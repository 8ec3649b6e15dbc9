from datetime import timedelta

import pytest
from tests.support.fakes.bluesky import FakeBluesky

from bellwether.connectors.base import Capability, ConnectorError
from bellwether.connectors.platforms.bluesky.connector import REQUESTS, BlueskyConnector
from bellwether.model.platforms import Kind, Platform
from bellwether.model.readings import ContentReading, Failed, FailureReason

BSKY = Platform.BLUESKY


async def test_a_post_is_read_with_its_numbers(
    fake: FakeBluesky, bluesky: BlueskyConnector
) -> None:
    ann = fake.add_account("ann.test")
    post = fake.add_post(ann, text="Hello", likes=1, replies=2, reposts=3, quotes=4, bookmarks=5)
    (reading,) = await bluesky.fetch_contents(BSKY, [post.uri])
    assert isinstance(reading, ContentReading)
    expected = {"likes": 1, "comments": 2, "shares": 3, "quotes": 4, "saves": 5}
    assert reading.metrics == expected
    assert (reading.id, reading.title, reading.kind) == (post.uri, "Hello", Kind.POST)
    assert (reading.creator_id, reading.creator_handle) == (ann.did, "ann.test")
    assert reading.url == "https://bsky.app/profile/ann.test/post/key0"


async def test_a_post_named_by_its_authors_handle_is_found(
    fake: FakeBluesky, bluesky: BlueskyConnector
) -> None:
    fake.add_post(fake.add_account("ann.test"), likes=7)
    asked = ["at://ann.test/app.bsky.feed.post/key0", "at://no.one/app.bsky.feed.post/key0"]
    found, absent = await bluesky.fetch_contents(BSKY, asked)
    assert isinstance(found, ContentReading)
    assert (found.id, found.metrics["likes"]) == (asked[0], 7)
    assert isinstance(absent, Failed)
    assert absent.reason is FailureReason.NOT_FOUND
    assert bluesky.cost(BSKY, Capability.CONTENT, asked) == {REQUESTS: len(fake.requests)}


async def test_order_repeats_gaps_and_odd_ids(fake: FakeBluesky, bluesky: BlueskyConnector) -> None:
    ann = fake.add_account("ann.test")
    uris = [fake.add_post(ann, likes=number).uri for number in range(3)]
    asked = [uris[2], uris[0], uris[2], uris[0] + "x", "https://example.org", uris[1]]
    outcomes = await bluesky.fetch_contents(BSKY, asked)
    likes = [one.metrics["likes"] if isinstance(one, ContentReading) else None for one in outcomes]
    assert likes == [2, 0, 2, None, None, 1]
    assert bluesky.cost(BSKY, Capability.CONTENT, asked) == {REQUESTS: 1}


async def test_a_count_that_is_left_out_is_unknown(
    fake: FakeBluesky, bluesky: BlueskyConnector
) -> None:
    post = fake.add_post(fake.add_account("ann.test"), bookmarks=None)
    (reading,) = await bluesky.fetch_contents(BSKY, [post.uri])
    assert isinstance(reading, ContentReading)
    assert reading.metrics["saves"] is None
    assert reading.metrics["likes"] == 0


@pytest.mark.parametrize("claimed", ["long ago", "", "2999-01-01T00:00:00Z"])
async def test_an_impossible_date_gives_way_to_when_the_post_was_seen(
    fake: FakeBluesky, bluesky: BlueskyConnector, claimed: str
) -> None:
    post = fake.add_post(fake.add_account("ann.test"), created=claimed)
    (reading,) = await bluesky.fetch_contents(BSKY, [post.uri])
    assert isinstance(reading, ContentReading)
    assert reading.published_at == post.at


async def test_a_list_leaves_out_what_was_only_passed_on(
    fake: FakeBluesky, bluesky: BlueskyConnector
) -> None:
    ann, ben = fake.add_account("ann.test"), fake.add_account("ben.test")
    fake.repost(ann, fake.add_post(ben, text="not mine"))
    for number in range(120):
        fake.add_post(ann, text=str(number))
    first = await bluesky.list_contents(BSKY, "ann.test")
    second = await bluesky.list_contents(BSKY, "ann.test", first.next_cursor)
    texts = [reading.title for reading in (*first.items, *second.items)]
    assert texts == [str(number) for number in range(119, -1, -1)]
    assert second.next_cursor is None
    assert first.items[0].id.startswith(f"at://{ann.did}/")


async def test_the_list_of_an_account_that_is_gone_says_so(
    fake: FakeBluesky, bluesky: BlueskyConnector
) -> None:
    fake.add_account("away.test").gone = "AccountDeactivated"
    for handle, reason in (
        ("away.test", FailureReason.DELETED),
        ("never.test", FailureReason.NOT_FOUND),
    ):
        with pytest.raises(ConnectorError) as caught:
            await bluesky.list_contents(BSKY, handle)
        assert caught.value.failed.reason is reason


async def test_replies_come_newest_first(fake: FakeBluesky, bluesky: BlueskyConnector) -> None:
    ann, ben = fake.add_account("ann.test"), fake.add_account("ben.test")
    post = fake.add_post(ann)
    for number in range(3):
        fake.add_post(ben, text=f"reply {number}", likes=number, parent=post)
    by_handle = "at://ann.test/app.bsky.feed.post/key0"
    pages = [await bluesky.fetch_comments(BSKY, content_id) for content_id in (post.uri, by_handle)]
    for page in pages:
        assert [one.text for one in page.items] == ["reply 2", "reply 1", "reply 0"]
        assert page.next_cursor is None
    newest = pages[1].items[0]
    assert (newest.author, newest.likes, newest.content_id) == ("ben.test", 2, by_handle)
    assert newest.published_at == post.at + timedelta(minutes=3)


@pytest.mark.parametrize("content_id", ["at://ann.test/app.bsky.feed.post/none", "nothing"])
async def test_the_replies_to_an_absent_post_are_not_found(
    fake: FakeBluesky, bluesky: BlueskyConnector, content_id: str
) -> None:
    fake.add_account("ann.test")
    with pytest.raises(ConnectorError) as caught:
        await bluesky.fetch_comments(BSKY, content_id)
    assert caught.value.failed.reason is FailureReason.NOT_FOUND
