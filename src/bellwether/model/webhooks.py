"""Endpoints, events and their deliveries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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
    """One attempt series to tell one endpoint one event."""

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
