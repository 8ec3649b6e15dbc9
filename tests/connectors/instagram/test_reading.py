import pytest
from tests.support.fakes.faults import Fault
from tests.support.fakes.instagram import FakeInstagram
from tests.support.fakes.instagram_state import FakeAccount

from bellwether.connectors.base import ConnectorError
from bellwether.connectors.platforms.instagram.publisher import InstagramPublisher
from bellwether.kit.clock import ManualClock
from bellwether.model.platforms import Kind, Platform
from bellwether.model.publishers import Access
from bellwether.model.readings import ContentReading, CreatorReading, Failed, FailureReason

IG = Platform.INSTAGRAM


async def test_an_account_is_read_with_its_numbers(
    publisher: InstagramPublisher, account: FakeAccount, access: Access
) -> None:
    reader = publisher.reader(access)
    by_handle, by_id, other = await reader.fetch_profiles(IG, ["Ann", account.id, "ben"])
    for reading in (by_handle, by_id):
        assert isinstance(reading, CreatorReading)
        assert reading.metrics == {"followers": 1234, "following": 5, "contents": 0}
        assert (reading.handle, reading.external_id) == ("ann", account.id)
        assert reading.details["bio"] == "What I do"
    assert isinstance(other, Failed)
    assert other.reason is FailureReason.UNSUPPORTED
    assert (await reader.check()).ok


async def test_a_content_is_read_by_its_code_with_its_insights(
    publisher: InstagramPublisher, fake: FakeInstagram, account: FakeAccount, access: Access
) -> None:
    insights = {"views": 90, "reach": 80, "saved": 3, "shares": 2}
    reel = fake.add_post(account, "Hello", likes=7)
    reel.insights = insights
    picture = fake.add_post(account, kind=("CAROUSEL_ALBUM", "FEED"))
    asked = [picture.shortcode, "Cnothing", reel.shortcode, reel.id]
    readings = await publisher.reader(access).fetch_contents(IG, asked)
    first, absent, second, by_id = readings
    assert isinstance(second, ContentReading)
    expected = {"views": 90, "reach": 80, "saves": 3, "shares": 2, "likes": 7, "comments": 0}
    assert second.metrics == expected
    assert (second.kind, second.title, second.creator_handle) == (Kind.REEL, "Hello", "ann")
    assert second.published_at == reel.at
    assert isinstance(first, ContentReading)
    assert first.kind is Kind.POST
    assert isinstance(absent, Failed)
    assert absent.reason is FailureReason.NOT_FOUND
    assert isinstance(by_id, ContentReading)
    assert by_id.metrics == second.metrics


async def test_what_is_not_said_is_null(
    publisher: InstagramPublisher, fake: FakeInstagram, account: FakeAccount, access: Access
) -> None:
    silent = fake.add_post(account, likes=None)
    refused = fake.add_post(account, likes=1, views=5)
    fake.trouble.add("GET insights", Fault.REFUSED)
    reader = publisher.reader(access)
    (without,) = await reader.fetch_contents(IG, [refused.shortcode])
    (hidden,) = await reader.fetch_contents(IG, [silent.shortcode])
    assert isinstance(hidden, ContentReading)
    assert isinstance(without, ContentReading)
    assert hidden.metrics["likes"] is None
    assert {hidden.metrics[name] for name in ("views", "reach", "saves", "shares")} == {None}
    assert (without.metrics["views"], without.metrics["likes"]) == (None, 1)


@pytest.mark.parametrize("fault", [Fault.LIMITED, Fault.DOWN, Fault.UNAUTHORIZED])
async def test_insights_that_fail_for_now_are_not_taken_for_none(
    publisher: InstagramPublisher,
    fake: FakeInstagram,
    account: FakeAccount,
    access: Access,
    fault: Fault,
) -> None:
    post = fake.add_post(account, views=5)
    fake.trouble.add("GET insights", fault)
    (failed,) = await publisher.reader(access).fetch_contents(IG, [post.shortcode])
    assert isinstance(failed, Failed)
    fake.trouble.add("GET media", fault)
    with pytest.raises(ConnectorError):
        await publisher.reader(access).fetch_contents(IG, [post.shortcode])


async def test_old_contents_are_found_pages_back_and_listed_newest_first(
    publisher: InstagramPublisher, fake: FakeInstagram, account: FakeAccount, access: Access
) -> None:
    posts = [fake.add_post(account, str(number)) for number in range(230)]
    reader = publisher.reader(access)
    (oldest,) = await reader.fetch_contents(IG, [posts[0].shortcode])
    assert isinstance(oldest, ContentReading)
    assert fake.requests.count(("GET", "media")) == 3
    titles, cursor = [], None
    while True:
        page = await reader.list_contents(IG, "ann", cursor)
        titles += [reading.title for reading in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert titles == [str(number) for number in range(229, -1, -1)]


async def test_comments_under_an_own_content_come_newest_first(
    publisher: InstagramPublisher,
    fake: FakeInstagram,
    account: FakeAccount,
    access: Access,
    clock: ManualClock,
) -> None:
    post = fake.add_post(account)
    post.comments += [("ben", "First", clock.now()), ("cat", "Second", clock.now())]
    page = await publisher.reader(access).fetch_comments(IG, post.shortcode)
    assert [(one.author, one.text) for one in page.items] == [("cat", "Second"), ("ben", "First")]
    with pytest.raises(ConnectorError) as caught:
        await publisher.reader(access).fetch_comments(IG, "Celsewhere")
    assert caught.value.failed.reason is FailureReason.NOT_FOUND


async def test_a_token_that_was_taken_back_is_unauthorized(
    publisher: InstagramPublisher, account: FakeAccount
) -> None:
    reader = publisher.reader(Access(IG, account.id, "old"))
    with pytest.raises(ConnectorError) as caught:
        await reader.fetch_profiles(IG, ["ann"])
    assert caught.value.failed.reason is FailureReason.UNAUTHORIZED
    check = await reader.check()
    assert (check.ok, check.configured) == (False, True)
