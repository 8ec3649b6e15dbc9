"""What an order to track becomes: the checks on it, and the values of its row."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bellwether.engine.tracking.schedules import default_cron, first_tick
from bellwether.kit.ids import new_id
from bellwether.model.errors import InvalidInputError, UnsupportedError
from bellwether.model.platforms import Kind
from bellwether.model.requests import NewSubject, Subject, TrackRequest
from bellwether.model.tenants import Scope
from bellwether.model.tracking import Aspect, Tracker, TrackerState

FIRST: Final = 0
"""The priority of a tracker whose first numbers are owed."""
ROUTINE: Final = 1
"""The priority of every later tick."""

_LONGEST_TARGET = 200
_LONGEST_DIALECT = 20


@dataclass(frozen=True, slots=True)
class Order:
    """A checked TrackRequest. An order that has expired already gets its schedule's next tick."""

    request: TrackRequest
    cron: str
    expired: bool
    tick: datetime

    @property
    def counts(self) -> bool:
        """Whether the plan's limit on tracked videos counts it."""
        return self.request.aspect is Aspect.CONTENT and not self.expired

    def schedule_values(self, now: datetime) -> dict[str, object]:
        """Return the columns that a new order decides, also where it revives an old tracker."""
        return {
            "url": self.request.ref.url,
            "handle": self.request.ref.handle if self.request.ref.is_content else None,
            "cron": self.cron,
            "timezone": self.request.timezone,
            "state": (TrackerState.EXPIRED if self.expired else TrackerState.ACTIVE).value,
            "next_at": self.tick,
            "due_at": None if self.expired else self.tick,
            "priority": FIRST,
            "expires_at": self.request.expires_at,
            "claim": None,
            "lease_until": None,
            "attempts": 0,
            "failure_reason": None,
            "failure_message": None,
            "updated_at": now,
        }

    def new_row(self, scope: Scope, subject: Subject, now: datetime) -> dict[str, object]:
        """Return the row of a tracker made by this order."""
        return {
            "id": new_id(),
            "workspace_id": scope.workspace_id,
            "environment": scope.environment.value,
            "platform": self.request.ref.platform.value,
            "aspect": self.request.aspect.value,
            "subject_id": subject.id,
            "target": self.request.ref.id,
            "dialect": self.request.dialect,
            "runs": 0,
            "created_at": now,
            **self.schedule_values(now),
        }


def check(request: TrackRequest, now: datetime) -> Order:
    """Check an order and work out its first tick: the instant of its creation.

    InvalidInputError and UnsupportedError name the field at fault (`url`, `cron`, `timezone`).
    """
    _check_ref(request)
    cron = request.cron or default_cron(request.aspect, now, request.timezone)
    tick = first_tick(cron, request.timezone, now)
    expired = request.expires_at is not None and request.expires_at <= now
    return Order(request=request, cron=cron, expired=expired, tick=tick if expired else now)


def _check_ref(request: TrackRequest) -> None:
    ref = request.ref
    if ref.kind is Kind.SHORT_LINK:
        raise UnsupportedError("a short link is resolved before it is tracked", field="url")
    if ref.kind is Kind.PLAYLIST:
        raise UnsupportedError("playlists are not tracked", field="url")
    if ref.is_content != (request.aspect is Aspect.CONTENT):
        what = "a content" if ref.is_content else "a creator"
        raise UnsupportedError(f"this names {what}, which has no {request.aspect}", field="url")
    if not 0 < len(ref.id) <= _LONGEST_TARGET:
        raise InvalidInputError(f"an id has 1 to {_LONGEST_TARGET} characters", field="url")
    if ref.handle is not None and not 0 < len(ref.handle) <= _LONGEST_TARGET:
        raise InvalidInputError(f"a handle has 1 to {_LONGEST_TARGET} characters", field="url")
    if len(request.dialect) > _LONGEST_DIALECT:
        raise ValueError(f"a dialect's name has at most {_LONGEST_DIALECT} characters")


def subject_of(request: TrackRequest) -> NewSubject:
    """Return the subject an order stands on."""
    ref = request.ref
    return NewSubject(
        kind=request.aspect.subject_kind,
        platform=ref.platform,
        external_id=ref.id,
        content_kind=ref.kind,
        url=ref.url,
        handle=ref.handle,
    )


def is_over(tracker: Tracker, now: datetime) -> bool:
    """Return whether a tracker has expired, marked as such yet or not."""
    if tracker.state is TrackerState.EXPIRED:
        return True
    past = tracker.expires_at is not None and tracker.expires_at <= now
    return past and tracker.state is TrackerState.ACTIVE
