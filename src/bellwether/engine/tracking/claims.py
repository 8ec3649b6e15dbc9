"""Claiming what is due, under a lease."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import product

from sqlalchemy import Connection

from bellwether.engine.credits.service import CreditService
from bellwether.engine.tracking.orders import FIRST, ROUTINE
from bellwether.engine.tracking.outcomes import Claimed, Lane
from bellwether.engine.tracking.store_claims import ClaimStore
from bellwether.engine.tracking.telling import Expired, Teller
from bellwether.kit.clock import Clock, from_micros, opt_instant, to_micros
from bellwether.model.platforms import Platform
from bellwether.model.tenants import Environment, Scope
from bellwether.model.tracking import Aspect

_ALL_LANES = [
    (environment.value, platform.value, aspect.value, priority)
    for environment, platform, aspect, priority in product(
        Environment, Platform, Aspect, (FIRST, ROUTINE)
    )
]
_PRIORITIES = (FIRST, ROUTINE)


def due_lanes(connection: Connection, clock: Clock) -> Sequence[Lane]:
    """Return the lanes in which something waits to be claimed."""
    now, real_now = to_micros(clock.now()), to_micros(clock.real_now())
    found = ClaimStore(connection).due_lanes(_ALL_LANES, now, real_now)
    return list(dict.fromkeys(Lane(Environment(e), Platform(p), Aspect(a)) for e, p, a, _ in found))


def until_next(connection: Connection, clock: Clock, looked_at: datetime) -> timedelta | None:
    """Return how long it is, in the product's time, until the first tick after a look is due.

    Negative where it has become due since.
    """
    following = ClaimStore(connection).next_due(_ALL_LANES, to_micros(looked_at))
    return None if following is None else from_micros(following) - clock.now()


def claim(
    connection: Connection,
    clock: Clock,
    limits: Mapping[Lane, int],
    token: str,
    lease: timedelta,
) -> Mapping[Lane, Sequence[Claimed]]:
    """Claim what is due, up to a number of trackers in each lane, first numbers first.

    Trackers whose tick is not before their expiry are marked as expired instead, and what was paid
    for those that never got their first numbers is given back.
    """
    store = ClaimStore(connection)
    now, real_now = to_micros(clock.now()), to_micros(clock.real_now())
    claimed: dict[Lane, list[Claimed]] = {}
    over: list[Expired] = []
    missed: dict[str, datetime | None] = {}
    for lane, limit in limits.items():
        mine = claimed.setdefault(lane, [])
        for priority in _PRIORITIES:
            key = (lane.environment.value, lane.platform.value, lane.aspect.value, priority)
            for row in store.due(key, now, real_now, limit - len(mine)):
                tracker_id, workspace_id, subject_id, target, tick, expires_at, attempts, seen = row
                if expires_at is not None and tick >= expires_at:
                    over.append(Expired(tracker_id, Scope(workspace_id, lane.environment)))
                    if priority == FIRST:
                        missed[tracker_id] = opt_instant(seen)
                else:
                    mine.append(
                        Claimed(tracker_id, workspace_id, subject_id, target, tick, attempts, token)
                    )
    store.expire([one.tracker_id for one in over], now)
    if missed:
        CreditService(connection, clock).refund(missed)
    ids = [tracker.id for mine in claimed.values() for tracker in mine]
    store.claim(ids, token, _lease_end(clock, lease))
    if over:
        Teller(connection, clock).tell((), expired=over)
    return {lane: mine for lane, mine in claimed.items() if mine}


def renew(
    connection: Connection, clock: Clock, claimed: Sequence[Claimed], lease: timedelta
) -> None:
    """Lengthen the lease of what is still held."""
    if claimed:
        ids = [tracker.id for tracker in claimed]
        ClaimStore(connection).renew(ids, claimed[0].token, _lease_end(clock, lease))


def release(connection: Connection, claimed: Sequence[Claimed]) -> None:
    """Let others have what is still held and was not worked on."""
    if claimed:
        ClaimStore(connection).release([tracker.id for tracker in claimed], claimed[0].token)


def _lease_end(clock: Clock, lease: timedelta) -> int:
    real_now: datetime = clock.real_now()
    return to_micros(real_now + lease)
