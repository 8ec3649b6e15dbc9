"""The shapes of the native API: trackers and server. Instants are ISO 8601; null is not known."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

MAX_TRACKED = 100
MAX_DAYS = 36_500
Days = Annotated[int, Meta(ge=1, le=MAX_DAYS)]
Limit = Annotated[int, Meta(ge=1, le=1000, description="Items a page")]
Cursor = Annotated[str | None, Meta(description="The `next_cursor` of the page before")]
PlatformName = Annotated[str | None, Meta(description="Only this platform")]
TrackerStateName = Literal["active", "paused", "expired"]
AspectName = Literal["profile", "stories", "content"]


class NativeErrorDetail(msgspec.Struct):
    """What is wrong, and in which field of the request."""

    code: str
    message: str
    field: str | None
    request_id: str


class NativeError(msgspec.Struct):
    """Every error of the native API."""

    error: NativeErrorDetail


class StoriesOrder(msgspec.Struct, forbid_unknown_fields=True):
    """Track a creator's stories too, on a schedule and with an expiry of their own."""

    cron: str | None = None
    timezone: str = "UTC"
    days: Days | None = None
    expires_at: str | UnsetType | None = UNSET


class NewTrackers(msgspec.Struct, forbid_unknown_fields=True):
    """What to track: `url` or `urls`. Daily for 30 days, unless said otherwise."""

    url: Annotated[str | UnsetType, Meta(description="One URL or handle")] = UNSET
    urls: Annotated[
        list[str] | UnsetType, Meta(description=f"URLs or handles, {MAX_TRACKED} at most")
    ] = UNSET
    cron: Annotated[str | None, Meta(description="Five-field cron; null: daily")] = None
    timezone: Annotated[str, Meta(description="Time zone of the cron expression")] = "UTC"
    days: Annotated[Days | None, Meta(description="Expire after so many days")] = None
    expires_at: Annotated[
        str | UnsetType | None, Meta(description="Expire at this instant; null: never")
    ] = UNSET
    stories: Annotated[
        StoriesOrder | str | bool | None,
        Meta(description="For creators: track stories too; text is a cron expression"),
    ] = None


class TrackerPatch(msgspec.Struct, forbid_unknown_fields=True):
    """What to change; what is left out stays."""

    cron: str | UnsetType = UNSET
    timezone: str | UnsetType = UNSET
    state: Literal["active", "paused"] | UnsetType = UNSET
    days: Annotated[Days | UnsetType, Meta(description="Expire so many days from now")] = UNSET
    expires_at: Annotated[str | UnsetType | None, Meta(description="null: never expire")] = UNSET


class FailureView(msgspec.Struct):
    """Why the last run failed."""

    reason: str
    message: str | None


class TrackerView(msgspec.Struct):
    """A standing order to observe."""

    id: str
    platform: str
    aspect: AspectName
    subject_id: Annotated[str, Meta(description="Our id of the creator or content")]
    target: Annotated[str, Meta(description="The platform's id or handle")]
    url: str
    dialect: str
    cron: str
    timezone: str
    state: TrackerStateName
    next_at: datetime | None
    expires_at: datetime | None
    created_at: datetime
    updated_at: datetime
    last_run_at: datetime | None
    last_success_at: datetime | None
    lateness_s: Annotated[float, Meta(description="Seconds the oldest tick owed is waiting")]
    failure: FailureView | None
    runs: int


class TrackerAnswer(msgspec.Struct):
    """One tracker."""

    data: TrackerView


class TrackerList(msgspec.Struct):
    """A page of trackers, newest first."""

    data: list[TrackerView]
    next_cursor: str | None


class RowError(msgspec.Struct):
    """Why one URL is not tracked."""

    code: str
    message: str


class NewTrackerRow(msgspec.Struct):
    """What became of one URL."""

    index: int
    url: Annotated[str, Meta(description="As given, or where a short link led")]
    status: Literal["created", "existing", "error"]
    tracker: TrackerView | None
    stories: TrackerView | None
    error: RowError | None


class NewTrackerRows(msgspec.Struct):
    """One row a URL, in the order of the request."""

    data: list[NewTrackerRow]


class TrackersQuery(msgspec.Struct, forbid_unknown_fields=True):
    """Which trackers to list."""

    platform: PlatformName = None
    aspect: AspectName | None = None
    state: TrackerStateName | None = None
    dialect: Annotated[str | None, Meta(description="Only those made through this API")] = None
    limit: Limit = 50
    cursor: Cursor = None


class PageQuery(msgspec.Struct, forbid_unknown_fields=True):
    """Which page of a list."""

    limit: Limit = 50
    cursor: Cursor = None


class RunsQuery(msgspec.Struct, forbid_unknown_fields=True):
    """Which runs to list."""

    tracker_id: str | None = None
    limit: Limit = 50
    cursor: Cursor = None


class RunView(msgspec.Struct):
    """One execution of a tracker for one tick."""

    id: str
    tracker_id: str
    tick: datetime
    finished_at: datetime
    state: Literal["succeeded", "failed"]
    source: str | None
    failure: FailureView | None
    attempts: int
    snapshots: int


class RunList(msgspec.Struct):
    """A page of runs, newest first."""

    data: list[RunView]
    next_cursor: str | None


class ConnectorOperationView(msgspec.Struct):
    """One thing a source can be asked for."""

    platform: str
    capability: str
    batch_size: int
    cost: dict[str, float]
    price_usd: str


class ConnectorView(msgspec.Struct):
    """A source of numbers: what it declares, and whether it worked within the last minute."""

    name: str
    environments: list[str]
    partial: bool
    works: bool
    detail: str
    operations: list[ConnectorOperationView]


class ConnectorList(msgspec.Struct):
    """Sources in order of preference."""

    data: list[ConnectorView]


class PlanView(msgspec.Struct):
    """A plan's limits; null is unlimited."""

    name: str
    title: str
    tracked_videos: int | None
    calls_per_minute: int | None
    videos_per_minute: int | None


class UsageView(msgspec.Struct):
    """What is used of the plan."""

    tracked_videos: int


class WorkspaceView(msgspec.Struct):
    """The workspace and environment of the key that asks."""

    id: str
    environment: str
    plan: PlanView
    usage: UsageView


class WorkspaceAnswer(msgspec.Struct):
    """The workspace of the key that asks."""

    data: WorkspaceView


class LinksView(msgspec.Struct):
    """Where to go on, as paths on this server."""

    docs: str = "/docs"
    openapi: str = "/openapi.json"
    health: str = "/healthz"
    api: str = "/api/v1"


class ServerAnswer(msgspec.Struct):
    """What listens here."""

    name: str
    version: str
    links: LinksView


class HealthAnswer(msgspec.Struct):
    """`status` is ok or failing; `store` and each role say ok or what is wrong."""

    status: Literal["ok", "failing"]
    store: str
    roles: dict[str, str]
