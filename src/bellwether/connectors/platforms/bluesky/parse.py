"""Bluesky's answers turned into readings; no I/O.

The shapes below name only what is read. Counts that are left out stay None.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, TypeVar

import msgspec

from bellwether.connectors.base import ConnectorError
from bellwether.connectors.transport import Answer, decode, failed_by_status
from bellwether.model.platforms import Kind, Platform
from bellwether.model.readings import (
    COMMENTS,
    CONTENTS,
    FOLLOWERS,
    FOLLOWING,
    LIKES,
    SAVES,
    SHARES,
    CommentReading,
    ContentReading,
    CreatorReading,
    Failed,
    FailureReason,
)

T = TypeVar("T")

SOURCE = "bluesky"
NAME = "Bluesky"
QUOTES = "quotes"
"""Posts that show this one with words of their own; `shares` counts plain reposts."""

_Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
_NO_HANDLE = "handle.invalid"  # what Bluesky shows for an account whose handle has stopped working
_REPOST = "app.bsky.feed.defs#reasonRepost"

_REASONS = {
    "AccountTakedown": FailureReason.DELETED,
    "AccountDeactivated": FailureReason.DELETED,
    "AccountSuspended": FailureReason.DELETED,
    "NotFound": FailureReason.NOT_FOUND,
    "HandleNotFound": FailureReason.NOT_FOUND,
    "BlockedActor": FailureReason.PRIVATE,
    "BlockedByActor": FailureReason.PRIVATE,
    "AuthMissing": FailureReason.UNAUTHORIZED,
    "AuthenticationRequired": FailureReason.UNAUTHORIZED,
    "RateLimitExceeded": FailureReason.RATE_LIMITED,
    "UpstreamFailure": FailureReason.PLATFORM_ERROR,
    "UpstreamTimeout": FailureReason.PLATFORM_ERROR,
    "InternalServerError": FailureReason.PLATFORM_ERROR,
}
_ABSENT = ("profile not found", "could not find user info", "post not found", "could not find post")
"""Messages of InvalidRequest that mean an absent thing rather than a bad request."""


class _Shape(msgspec.Struct, frozen=True, rename="camel"):
    """Base of the shapes: names in camelCase, unknown fields ignored."""


class _Verification(_Shape, frozen=True):
    verified_status: str | None = None


class Profile(_Shape, frozen=True):
    """An account."""

    did: str
    handle: str
    display_name: str | None = None
    description: str | None = None
    avatar: str | None = None
    created_at: str | None = None
    followers_count: _Count | None = None
    follows_count: _Count | None = None
    posts_count: _Count | None = None
    verification: _Verification | None = None


class _Author(_Shape, frozen=True):
    did: str
    handle: str
    display_name: str | None = None


class _Record(_Shape, frozen=True):
    text: str = ""
    created_at: str | None = None


class _Picture(_Shape, frozen=True):
    thumb: str | None = None


class _Embed(_Shape, frozen=True):
    images: list[_Picture] = []
    thumbnail: str | None = None  # of a video
    external: _Picture | None = None
    media: "_Embed | None" = None


class Post(_Shape, frozen=True):
    """A post as a viewer sees it."""

    uri: str
    author: _Author
    record: _Record
    indexed_at: datetime
    embed: _Embed | None = None
    like_count: _Count | None = None
    reply_count: _Count | None = None
    repost_count: _Count | None = None
    quote_count: _Count | None = None
    bookmark_count: _Count | None = None


class Profiles(_Shape, frozen=True):
    """The answer to getProfiles, in which absent accounts are left out."""

    profiles: list[msgspec.Raw]


class Posts(_Shape, frozen=True):
    """The answer to getPosts, in which absent posts are left out."""

    posts: list[msgspec.Raw]


class _Reason(_Shape, frozen=True):
    type: str = msgspec.field(name="$type", default="")


class _FeedRow(_Shape, frozen=True):
    post: Post
    reason: _Reason | None = None


class Feed(_Shape, frozen=True):
    """The answer to getAuthorFeed."""

    feed: list[_FeedRow]
    cursor: str | None = None


class _Node(_Shape, frozen=True):
    """A post of a thread, or the place of one that is absent or hidden."""

    post: Post | None = None
    not_found: bool = False
    replies: list["_Node"] = []


class Thread(_Shape, frozen=True):
    """The answer to getPostThread."""

    thread: _Node


class _Error(_Shape, frozen=True):
    error: str = ""
    message: str = ""


def failed(answer: Answer) -> Failed:
    """Say why a call failed, from the error's name where it has one of ours."""
    try:
        body = answer.decode(_Error)
    except ConnectorError:
        body = _Error()
    usual = failed_by_status(answer, body.message)
    reason = _REASONS.get(body.error, usual.reason)
    if body.error == "InvalidRequest" and body.message.lower().startswith(_ABSENT):
        reason = FailureReason.NOT_FOUND
    if reason is FailureReason.RATE_LIMITED:
        return Failed(reason, usual.message, usual.retry_after or _until_reset(answer))
    text = f"{NAME} answered {body.error}: {body.message}" if body.error else usual.message
    return Failed(reason, text, usual.retry_after)


def read_each(raws: list[msgspec.Raw], shape: type[T]) -> tuple[list[T], Failed | None]:
    """Read items one by one; the second value says why those that are missing were not read."""
    read: list[T] = []
    trouble: Failed | None = None
    for raw in raws:
        try:
            read.append(decode(NAME, raw, shape))
        except ConnectorError as error:
            trouble = error.failed
    return read, trouble


def creator(profile: Profile, key: str) -> CreatorReading:
    """Turn an account into a reading of the creator that was asked for as `key`."""
    verification = profile.verification
    details: dict[str, object] = {
        "bio": profile.description,
        "avatar_url": profile.avatar,
        "created_at": profile.created_at,
        "verified": verification is not None and verification.verified_status == "valid",
    }
    return CreatorReading(
        platform=Platform.BLUESKY,
        key=key,
        metrics={
            FOLLOWERS: profile.followers_count,
            FOLLOWING: profile.follows_count,
            CONTENTS: profile.posts_count,
        },
        source=SOURCE,
        external_id=profile.did,
        handle=_handle(profile.handle),
        name=profile.display_name or None,
        url=f"https://bsky.app/profile/{_handle(profile.handle) or profile.did}",
        details={name: value for name, value in details.items() if value not in (None, "")},
    )


def content(post: Post, key: str) -> ContentReading:
    """Turn a post into a reading of the content that was asked for, or listed, as `key`."""
    handle = _handle(post.author.handle)
    record_key = post.uri.rpartition("/")[2]
    return ContentReading(
        platform=Platform.BLUESKY,
        id=key,
        metrics={
            LIKES: post.like_count,
            COMMENTS: post.reply_count,
            SHARES: post.repost_count,
            QUOTES: post.quote_count,
            SAVES: post.bookmark_count,
        },
        source=SOURCE,
        kind=Kind.POST,
        url=f"https://bsky.app/profile/{handle or post.author.did}/post/{record_key}",
        title=post.record.text or None,
        creator_id=post.author.did,
        creator_handle=handle,
        published_at=_published(post),
        thumbnail_url=_thumbnail(post.embed),
        details={"uri": post.uri},
    )


def own_posts(feed: Feed) -> Iterator[ContentReading]:
    """Turn a feed into readings, leaving out what the creator only passed on."""
    for row in feed.feed:
        if row.reason is None or row.reason.type != _REPOST:
            yield content(row.post, row.post.uri)


def comments(thread: Thread, content_id: str) -> list[CommentReading]:
    """Turn the direct replies of a thread into readings, newest first.

    Raises ConnectorError (not_found) when the post itself is gone.
    """
    if thread.thread.post is None:
        reason = FailureReason.NOT_FOUND if thread.thread.not_found else FailureReason.PRIVATE
        raise ConnectorError(Failed(reason, f"{NAME} does not show this post"))
    replies = [node.post for node in thread.thread.replies if node.post is not None]
    return [
        CommentReading(
            id=reply.uri,
            content_id=content_id,
            text=reply.record.text,
            source=SOURCE,
            author=_handle(reply.author.handle),
            likes=reply.like_count,
            replies=reply.reply_count,
            published_at=_published(reply),
        )
        for reply in sorted(replies, key=_published, reverse=True)
    ]


def _published(post: Post) -> datetime:
    """Return when a post was made. Its author's program says so and may say anything."""
    try:
        said = datetime.fromisoformat(post.record.created_at or "")
    except ValueError:
        return post.indexed_at
    said = said.replace(tzinfo=UTC) if said.tzinfo is None else said
    return min(said, post.indexed_at)


def _handle(handle: str) -> str | None:
    return None if handle == _NO_HANDLE else handle


def _thumbnail(embed: _Embed | None) -> str | None:
    if embed is None:
        return None
    if embed.images:
        return embed.images[0].thumb
    if embed.thumbnail:
        return embed.thumbnail
    if embed.external is not None:
        return embed.external.thumb
    return _thumbnail(embed.media)


def _until_reset(answer: Answer) -> float | None:
    text = answer.headers.get("ratelimit-reset", "")
    if not (text.isascii() and text.isdigit()):
        return None
    return max(0.0, int(text) - answer.real_now.timestamp())
