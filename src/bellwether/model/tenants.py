"""Workspaces, keys and plans."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Environment(StrEnum):
    """Which world a key sees: the simulated network, or the platforms."""

    SANDBOX = "sandbox"
    LIVE = "live"


class PlanName(StrEnum):
    """The plans a workspace can be on."""

    FREE = "free"
    PRO = "pro"
    BUSINESS = "business"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan's limits; None is unlimited.

    `tracked_videos` counts active content trackers of one environment; the two rates are per key;
    `credits` is what each environment may spend in all.
    """

    name: PlanName
    title: str
    tracked_videos: int | None
    calls_per_minute: int | None
    videos_per_minute: int | None
    credits: int | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose data a unit of work may see: one environment of one workspace."""

    workspace_id: str
    environment: Environment


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is calling, as the credentials proved."""

    scope: Scope
    key_id: str
    plan: Plan


@dataclass(frozen=True, slots=True)
class RateWindow:
    """What is left of one of a key's rates ("calls" or "videos"), `reset` seconds before its end.

    `length` is the whole window's, in seconds.
    """

    name: str
    limit: int
    remaining: int
    reset: int
    length: int


@dataclass(frozen=True, slots=True)
class Workspace:
    """A tenant."""

    id: str
    name: str
    plan: Plan
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it may be shown after its creation: without secret and token."""

    id: str
    scope: Scope
    client_id: str
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made: the only time its secret and token exist in clear."""

    key: Key
    secret: str
    token: str
