"""Forgetting what happened long ago, without counting it less."""

from datetime import timedelta

from sqlalchemy import Connection

from bellwether.engine.insights.store_told import add_told
from bellwether.engine.webhooks.forgetting import forget
from bellwether.kit.clock import Clock


def forget_events(connection: Connection, clock: Clock, kept: timedelta, limit: int) -> int:
    """Delete up to `limit` events older than that (product's time), with all that belongs to them.

    What counters say of runs that were told does not change. Returns how many were deleted.
    """
    forgotten = forget(connection, clock.now() - kept, limit)
    add_told(connection, forgotten.told)
    return forgotten.events
