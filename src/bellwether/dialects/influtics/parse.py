"""Requests of this dialect as orders to the engine."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from bellwether.dialects.influtics.wire import MAX_URLS, TrackVideosRequest, VideoStatsQuery
from bellwether.dialects.influtics.wire_videos import VideoPatch
from bellwether.model.annotations import (
    Annotation,
    AnnotationChanges,
    AnnotationField,
    WorkStatus,
)
from bellwether.model.errors import InvalidInputError
from bellwether.model.platforms import Kind, Platform
from bellwether.model.refs import Ref, Resolved
from bellwether.model.requests import ContentFilter, SortBy, TrackRequest
from bellwether.model.tracking import Aspect, TrackerState

DIALECT = "influtics"
TRACKING = timedelta(days=30)
CREDITS_A_VIDEO = 30
_PLATFORMS = frozenset({Platform.TIKTOK, Platform.INSTAGRAM, Platform.YOUTUBE})
KINDS = frozenset({Kind.VIDEO, Kind.SHORT, Kind.REEL, Kind.POST, Kind.LIVE})
_SORTS = {
    "created_at": SortBy.CREATED_AT,
    "updated_at": SortBy.UPDATED_AT,
    "views": SortBy.VIEWS,
    "likes": SortBy.LIKES,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One link: the `ref` to track, or the `error` that its row is to carry."""

    url: str
    ref: Ref | None
    error: str | None


def check_urls(body: TrackVideosRequest) -> Sequence[str]:
    """Return the links; InvalidInputError (`urls`) when there are none or too many."""
    if not body.urls:
        raise InvalidInputError("urls must have at least one link", field="urls")
    if len(body.urls) > MAX_URLS:
        raise InvalidInputError(
            f"urls has {len(body.urls)} links; at most {MAX_URLS} are allowed per request",
            field="urls",
        )
    return body.urls


def read_rows(resolved: Sequence[Resolved]) -> Sequence[Row]:
    """Return a row for each link, in order."""
    return [_row(one) for one in resolved]


def _row(one: Resolved) -> Row:
    ref = one.ref
    if ref is None:
        message = one.error.message if one.error is not None else "Not a link we know"
        return Row(one.url, None, message)
    if ref.platform not in _PLATFORMS:
        return Row(
            one.url, None, "Unsupported platform: only TikTok, Instagram and YouTube are tracked"
        )
    if ref.needs_unshortening:
        return Row(one.url, None, "The short link could not be followed")
    if ref.kind not in KINDS:
        return Row(one.url, None, f"Not a video: this is the address of a {ref.kind}")
    return Row(one.url, ref, None)


def make_orders(rows: Sequence[Row], now: datetime) -> Sequence[TrackRequest]:
    """Return an order for each row that names a video: daily, for 30 days."""
    return [
        TrackRequest(ref=row.ref, dialect=DIALECT, aspect=Aspect.CONTENT, expires_at=now + TRACKING)
        for row in rows
        if row.ref is not None
    ]


def read_filter(query: VideoStatsQuery) -> ContentFilter:
    """Return which videos to list."""
    state, failed = None, None
    if query.status == "completed":
        state = TrackerState.EXPIRED
    elif query.status is not None:
        state, failed = TrackerState.ACTIVE, query.status == "failed"
    handle = (query.blogger_username or "").strip().removeprefix("@")
    return ContentFilter(
        dialect=DIALECT,
        platform=None if query.platform is None else Platform(query.platform),
        state=state,
        failed=failed,
        creator_handle=handle or None,
        campaign=query.campaign,
        tag=query.tag,
        sort=_SORTS[query.sort],
        descending=query.order == "desc",
        limit=query.limit,
        offset=query.offset,
    )


@dataclass(frozen=True, slots=True)
class ById:
    """A video by our id."""

    id: str


@dataclass(frozen=True, slots=True)
class ByExternalId:
    """A video by its platform's id."""

    id: str


WhichVideo = ById | ByExternalId


@dataclass(frozen=True, slots=True)
class Patch:
    """What to write beside a video, and the fields as the caller names them."""

    changes: AnnotationChanges
    names: Sequence[str]


def read_patch(body: VideoPatch) -> Patch:
    """Return the changes; InvalidInputError (`body`, `status`) for none or contradictory ones."""
    given = {
        name: value
        for name in body.__struct_fields__
        if (value := getattr(body, name)) is not msgspec.UNSET
    }
    if not given:
        raise InvalidInputError("Send at least one field to change", field="body")
    status = given.get("video_status", given.get("status"))
    if "status" in given and given["status"] != status:
        raise InvalidInputError("status and video_status are one field", field="status")
    values = Annotation(
        notes=given.get("notes"),
        # A float prints the digits it was written with, as far as any amount allowed has them.
        budget=None if given.get("budget") is None else Decimal(str(given["budget"])),
        campaign=given.get("campaign"),
        status=None if status is None else WorkStatus(status),
        tags=given.get("tags") or (),
    )
    fields = frozenset(AnnotationField(name.removeprefix("video_")) for name in given)
    return Patch(AnnotationChanges(fields, values), list(given))
