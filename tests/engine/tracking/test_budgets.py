import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection
from tests.support.tracking import START, House, order
from tests.support.twins import TwinSource

from bellwether.connectors.base import Bucket, Operation
from bellwether.connectors.sources import Sources
from bellwether.engine.tracking.budgets import Charge, Refusal, charges, reserve
from bellwether.engine.tracking.tasks import Scheduler
from bellwether.kit.clock import ManualClock
from bellwether.model.readings import FailureReason
from bellwether.model.tenants import Scope
from bellwether.model.tracking import RunState
from bellwether.storage.database import Database, open_database

MINUTE = Bucket("calls", 3, seconds=60)
DAY = Bucket("quota", 5, midnight_zone="America/Los_Angeles")


def limited(bucket: Bucket, *, batch_size: int = 10) -> TwinSource:
    return TwinSource(batch_size=batch_size, buckets=[bucket], cost={bucket.name: 1})


def take(database: Database, bucket: Bucket, amount: float, at: datetime) -> Refusal | None:
    wanted = [Charge("twin", bucket, amount)]
    return database.submit_write(lambda c: reserve(c, wanted, at)).result()


async def test_what_does_not_fit_waits_for_the_next_window_and_is_no_failed_run(
    house: House, scope: Scope
) -> None:
    source = limited(MINUTE)
    scheduler = house.scheduler(source)
    house.track(scope, *(order(f"v{n:02}") for n in range(50)))
    assert await scheduler.step() == 30
    assert len(source.calls) == 3
    waiting = [
        tracker
        for tracker in house.read(
            lambda engine: engine.tracking.list_trackers(scope, limit=100)
        ).items
        if tracker.runs == 0
    ]
    assert len(waiting) == 20
    assert {tracker.failure_reason for tracker in waiting} == {FailureReason.RATE_LIMITED}
    assert waiting[0].failure_message == (
        "deferred: the budget 'calls' of twin is used up until 2026-03-02 09:31:00 UTC"
    )
    house.pass_time(seconds=59)
    assert await scheduler.step() == 0
    house.pass_time(seconds=1)
    assert await scheduler.step() == 20
    assert {run.attempts for run in house.runs(scope)} == {1}
    assert {run.state for run in house.runs(scope)} == {RunState.SUCCEEDED}


async def test_a_budget_holds_across_a_restart(
    house: House, scope: Scope, database_url: str
) -> None:
    house.track(scope, *(order(f"v{n}") for n in range(6)))
    assert await house.scheduler(limited(DAY, batch_size=1)).step() == 5
    again = House(open_database(database_url), house.clock)
    source = limited(DAY, batch_size=1)
    again.track(scope, order("new"))
    assert await again.scheduler(source).step() == 0
    assert source.calls == []
    # The day ends at midnight in Los Angeles: 8:00 UTC in winter.
    again.clock.advance(START.replace(day=3, hour=8, minute=0) - START)
    assert await again.scheduler(source).step() == 2
    again.database.close()


async def test_a_tick_whose_budget_comes_after_the_next_tick_is_a_failed_run(
    house: House, scope: Scope
) -> None:
    source = limited(DAY, batch_size=1)
    scheduler = house.scheduler(source)
    tracker = house.track_one(scope, order("a", cron="0 * * * *"))
    for _ in range(7):
        await scheduler.step()
        house.pass_time(hours=1)
    runs = house.runs(scope, tracker.id)
    assert [run.state for run in runs] == [RunState.SUCCEEDED] * 5 + [RunState.FAILED] * 2
    assert (runs[-1].failure_reason, runs[-1].attempts) == (FailureReason.RATE_LIMITED, 0)


async def test_a_budget_is_exact_when_two_schedulers_spend_it_at_once(
    house: House, scope: Scope, database_url: str
) -> None:
    house.track(scope, *(order(f"v{n}") for n in range(120)))
    bucket = Bucket("calls", 37, seconds=3600)
    other = House(open_database(database_url), house.clock)
    sources = [limited(bucket, batch_size=1) for _ in range(2)]
    await asyncio.gather(
        house.scheduler(sources[0], calls_at_once=8).step(),
        other.scheduler(sources[1], calls_at_once=8).step(),
    )
    other.database.close()
    assert len(sources[0].calls) + len(sources[1].calls) == 37


async def test_a_call_is_made_smaller_where_only_that_fits(house: House, scope: Scope) -> None:
    class PerItem(TwinSource):
        def cost(self, platform: object, capability: object, items: object) -> dict[str, float]:
            return {"items": float(len(items))}  # type: ignore[arg-type]

    source = PerItem(batch_size=16, buckets=[Bucket("items", 10, seconds=60)])
    house.track(scope, *(order(f"v{n:02}") for n in range(16)))
    assert await house.scheduler(source).step() == 10
    assert sum(map(len, source.calls)) == 10


async def test_a_call_that_never_fits_is_unsupported(house: House, scope: Scope) -> None:
    source = TwinSource(buckets=[Bucket("units", 5)], cost={"units": 6})
    tracker = house.track_one(scope, order("a"))
    assert await house.scheduler(source).step() == 1
    assert house.tracker(scope, tracker.id).failure_reason is FailureReason.UNSUPPORTED
    assert source.calls == []


async def test_the_operators_price_cap_holds_for_a_utc_day(house: House, scope: Scope) -> None:
    source = TwinSource(operation=Operation(batch_size=1, price_usd=Decimal("0.10")))
    scheduler = Scheduler(
        house.database, house.clock, Sources([source]), price_cap_usd=Decimal("0.35")
    )
    house.track(scope, *(order(f"v{n}") for n in range(5)))
    assert await scheduler.step() == 3
    house.clock.advance(START.replace(day=3, hour=0, minute=0) - START)
    assert await scheduler.step() == 2


async def test_a_price_cap_of_nothing_forbids_calls_that_cost(house: House, scope: Scope) -> None:
    paid = TwinSource(name="paid", operation=Operation(price_usd=Decimal("0.01")))
    tracker = house.track_one(scope, order("a"))
    scheduler = Scheduler(house.database, house.clock, Sources([paid]), price_cap_usd=Decimal(0))
    await scheduler.step()
    assert house.tracker(scope, tracker.id).failure_reason is FailureReason.UNSUPPORTED
    assert paid.calls == []


def test_a_quota_day_follows_its_zone_across_a_clock_change(database: Database) -> None:
    # Clocks go forward in Los Angeles on 8 March 2026: that day has 23 hours.
    morning = datetime(2026, 3, 8, 9, tzinfo=UTC)  # one at night there, before the change
    assert take(database, DAY, 5, morning) is None
    refusal = take(database, DAY, 1, morning + timedelta(hours=1))
    assert refusal is not None
    assert refusal.until == datetime(2026, 3, 9, 7, tzinfo=UTC)
    assert take(database, DAY, 1, refusal.until) is None


def test_a_clock_set_back_opens_no_fresh_window(database: Database) -> None:
    assert take(database, MINUTE, 3, START) is None
    refusal = take(database, MINUTE, 1, START - timedelta(seconds=30))
    assert refusal is not None
    assert refusal.until == START + timedelta(seconds=60)


def test_of_several_buckets_all_or_none_are_charged(database: Database) -> None:
    small, large = Bucket("small", 1), Bucket("large", 10)
    both = charges("twin", [small, large], {"small": 1, "large": 1}, Decimal(0), None)

    def work(connection: Connection) -> list[Refusal | None]:
        return [reserve(connection, both, START) for _ in range(3)]

    first, second, third = database.submit_write(work).result()
    assert first is None
    assert second is not None
    assert second == third
    assert second.charge.bucket is small
    assert take(database, large, 9, START) is None


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 50)), min_size=1, max_size=25))
def test_no_window_ever_holds_more_than_its_amount(
    database: Database, spends: list[tuple[int, int]]
) -> None:
    bucket = Bucket("calls", 7, seconds=60)
    clock = ManualClock(START)
    source = str(hash(tuple(spends)))

    def work(connection: Connection) -> list[tuple[datetime, int]]:
        taken = []
        for amount, seconds in spends:
            clock.advance(timedelta(seconds=seconds))
            wanted = [Charge(source[:40], bucket, amount)]
            if reserve(connection, wanted, clock.real_now()) is None:
                taken.append((clock.real_now(), amount))
        return taken

    taken = database.submit_write(work).result()
    opened, used = START - timedelta(days=1), 0
    for at, amount in taken:
        if at >= opened + timedelta(seconds=60):
            opened, used = at, 0
        used += amount
        assert used <= 7
    assert taken  # the first always fits
