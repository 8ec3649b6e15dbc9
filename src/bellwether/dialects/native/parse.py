"""Requests of the native API as orders to the engine."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec import UNSET, UnsetType

from bellwether.dialects.native.wire import (
    MAX_TRACKED,
    NewTrackers,
    StoriesOrder,
    TrackerPatch,
)
from bellwether.dialects.native.wire_numbers import (
    MAX_RESOLVED,
    GrowthQuery,
    RemovalQuery,
    TopQuery,
)
from bellwether.kit.cron import CronError, Schedule
from bellwether.kit.instants import read_instant
from bellwether.model.errors import InvalidInputError
from bellwether.model.platforms import Platform, SubjectKind, parse_platform
from bellwether.model.refs import Ref, Resolved
from bellwether.model.requests import TrackerChanges, TrackRequest
from bellwether.model.tracking import Aspect, TrackerState

DIALECT = "native"
_DEFAULT_DAYS = 30
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_BLANK_OFFSET = re.compile(r"([T ]\d{2}:\d{2}\S*) (\d{2}:?\d{2})$")
_METRIC = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_LONGEST_ID = 200


@dataclass(frozen=True, slots=True)
class Terms:
    """When to observe, and until when."""

    cron: str | None
    timezone: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Orders:
    """A batch of URLs and the terms for all of them; `stories` None: no stories."""

    urls: Sequence[str]
    single: bool
    terms: Terms
    stories: Terms | None

    def of(self, ref: Ref) -> Sequence[TrackRequest]:
        """Return the orders for one thing: itself, and its stories where those are wanted."""
        if ref.is_content:
            return [_order(ref, Aspect.CONTENT, self.terms)]
        profile = _order(ref, Aspect.PROFILE, self.terms)
        if self.stories is None:
            return [profile]
        return [profile, _order(ref, Aspect.STORIES, self.stories)]


def _order(ref: Ref, aspect: Aspect, terms: Terms) -> TrackRequest:
    return TrackRequest(
        ref=ref,
        dialect=DIALECT,
        aspect=aspect,
        cron=terms.cron,
        timezone=terms.timezone,
        expires_at=terms.expires_at,
    )


def read_orders(body: NewTrackers, now: datetime) -> Orders:
    """Return what to track; InvalidInputError names the field at fault."""
    single = isinstance(body.url, str)
    if single and body.urls is not UNSET:
        raise InvalidInputError("Send url or urls, not both", field="urls")
    given = [body.url] if isinstance(body.url, str) else body.urls
    if isinstance(given, UnsetType):
        raise InvalidInputError("Missing required field: urls", field="urls")
    stories = _read_stories(body.stories)
    return Orders(
        urls=check_count(given, MAX_TRACKED),
        single=single,
        terms=_terms(body, now, ""),
        stories=None if stories is None else _terms(stories, now, "stories."),
    )


def _read_stories(wanted: StoriesOrder | str | bool | None) -> StoriesOrder | None:  # noqa: FBT001
    if isinstance(wanted, bool):
        return StoriesOrder() if wanted else None
    return StoriesOrder(cron=wanted) if isinstance(wanted, str) else wanted


def _terms(order: NewTrackers | StoriesOrder, now: datetime, prefix: str) -> Terms:
    _check_schedule("0 0 * * *" if order.cron is None else order.cron, order.timezone, prefix)
    return Terms(
        cron=order.cron,
        timezone=order.timezone,
        expires_at=_expiry(order.days, order.expires_at, now, prefix),
    )


def _check_schedule(cron: str, timezone: str, prefix: str) -> None:
    try:
        Schedule(cron, timezone)
    except CronError as error:
        raise InvalidInputError(str(error), field=prefix + error.field) from error


def _expiry(
    days: int | None, at: str | UnsetType | None, now: datetime, prefix: str
) -> datetime | None:
    if days is not None and at is not UNSET:
        raise InvalidInputError("Send days or expires_at, not both", field=f"{prefix}expires_at")
    if isinstance(at, str):
        return read_when(at, f"{prefix}expires_at")
    if at is None:
        return None
    try:
        return now + timedelta(days=days or _DEFAULT_DAYS)
    except OverflowError:
        raise InvalidInputError("That is too far away", field=f"{prefix}days") from None


def check_count(urls: Sequence[str], most: int) -> Sequence[str]:
    """Return the URLs; InvalidInputError (`urls`) when there are none or too many."""
    if not 1 <= len(urls) <= most:
        raise InvalidInputError(
            f"urls must have 1 to {most} entries, not {len(urls)}", field="urls"
        )
    return urls


def check_resolvable(urls: Sequence[str]) -> Sequence[str]:
    """Return texts to resolve, within the bound of one request."""
    return check_count(urls, MAX_RESOLVED)


def read_changes(body: TrackerPatch, now: datetime) -> TrackerChanges:
    """Return what to change; an empty order is refused."""
    fields = (body.cron, body.timezone, body.state, body.days, body.expires_at)
    if all(value is UNSET for value in fields):
        raise InvalidInputError("Nothing to change: send at least one field", field="body")
    expires_at = None
    if body.days is not UNSET or isinstance(body.expires_at, str):
        days = None if isinstance(body.days, UnsetType) else body.days
        expires_at = _expiry(days, body.expires_at, now, "")
    return TrackerChanges(
        cron=None if isinstance(body.cron, UnsetType) else body.cron,
        timezone=None if isinstance(body.timezone, UnsetType) else body.timezone,
        state=None if isinstance(body.state, UnsetType) else TrackerState(body.state),
        expires_at=expires_at,
        clear_expiry=body.expires_at is None,
    )


def read_when(text: str, field: str, *, end: bool = False) -> datetime:
    """Read an instant or a day; with `end`, a day is its last instant."""
    # A "+" that was not escaped in a query arrives as a blank.
    written = _BLANK_OFFSET.sub(r"\1+\2", text.strip())
    try:
        instant = read_instant(written)
    except ValueError as error:
        raise InvalidInputError(f"{field}: {error}", field=field) from error
    if end and _DAY.fullmatch(written):
        return instant + timedelta(days=1, microseconds=-1)
    return instant


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose numbers, which, and over what span."""

    platform: Platform
    id: str
    kind: SubjectKind | None
    metric: str
    start: datetime | None
    end: datetime | None


def read_asked(query: GrowthQuery) -> Asked:
    """Return which numbers are asked for; InvalidInputError names the parameter at fault."""
    start = None if query.from_ is None else read_when(query.from_, "from")
    end = None if query.to is None else read_when(query.to, "to", end=True)
    if start is not None and end is not None:
        _check_order(start, end)
    return Asked(
        platform=read_platform(query.platform),
        id=check_id(query.id),
        kind=read_opt_kind(query.kind),
        metric=_check_metric(query.metric),
        start=start,
        end=end,
    )


@dataclass(frozen=True, slots=True)
class Removal:
    """Whose observations are to be removed, and over what span."""

    platform: Platform
    id: str
    kind: SubjectKind | None
    start: datetime
    end: datetime


def read_removal(query: RemovalQuery) -> Removal:
    """Return what is to be removed; InvalidInputError names the parameter at fault."""
    start, end = read_when(query.from_, "from"), read_when(query.to, "to", end=True)
    _check_order(start, end)
    platform, subject_id = read_platform(query.platform), check_id(query.id)
    return Removal(platform, subject_id, read_opt_kind(query.kind), start, end)


@dataclass(frozen=True, slots=True)
class Contest:
    """Whom to rank by what, over how many days, and how many of them are wanted."""

    metric: str
    days: int
    limit: int
    platform: Platform | None
    kind: SubjectKind | None


def read_contest(query: TopQuery) -> Contest:
    """Return whom to rank; InvalidInputError names the parameter at fault."""
    return Contest(
        metric=_check_metric(query.metric),
        days=query.days,
        limit=query.limit,
        platform=read_opt_platform(query.platform),
        kind=read_opt_kind(query.kind),
    )


def read_opt_kind(text: str | None) -> SubjectKind | None:
    """Read "creator" or "content" where it may be left out."""
    return None if text is None else SubjectKind(text)


def _check_order(start: datetime, end: datetime) -> None:
    if start > end:
        raise InvalidInputError("from is later than to", field="from")


def _check_metric(name: str) -> str:
    if not _METRIC.fullmatch(name):
        raise InvalidInputError("metric: not the name of a metric", field="metric")
    return name


def check_id(text: str) -> str:
    """Return an id; InvalidInputError (`id`) when it is too long to be one."""
    if len(text) > _LONGEST_ID:
        raise InvalidInputError(f"id: longer than {_LONGEST_ID} characters", field="id")
    return text


def read_platform(text: str) -> Platform:
    """Read a platform's name; InvalidInputError (`platform`) lists those there are."""
    platform = parse_platform(text)
    if platform is None:
        names = ", ".join(Platform)
        raise InvalidInputError(f"platform: must be one of {names}", field="platform")
    return platform


def read_opt_platform(text: str | None) -> Platform | None:
    """Read a platform's name where it may be left out."""
    return None if text is None else read_platform(text)


def refused(resolved: Resolved) -> tuple[str, str] | None:
    """Return code and message when a resolved text cannot be tracked, else None."""
    if resolved.ref is None:
        if resolved.error is None:
            return "unsupported", "This is nothing we know"
        return resolved.error.code, resolved.error.message
    if resolved.ref.needs_unshortening:
        return "unsupported", "The short link could not be followed"
    if not resolved.ref.is_content and resolved.ref.kind != "profile":
        return "unsupported", f"A {resolved.ref.kind} is not tracked"
    return None
