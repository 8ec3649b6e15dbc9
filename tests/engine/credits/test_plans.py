"""What plans grant: once, at the first use, and the difference when a bigger one comes."""

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from tests.support.ledger import PRO, balance, books, pay
from tests.support.tracking import House

from bellwether.engine.credits.tables import balances
from bellwether.engine.facade import Engine
from bellwether.engine.tenants.plans import PLANS
from bellwether.model.credits import Balance
from bellwether.model.errors import CreditsExhaustedError, InvalidInputError
from bellwether.model.tenants import PlanName, Scope

_FREE, _BUSINESS, _OWN = (PLANS[name] for name in (PlanName.FREE, PlanName.BUSINESS, PlanName.OWN))


def _grant(house: House, scope: Scope, amount: int) -> Balance:
    return house.write(lambda engine: engine.credits.grant(scope, PRO, amount))


def test_every_plan_pays_for_all_the_videos_it_allows() -> None:
    for plan in PLANS.values():
        videos = plan.tracked_videos
        assert plan.credits == (None if videos is None else videos * 30)


def test_a_plan_grants_its_credits_once_and_shows_them_before_the_first_use(house: House) -> None:
    scope = house.scope()
    assert balance(house, scope) == Balance(total=30_000, used=0, available=30_000)
    assert books(house, scope).grants == 0
    for number in range(3):
        pay(house, scope, f"tracker-{number}")
    assert balance(house, scope) == Balance(total=30_000, used=90, available=29_910)
    assert books(house, scope).grants == 30_000


def test_a_bigger_plan_grants_the_difference_and_a_smaller_one_takes_nothing(house: House) -> None:
    scope = house.scope()
    pay(house, scope, "a", plan=_FREE)
    assert balance(house, scope, PRO) == Balance(total=30_000, used=30, available=29_970)
    for number, plan in enumerate((PRO, _FREE, PRO, _BUSINESS, _FREE, _BUSINESS)):
        pay(house, scope, f"b{number}", plan=plan)
    assert balance(house, scope, _FREE) == Balance(total=300_000, used=210, available=299_790)
    assert books(house, scope).agree


def test_what_was_used_without_a_limit_does_not_count_later(house: House) -> None:
    scope = house.scope()
    pay(house, scope, "a", plan=PRO)
    pay(house, scope, "b", "c", plan=_OWN)
    assert balance(house, scope, _OWN) == Balance(total=None, used=90, available=None)
    assert balance(house, scope, PRO) == Balance(total=30_000, used=30, available=29_970)
    pay(house, scope, "d", plan=PRO)
    house.write(lambda engine: engine.credits.refund({"b": None}))  # goes where it came from
    assert balance(house, scope, PRO) == Balance(total=30_000, used=60, available=29_940)
    assert balance(house, scope, _OWN).used == 90
    assert books(house, scope).agree


def test_credits_granted_by_hand_come_on_top(house: House) -> None:
    scope = house.scope()
    assert _grant(house, scope, 70) == Balance(total=30_070, used=0, available=30_070)
    pay(house, scope, "all", each=30_070)
    with pytest.raises(CreditsExhaustedError, match="1 needed, 0 available"):
        pay(house, scope, "more", each=1)
    assert _grant(house, scope, 1).available == 1
    pay(house, scope, "more", each=1)
    assert books(house, scope).agree


@pytest.mark.parametrize("amount", [0, -1, 1_000_000_000_001, 10**30])
def test_amounts_that_are_none_are_refused(house: House, amount: int) -> None:
    scope = house.scope()
    with pytest.raises(InvalidInputError) as error:
        _grant(house, scope, amount)
    assert error.value.field == "amount"
    assert books(house, scope).given == 0


def test_what_does_not_fit_takes_nothing_even_when_the_unit_of_work_goes_on(house: House) -> None:
    scope = house.scope()
    pay(house, scope, "most", each=29_990)

    def swallow(engine: Engine) -> None:
        with pytest.raises(CreditsExhaustedError) as error:
            engine.credits.debit(scope, PRO, ["x", "y"], each=6, endpoint="e", request_id="r")
        assert error.value.retry_after == 86_400
        assert "12 needed, 10 available" in error.value.message

    house.write(swallow)
    assert balance(house, scope).available == 10
    assert books(house, scope).agree


def test_the_store_itself_refuses_to_go_below_zero(house: House) -> None:
    scope = house.scope()
    pay(house, scope, "a")
    with house.database.engine.connect() as connection, pytest.raises(IntegrityError):
        connection.execute(update(balances).values(credits=-1))
