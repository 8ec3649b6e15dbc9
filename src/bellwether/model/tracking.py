"""Trackers and their runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bellwether.model.platforms import Platform, SubjectKind
from bellwether.model.readings import FailureReason

PUBLISHING = "publishing"
"""Stands for a dialect where a tracker follows what is published from here: all dialects see it."""


class Aspect(StrEnum):
    """What a tracker observes: a creator's profile, a creator's stories, or one content."""

    PROFILE = "profile"
    STORIES = "stories"
    CONTENT = "content"

    @property
    def subject_kind(self) -> SubjectKind:
        """What kind of subject the tracker stands on."""
        return SubjectKind.CONTENT if self is Aspect.CONTENT else SubjectKind.CREATOR


class TrackerState(StrEnum):
    """Whether a tracker's schedule is followed."""

    ACTIVE = "active"
    PAUSED = "paused"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Tracker:
    """A standing order to observe.

    `next_at` is the next tick of the schedule, shown also when the tracker is not active.
    `lateness_s` is how long the oldest tick that should have run has been waiting, else 0.
    """

    id: str
    platform: Platform
    aspect: Aspect
    subject_id: str
    target: str  # the id or handle the source is asked for
    url: str
    dialect: str
    cron: str
    timezone: str
    state: TrackerState
    next_at: datetime | None
    expires_at: datetime | None
    created_at: datetime
    updated_at: datetime
    last_run_at: datetime | None
    last_success_at: datetime | None
    failure_reason: FailureReason | None
    failure_message: str | None
    runs: int
    lateness_s: float


class RunState(StrEnum):
    """How a run ended. A run is recorded only when it has ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of a tracker for one tick (Ylytic's "event")."""

    id: str
    tracker_id: str
    tick: datetime
    finished_at: datetime
    state: RunState
    source: str | None
    failure_reason: FailureReason | None
    failure_message: str | None
    attempts: int
    snapshots: int


@dataclass(frozen=True, slots=True)
class Overview:
    """All trackers of all workspaces together, for whoever runs the server.

    `failing` counts active trackers by the reason of their last failure; `late` those that should
    have run a while ago, the longest since `oldest_due_at`; `last_runs` is how many of the newest
    runs were looked at.
    """

    trackers: Mapping[TrackerState, int]
    failing: Mapping[str, int]
    late: int
    oldest_due_at: datetime | None
    last_runs: int
    last_runs_failed: int
    last_run_at: datetime | None
