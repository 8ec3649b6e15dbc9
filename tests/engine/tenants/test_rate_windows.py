"""Rate windows: one minute of real time from the first call, exact, all or nothing."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from bellwether.engine.tenants.service import TenantService
from bellwether.kit.clock import FastClock, ManualClock
from bellwether.model.errors import RateLimitedError
from bellwether.model.tenants import Environment, PlanName, Principal
from bellwether.storage.database import Database, open_database

START = datetime(2026, 8, 1, tzinfo=UTC)


def principal_of(database: Database, plan: PlanName, workspace: str = "acme") -> Principal:
    def work(tenants: TenantService) -> Principal:
        made = tenants.create_key(workspace, Environment.LIVE, plan)
        return tenants.authenticate_token(made.token)

    return database.submit_write(lambda c: work(TenantService(c, ManualClock(START)))).result()


def spend(database: Database, clock: ManualClock, principal: Principal, **amounts: int) -> None:
    database.submit_write(
        lambda connection: TenantService(connection, clock).spend_rate(principal, amounts)
    ).result()


def test_a_window_opens_with_the_first_call_and_lasts_a_minute(database: Database) -> None:
    clock = ManualClock(START + timedelta(seconds=17))
    principal = principal_of(database, PlanName.PRO)
    for _ in range(19):
        spend(database, clock, principal, calls=1)
        clock.advance(timedelta(seconds=1))
    spend(database, clock, principal, calls=1)
    with pytest.raises(RateLimitedError) as error:
        spend(database, clock, principal, calls=1)
    assert error.value.retry_after == 41
    clock.advance(timedelta(seconds=40, milliseconds=999))
    with pytest.raises(RateLimitedError) as error:
        spend(database, clock, principal, calls=1)
    assert error.value.retry_after == 1
    clock.advance(timedelta(milliseconds=1))
    for _ in range(20):
        spend(database, clock, principal, calls=1)
    with pytest.raises(RateLimitedError):
        spend(database, clock, principal, calls=1)


def test_nothing_is_taken_when_one_of_two_windows_is_full(database: Database) -> None:
    clock = ManualClock(START)
    principal = principal_of(database, PlanName.PRO)
    spend(database, clock, principal, calls=1, videos=990)
    for _ in range(30):
        with pytest.raises(RateLimitedError) as error:
            spend(database, clock, principal, calls=1, videos=11)
        assert "videos" in error.value.message
    spend(database, clock, principal, calls=1, videos=10)
    for _ in range(18):
        spend(database, clock, principal, calls=1)
    with pytest.raises(RateLimitedError):
        spend(database, clock, principal, calls=1)


def test_nothing_is_taken_even_when_the_unit_of_work_goes_on(database: Database) -> None:
    clock = ManualClock(START)
    principal = principal_of(database, PlanName.PRO)

    def swallow(tenants: TenantService) -> None:
        with pytest.raises(RateLimitedError):
            tenants.spend_rate(principal, {"calls": 20, "videos": 1001})

    database.submit_write(lambda c: swallow(TenantService(c, clock))).result()
    spend(database, clock, principal, calls=20, videos=1000)


def test_more_than_a_whole_window_is_refused_and_opens_none(database: Database) -> None:
    clock = ManualClock(START)
    principal = principal_of(database, PlanName.FREE)
    with pytest.raises(RateLimitedError) as error:
        spend(database, clock, principal, videos=1001)
    assert error.value.retry_after == 60
    spend(database, clock, principal, videos=1000)


def test_the_own_plan_and_empty_amounts_spend_nothing(database: Database) -> None:
    clock = ManualClock(START)
    own = principal_of(database, PlanName.OWN, "mine")
    spend(database, clock, own, calls=10_000, videos=1_000_000)
    free = principal_of(database, PlanName.FREE)
    for _ in range(50):
        spend(database, clock, free, calls=0, videos=0)


def test_each_key_has_its_own_windows(database: Database) -> None:
    clock = ManualClock(START)
    first, second = (principal_of(database, PlanName.PRO) for _ in range(2))
    spend(database, clock, first, calls=20)
    spend(database, clock, second, calls=20)


def test_a_window_stamped_by_a_clock_set_wrong_does_not_lock_a_key_out(database: Database) -> None:
    principal = principal_of(database, PlanName.PRO)
    spend(database, ManualClock(START + timedelta(days=400)), principal, calls=20)
    spend(database, ManualClock(START), principal, calls=20)


def test_a_fast_clock_does_not_shorten_the_minute(database: Database) -> None:
    principal = principal_of(database, PlanName.PRO)
    clock = FastClock(START, rate=1_000_000)

    def take() -> None:
        database.submit_write(
            lambda c: TenantService(c, clock).spend_rate(principal, {"calls": 20})
        ).result()

    take()
    with pytest.raises(RateLimitedError):
        take()


def test_a_limit_is_exact_under_concurrent_calls_of_several_processes(
    database: Database, database_url: str
) -> None:
    clock = ManualClock(START)
    principal = principal_of(database, PlanName.PRO)
    others = [open_database(database_url) for _ in range(3)]
    granted = []
    start = threading.Barrier(len(others) * 4)

    def call(handle: Database) -> None:
        start.wait()
        for _ in range(8):
            try:
                spend(handle, clock, principal, calls=1, videos=30)
            except RateLimitedError:
                continue
            granted.append(1)

    threads = [threading.Thread(target=call, args=(handle,)) for handle in others * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for handle in others:
        handle.close()
    assert len(granted) == 20
    spend(database, clock, principal, videos=400)
    with pytest.raises(RateLimitedError):
        spend(database, clock, principal, videos=1)
