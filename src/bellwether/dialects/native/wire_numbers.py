"""The shapes of the native API's catalog and numbers. Instants are ISO 8601 in UTC."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from bellwether.dialects.native.wire import Cursor, Limit, PlatformName
from bellwether.model.readings import Number

MAX_RESOLVED = 1000


class CatalogQuery(msgspec.Struct, forbid_unknown_fields=True):
    """Which creators or contents to list."""

    platform: PlatformName = None
    limit: Limit = 50
    cursor: Cursor = None


class LatestView(msgspec.Struct):
    """The newest numbers: null is "asked, but not said"."""

    at: datetime
    source: str
    metrics: dict[str, Number | None]


class ContentView(msgspec.Struct):
    """A post, video, reel, story, tweet or track."""

    id: str
    platform: str
    external_id: str
    kind: str
    url: str | None
    title: str | None
    creator_handle: str | None
    published_at: datetime | None
    thumbnail_url: str | None
    duration_s: float | None
    details: dict[str, Any]
    source: str | None
    created_at: datetime
    updated_at: datetime
    latest: LatestView | None


class ContentAnswer(msgspec.Struct):
    """One content."""

    data: ContentView


class ContentList(msgspec.Struct):
    """A page of contents, newest first."""

    data: list[ContentView]
    next_cursor: str | None


class CreatorView(msgspec.Struct):
    """A public profile on one platform."""

    id: str
    platform: str
    key: Annotated[str, Meta(description="The id or handle it was first named by")]
    external_id: str | None
    handle: str | None
    name: str | None
    url: str | None
    details: dict[str, Any]
    source: str | None
    created_at: datetime
    updated_at: datetime
    latest: LatestView | None


class CreatorAnswer(msgspec.Struct):
    """One creator."""

    data: CreatorView


class CreatorList(msgspec.Struct):
    """A page of creators, newest first."""

    data: list[CreatorView]
    next_cursor: str | None


class GrowthQuery(msgspec.Struct, forbid_unknown_fields=True):
    """Which numbers of which creator or content."""

    platform: Annotated[str, Meta(description="The platform's name")]
    id: Annotated[str, Meta(description="Our id, the platform's id, or a creator's handle")]
    metric: Annotated[str, Meta(description="views, likes, comments, followers, ...")]
    from_: Annotated[
        str | None, Meta(description="First instant or day, included (ISO 8601, UTC)")
    ] = msgspec.field(default=None, name="from")
    to: Annotated[str | None, Meta(description="Last instant or day, included (ISO 8601, UTC)")] = (
        None
    )
    kind: Annotated[
        Literal["creator", "content"] | None,
        Meta(description="Where an id could be either's"),
    ] = None


class SeriesQuery(GrowthQuery, forbid_unknown_fields=True):
    """Which numbers of which creator or content, and how they are read."""

    by: Annotated[
        Literal["raw", "day", "latest"],
        Meta(description="Every observation, the last value of each UTC day, or the newest"),
    ] = "raw"
    limit: Annotated[int, Meta(ge=1, le=10_000, description="Points a page")] = 1000
    cursor: Cursor = None


class RemovalQuery(msgspec.Struct, forbid_unknown_fields=True):
    """Which observations of which creator or content to remove."""

    platform: Annotated[str, Meta(description="The platform's name")]
    id: Annotated[str, Meta(description="Our id, the platform's id, or a creator's handle")]
    from_: Annotated[str, Meta(description="First instant or day, included (ISO 8601, UTC)")] = (
        msgspec.field(name="from")
    )
    to: Annotated[str, Meta(description="Last instant or day, included (ISO 8601, UTC)")]
    kind: Annotated[
        Literal["creator", "content"] | None,
        Meta(description="Where an id could be either's"),
    ] = None


class RemovalAnswer(msgspec.Struct):
    """How many observations were removed."""

    id: Annotated[str, Meta(description="Our id of the creator or content")]
    platform: str
    external_id: str
    kind: Literal["creator", "content"]
    removed: int


class TopQuery(msgspec.Struct, forbid_unknown_fields=True):
    """Whom to rank, and over how many days."""

    metric: Annotated[str, Meta(description="views, likes, comments, followers, ...")]
    days: Annotated[int, Meta(ge=1, le=3650, description="UTC days that are over")] = 30
    limit: Annotated[int, Meta(ge=1, le=1000, description="How many of the first")] = 20
    platform: PlatformName = None
    kind: Annotated[
        Literal["creator", "content"] | None, Meta(description="Only creators or only contents")
    ] = None


class GainView(msgspec.Struct):
    """By how much one creator or content grew."""

    id: Annotated[str, Meta(description="Our id of the creator or content")]
    platform: str
    external_id: str
    kind: Literal["creator", "content"]
    first: Number
    last: Number
    net_change: Number
    pct_change: Annotated[float | None, Meta(description="In percent, 4 decimals")]


class TopAnswer(msgspec.Struct):
    """Who grew most, from the end of one UTC day to the end of another."""

    metric: str
    from_: date = msgspec.field(name="from")
    to: date
    data: list[GainView]


class EstimateView(msgspec.Struct):
    """The mark on a number that is not exact."""

    method: str
    low: Number
    high: Number


class PointView(msgspec.Struct):
    """One value; null is "asked, but not said"."""

    at: datetime
    value: Number | None
    source: str
    as_of: Annotated[datetime | None, Meta(description="When the source itself dates it")]
    estimate: EstimateView | None


class SeriesAnswer(msgspec.Struct):
    """Points of one metric, oldest first."""

    id: Annotated[str, Meta(description="Our id of the creator or content")]
    platform: str
    external_id: str
    kind: Literal["creator", "content"]
    metric: str
    data: list[PointView]
    next_cursor: str | None


class GrowthAnswer(msgspec.Struct):
    """How a metric moved over the points that have a value; see docs/numbers.md."""

    id: Annotated[str, Meta(description="Our id of the creator or content")]
    platform: str
    external_id: str
    kind: Literal["creator", "content"]
    metric: str
    snapshots: int
    first_at: datetime | None
    last_at: datetime | None
    first: Number | None
    last: Number | None
    net_change: Number | None
    pct_change: Annotated[float | None, Meta(description="In percent, 4 decimals")]
    min: Number | None
    max: Number | None
    max_step: Annotated[Number | None, Meta(description="Largest signed step of neighbours")]
    max_step_at: datetime | None
    decreasing_steps: int
    unchanged_steps: int
    missing_days: int
    missing_dates: list[date]
    daily_last: dict[str, Number]


class ResolveRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Texts to resolve: URLs or handles, nothing is fetched."""

    urls: Annotated[
        list[str],
        Meta(
            description=f"URLs or handles, {MAX_RESOLVED} at most",
            extra_json_schema={"minItems": 1, "maxItems": MAX_RESOLVED},
        ),
    ]


class ResolvedRow(msgspec.Struct, omit_defaults=True):
    """What one text names; `error` instead of the others when it names nothing."""

    url: str
    platform: str | UnsetType = UNSET
    kind: str | UnsetType = UNSET
    id: str | UnsetType = UNSET
    needs_unshortening: bool | UnsetType = UNSET
    error: str | UnsetType = UNSET


class ResolveAnswer(msgspec.Struct):
    """One row a text, in the order of the request."""

    data: list[ResolvedRow]
