"""What the routes of webhooks ask of the engine."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from bellwether.dialects.framework.operations import Call
from bellwether.engine.facade import Engine
from bellwether.model.tenants import Principal
from bellwether.model.webhooks import Attempt, Delivery, Replayed

MOST_PORTIONS = 50
"""How many transactions of 1,000 deliveries one call makes at most."""

_MOST_ATTEMPTS = 1000
_Span = tuple[datetime | None, datetime | None]


def find_log(
    engine: Engine, principal: Principal, delivery_id: str
) -> tuple[Delivery, Sequence[Attempt]]:
    """Find a delivery and its attempts; NotFoundError."""
    delivery = engine.webhooks.delivery(principal.scope, delivery_id)
    page = engine.webhooks.list_attempts(principal.scope, delivery_id, limit=_MOST_ATTEMPTS)
    return delivery, page.items


def replay_portion(
    endpoint_id: str, span: _Span, *, only_failed: bool, cursor: str | None
) -> Callable[[Engine, Principal], Replayed]:
    """Replay the first thousand of what an endpoint was to be told in a span."""
    start, end = span

    def work(engine: Engine, principal: Principal) -> Replayed:
        return engine.webhooks.replay_range(
            principal.scope,
            endpoint_id,
            start=start,
            end=end,
            only_failed=only_failed,
            cursor=cursor,
        )

    return work


async def replay_range(
    call: Call[Any, Any], span: _Span, *, only_failed: bool, cursor: str | None
) -> Replayed:
    """Replay what an endpoint was to be told in a span, each portion in a transaction of its own.

    So a range of any length takes bounded memory and delays nobody else's writes for long.
    """
    principal = await call.authenticate()
    queued, after = 0, cursor

    async def write(portion: Callable[[Engine, Principal], Replayed]) -> Replayed:
        return await call.services.units.write(lambda engine: portion(engine, principal))

    for _ in range(MOST_PORTIONS):
        endpoint_id = call.path["id"]
        replayed = await write(
            replay_portion(endpoint_id, span, only_failed=only_failed, cursor=after)
        )
        queued, after = queued + replayed.count, replayed.next_cursor
        if after is None:
            break
    return Replayed(queued, after)
