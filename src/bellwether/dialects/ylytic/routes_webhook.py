"""Routes of the webhook's address, which the vendor takes by hand."""

from collections.abc import Sequence

from bellwether.dialects.framework.operations import Call, Operation, Reply
from bellwether.dialects.ylytic import wire
from bellwether.dialects.ylytic.render import render_webhook
from bellwether.dialects.ylytic.work_webhook import drop_webhook, find_webhook, keep_webhook
from bellwether.model.errors import LimitExceededError, NotFoundError

_WEBHOOK = "/ylytic/api/v1/rt_tracking/webhook"


async def _put(call: Call[wire.WebhookRequest, None]) -> Reply:
    await call.authenticate()
    await call.services.check_receiver(call.body.url)
    return await call.write(keep_webhook(call.body.url), lambda kept: Reply(render_webhook(*kept)))


async def _get(call: Call[None, None]) -> Reply:
    return Reply(render_webhook(await call.read(find_webhook), None))


async def _delete(call: Call[None, None]) -> Reply:
    return await call.write(drop_webhook, lambda _: Reply(wire.YlyticDone()))


WEBHOOK: Sequence[Operation] = (
    Operation(
        method="PUT",
        path=_WEBHOOK,
        name="put-webhook",
        handler=_put,
        summary="Say where events are told; the first answer has the secret that signs them",
        body=wire.WebhookRequest,
        answers={200: wire.YlyticWebhook},
        errors=(LimitExceededError,),
    ),
    Operation(
        method="GET",
        path=_WEBHOOK,
        name="get-webhook",
        handler=_get,
        summary="Read where events are told",
        answers={200: wire.YlyticWebhook},
        errors=(NotFoundError,),
    ),
    Operation(
        method="DELETE",
        path=_WEBHOOK,
        name="delete-webhook",
        handler=_delete,
        summary="Tell nobody any more",
        answers={200: wire.YlyticDone},
        errors=(NotFoundError,),
    ),
)
