"""Posts and comments that cannot be: each is refused by field, and nothing is queued."""

from datetime import timedelta

import pytest
from tests.support.publishing import START, URL, Agency

from bellwether.model.accounts import NewAccount
from bellwether.model.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    UnsupportedError,
)
from bellwether.model.platforms import Platform
from bellwether.model.posts import Comment, CommentFilter, NewComment, NewPost, PostFilter
from bellwether.model.publishers import PostKind
from bellwether.storage.database import Database

VIDEO, SLIDESHOW = PostKind.VIDEO, PostKind.SLIDESHOW
IMAGE = "https://media.example.com/a.jpg"


@pytest.fixture
def agency(database: Database) -> Agency:
    return Agency(database)


@pytest.mark.parametrize(
    ("kind", "urls", "options", "field"),
    [
        (VIDEO, (), {}, "media_urls"),
        (VIDEO, (URL, URL), {}, "media_urls"),
        (SLIDESHOW, (), {}, "media_urls"),
        (SLIDESHOW, (IMAGE,) * 36, {}, "media_urls"),
        (VIDEO, ("",), {}, "media_urls"),
        (VIDEO, ("clip.mp4",), {}, "media_urls"),
        (VIDEO, ("ftp://example.com/clip.mp4",), {}, "media_urls"),
        (VIDEO, ("https://user:pass@example.com/clip.mp4",), {}, "media_urls"),
        (VIDEO, ("http://10.1.2.3/clip.mp4",), {}, "media_urls"),
        (VIDEO, ("http://[fd00::1]/clip.mp4",), {}, "media_urls"),
        (VIDEO, ("http://169.254.169.254/latest",), {}, "media_urls"),
        (VIDEO, ("https://example.com/a b.mp4",), {}, "media_urls"),
        (VIDEO, ("https://example.com/" + "x" * 2000,), {}, "media_urls"),
        (VIDEO, (URL,), {"caption": "x" * 501}, "caption"),
        (VIDEO, (URL,), {"caption": "a\0b"}, "caption"),
        (VIDEO, (URL,), {"caption": "\ud800"}, "caption"),
        (VIDEO, (URL,), {"music_post_id": ""}, "music_post_id"),
        (VIDEO, (URL,), {"music_post_id": "x" * 201}, "music_post_id"),
        (VIDEO, (URL,), {"scheduled_at": START - timedelta(minutes=2)}, "scheduled_at"),
        (VIDEO, (URL,), {"scheduled_at": START + timedelta(days=400)}, "scheduled_at"),
    ],
)
def test_a_post_is_refused_by_field(
    agency: Agency, kind: PostKind, urls: tuple[str, ...], options: dict[str, object], field: str
) -> None:
    scope = agency.scope()
    new = NewPost(agency.account(scope).id, kind, urls, **options)  # type: ignore[arg-type]
    with pytest.raises(InvalidInputError) as refused:
        agency.write(lambda e: e.publishing.create_post(scope, new))
    assert refused.value.field == field
    assert agency.posts(scope) == []


def test_a_caption_has_500_characters_at_most_whatever_they_are(agency: Agency) -> None:
    scope = agency.scope()
    account = agency.account(scope)
    for caption in ("x" * 500, "\U0001f3a5" * 500):
        assert agency.post(scope, account, caption).caption == caption


def test_a_time_a_moment_ago_is_now(agency: Agency) -> None:
    scope = agency.scope()
    post = agency.post(scope, agency.account(scope), seconds=-30)
    agency.work()
    assert agency.platform.count(post.id) == 1


def test_a_sound_is_refused_where_it_cannot_be_chosen_or_left_out_on_request(
    agency: Agency,
) -> None:
    scope = agency.scope()
    new = NewAccount(Platform.INSTAGRAM, "me")
    account = agency.write(lambda e: e.accounts.add(scope, e.tenants.plan_of(scope), [new]))[0]
    strict = NewPost(account.id, VIDEO, (URL,), music_post_id="7123")
    with pytest.raises(InvalidInputError) as refused:
        agency.write(lambda e: e.publishing.create_post(scope, strict))
    assert refused.value.field == "music_post_id"
    lenient = NewPost(account.id, VIDEO, (URL,), music_post_id="7123", strict=False)
    assert agency.write(lambda e: e.publishing.create_post(scope, lenient)).music_post_id is None
    tiktok = agency.account(scope)
    kept = NewPost(tiktok.id, VIDEO, (URL,), music_post_id="7123")
    assert agency.write(lambda e: e.publishing.create_post(scope, kept)).music_post_id == "7123"


@pytest.mark.parametrize("account_id", ["", "nobody", "\0", "x" * 100])
def test_an_account_that_is_not_there_publishes_nothing(agency: Agency, account_id: str) -> None:
    scope = agency.scope()
    new = NewPost(account_id, VIDEO, (URL,))
    with pytest.raises(NotFoundError) as refused:
        agency.write(lambda e: e.publishing.create_post(scope, new))
    assert refused.value.field == "account_id"
    assert agency.read(lambda e: e.publishing.posts(scope, PostFilter(ids=["\0"]))) == []


def test_a_comment_is_made_once_under_a_post_of_the_accounts_platform(agency: Agency) -> None:
    scope = agency.scope()
    account = agency.account(scope)
    url = "https://www.tiktok.com/@you/video/7123456789012345678"

    def order(post_url: str, text: str) -> Comment:
        new = NewComment(account.id, post_url, text)
        return agency.write(lambda e: e.publishing.create_comment(scope, new))

    made = order(url, "nice")
    agency.work()
    assert agency.platform.comments == {made.id: ["nice"]}
    (done,) = agency.read(
        lambda e: e.publishing.comments(scope, CommentFilter(ids=[made.id, "no"]))
    )
    assert done.state.value == "complete"
    for wrong in ("https://www.instagram.com/p/Cabc/", "https://www.tiktok.com/@you", "x"):
        with pytest.raises((InvalidInputError, UnsupportedError, ConflictError)) as refused:
            order(wrong, "nice")
        assert refused.value.field == "post_url"
    for text in (" ", "x" * 1001):
        with pytest.raises(InvalidInputError) as refused:
            order(url, text)
        assert refused.value.field == "text"
