"""Routes of events and their deliveries: what endpoints were told."""

from collections.abc import Sequence

from bellwether.dialects.framework.operations import Call, Operation, Reply
from bellwether.dialects.native import wire_webhooks as wire
from bellwether.dialects.native.parse_webhooks import (
    read_deliveries_filter,
    read_events_filter,
)
from bellwether.dialects.native.render_webhooks import (
    render_deliveries,
    render_delivery,
    render_event,
    render_events,
    render_log,
)
from bellwether.dialects.native.work_webhooks import find_log
from bellwether.model.errors import ConflictError


async def _events(call: Call[None, wire.EventsQuery]) -> Reply:
    wanted = read_events_filter(call.query)
    page = await call.read(
        lambda engine, principal: engine.webhooks.list_events(
            principal.scope, wanted, limit=call.query.limit, cursor=call.query.cursor
        )
    )
    return Reply(render_events(page))


async def _event(call: Call[None, None]) -> Reply:
    event = await call.read(
        lambda engine, principal: engine.webhooks.event(principal.scope, call.path["id"])
    )
    return Reply(render_event(event))


async def _deliveries(call: Call[None, wire.DeliveriesQuery]) -> Reply:
    wanted = read_deliveries_filter(call.query)
    page = await call.read(
        lambda engine, principal: engine.webhooks.list_deliveries(
            principal.scope, wanted, limit=call.query.limit, cursor=call.query.cursor
        )
    )
    return Reply(render_deliveries(page))


async def _delivery(call: Call[None, None]) -> Reply:
    found = await call.read(lambda engine, principal: find_log(engine, principal, call.path["id"]))
    return Reply(render_log(found))


async def _replay(call: Call[None, None]) -> Reply:
    return await call.write(
        lambda engine, principal: engine.webhooks.replay(principal.scope, call.path["id"]),
        lambda delivery: Reply(render_delivery(delivery), status=202),
    )


DELIVERIES: Sequence[Operation] = (
    Operation(
        method="GET",
        path="/api/v1/events",
        name="list-events",
        handler=_events,
        summary="List events that an endpoint was to be told, newest first",
        query=wire.EventsQuery,
        answers={200: wire.EventList},
    ),
    Operation(
        method="GET",
        path="/api/v1/events/{id}",
        name="get-event",
        handler=_event,
        summary="Read one event",
        answers={200: wire.EventAnswer},
    ),
    Operation(
        method="GET",
        path="/api/v1/deliveries",
        name="list-deliveries",
        handler=_deliveries,
        summary="List deliveries, newest first",
        query=wire.DeliveriesQuery,
        answers={200: wire.DeliveryList},
    ),
    Operation(
        method="GET",
        path="/api/v1/deliveries/{id}",
        name="get-delivery",
        handler=_delivery,
        summary="Read one delivery and its attempts",
        answers={200: wire.DeliveryLog},
    ),
    Operation(
        method="POST",
        path="/api/v1/deliveries/{id}/replay",
        name="replay-delivery",
        handler=_replay,
        summary="Send one event to its endpoint again, under the same id",
        answers={202: wire.DeliveryAnswer},
        errors=(ConflictError,),
    ),
)
