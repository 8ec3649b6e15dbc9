"""What was paid for a video that came to nothing is given back: once, and never after a success."""

from datetime import timedelta

import pytest
from tests.support.ledger import PRICE, PRO, balance, books, buy, pay
from tests.support.tracking import START, House, order
from tests.support.twins import TwinSource

from bellwether.model.readings import Failed, FailureReason
from bellwether.model.tenants import Environment, Plan, PlanName, Scope

_OWN = Plan(PlanName.OWN, "Own", None, None, None)
_FULL = 30_000
_DAY = timedelta(days=1)


def _left(house: House, scope: Scope) -> int | None:
    assert books(house, scope).agree
    return balance(house, scope).available


@pytest.mark.parametrize("reason", ["not_found", "private", "deleted", "changed_format"])
async def test_a_video_that_turns_out_to_be_an_error_is_refunded_once(
    house: House, reason: str
) -> None:
    scope = house.scope()
    buy(house, scope, order("good"), order("bad"))
    assert _left(house, scope) == _FULL - 2 * PRICE
    failed = Failed(FailureReason(reason), "gone")
    source = TwinSource(script=lambda target: failed if target == "bad" else None)
    scheduler = house.scheduler(source)

    assert await scheduler.step() == 2
    assert _left(house, scope) == _FULL - PRICE

    house.pass_time(days=1)
    assert await scheduler.step() == 2
    assert _left(house, scope) == _FULL - PRICE


async def test_a_platform_that_fails_until_the_retries_are_used_up_is_refunded_then(
    house: House,
) -> None:
    scope = house.scope()
    buy(house, scope, order("video"))
    down = Failed(FailureReason.PLATFORM_ERROR, "down")
    scheduler = house.scheduler(TwinSource(script=lambda _: down))
    for minutes in (0, 1, 2, 10):
        house.pass_time(minutes=minutes)
        assert await scheduler.step() == 0
        assert _left(house, scope) == _FULL - PRICE

    house.pass_time(minutes=30)
    assert await scheduler.step() == 1
    assert _left(house, scope) == _FULL


async def test_what_succeeded_once_is_not_refunded_when_it_fails_later(house: House) -> None:
    scope = house.scope()
    (tracker,) = buy(house, scope, order("video"))
    gone: list[Failed] = []
    scheduler = house.scheduler(TwinSource(script=lambda _: gone[0] if gone else None))
    await scheduler.step()
    gone.append(Failed(FailureReason.DELETED, "deleted"))

    house.pass_time(days=1)
    assert await scheduler.step() == 1
    house.pass_time(hours=1)
    house.write(lambda engine: engine.tracking.run_now(scope, tracker.id))
    assert await scheduler.step() == 1

    assert _left(house, scope) == _FULL - PRICE


async def test_tracking_again_after_expiry_is_paid_and_refunded_on_its_own(house: House) -> None:
    scope = house.scope()
    buy(house, scope, order("video", expires_at=START + _DAY))
    gone: list[Failed] = []
    scheduler = house.scheduler(TwinSource(script=lambda _: gone[0] if gone else None))
    await scheduler.step()
    house.pass_time(days=2)
    await scheduler.step()

    buy(house, scope, order("video", expires_at=house.clock.now() + _DAY))
    assert _left(house, scope) == _FULL - 2 * PRICE
    gone.append(Failed(FailureReason.DELETED, "deleted"))
    assert await scheduler.step() == 1

    assert _left(house, scope) == _FULL - PRICE


async def test_what_expires_before_anybody_looked_is_refunded(house: House) -> None:
    scope = house.scope()
    buy(house, scope, order("video", expires_at=START + timedelta(minutes=1)))
    scheduler = house.scheduler(TwinSource())
    with house.database.engine.begin() as connection:  # as if no scheduler had been there
        connection.exec_driver_sql("UPDATE trackers SET next_at = expires_at, due_at = expires_at")
    house.pass_time(minutes=2)

    assert await scheduler.step() == 0

    assert _left(house, scope) == _FULL


async def test_trackers_nobody_paid_for_are_not_refunded(house: House) -> None:
    scope = house.scope()
    house.track(scope, order("video"))
    gone = Failed(FailureReason.NOT_FOUND, "nowhere")
    assert await house.scheduler(TwinSource(script=lambda _: gone)).step() == 1
    assert _left(house, scope) == _FULL
    assert books(house, scope).sum == 0


async def test_usage_without_a_limit_is_given_back_as_usage_only(house: House) -> None:
    scope = house.scope()
    buy(house, scope, order("good"), order("bad"), plan=_OWN)
    assert balance(house, scope, _OWN).used == 2 * PRICE
    gone = Failed(FailureReason.NOT_FOUND, "nowhere")
    source = TwinSource(script=lambda target: gone if target == "bad" else None)
    await house.scheduler(source).step()

    assert balance(house, scope, _OWN).used == PRICE
    assert _left(house, scope) == _FULL


async def test_a_refund_goes_to_the_environment_that_paid(house: House) -> None:
    sandbox, live = house.scope(), house.scope(environment=Environment.LIVE)
    buy(house, sandbox, order("video"))
    pay(house, live, "another")
    gone = Failed(FailureReason.NOT_FOUND, "nowhere")
    await house.scheduler(TwinSource(script=lambda _: gone)).step()

    assert (_left(house, sandbox), _left(house, live)) == (_FULL, _FULL - PRICE)
    assert PRO.credits == _FULL
