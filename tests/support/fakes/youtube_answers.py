"""What the YouTube fake holds, and how the API words it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from starlette.responses import JSONResponse

FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class FakeComment:
    """A top-level comment."""

    id: str
    text: str
    author: str
    likes: int
    replies: int
    at: datetime


@dataclass(slots=True)
class FakeVideo:
    """A video; a count that is None is left out of answers, as YouTube does."""

    id: str
    channel: str
    title: str
    at: datetime
    views: int | None
    likes: int | None
    comments: int | None  # None: switched off
    duration: str
    viewers: int | None  # not None: on air now
    threads: list[FakeComment] = field(default_factory=list)


@dataclass(slots=True)
class FakeChannel:
    """A channel; `hidden` hides its subscribers."""

    id: str
    title: str
    handle: str | None
    username: str | None
    subscribers: int
    views: int
    hidden: bool
    country: str | None


def error(status: int, reason: str, message: str, *, detail: str | None = None) -> JSONResponse:
    """Return an error in the API's shape; `detail` is the reason of newer error details."""
    body: dict[str, Any] = {
        "code": status,
        "message": message,
        "errors": [{"message": message, "domain": "youtube.test", "reason": reason}],
    }
    if detail:
        body["details"] = [
            {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": detail, "domain": "x"}
        ]
    return JSONResponse({"error": body}, status)


def quota_exceeded() -> JSONResponse:
    """Return what the API says once the day's units are used up."""
    message = (
        'The request cannot be completed because you have exceeded your <a href="/q">quota</a>.'
    )
    return error(403, "quotaExceeded", message)


def instant(at: datetime) -> str:
    """Return an instant as the API writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _pictures(name: str) -> dict[str, Any]:
    return {
        size: {"url": f"https://i.ytimg.test/{name}/{size}.jpg", "width": 120, "height": 90}
        for size in ("default", "medium", "high")
    }


def channel_item(channel: FakeChannel, uploads: int) -> dict[str, Any]:
    """Return a channel resource with every part we know."""
    snippet: dict[str, Any] = {
        "title": channel.title,
        "description": "What it is about",
        "publishedAt": instant(FIRST_DAY),
        "thumbnails": _pictures(channel.id),
    }
    if channel.handle:
        snippet["customUrl"] = "@" + channel.handle.lower()
    if channel.country:
        snippet["country"] = channel.country
    return {
        "kind": "youtube#channel",
        "etag": "etag",
        "id": channel.id,
        "snippet": snippet,
        "contentDetails": {"relatedPlaylists": {"likes": "", "uploads": "UU" + channel.id[2:]}},
        "statistics": {
            "viewCount": str(channel.views),
            "subscriberCount": "0" if channel.hidden else str(rounded(channel.subscribers)),
            "hiddenSubscriberCount": channel.hidden,
            "videoCount": str(uploads),
        },
    }


def video_item(video: FakeVideo, channel_title: str) -> dict[str, Any]:
    """Return a video resource with every part we know."""
    counts = {
        "viewCount": video.views,
        "likeCount": video.likes,
        "favoriteCount": 0,
        "commentCount": video.comments,
    }
    item: dict[str, Any] = {
        "kind": "youtube#video",
        "etag": "etag",
        "id": video.id,
        "snippet": {
            "publishedAt": instant(video.at),
            "channelId": video.channel,
            "title": video.title,
            "description": "",
            "thumbnails": _pictures(video.id),
            "channelTitle": channel_title,
            "categoryId": "22",
            "liveBroadcastContent": "none" if video.viewers is None else "live",
        },
        "contentDetails": {"duration": video.duration, "definition": "hd"},
        "status": {"uploadStatus": "processed", "privacyStatus": "public"},
        "statistics": {name: str(value) for name, value in counts.items() if value is not None},
    }
    if video.viewers is not None:
        item["liveStreamingDetails"] = {
            "actualStartTime": instant(video.at),
            "concurrentViewers": str(video.viewers),
        }
    return item


def thread_item(video: FakeVideo, comment: FakeComment) -> dict[str, Any]:
    """Return a comment thread resource."""
    return {
        "kind": "youtube#commentThread",
        "etag": "etag",
        "id": comment.id,
        "snippet": {
            "channelId": video.channel,
            "videoId": video.id,
            "canReply": True,
            "isPublic": True,
            "totalReplyCount": comment.replies,
            "topLevelComment": {
                "kind": "youtube#comment",
                "etag": "etag",
                "id": comment.id,
                "snippet": {
                    "channelId": video.channel,
                    "videoId": video.id,
                    "textDisplay": comment.text,
                    "textOriginal": comment.text,
                    "authorDisplayName": comment.author,
                    "canRate": True,
                    "viewerRating": "none",
                    "likeCount": comment.likes,
                    "publishedAt": instant(comment.at),
                    "updatedAt": instant(comment.at),
                },
            },
        },
    }


def rounded(subscribers: int) -> int:
    """Cut a number to three significant digits, as YouTube shows subscribers."""
    step: int = 10 ** max(0, len(str(subscribers)) - 3)
    return subscribers // step * step
