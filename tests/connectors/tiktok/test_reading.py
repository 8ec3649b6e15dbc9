import pytest
from tests.support.fakes.faults import Fault
from tests.support.fakes.tiktok_api import FakeCreator, FakeTikTokApi

from bellwether.connectors.base import ConnectorError
from bellwether.connectors.platforms.tiktok.publisher import TikTokPublisher
from bellwether.engine.catalog.resolve import resolve
from bellwether.model.platforms import Kind, Platform
from bellwether.model.publishers import Access
from bellwether.model.readings import ContentReading, CreatorReading, Failed, FailureReason

TIKTOK = Platform.TIKTOK


async def test_an_account_is_read_with_its_numbers(
    publisher: TikTokPublisher, fake: FakeTikTokApi, account: FakeCreator, access: Access
) -> None:
    fake.add_post(account, likes=4)
    fake.add_post(account, likes=None)
    reader = publisher.reader(access)
    by_handle, by_id, other = await reader.fetch_profiles(TIKTOK, ["Ann", account.open_id, "ben"])
    for reading in (by_handle, by_id):
        assert isinstance(reading, CreatorReading)
        expected = {"followers": 1234, "following": 3, "likes": 4, "contents": 2}
        assert reading.metrics == expected
        assert (reading.handle, reading.external_id) == ("ann", account.open_id)
    assert isinstance(other, Failed)
    assert other.reason is FailureReason.UNSUPPORTED
    assert (await reader.check()).ok


async def test_contents_are_read_in_one_call_and_in_order(
    publisher: TikTokPublisher, fake: FakeTikTokApi, account: FakeCreator, access: Access
) -> None:
    film = fake.add_post(account, "Hello", views=90, likes=7)
    album = fake.add_post(account, photo=True, views=None)
    elsewhere = fake.add_post(fake.add_account("ben"))
    asked = [album.id, "1", film.id, elsewhere.id, film.id]
    first, absent, second, foreign, again = await publisher.reader(access).fetch_contents(
        TIKTOK, asked
    )
    assert isinstance(second, ContentReading)
    assert second.metrics == {"views": 90, "likes": 7, "comments": 0, "shares": 0}
    assert (second.kind, second.title, second.duration_s) == (Kind.VIDEO, "Hello", 12.0)
    assert second.published_at == film.at
    assert again == second
    assert isinstance(first, ContentReading)
    assert (first.kind, first.metrics["views"]) == (Kind.POST, None)
    for reading in (first, second):
        assert reading.url is not None
        assert resolve(reading.url).id == reading.id
    assert {one.reason for one in (absent, foreign) if isinstance(one, Failed)} == {
        FailureReason.NOT_FOUND
    }
    assert fake.requests == ["video/query/"]


async def test_the_list_is_read_page_by_page_newest_first(
    publisher: TikTokPublisher, fake: FakeTikTokApi, account: FakeCreator, access: Access
) -> None:
    for number in range(45):
        fake.add_post(account, str(number))
    titles, cursor = [], None
    while True:
        page = await publisher.reader(access).list_contents(TIKTOK, "ann", cursor)
        titles += [reading.title for reading in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert titles == [str(number) for number in range(44, -1, -1)]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault.LIMITED, FailureReason.RATE_LIMITED),
        (Fault.UNAUTHORIZED, FailureReason.UNAUTHORIZED),
        (Fault.DOWN, FailureReason.PLATFORM_ERROR),
        (Fault.DROPPED, FailureReason.PLATFORM_ERROR),
        (Fault.DONE_AND_GARBLED, FailureReason.CHANGED_FORMAT),
        (Fault.DONE_AND_SLOW, FailureReason.PLATFORM_ERROR),
    ],
)
async def test_every_way_to_fail_has_its_reason(
    fake: FakeTikTokApi, access: Access, fault: Fault, reason: FailureReason
) -> None:
    seconds = 0.3 if fault is Fault.DONE_AND_SLOW else 20.0
    publisher = TikTokPublisher(base_url=fake.base_url, seconds=seconds)
    fake.trouble.add("user/info", fault)
    with pytest.raises(ConnectorError) as caught:
        await publisher.reader(access).fetch_profiles(TIKTOK, ["ann"])
    await publisher.aclose()
    assert caught.value.failed.reason is reason
    assert access.token not in caught.value.failed.message
