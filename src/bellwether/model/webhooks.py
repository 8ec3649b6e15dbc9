"""Endpoints, events and their deliveries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bellwether.model.tenants import Scope


class EventType(StrEnum):
    """What an endpoint can be told."""

    RUN_SUCCEEDED = "run.succeeded"
    RUN_FAILED = "run.failed"
    TRACKER_EXPIRED = "tracker.expired"
    TRACKER_STALE = "tracker.stale"
    CONNECTOR_FAILED = "connector.failed"
    TEST = "test"


class EndpointState(StrEnum):
    """Whether an endpoint is told. `disabled` is our doing, `paused` the customer's."""

    ACTIVE = "active"
    PAUSED = "paused"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A webhook receiver. `events` empty means all; `dialect` chooses payload and headers."""

    id: str
    url: str
    name: str
    events: tuple[EventType, ...]
    dialect: str
    state: EndpointState
    disabled_reason: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    """An endpoint just made, or one whose secret was just rotated: the secret is shown once."""

    endpoint: Endpoint
    secret: str  # "whsec_" and base64, as Standard Webhooks writes it


@dataclass(frozen=True, slots=True)
class EndpointChanges:
    """What to change of an endpoint; None leaves it as it is.

    `state` is ACTIVE (which also lifts a disablement) or PAUSED.
    """

    url: str | None = None
    name: str | None = None
    events: Sequence[EventType] | None = None
    state: EndpointState | None = None


@dataclass(frozen=True, slots=True)
class NewEvent:
    """Something that just happened in a scope, to be told to whoever subscribed.

    `data` is JSON-ready; its keys are kept in this order in every payload made from it.
    """

    scope: Scope
    type: EventType
    at: datetime
    data: Mapping[str, object]
    tracker_id: str | None = None
    run_id: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, as stored with it in one transaction.

    `tracker_id` orders deliveries; `data` is JSON-ready and never changes.
    """

    id: str
    type: EventType
    at: datetime
    tracker_id: str | None
    run_id: str | None
    data: Mapping[str, object]


class DeliveryState(StrEnum):
    """How far telling one endpoint one event has come."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt series to tell one endpoint one event.

    `replay` is 0 for the first series and counts those that a person asked for after it.
    `next_attempt_at` is in real time and a promise of not before: what is ahead in order comes
    first. All other instants are the product's.
    """

    id: str
    event_id: str
    event_type: EventType
    endpoint_id: str
    state: DeliveryState
    attempts: int
    next_attempt_at: datetime | None
    last_status: int | None
    last_error: str | None
    created_at: datetime
    finished_at: datetime | None
    tracker_id: str | None
    replay: int


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """Which deliveries are wanted; None is any. `start` and `end` bound `created_at`: [start, end).

    For lists of events only `event_type`, `tracker_id`, `start` and `end` count.
    """

    endpoint_id: str | None = None
    state: DeliveryState | None = None
    event_type: EventType | None = None
    tracker_id: str | None = None
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Replayed:
    """One portion of a range that is being replayed; `next_cursor` is None after the last."""

    count: int
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request to an endpoint. `status` is None when no answer came, `error` says why."""

    id: str
    delivery_id: str
    at: datetime
    duration_ms: int
    status: int | None
    error: str | None
    response_excerpt: str | None


@dataclass(frozen=True, slots=True)
class EndpointTrouble:
    """An endpoint that is disabled, or has failed without a break since an instant (real time)."""

    endpoint_id: str
    workspace: str
    state: EndpointState
    reason: str | None
    failing_since: datetime | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """All webhooks of all workspaces together, for whoever runs the server.

    `due_since` is the real instant since when what is due longest has been due, None for nothing;
    `troubles` names a few.
    """

    pending: int
    due_since: datetime | None
    endpoints: Mapping[EndpointState, int]
    troubles: Sequence[EndpointTrouble]
