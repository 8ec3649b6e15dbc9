"""What the routes of webhooks ask of the engine."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bellwether.dialects.framework.operations import Call
from bellwether.engine.facade import Engine
from bellwether.model.tenants import Principal, Scope
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


async def replay_range(
    call: Call[Any, Any], scope: Scope, span: _Span, *, only_failed: bool, cursor: str | None
) -> Replayed:
    """Replay what an endpoint was to be told in a span, each portion in a transaction of its own.

    So a range of any length takes bounded memory and delays nobody else's writes for long.
    """
    endpoint_id, (start, end) = call.path["id"], span
    queued, after = 0, cursor
    for _ in range(MOST_PORTIONS):
        portion_after = after

        def portion(engine: Engine, after: str | None = portion_after) -> Replayed:
            return engine.webhooks.replay_range(
                scope, endpoint_id, start=start, end=end, only_failed=only_failed, cursor=after
            )

        replayed = await call.services.units.write(portion)
        queued, after = queued + replayed.count, replayed.next_cursor
        if after is None:
            break
    return Replayed(queued, after)
