from datetime import timedelta

import pytest
from tests.support.drafts import draft, file_of, from_memory, no_media
from tests.support.fakes.faults import Fault
from tests.support.fakes.tiktok_api import FakeCreator, FakeTikTokApi
from tests.support.publishing_steps import ready, settled

from bellwether.connectors.base import ConnectorError
from bellwether.connectors.platforms.tiktok.publisher import TikTokPublisher
from bellwether.connectors.publishers import LostAnswerError
from bellwether.kit.clock import ManualClock
from bellwether.model.platforms import Kind
from bellwether.model.publishers import (
    Access,
    CannotTell,
    Draft,
    MediaType,
    NotThere,
    PostKind,
    Processing,
    Published,
    Rejected,
)
from bellwether.model.readings import FailureReason

FILM = bytes(range(256)) * ((25 << 20) // 256)
URL = "https://media.example/film.mp4"
VIDEO = draft("v", media=(file_of(URL, FILM, MediaType.MP4),))
READ = from_memory({URL: FILM})


def _album(name: str = "p", text: str = "Hello") -> Draft:
    file = file_of(f"https://media.example/{name}.jpg", b"x", MediaType.JPEG)
    return draft("s", PostKind.SLIDESHOW, text, (file, file))


async def test_a_large_video_arrives_in_chunks_and_is_out_with_the_last(
    publisher: TikTokPublisher, fake: FakeTikTokApi, access: Access, clock: ManualClock
) -> None:
    prepared = await ready(publisher, access, VIDEO, READ)
    sent = await publisher.send(access, VIDEO, prepared, READ)
    assert fake.requests.count("upload") == 2
    assert [task.data == FILM for task in fake.tasks.values()] == [True]
    found = await settled(publisher, access, VIDEO, sent.prepared, clock.now())
    assert isinstance(found, Published)
    assert (found.id, found.kind) == (fake.posts[0].id, Kind.VIDEO)
    assert found.url == f"https://www.tiktok.com/@ann/video/{found.id}"


async def test_an_upload_that_broke_off_goes_on_where_it_stopped(
    publisher: TikTokPublisher, fake: FakeTikTokApi, access: Access, clock: ManualClock
) -> None:
    prepared = await ready(publisher, access, VIDEO, READ)
    fake.trouble.add("upload", Fault.DONE_AND_DROPPED)
    with pytest.raises(LostAnswerError):
        await publisher.send(access, VIDEO, prepared, READ)
    found = await publisher.look(access, VIDEO, prepared, clock.now())
    assert isinstance(found, NotThere)
    assert found.prepared is not None
    assert found.prepared["sent"] == str(10 << 20)
    await publisher.send(access, VIDEO, found.prepared, READ)
    assert [task.data == FILM for task in fake.tasks.values()] == [True]
    assert len(fake.posts) == 1


async def test_an_address_for_bytes_that_is_over_is_asked_for_anew(
    publisher: TikTokPublisher, fake: FakeTikTokApi, access: Access, clock: ManualClock
) -> None:
    prepared = await ready(publisher, access, VIDEO, READ)
    clock.advance(timedelta(hours=2))
    next(iter(fake.tasks.values())).expired = True
    with pytest.raises(LostAnswerError):
        await publisher.send(access, VIDEO, prepared, READ)
    assert await publisher.look(access, VIDEO, prepared, clock.now()) == NotThere()
    again = await ready(publisher, access, VIDEO, READ)
    await publisher.send(access, VIDEO, again, READ)
    assert len(fake.posts) == 1


async def test_all_bytes_there_is_waited_for_however_long_it_takes(
    publisher: TikTokPublisher, fake: FakeTikTokApi, access: Access, clock: ManualClock
) -> None:
    prepared = await ready(publisher, access, VIDEO, READ)
    await publisher.send(access, VIDEO, prepared, READ)
    next(iter(fake.tasks.values())).polls = 2
    clock.advance(timedelta(hours=5))
    for _ in range(2):
        assert isinstance(await publisher.look(access, VIDEO, prepared, clock.now()), Processing)
    assert isinstance(await publisher.look(access, VIDEO, prepared, clock.now()), Published)


async def test_an_id_that_tiktok_does_not_tell_is_looked_for(
    publisher: TikTokPublisher,
    fake: FakeTikTokApi,
    account: FakeCreator,
    access: Access,
    clock: ManualClock,
) -> None:
    fake.tells_ids = False
    prepared = await ready(publisher, access, VIDEO, READ)
    await publisher.send(access, VIDEO, prepared, READ)
    found = await settled(publisher, access, VIDEO, prepared, clock.now())
    assert isinstance(found, Published)
    assert found.id == fake.posts[0].id
    fake.add_post(account, VIDEO.text)
    two = await publisher.look(access, VIDEO, prepared, clock.now())
    assert isinstance(two, Published)
    assert (two.id, two.url) == (None, None)


async def test_a_slideshow_whose_answer_was_lost_is_found_or_left_to_a_person(
    publisher: TikTokPublisher, fake: FakeTikTokApi, access: Access, clock: ManualClock
) -> None:
    wanted, since = _album(), clock.now()
    prepared = await ready(publisher, access, wanted, no_media)
    assert isinstance(await publisher.look(access, wanted, prepared, since), Processing)
    clock.advance(timedelta(minutes=16))
    assert isinstance(await publisher.look(access, wanted, prepared, since), CannotTell)
    fake.trouble.add("post/publish/content/init", Fault.DONE_AND_DROPPED)
    with pytest.raises(LostAnswerError):
        await publisher.send(access, wanted, prepared, no_media)
    found = await publisher.look(access, wanted, prepared, since)
    assert isinstance(found, Published)
    assert (found.id, found.kind) == (fake.posts[0].id, Kind.POST)
    assert found.url == f"https://www.tiktok.com/@ann/photo/{found.id}"


async def test_without_a_caption_nothing_is_taken_for_ours(
    publisher: TikTokPublisher,
    fake: FakeTikTokApi,
    account: FakeCreator,
    access: Access,
    clock: ManualClock,
) -> None:
    wanted, since = _album(text=""), clock.now()
    fake.add_post(account, "")
    clock.advance(timedelta(minutes=16))
    assert isinstance(await publisher.look(access, wanted, {}, since), CannotTell)


@pytest.mark.parametrize("length", [90, 91, 2200])
async def test_a_long_caption_of_a_slideshow_becomes_its_description(
    publisher: TikTokPublisher, fake: FakeTikTokApi, access: Access, length: int
) -> None:
    wanted = _album(text="x" * length)
    prepared = await ready(publisher, access, wanted, no_media)
    await publisher.send(access, wanted, prepared, no_media)
    assert [post.description for post in fake.posts] == [wanted.text]


async def test_what_tiktok_gives_up_is_rejected_with_its_reason(
    publisher: TikTokPublisher, fake: FakeTikTokApi, access: Access, clock: ManualClock
) -> None:
    wanted = _album("broken")
    prepared = await ready(publisher, access, wanted, no_media)
    sent = await publisher.send(access, wanted, prepared, no_media)
    found = await settled(publisher, access, wanted, sent.prepared, clock.now())
    assert isinstance(found, Rejected)
    assert found.failed.reason is FailureReason.UNSUPPORTED
    assert "photo_pull_failed" in found.failed.message


@pytest.mark.parametrize(
    ("options", "chosen"),
    [
        (("PUBLIC_TO_EVERYONE", "SELF_ONLY"), True),
        (("FOLLOWER_OF_CREATOR", "SELF_ONLY"), True),
        (("MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"), False),
        ((), False),
    ],
)
async def test_a_post_is_as_open_as_the_account_allows(
    publisher: TikTokPublisher,
    fake: FakeTikTokApi,
    account: FakeCreator,
    access: Access,
    options: tuple[str, ...],
    *,
    chosen: bool,
) -> None:
    account.options, account.comment_disabled = options, True
    if chosen:
        prepared = await ready(publisher, access, _album(), no_media)
        await publisher.send(access, _album(), prepared, no_media)
        assert len(fake.posts) == 1
        return
    with pytest.raises(ConnectorError) as caught:
        await publisher.prepare(access, _album(), {}, no_media)
    assert caught.value.failed.reason is FailureReason.UNSUPPORTED


async def test_a_day_that_is_used_up_is_told_apart_from_too_many_requests(
    publisher: TikTokPublisher, fake: FakeTikTokApi, access: Access
) -> None:
    assert (await publisher.allowance(access)).left is None
    fake.trouble.add("post/publish/creator_info/query", Fault.USED_UP, Fault.USED_UP, Fault.LIMITED)
    assert (await publisher.allowance(access)).left == 0
    with pytest.raises(ConnectorError) as used_up:
        await publisher.prepare(access, VIDEO, {}, READ)
    assert used_up.value.failed.reason is FailureReason.RATE_LIMITED
    assert (used_up.value.failed.retry_after or 0) >= 3600
    with pytest.raises(ConnectorError) as limited:
        await publisher.allowance(access)
    assert limited.value.failed.retry_after is None
