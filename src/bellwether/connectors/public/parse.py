"""What yt-dlp says of a page turned into a reading; no I/O."""

from datetime import UTC, datetime
from typing import Annotated

import msgspec

from bellwether.connectors.public.pages import Pages
from bellwether.model.readings import (
    COMMENTS,
    LIKES,
    SAVES,
    SHARES,
    VIEWERS,
    VIEWS,
    ContentReading,
    Failed,
    FailureReason,
    Number,
)

SOURCE = "public"

_Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
_Seconds = Annotated[float, msgspec.Meta(ge=0, le=10**8)]

FIELDS = (
    "title",
    "uploader",
    "uploader_id",
    "timestamp",
    "duration",
    "thumbnail",
    "thumbnails",
    "is_live",
    "view_count",
    "like_count",
    "comment_count",
    "repost_count",
    "save_count",
    "concurrent_view_count",
)
"""What the worker passes on of a page."""


class _Thumbnail(msgspec.Struct, frozen=True):
    url: str | None = None


class _Info(msgspec.Struct, frozen=True):
    title: str | None = None
    uploader: str | None = None
    uploader_id: str | None = None
    timestamp: Annotated[float, msgspec.Meta(ge=0, le=253402300799)] | None = None
    duration: _Seconds | None = None
    thumbnail: str | None = None
    thumbnails: list[_Thumbnail] | None = None
    is_live: bool | None = None
    view_count: _Count | None = None
    like_count: _Count | None = None
    comment_count: _Count | None = None
    repost_count: _Count | None = None
    save_count: _Count | None = None
    concurrent_view_count: _Count | None = None


def content(pages: Pages, content_id: str, info: dict[str, object]) -> ContentReading | Failed:
    """Turn a page's facts into a reading; what the page does not show stays None."""
    try:
        page = msgspec.convert(info, _Info, strict=False)
    except msgspec.ValidationError as error:
        message = f"the page of {pages.platform} says something odd: {error}"
        return Failed(FailureReason.CHANGED_FORMAT, message)
    metrics: dict[str, Number | None] = {
        VIEWS: page.view_count,
        LIKES: page.like_count,
        COMMENTS: page.comment_count,
        SHARES: page.repost_count,
        SAVES: page.save_count,
    }
    if page.is_live:
        metrics[VIEWERS] = page.concurrent_view_count
    seconds = page.timestamp
    return ContentReading(
        platform=pages.platform,
        id=content_id,
        metrics=metrics,
        source=SOURCE,
        kind=pages.kind,
        url=pages.url_of(content_id),
        title=page.title,
        creator_id=page.uploader_id,
        published_at=None if seconds is None else datetime.fromtimestamp(seconds, UTC),
        thumbnail_url=_thumbnail(page),
        duration_s=page.duration,
        details={"creator_name": page.uploader} if page.uploader else {},
    )


def _thumbnail(page: _Info) -> str | None:
    if page.thumbnail or not page.thumbnails:
        return page.thumbnail
    return page.thumbnails[-1].url  # yt-dlp puts the best one last
