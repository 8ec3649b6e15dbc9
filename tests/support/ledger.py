"""Paying for trackers in tests, and reading the ledger beside the balance."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from bellwether.engine.credits.tables import balances, credit_entries
from bellwether.engine.facade import Engine
from bellwether.engine.tenants.plans import PLANS
from bellwether.model.credits import Balance
from bellwether.model.requests import TrackRequest
from bellwether.model.tenants import Plan, PlanName, Scope
from bellwether.model.tracking import Tracker
from tests.support.tracking import House

PRO = PLANS[PlanName.PRO]
PRICE = 30
ENDPOINT = "/v1/videos/track"


class Books(NamedTuple):
    """A scope's balance, and what its entries add up to."""

    balance: int
    sum: int
    given: int
    grants: int
    used_free: int
    free: int

    @property
    def agree(self) -> bool:
        """Whether the balance is what the ledger says, and not below zero."""
        return (
            self.balance == self.sum >= 0
            and self.given == self.grants
            and self.used_free == self.free
        )


def read_books(connection: Connection, scope: Scope) -> Books:
    """Read both on one view of the store."""
    row = connection.execute(
        select(balances)
        .where(balances.c.workspace_id == scope.workspace_id)
        .where(balances.c.environment == scope.environment.value)
    ).one_or_none()
    entries = connection.execute(
        select(credit_entries)
        .where(credit_entries.c.workspace_id == scope.workspace_id)
        .where(credit_entries.c.environment == scope.environment.value)
    ).all()
    return Books(
        balance=0 if row is None else row.credits,
        sum=sum(entry.amount for entry in entries if not entry.free),
        given=0 if row is None else row.given,
        grants=sum(entry.amount for entry in entries if entry.kind == "grant"),
        used_free=0 if row is None else row.used_free,
        free=-sum(entry.amount for entry in entries if entry.free),
    )


def books(house: House, scope: Scope) -> Books:
    return house.database.submit_read(lambda connection: read_books(connection, scope)).result()


def pay(house: House, scope: Scope, *references: str, plan: Plan = PRO, each: int = PRICE) -> None:
    house.write(
        lambda engine: engine.credits.debit(
            scope, plan, references, each=each, endpoint=ENDPOINT, request_id="a-request"
        )
    )


def buy(house: House, scope: Scope, *orders: TrackRequest, plan: Plan = PRO) -> Sequence[Tracker]:
    """Track and pay for what is new, in one transaction."""

    def work(engine: Engine) -> Sequence[Tracker]:
        tracked = engine.tracking.track(scope, plan, orders)
        new = [one.tracker.id for one in tracked if one.created]
        engine.credits.debit(
            scope, plan, new, each=PRICE, endpoint=ENDPOINT, request_id="a-request"
        )
        return [one.tracker for one in tracked]

    return house.write(work)


def balance(house: House, scope: Scope, plan: Plan = PRO) -> Balance:
    return house.read(lambda engine: engine.credits.balance(scope, plan))
