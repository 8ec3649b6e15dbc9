"""What the rooms above the engine ask of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from bellwether.model.platforms import Kind, Platform, SubjectKind
from bellwether.model.readings import Estimate, Metrics, Number
from bellwether.model.refs import Ref
from bellwether.model.tracking import Aspect, Tracker, TrackerState


@dataclass(frozen=True, slots=True)
class TrackRequest:
    """An order to track one thing.

    `cron` None: daily at the minute of its creation, every six hours for stories. `expires_at` in
    the past is accepted: the tracker is made and never runs.
    """

    ref: Ref
    dialect: str
    aspect: Aspect
    cron: str | None = None
    timezone: str = "UTC"
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tracked:
    """What became of a TrackRequest. `created` is false when it was tracked already."""

    tracker: Tracker
    created: bool


@dataclass(frozen=True, slots=True)
class TrackerChanges:
    """New values for a tracker; a field left at None stays as it is.

    `handle` is that of a content's creator, as the caller names it.
    """

    cron: str | None = None
    timezone: str | None = None
    state: TrackerState | None = None
    expires_at: datetime | None = None
    clear_expiry: bool = False
    handle: str | None = None


class SortBy(StrEnum):
    """Orders of a list of tracked contents; unknown numbers sort last."""

    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"
    VIEWS = "views"
    LIKES = "likes"


@dataclass(frozen=True, slots=True)
class ContentFilter:
    """Which tracked contents a dialect lists."""

    dialect: str
    platform: Platform | None = None
    state: TrackerState | None = None
    failed: bool | None = None  # trackers whose last run failed (True) or did not (False)
    creator_handle: str | None = None
    subject_ids: Sequence[str] | None = None
    campaign: str | None = None
    tag: str | None = None
    sort: SortBy = SortBy.CREATED_AT
    descending: bool = True
    limit: int = 50
    offset: int = 0


@dataclass(frozen=True, slots=True)
class NamedFilter:
    """Which trackers of one aspect a dialect finds or lists by the names its callers use.

    `names` are spellings of one name (a handle, a platform's id); none in a list: all trackers.
    """

    dialect: str
    aspect: Aspect
    names: Sequence[str] = ()
    platform: Platform | None = None
    paused: bool | None = None
    limit: int = 50
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Subject:
    """A creator or content as found by our id or the platform's."""

    kind: SubjectKind
    id: str
    platform: Platform
    external_id: str
    url: str | None


_NOTHING: Final[Mapping[str, Estimate]] = {}


class NewSnapshot(NamedTuple):  # as readings are: made by the ten thousand a second
    """One observation to be stored. `ordinal` counts equal observations at one instant."""

    subject_id: str
    at: datetime
    metrics: Metrics
    source: str
    as_of: datetime | None = None
    estimates: Mapping[str, Estimate] = _NOTHING
    run_id: str | None = None
    ordinal: int = 0


@dataclass(frozen=True, slots=True)
class NewHistory:
    """Many observations of one subject as columns: every one names every metric.

    `instants` are microseconds since 1970 in UTC and ascend, no two alike.
    """

    subject_id: str
    instants: Sequence[int]
    metrics: Mapping[str, Sequence[Number | None]]
    source: str


@dataclass(frozen=True, slots=True)
class NewSubject:
    """A creator or content named by an import or a reading, before it has an id of ours.

    `exact` takes a creator's `external_id` as it is written: two spellings that differ in case only
    are two creators, as they may be in a recording.
    """

    kind: SubjectKind
    platform: Platform
    external_id: str
    content_kind: Kind = Kind.POST
    url: str | None = None
    handle: str | None = None
    name: str | None = None
    source: str | None = None
    details: Mapping[str, object] = field(default_factory=dict)
    exact: bool = False


class Bucketing(StrEnum):
    """How a series is read: every observation, the last value of each UTC day, or the newest."""

    RAW = "raw"
    DAY = "day"
    LATEST = "latest"


ResolvedUrl = Ref | str
"""A Ref, or why the text is not one."""

ResolvedUrls = Sequence[ResolvedUrl]
