"""The shapes of the native API: endpoints, events and deliveries."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from bellwether.dialects.native.wire import Cursor, Limit

EventName = Literal[
    "run.succeeded", "run.failed", "tracker.expired", "tracker.stale", "connector.failed"
]
"""What can be subscribed to."""

AnyEventName = Literal[
    "run.succeeded", "run.failed", "tracker.expired", "tracker.stale", "connector.failed", "test"
]
EndpointStateName = Literal["active", "paused", "disabled"]
DeliveryStateName = Literal["pending", "succeeded", "failed", "cancelled"]
DialectName = Literal["native", "ylytic"]
MAX_GRACE_HOURS = 720
_From = Annotated[str | None, Meta(description="First instant or day, included (ISO 8601, UTC)")]
_To = Annotated[str | None, Meta(description="Last instant or day, included (ISO 8601, UTC)")]


class EndpointOrder(msgspec.Struct, forbid_unknown_fields=True):
    """A webhook receiver to be told what happens."""

    url: Annotated[str, Meta(description="http or https, on the public Internet")]
    name: Annotated[str, Meta(description="For people; the URL's host when empty")] = ""
    events: Annotated[list[EventName], Meta(description="Event types; none for all of them")] = (
        msgspec.field(default_factory=list)
    )
    dialect: Annotated[DialectName, Meta(description="Whose payloads it is sent")] = "native"


class EndpointPatch(msgspec.Struct, forbid_unknown_fields=True):
    """What to change; what is left out stays."""

    url: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    events: Annotated[list[EventName] | UnsetType, Meta(description="none for all types")] = UNSET
    state: Annotated[
        Literal["active", "paused"] | UnsetType,
        Meta(description="`active` also ends a disablement"),
    ] = UNSET


class RotateOrder(msgspec.Struct, forbid_unknown_fields=True):
    """How long the secrets there are go on signing beside the new one."""

    grace_hours: Annotated[float, Meta(ge=0, le=MAX_GRACE_HOURS)] = 24.0


class ReplayOrder(msgspec.Struct, forbid_unknown_fields=True):
    """Which deliveries to send again."""

    from_: _From = msgspec.field(default=None, name="from")
    to: _To = None
    only_failed: Annotated[bool, Meta(description="false: also what was delivered in the end")] = (
        True
    )
    cursor: Annotated[str | None, Meta(description="The `next_cursor` of the call before")] = None


class EndpointView(msgspec.Struct):
    """A webhook receiver. `disabled` is our doing, for `disabled_reason`."""

    id: str
    url: str
    name: str
    events: Annotated[list[EventName], Meta(description="Empty: all types")]
    dialect: str
    state: EndpointStateName
    disabled_reason: str | None
    created_at: datetime
    updated_at: datetime


class EndpointAnswer(msgspec.Struct):
    """One endpoint."""

    data: EndpointView


class EndpointList(msgspec.Struct):
    """A page of endpoints, oldest first."""

    data: list[EndpointView]
    next_cursor: str | None


class SecretView(EndpointView):
    """An endpoint with its new secret, which is shown this once."""

    secret: Annotated[str, Meta(description="whsec_ and base64, as Standard Webhooks writes it")]


class SecretAnswer(msgspec.Struct):
    """An endpoint just made, or one whose secret was just rotated."""

    data: SecretView


class EventsQuery(msgspec.Struct, forbid_unknown_fields=True):
    """Which events to list."""

    type: AnyEventName | None = None
    tracker_id: str | None = None
    from_: _From = msgspec.field(default=None, name="from")
    to: _To = None
    limit: Limit = 50
    cursor: Cursor = None


class EventView(msgspec.Struct):
    """Something that happened and that an endpoint was to be told. `id` is its `webhook-id`."""

    id: str
    type: AnyEventName
    at: datetime
    tracker_id: str | None
    run_id: str | None
    data: dict[str, Any]


class EventAnswer(msgspec.Struct):
    """One event."""

    data: EventView


class EventList(msgspec.Struct):
    """A page of events, newest first."""

    data: list[EventView]
    next_cursor: str | None


class DeliveriesQuery(msgspec.Struct, forbid_unknown_fields=True):
    """Which deliveries to list."""

    endpoint_id: str | None = None
    state: DeliveryStateName | None = None
    event_type: AnyEventName | None = None
    tracker_id: str | None = None
    from_: _From = msgspec.field(default=None, name="from")
    to: _To = None
    limit: Limit = 50
    cursor: Cursor = None


class DeliveryView(msgspec.Struct):
    """Telling one endpoint one event, however many attempts it takes."""

    id: str
    event_id: str
    event_type: AnyEventName
    endpoint_id: str
    tracker_id: str | None
    state: DeliveryStateName
    attempts: int
    next_attempt_at: Annotated[
        datetime | None, Meta(description="Not before this instant of the world's clock")
    ]
    last_status: Annotated[int | None, Meta(description="null: no answer came")]
    last_error: str | None
    replay: Annotated[int, Meta(description="0: by itself; else which time it was asked for")]
    created_at: datetime
    finished_at: datetime | None


class DeliveryList(msgspec.Struct):
    """A page of deliveries, newest first."""

    data: list[DeliveryView]
    next_cursor: str | None


class DeliveryAnswer(msgspec.Struct):
    """One delivery."""

    data: DeliveryView


class AttemptView(msgspec.Struct):
    """One request to an endpoint and what came back."""

    at: datetime
    duration_ms: int
    status: int | None
    error: str | None
    response_excerpt: str | None


class DeliveryLog(msgspec.Struct):
    """One delivery and its attempts, oldest first."""

    data: DeliveryView
    attempts: list[AttemptView]


class QueuedView(msgspec.Struct):
    """How many deliveries were put in line again."""

    queued: int


class QueuedAnswer(msgspec.Struct):
    """What a replay came to. With a `next_cursor` there is more: send it again with that."""

    data: QueuedView
    next_cursor: str | None
