"""YouTube's answers turned into readings; no I/O.

The shapes below name only what is read. What is missing or hidden stays None.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, TypeVar

import msgspec

from bellwether.connectors.base import ConnectorError
from bellwether.connectors.transport import Answer, decode, failed_by_status, quoted
from bellwether.model.platforms import Kind, Platform
from bellwether.model.readings import (
    COMMENTS,
    CONTENTS,
    FOLLOWERS,
    LIKES,
    VIEWERS,
    VIEWS,
    CommentReading,
    ContentReading,
    CreatorReading,
    Estimate,
    Failed,
    FailureReason,
    Number,
)

T = TypeVar("T")

SOURCE = "youtube"
NAME = "YouTube"
QUOTA_REASONS = frozenset({"quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg"})

_Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
_SIGNIFICANT_DIGITS = 3
_TAG = re.compile(r"<[^>]*>")

_REASONS = {
    **dict.fromkeys(QUOTA_REASONS, FailureReason.RATE_LIMITED),
    "rateLimitExceeded": FailureReason.RATE_LIMITED,
    "userRateLimitExceeded": FailureReason.RATE_LIMITED,
    "RATE_LIMIT_EXCEEDED": FailureReason.RATE_LIMITED,
    "keyInvalid": FailureReason.UNAUTHORIZED,
    "keyExpired": FailureReason.UNAUTHORIZED,
    "API_KEY_INVALID": FailureReason.UNAUTHORIZED,
    "API_KEY_EXPIRED": FailureReason.UNAUTHORIZED,
    "commentsDisabled": FailureReason.UNSUPPORTED,
    "channelForbidden": FailureReason.PRIVATE,
    "playlistForbidden": FailureReason.PRIVATE,
    "playlistItemsNotAccessible": FailureReason.PRIVATE,
    "channelClosed": FailureReason.DELETED,
    "channelSuspended": FailureReason.DELETED,
    "backendError": FailureReason.PLATFORM_ERROR,
    "internalError": FailureReason.PLATFORM_ERROR,
    "processingFailure": FailureReason.PLATFORM_ERROR,
}


class _Shape(msgspec.Struct, frozen=True, rename="camel"):
    """Base of the shapes: names in camelCase, unknown fields ignored."""


class _Thumbnail(_Shape, frozen=True):
    url: str | None = None


class Listing(_Shape, frozen=True):
    """The envelope of every list; YouTube leaves `items` out when nothing matched."""

    kind: str
    items: list[msgspec.Raw] = []
    next_page_token: str | None = None


class _Identified(_Shape, frozen=True):
    id: str


class _ChannelSnippet(_Shape, frozen=True):
    title: str | None = None
    description: str | None = None
    custom_url: str | None = None
    country: str | None = None
    published_at: datetime | None = None
    thumbnails: dict[str, _Thumbnail] = {}


class _ChannelStatistics(_Shape, frozen=True):
    view_count: _Count | None = None
    subscriber_count: _Count | None = None
    video_count: _Count | None = None
    hidden_subscriber_count: bool = False


class _RelatedPlaylists(_Shape, frozen=True):
    uploads: str | None = None


class _ChannelContentDetails(_Shape, frozen=True):
    related_playlists: _RelatedPlaylists = _RelatedPlaylists()


class Channel(_Shape, frozen=True):
    """A channel; statistics are required because a channel without them says nothing."""

    id: str
    snippet: _ChannelSnippet
    statistics: _ChannelStatistics


class ChannelUploads(_Shape, frozen=True):
    """A channel asked only where its uploads are."""

    id: str
    content_details: _ChannelContentDetails


class _VideoSnippet(_Shape, frozen=True):
    channel_id: str | None = None
    channel_title: str | None = None
    title: str | None = None
    published_at: datetime | None = None
    live_broadcast_content: str = "none"
    thumbnails: dict[str, _Thumbnail] = {}


class _VideoStatistics(_Shape, frozen=True):
    view_count: _Count | None = None
    like_count: _Count | None = None
    comment_count: _Count | None = None


class _VideoContentDetails(_Shape, frozen=True):
    duration: timedelta | None = None


class _VideoLive(_Shape, frozen=True):
    concurrent_viewers: _Count | None = None


class _VideoStatus(_Shape, frozen=True):
    privacy_status: str | None = None


class Video(_Shape, frozen=True):
    """A video; statistics are required because a video without them says nothing."""

    id: str
    snippet: _VideoSnippet
    statistics: _VideoStatistics
    content_details: _VideoContentDetails = _VideoContentDetails()
    live_streaming_details: _VideoLive | None = None
    status: _VideoStatus = _VideoStatus()


class _UploadDetails(_Shape, frozen=True):
    video_id: str


class Upload(_Shape, frozen=True):
    """One row of a playlist."""

    content_details: _UploadDetails


class _CommentSnippet(_Shape, frozen=True):
    text_display: str
    text_original: str | None = None
    author_display_name: str | None = None
    like_count: _Count | None = None
    published_at: datetime | None = None


class _Comment(_Shape, frozen=True):
    id: str
    snippet: _CommentSnippet


class _ThreadSnippet(_Shape, frozen=True):
    top_level_comment: _Comment
    total_reply_count: _Count | None = None


class Thread(_Shape, frozen=True):
    """A comment and how many replies it has."""

    id: str
    snippet: _ThreadSnippet


class _ErrorDetail(_Shape, frozen=True):
    reason: str | None = None


class _ErrorBody(_Shape, frozen=True):
    message: str = ""
    errors: list[_ErrorDetail] = []
    details: list[_ErrorDetail] = []


class _ErrorAnswer(_Shape, frozen=True):
    error: _ErrorBody


def read_listing(answer: Answer, kind: str) -> Listing:
    """Read a list's envelope; raises ConnectorError when it is not a list of that kind."""
    listing = answer.decode(Listing)
    if listing.kind != kind:
        message = f"{NAME} answered with {quoted(listing.kind)!r} where {kind!r} was expected"
        raise ConnectorError(Failed(FailureReason.CHANGED_FORMAT, message))
    return listing


def read_items(listing: Listing, shape: type[T]) -> tuple[dict[str, T | Failed], Failed | None]:
    """Read each item on its own: by id, what it says, or why that one cannot be read.

    The second value is set when an item was so odd that not even its id could be read; then a
    missing id does not prove anything.
    """
    found: dict[str, T | Failed] = {}
    nameless: Failed | None = None
    for raw in listing.items:
        try:
            key = decode(NAME, raw, _Identified).id
        except ConnectorError as error:
            nameless = error.failed
            continue
        try:
            found[key] = decode(NAME, raw, shape)
        except ConnectorError as error:
            found[key] = error.failed
    return found, nameless


def read_rows(listing: Listing, shape: type[T]) -> Sequence[T]:
    """Read items all of which are needed; raises ConnectorError when one cannot be read."""
    return [decode(NAME, raw, shape) for raw in listing.items]


def creator(channel: Channel, key: str) -> CreatorReading:
    """Turn a channel into a reading of the creator that was asked for as `key`."""
    snippet, statistics = channel.snippet, channel.statistics
    followers = None if statistics.hidden_subscriber_count else statistics.subscriber_count
    custom = snippet.custom_url or ""
    details = {
        "bio": snippet.description,
        "country": snippet.country,
        "avatar_url": _picture(snippet.thumbnails),
        "created_at": snippet.published_at.isoformat() if snippet.published_at else None,
    }
    return CreatorReading(
        platform=Platform.YOUTUBE,
        key=key,
        metrics={
            FOLLOWERS: followers,
            VIEWS: statistics.view_count,
            CONTENTS: statistics.video_count,
        },
        source=SOURCE,
        external_id=channel.id,
        handle=custom[1:] if custom.startswith("@") else None,
        name=snippet.title,
        url=f"https://www.youtube.com/channel/{channel.id}",
        estimates=_rounded(followers),
        details={name: value for name, value in details.items() if value},
    )


def content(video: Video) -> ContentReading:
    """Turn a video into a reading. The API does not say which videos are Shorts."""
    snippet, statistics, live = video.snippet, video.statistics, video.live_streaming_details
    metrics: dict[str, Number | None] = {
        VIEWS: statistics.view_count,
        LIKES: statistics.like_count,
        COMMENTS: statistics.comment_count,
    }
    on_air = snippet.live_broadcast_content == "live"
    if on_air:
        metrics[VIEWERS] = live.concurrent_viewers if live else None
    duration = video.content_details.duration
    details = {
        "privacy": video.status.privacy_status,
        "live": None
        if snippet.live_broadcast_content == "none"
        else snippet.live_broadcast_content,
        "creator_name": snippet.channel_title,
    }
    return ContentReading(
        platform=Platform.YOUTUBE,
        id=video.id,
        metrics=metrics,
        source=SOURCE,
        kind=Kind.VIDEO,
        url=f"https://www.youtube.com/watch?v={video.id}",
        title=snippet.title,
        creator_id=snippet.channel_id,
        published_at=snippet.published_at,
        thumbnail_url=_picture(snippet.thumbnails),
        # A broadcast that has not ended is given a length of nothing.
        duration_s=duration.total_seconds() if duration else None,
        details={name: value for name, value in details.items() if value},
    )


def comment(thread: Thread, video_id: str) -> CommentReading:
    """Turn a thread into a reading of the comment at its head."""
    head = thread.snippet.top_level_comment
    said = head.snippet
    return CommentReading(
        id=head.id,
        content_id=video_id,
        text=said.text_display if said.text_original is None else said.text_original,
        source=SOURCE,
        author=said.author_display_name,
        likes=said.like_count,
        replies=thread.snippet.total_reply_count,
        published_at=said.published_at,
    )


def error_reasons(answer: Answer) -> tuple[Sequence[str], str]:
    """Return the reasons an error answer names, and its message without markup."""
    try:
        body = answer.decode(_ErrorAnswer).error
    except ConnectorError:
        return (), ""
    named = [detail.reason for detail in (*body.details, *body.errors) if detail.reason]
    return named, _TAG.sub("", body.message)


def failed(answer: Answer, retry_after_quota: float) -> Failed:
    """Say why a call failed; `retry_after_quota` is how long a used-up day still lasts."""
    reasons, message = error_reasons(answer)
    usual = failed_by_status(answer, message)
    for name in reasons:
        reason = _REASONS.get(name)
        if reason is None:
            continue
        text = f"{NAME} answered {name} (HTTP {answer.status}): {quoted(message)}"
        if name in QUOTA_REASONS:
            return Failed(reason, text, retry_after_quota)
        return Failed(reason, text, answer.retry_after if reason is usual.reason else None)
    return usual


def _picture(thumbnails: dict[str, _Thumbnail]) -> str | None:
    for size in ("high", "medium", "default"):
        if size in thumbnails and thumbnails[size].url:
            return thumbnails[size].url
    return None


def _rounded(followers: int | None) -> dict[str, Estimate]:
    """Mark a follower count that YouTube has cut to three significant digits."""
    if followers is None:
        return {}
    step = 10 ** max(0, len(str(followers)) - _SIGNIFICANT_DIGITS)
    if step == 1 or followers % step:
        return {}
    return {FOLLOWERS: Estimate("rounded", followers, followers + step - 1)}
