"""The shapes of the Influtics dialect, as its documents print them."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from bellwether.model.readings import Number

MAX_URLS = 50
Sort = Literal["created_at", "views", "likes", "updated_at"]
Status = Literal["active", "completed", "failed"]
VideoStatus = Literal["to do", "running", "ended"]
VideoPlatform = Literal["tiktok", "instagram", "youtube"]
Count = Annotated[int, Meta(ge=0)]
Id = Annotated[str, Meta(extra_json_schema={"format": "uuid"})]


class TrackVideosRequest(msgspec.Struct):
    """Which videos to track."""

    urls: Annotated[
        list[str],
        Meta(
            description="Video links, 50 at most",
            extra_json_schema={"minItems": 1, "maxItems": MAX_URLS},  # told better in parse.py
        ),
    ]


class TrackResult(msgspec.Struct):
    """What became of one link. A row with an error has neither platform nor ids."""

    index: Annotated[Count, Meta(description="Position in the request")]
    url: Annotated[str, Meta(description="The link, after unshortening")]
    platform: VideoPlatform | None
    video_id: Annotated[Id | None, Meta(description="Our id of the video")]
    external_video_id: Annotated[str | None, Meta(description="The platform's id of the video")]
    status: Literal["tracked", "already_tracked", "error"]
    error: Annotated[str | None, Meta(description="Why, when status is error")]


class TrackResults(msgspec.Struct):
    """One row a link, in the order of the request."""

    results: list[TrackResult]


class TrackSummary(msgspec.Struct):
    """Rows by status; `total` is their sum."""

    total: Count
    tracked: Count
    already_tracked: Count
    errors: Count


class TrackMeta(msgspec.Struct):
    """About the request."""

    summary: TrackSummary
    processing_time_ms: Count
    request_id: Id


class TrackVideosResponse(msgspec.Struct):
    """The answer to a request to track videos."""

    success: Literal[True]
    data: TrackResults
    meta: TrackMeta


class VideoStatsQuery(msgspec.Struct):
    """Which tracked videos to list."""

    limit: Annotated[int, Meta(ge=1, le=100, description="Rows a page")] = 50
    offset: Annotated[int, Meta(ge=0, le=2**31, description="Rows to skip")] = 0
    platform: Annotated[VideoPlatform | None, Meta(description="Only this platform")] = None
    status: Annotated[
        Status | None,
        Meta(
            description="active: tracked, and the last look went well (or none was due yet); "
            "failed: tracked, but the last look failed; completed: its 30 days are over"
        ),
    ] = None
    blogger_username: Annotated[str | None, Meta(description="Only this creator's, by handle")] = (
        None
    )
    campaign: Annotated[str | None, Meta(description="Only of this campaign, as written")] = None
    tag: Annotated[str | None, Meta(description="Only with this tag, in any case")] = None
    sort: Annotated[Sort, Meta(description="Order; unknown numbers come last")] = "created_at"
    order: Annotated[Literal["asc", "desc"], Meta(description="Direction")] = "desc"


class StatsHistory(msgspec.Struct):
    """What was recorded, by instant (`2025-06-30 08:26:03.730104+00`), the newest 100 values."""

    views: dict[str, Number]
    likes: dict[str, Number]
    comments: dict[str, Number]
    reposts: dict[str, Number]


class VideoStats(msgspec.Struct):
    """One tracked video with its newest numbers; null is not known."""

    video_id: Id
    external_video_id: str
    platform: str
    title: str | None
    thumbnail_url: str | None
    views: Number | None
    likes: Number | None
    comments: Number | None
    reposts: Number | None
    cpm: Annotated[float | None, Meta(description="Always null: we know no price")]
    er: Annotated[
        float | None,
        Meta(description="(likes + comments + reposts) / views in percent; null unless all known"),
    ]
    created_at: str
    stats_last_updated: str | None
    source: Annotated[
        str | None, Meta(description="Ours: where the numbers came from, `sandbox` if simulated")
    ]
    stats: StatsHistory
    notes: Annotated[str | None, Meta(description="This and the rest: as PATCH left it")]
    budget: Annotated[float | None, Meta(description="Money, at most two decimals")]
    campaign: str | None
    video_status: VideoStatus | None
    tags: list[str]


class Pagination(msgspec.Struct):
    """Where this page stands."""

    total: Count
    limit: Count
    offset: Count
    has_more: bool


class VideoStatsPage(msgspec.Struct):
    """A page of videos."""

    data: list[VideoStats]
    pagination: Pagination


class RequestMeta(msgspec.Struct):
    """About the request."""

    processing_time_ms: Count
    request_id: Id


class VideoStatsResponse(msgspec.Struct):
    """The answer nests `data` twice, as Influtics does."""

    success: Literal[True]
    data: VideoStatsPage
    meta: RequestMeta


class InfluticsErrorDetail(msgspec.Struct, omit_defaults=True):
    """What is wrong.

    `field` only on validation errors, `retry_after` (seconds) where known, `tracked_account_id`
    where a creator is tracked already.
    """

    code: str
    message: str
    request_id: Id
    field: str | msgspec.UnsetType = msgspec.UNSET
    retry_after: int | msgspec.UnsetType = msgspec.UNSET
    tracked_account_id: str | msgspec.UnsetType = msgspec.UNSET


class InfluticsError(msgspec.Struct):
    """Every error of this dialect."""

    success: Literal[False]
    error: InfluticsErrorDetail
