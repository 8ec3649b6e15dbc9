"""Routes of endpoints: who is told what happens."""

from collections.abc import Sequence
from datetime import timedelta

from bellwether.dialects.framework.operations import Call, Operation, Reply
from bellwether.dialects.native import wire_webhooks as wire
from bellwether.dialects.native.parse_webhooks import read_endpoint_changes, read_span
from bellwether.dialects.native.render_webhooks import (
    render_delivery,
    render_endpoint,
    render_endpoints,
    render_secret,
)
from bellwether.dialects.native.wire import PageQuery
from bellwether.dialects.native.work_webhooks import replay_portion, replay_range
from bellwether.model.errors import ConflictError, LimitExceededError
from bellwether.model.webhooks import EventType, Replayed

_PATH = "/api/v1/endpoints"
_ONE = f"{_PATH}/{{id}}"


async def _create(call: Call[wire.EndpointOrder, None]) -> Reply:
    body = call.body
    await call.authenticate()  # nobody else may have us look a host up
    await call.services.check_receiver(body.url)
    return await call.write(
        lambda engine, principal: engine.webhooks.create(
            principal.scope,
            url=body.url,
            name=body.name,
            events=[EventType(name) for name in body.events],
            dialect=body.dialect,
        ),
        lambda made: Reply(render_secret(made), status=201),
    )


async def _list(call: Call[None, PageQuery]) -> Reply:
    page = await call.read(
        lambda engine, principal: engine.webhooks.list_endpoints(
            principal.scope, limit=call.query.limit, cursor=call.query.cursor
        )
    )
    return Reply(render_endpoints(page))


async def _get(call: Call[None, None]) -> Reply:
    endpoint = await call.read(
        lambda engine, principal: engine.webhooks.get(principal.scope, call.path["id"])
    )
    return Reply(render_endpoint(endpoint))


async def _change(call: Call[wire.EndpointPatch, None]) -> Reply:
    changes = read_endpoint_changes(call.body)
    if changes.url is not None:
        await call.authenticate()
        await call.services.check_receiver(changes.url)
    return await call.write(
        lambda engine, principal: engine.webhooks.update(principal.scope, call.path["id"], changes),
        lambda endpoint: Reply(render_endpoint(endpoint)),
    )


async def _delete(call: Call[None, None]) -> Reply:
    return await call.write(
        lambda engine, principal: engine.webhooks.delete(principal.scope, call.path["id"]),
        lambda _: Reply(status=204),
    )


async def _rotate(call: Call[wire.RotateOrder, None]) -> Reply:
    grace = timedelta(hours=call.body.grace_hours)
    return await call.write(
        lambda engine, principal: engine.webhooks.rotate_secret(
            principal.scope, call.path["id"], grace=grace
        ),
        lambda made: Reply(render_secret(made)),
    )


async def _test(call: Call[None, None]) -> Reply:
    return await call.write(
        lambda engine, principal: engine.webhooks.send_test(principal.scope, call.path["id"]),
        lambda delivery: Reply(render_delivery(delivery), status=202),
    )


async def _replay(call: Call[wire.ReplayOrder, None]) -> Reply:
    span, failed, cursor = read_span(call.body), call.body.only_failed, call.body.cursor
    if call.ticket is not None:  # done once, so in one transaction
        portion = replay_portion(call.path["id"], span, only_failed=failed, cursor=cursor)
        return await call.write(portion, _queued)
    return _queued(await replay_range(call, span, only_failed=failed, cursor=cursor))


def _queued(replayed: Replayed) -> Reply:
    queued = wire.QueuedView(replayed.count)
    return Reply(wire.QueuedAnswer(queued, replayed.next_cursor), status=202)


ENDPOINTS: Sequence[Operation] = (
    Operation(
        method="POST",
        path=_PATH,
        name="create-endpoint",
        handler=_create,
        summary="Make a webhook endpoint; the answer shows its secret, this once",
        body=wire.EndpointOrder,
        answers={201: wire.SecretAnswer},
        errors=(LimitExceededError,),
    ),
    Operation(
        method="GET",
        path=_PATH,
        name="list-endpoints",
        handler=_list,
        summary="List webhook endpoints, oldest first",
        query=PageQuery,
        answers={200: wire.EndpointList},
    ),
    Operation(
        method="GET",
        path=_ONE,
        name="get-endpoint",
        handler=_get,
        summary="Read one webhook endpoint",
        answers={200: wire.EndpointAnswer},
    ),
    Operation(
        method="PATCH",
        path=_ONE,
        name="change-endpoint",
        handler=_change,
        summary="Change, pause or resume a webhook endpoint",
        body=wire.EndpointPatch,
        answers={200: wire.EndpointAnswer},
    ),
    Operation(
        method="DELETE",
        path=_ONE,
        name="delete-endpoint",
        handler=_delete,
        summary="Forget a webhook endpoint; what it was not told yet is cancelled",
        answers={204: None},
    ),
    Operation(
        method="POST",
        path=f"{_ONE}/rotate",
        name="rotate-endpoint-secret",
        handler=_rotate,
        summary="Give a webhook endpoint a new secret; older ones sign beside it for a while",
        body=wire.RotateOrder,
        may_be_empty=True,
        answers={200: wire.SecretAnswer},
    ),
    Operation(
        method="POST",
        path=f"{_ONE}/test",
        name="test-endpoint",
        handler=_test,
        summary="Send an event of type `test`",
        answers={202: wire.DeliveryAnswer},
        errors=(ConflictError,),
    ),
    Operation(
        method="POST",
        path=f"{_ONE}/replay",
        name="replay-endpoint",
        handler=_replay,
        summary="Send again what a webhook endpoint was to be told in a span of time",
        body=wire.ReplayOrder,
        may_be_empty=True,
        answers={202: wire.QueuedAnswer},
        errors=(ConflictError,),
    ),
)
