"""Forgetting what happened long ago, without counting it less."""

from collections import Counter
from datetime import timedelta

from sqlalchemy import Connection

from bellwether.engine.insights.store_told import add_told
from bellwether.engine.webhooks.store_forgetting import ForgettingStore
from bellwether.kit.clock import Clock, to_micros


def forget_events(connection: Connection, clock: Clock, kept: timedelta, limit: int) -> int:
    """Delete up to `limit` events older than that (product's time), with deliveries and attempts.

    An event stays while a delivery of it waits or was made later than that. What counters say of
    runs that were told does not change. Returns how many were deleted.
    """
    store = ForgettingStore(connection)
    ids = store.old(to_micros(clock.now() - kept), limit)
    if not ids:
        return 0
    told = store.told(ids)
    store.delete(ids)
    left = store.still_told(list(told))
    add_told(connection, Counter(one for run, one in told.items() if run not in left))
    return len(ids)
