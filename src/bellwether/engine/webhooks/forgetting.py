"""Forgetting events that are long over."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from bellwether.engine.webhooks.store_forgetting import ForgettingStore
from bellwether.kit.clock import to_micros


class Forgotten(NamedTuple):
    """How many events were deleted, and by tracker how many runs nothing else says were told."""

    events: int
    told: Mapping[str, int]


def forget(connection: Connection, before: datetime, limit: int) -> Forgotten:
    """Delete up to `limit` events from before an instant, with deliveries and attempts.

    An event stays while a delivery of it waits or was made since then.
    """
    store = ForgettingStore(connection)
    ids = store.old(to_micros(before), limit)
    if not ids:
        return Forgotten(0, {})
    told = store.told(ids)
    store.delete(ids)
    left = store.still_told(list(told))
    return Forgotten(len(ids), Counter(one for run, one in told.items() if run not in left))
