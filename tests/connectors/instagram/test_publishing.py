from datetime import timedelta

import pytest
from tests.support.drafts import draft, file_of, from_memory, no_media
from tests.support.fakes.faults import Fault
from tests.support.fakes.instagram import FakeInstagram
from tests.support.fakes.instagram_state import FakeAccount
from tests.support.publishing_steps import ready, settled

from bellwether.connectors.base import ConnectorError
from bellwether.connectors.platforms.instagram.publisher import InstagramPublisher
from bellwether.connectors.publishers import LostAnswerError
from bellwether.kit.clock import ManualClock
from bellwether.model.platforms import Kind, Platform
from bellwether.model.publishers import (
    Access,
    CannotTell,
    CommentDraft,
    Commented,
    Draft,
    MediaType,
    NotThere,
    PostKind,
    Processing,
    Published,
    Rejected,
)
from bellwether.model.readings import FailureReason

FILM = bytes(range(256)) * 9000
URL = "https://media.example/film.mp4"
VIDEO = draft("v", media=(file_of(URL, FILM, MediaType.MP4),))
READ = from_memory({URL: FILM})


def _pictures(count: int, name: str = "p") -> Draft:
    files = [
        file_of(f"https://media.example/{name}{number}.jpg", b"x", MediaType.JPEG)
        for number in range(count)
    ]
    return draft("s", PostKind.SLIDESHOW, media=tuple(files))


async def test_with_facebooks_login_the_bytes_of_a_video_arrive_as_they_are(
    fake: FakeInstagram, access: Access, clock: ManualClock
) -> None:
    fake.uploads = True
    publisher = InstagramPublisher(base_url=fake.base_url, uploads=True, clock=clock)
    prepared = await ready(publisher, access, VIDEO, READ)
    assert fake.bytes[prepared["container"]] == FILM
    published = await publisher.send(access, VIDEO, prepared, no_media)
    await publisher.aclose()
    assert isinstance(published, Published)
    assert published.id == fake.posts[0].shortcode


def test_whether_bytes_are_taken_is_said_by_the_host() -> None:
    for host, pulled in (("instagram.com", set(PostKind)), ("facebook.com", {PostKind.SLIDESHOW})):
        publisher = InstagramPublisher(base_url=f"https://graph.{host}/v25.0")
        assert publisher.rules[Platform.INSTAGRAM].by_url == pulled


async def test_with_instagrams_login_a_video_is_fetched_from_its_address(
    publisher: InstagramPublisher, fake: FakeInstagram, access: Access
) -> None:
    prepared = await ready(publisher, access, VIDEO, no_media)
    assert fake.containers[prepared["container"]].params["video_url"] == URL
    published = await publisher.send(access, VIDEO, prepared, no_media)
    assert isinstance(published, Published)
    assert (published.kind, published.id) == (Kind.REEL, fake.posts[0].shortcode)
    assert published.url == f"https://www.instagram.com/reel/{published.id}/"


@pytest.mark.parametrize(("count", "type_"), [(1, "IMAGE"), (2, "CAROUSEL_ALBUM")])
async def test_one_picture_is_a_post_and_several_are_a_carousel(
    publisher: InstagramPublisher, fake: FakeInstagram, access: Access, count: int, type_: str
) -> None:
    wanted = _pictures(count)
    prepared = await ready(publisher, access, wanted, no_media)
    published = await publisher.send(access, wanted, prepared, no_media)
    assert isinstance(published, Published)
    assert published.kind is Kind.POST
    assert [post.type for post in fake.posts] == [type_]
    urls = [
        one.params["image_url"] for one in fake.containers.values() if "image_url" in one.params
    ]
    assert urls == [file.url for file in wanted.media]


async def test_instagram_is_asked_how_many_posts_are_left(
    publisher: InstagramPublisher, fake: FakeInstagram, account: FakeAccount, access: Access
) -> None:
    fake.quota, account.used = 50, 49
    allowance = await publisher.allowance(access)
    assert (allowance.left, allowance.window) == (1, timedelta(days=1))
    account.used = 50
    assert (await publisher.allowance(access)).left == 0
    prepared = await ready(publisher, access, VIDEO, READ)
    with pytest.raises(ConnectorError) as caught:
        await publisher.send(access, VIDEO, prepared, READ)
    assert not isinstance(caught.value, LostAnswerError)
    assert caught.value.failed.reason is FailureReason.RATE_LIMITED
    assert caught.value.failed.retry_after == 3600


async def test_a_picture_that_instagram_cannot_read_is_refused_before_anything_is_out(
    publisher: InstagramPublisher, fake: FakeInstagram, access: Access
) -> None:
    for count in (1, 2):
        with pytest.raises(ConnectorError) as caught:
            await ready(publisher, access, _pictures(count, "broken"), no_media)
        assert caught.value.failed.reason is FailureReason.UNSUPPORTED
        assert "cannot be read" in caught.value.failed.message
    assert fake.posts == []


async def test_an_expired_container_is_made_anew(
    publisher: InstagramPublisher, fake: FakeInstagram, access: Access, clock: ManualClock
) -> None:
    prepared = await ready(publisher, access, VIDEO, READ)
    fake.containers[prepared["container"]].expired = True
    with pytest.raises(LostAnswerError):
        await publisher.send(access, VIDEO, prepared, READ)
    found = await settled(publisher, access, VIDEO, prepared, clock.now())
    assert found == NotThere()
    again = await publisher.prepare(access, VIDEO, prepared, READ)
    assert again.prepared == {}
    assert (await ready(publisher, access, VIDEO, READ)) != prepared


async def test_a_container_that_fails_after_it_was_sent_is_rejected(
    publisher: InstagramPublisher, fake: FakeInstagram, access: Access, clock: ManualClock
) -> None:
    prepared = await ready(publisher, access, VIDEO, READ)
    fake.containers[prepared["container"]].broken = "Error: copyright"
    found = await publisher.look(access, VIDEO, prepared, clock.now())
    assert isinstance(found, Rejected)
    assert "copyright" in found.failed.message


async def test_one_container_is_never_published_twice(
    publisher: InstagramPublisher, fake: FakeInstagram, access: Access, clock: ManualClock
) -> None:
    prepared = await ready(publisher, access, VIDEO, READ)
    await publisher.send(access, VIDEO, prepared, READ)
    with pytest.raises(LostAnswerError):
        await publisher.send(access, VIDEO, prepared, READ)
    found = await publisher.look(access, VIDEO, prepared, clock.now())
    assert isinstance(found, Published)
    assert len(fake.posts) == 1


async def test_the_answer_of_publishing_is_enough_when_the_post_cannot_be_read_yet(
    publisher: InstagramPublisher, fake: FakeInstagram, access: Access, clock: ManualClock
) -> None:
    prepared = await ready(publisher, access, VIDEO, READ)
    fake.trouble.add("one_media", Fault.DOWN)
    sent = await publisher.send(access, VIDEO, prepared, READ)
    assert isinstance(sent, Processing)
    found = await publisher.look(access, VIDEO, sent.prepared, clock.now())
    assert isinstance(found, Published)
    assert found.id == fake.posts[0].shortcode


async def test_of_two_posts_with_one_caption_it_is_not_guessed_which_it_was(
    publisher: InstagramPublisher,
    fake: FakeInstagram,
    account: FakeAccount,
    access: Access,
    clock: ManualClock,
) -> None:
    prepared = await ready(publisher, access, VIDEO, READ)
    fake.trouble.add("POST media_publish", Fault.DONE_AND_DROPPED)
    with pytest.raises(LostAnswerError):
        await publisher.send(access, VIDEO, prepared, READ)
    fake.add_post(account, VIDEO.text)
    found = await publisher.look(access, VIDEO, prepared, clock.now())
    assert isinstance(found, Published)
    assert (found.id, found.url, found.kind) == (None, None, Kind.REEL)


async def test_a_container_that_is_gone_leaves_the_newest_posts_to_ask(
    publisher: InstagramPublisher,
    fake: FakeInstagram,
    account: FakeAccount,
    access: Access,
    clock: ManualClock,
) -> None:
    prepared = await ready(publisher, access, VIDEO, READ)
    fake.add_post(account, VIDEO.text)
    clock.advance(timedelta(hours=1))
    fake.containers.clear()
    lost = await publisher.look(access, VIDEO, prepared, clock.now())
    assert isinstance(lost, CannotTell)
    post = fake.add_post(account, VIDEO.text)
    found = await publisher.look(access, VIDEO, prepared, clock.now())
    assert isinstance(found, Published)
    assert found.id == post.shortcode


async def test_nothing_prepared_is_nothing_published(
    publisher: InstagramPublisher, access: Access, clock: ManualClock
) -> None:
    assert await publisher.look(access, VIDEO, {}, clock.now()) == NotThere()


async def test_a_comment_is_written_once_even_when_its_answer_is_lost(
    publisher: InstagramPublisher,
    fake: FakeInstagram,
    account: FakeAccount,
    access: Access,
    clock: ManualClock,
) -> None:
    post = fake.add_post(account)
    wanted = CommentDraft("c", post.shortcode, "Thank you")
    post.comments.append(("ben", "Thank you", clock.now()))
    assert await publisher.look_for_comment(access, wanted, clock.now()) == NotThere()
    fake.trouble.add("POST comments", Fault.DONE_AND_DROPPED)
    with pytest.raises(LostAnswerError):
        await publisher.comment(access, wanted)
    found = await publisher.look_for_comment(access, wanted, clock.now())
    assert isinstance(found, Commented)
    clock.advance(timedelta(hours=1))
    assert await publisher.look_for_comment(access, wanted, clock.now()) == NotThere()
    made = await publisher.comment(access, wanted)
    assert made.id != found.id
    assert [text for _, text, _ in post.comments] == ["Thank you"] * 3


async def test_comments_elsewhere_are_unsupported(
    publisher: InstagramPublisher, account: FakeAccount, access: Access
) -> None:
    with pytest.raises(ConnectorError) as caught:
        await publisher.comment(access, CommentDraft("c", "Celsewhere", "Hi"))
    assert caught.value.failed.reason is FailureReason.UNSUPPORTED
