"""What platforms and the operator allow to be spent, kept in the store for all processes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bellwether.connectors.base import Bucket
from bellwether.engine.tracking.store_budgets import BudgetStore
from bellwether.kit.clock import from_micros, to_micros

PRICE_SOURCE = "*"
"""The name under which what all sources cost together is kept."""

_PRICE_BUCKET = "usd"
_MICRO_DOLLARS = Decimal(1_000_000)
_ROUNDING = 1e-9  # sums of fractions may be off by less than this


@dataclass(frozen=True, slots=True)
class Charge:
    """What a call takes out of one bucket. `source` is whose bucket it is."""

    source: str
    bucket: Bucket
    amount: float


@dataclass(frozen=True, slots=True)
class Refusal:
    """A call does not fit a bucket until the real instant `until`; None: it never will."""

    charge: Charge
    until: datetime | None


def charges(
    source: str,
    buckets: Sequence[Bucket],
    cost: Mapping[str, float],
    price_usd: Decimal,
    price_cap_usd: Decimal | None,
) -> Sequence[Charge]:
    """Return what a call takes, in the one order in which buckets are locked."""
    wanted = [
        Charge(source, bucket, cost[bucket.name]) for bucket in buckets if cost.get(bucket.name)
    ]
    if price_cap_usd is not None and price_usd:
        cap = _price_bucket(price_cap_usd)
        wanted.append(Charge(PRICE_SOURCE, cap, float(price_usd * _MICRO_DOLLARS)))
    return sorted(wanted, key=lambda charge: (charge.source, charge.bucket.name))


def reserve(connection: Connection, wanted: Sequence[Charge], real_now: datetime) -> Refusal | None:
    """Take all charges, or none and say which did not fit."""
    store = BudgetStore(connection)
    taken: list[tuple[Charge, int, float]] = []
    for charge in wanted:
        if charge.amount > charge.bucket.amount + _ROUNDING:
            return Refusal(charge, None)
        start, used = store.locked(charge.source, charge.bucket.name)
        opened = from_micros(start)
        ends = _window_end(charge.bucket, opened)
        # A clock that was set back must not open a fresh window; one set far ahead before, must.
        if real_now >= ends or real_now < opened - (ends - opened):
            opened, used = _window_start(charge.bucket, real_now), 0.0
            ends = _window_end(charge.bucket, opened)
        if used + charge.amount > charge.bucket.amount + _ROUNDING:
            return Refusal(charge, ends)
        taken.append((charge, to_micros(opened), used + charge.amount))
    for charge, start, used in taken:
        store.save(charge.source, charge.bucket.name, start, used)
    return None


def left(
    connection: Connection,
    sources: Mapping[str, Sequence[Bucket]],
    price_cap_usd: Decimal,
    real_now: datetime,
) -> Mapping[tuple[str, str], tuple[float, float]]:
    """Return what is left of each bucket and what it holds, by source and bucket.

    What all sources together may cost is there once something was paid for.
    """
    spent = BudgetStore(connection).used()
    buckets = {(name, one.name): one for name, some in sources.items() for one in some}
    if (PRICE_SOURCE, _PRICE_BUCKET) in spent:
        buckets[PRICE_SOURCE, _PRICE_BUCKET] = _price_bucket(price_cap_usd)
    answer: dict[tuple[str, str], tuple[float, float]] = {}
    for key, bucket in buckets.items():
        start, used = spent.get(key, (0, 0.0))
        over = real_now >= _window_end(bucket, from_micros(start))
        answer[key] = (bucket.amount if over else max(0.0, bucket.amount - used), bucket.amount)
    return answer


def _price_bucket(cap_usd: Decimal) -> Bucket:
    # Whole millionths of a dollar: sums stay exact.
    return Bucket(_PRICE_BUCKET, float(cap_usd * _MICRO_DOLLARS), midnight_zone="UTC")


def _window_start(bucket: Bucket, now: datetime) -> datetime:
    if bucket.midnight_zone is None:
        return now
    local = now.astimezone(ZoneInfo(bucket.midnight_zone))
    return local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0).astimezone(UTC)


def _window_end(bucket: Bucket, start: datetime) -> datetime:
    if bucket.midnight_zone is None:
        return start + timedelta(seconds=bucket.seconds)
    local = start.astimezone(ZoneInfo(bucket.midnight_zone))
    # Wall-clock arithmetic: the next midnight there, however long the day is.
    tomorrow = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0) + timedelta(days=1)
    return tomorrow.astimezone(UTC)
