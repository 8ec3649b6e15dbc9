"""What deliverers hold and what they report."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from bellwether.model.webhooks import DeliveryState, Event


@dataclass(frozen=True, slots=True)
class Waiting:
    """An endpoint with something due. `failing` means that its newest attempt failed."""

    endpoint_id: str
    failing: bool
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Receiver:
    """An endpoint as an attempt needs it. `sealed` are its valid secrets, newest first."""

    endpoint_id: str
    url: str
    dialect: str
    sealed: Sequence[str]


class Due(NamedTuple):
    """One delivery to be attempted. `position` is its place in the store, `attempts` were made."""

    delivery_id: str
    position: int
    attempts: int
    event: Event


@dataclass(frozen=True, slots=True)
class ClaimedLane:
    """The front of a lane, held under a claim: deliveries to be attempted in this order."""

    id: str
    token: str
    receiver: Receiver
    due: Sequence[Due]


class Attempted(NamedTuple):
    """What one request came to. `status` is None when no whole answer came, `error` says why.

    `retry_after_s` is what the receiver asked for.
    """

    at: datetime
    duration_ms: int
    status: int | None
    error: str | None
    excerpt: str | None
    retry_after_s: float | None = None


class Result(NamedTuple):
    """What an attempt means for its delivery.

    `state` stays PENDING where it is tried again at `retry_at` (real time). `held_until` (real
    time) is until when the receiver wants to be left alone; `gone` that it wants no more at all.
    """

    lane: ClaimedLane
    due: Due
    attempted: Attempted
    state: DeliveryState
    retry_at: datetime | None = None
    held_until: datetime | None = None
    gone: bool = False


@dataclass(frozen=True, slots=True)
class LaneEnd:
    """A deliverer lets go of a lane, to be looked at again at an instant, None for at once."""

    lane: ClaimedLane
    due_at: datetime | None
