"""What a source says about a creator or a content at one instant."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

from bellwether.model.platforms import Kind, Platform

Number = int | float
Metrics = Mapping[str, Number | None]
"""Metric name to value; None is "the source was asked and did not say" (hidden, disabled)."""

# The metric names our own sources use. Imports may bring others.
VIEWS = "views"
LIKES = "likes"
DISLIKES = "dislikes"
COMMENTS = "comments"
SHARES = "shares"
SAVES = "saves"
VIEWERS = "viewers"
FOLLOWERS = "followers"
FOLLOWING = "following"
CONTENTS = "contents"


class FailureReason(StrEnum):
    """Why an observation failed; the words of the API and the docs."""

    NOT_FOUND = "not_found"
    PRIVATE = "private"
    DELETED = "deleted"
    RATE_LIMITED = "rate_limited"
    UNAUTHORIZED = "unauthorized"
    PLATFORM_ERROR = "platform_error"
    CHANGED_FORMAT = "changed_format"
    UNSUPPORTED = "unsupported"


TRANSIENT_REASONS = frozenset({FailureReason.RATE_LIMITED, FailureReason.PLATFORM_ERROR})
"""Reasons worth another try within the same tick."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """The mark on a number that is not exact: how it came about and the range it stands for."""

    method: str
    low: Number
    high: Number


_NOTHING: Final[Mapping[str, Any]] = {}


# Readings are made by the ten thousand a second: a tuple is made in a fifth of a data class's time.
class CreatorReading(NamedTuple):
    """A profile as observed. Facts not known are None; `metrics` holds only what was asked for."""

    platform: Platform
    key: str  # what was asked: an id or a handle without "@"
    metrics: Metrics
    source: str
    external_id: str | None = None
    handle: str | None = None
    name: str | None = None
    url: str | None = None
    as_of: datetime | None = None  # when the source itself dates the numbers, else None
    estimates: Mapping[str, Estimate] = _NOTHING
    details: Mapping[str, object] = _NOTHING  # country, bio, avatar_url, ...


class ContentReading(NamedTuple):
    """One content as observed. `id` is the platform's id, as asked or as listed."""

    platform: Platform
    id: str
    metrics: Metrics
    source: str
    kind: Kind = Kind.POST
    url: str | None = None
    title: str | None = None
    creator_id: str | None = None
    creator_handle: str | None = None
    published_at: datetime | None = None
    expires_at: datetime | None = None  # stories
    thumbnail_url: str | None = None
    duration_s: float | None = None
    as_of: datetime | None = None
    estimates: Mapping[str, Estimate] = _NOTHING
    details: Mapping[str, object] = _NOTHING


@dataclass(frozen=True, slots=True)
class CommentReading:
    """One comment as observed; the author's handle is what the platform shows in public."""

    id: str
    content_id: str
    text: str
    source: str
    author: str | None = None
    likes: int | None = None
    replies: int | None = None
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AudienceReading:
    """Shares of an audience in percent, by dimension ("country", "gender", "age") and value."""

    key: str
    shares: Mapping[str, Mapping[str, float]]
    source: str


@dataclass(frozen=True, slots=True)
class Failed:
    """Why one item could not be read. `retry_after` is in seconds."""

    reason: FailureReason
    message: str
    retry_after: float | None = None

    @property
    def transient(self) -> bool:
        """Whether another try within the same tick may succeed."""
        return self.reason in TRANSIENT_REASONS
