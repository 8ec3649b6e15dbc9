"""At every instant a balance is what was granted, less what was debited, plus what was refunded.

Random orders of debits, refunds, grants and changes of plan run in several threads at once, each
in a transaction of its own as servers do, while another reads the books.
"""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.ledger import Books, books
from tests.support.tracking import House

from bellwether.engine.facade import Engine
from bellwether.kit.ids import new_id
from bellwether.model.errors import CreditsExhaustedError
from bellwether.model.tenants import Plan, PlanName, Scope

_SMALL = Plan(PlanName.FREE, "Free", None, None, None, 100)
_BIG = Plan(PlanName.PRO, "Pro", None, None, None, 160)
_OWN = Plan(PlanName.OWN, "Own", None, None, None, None)
_THREADS = 4


class Debit(NamedTuple):
    """Pay for so many things."""

    plan: Plan
    things: int
    each: int


class Refund(NamedTuple):
    """Give back what was paid for the n-th thing paid for so far, and for one never paid for."""

    which: int


class Grant(NamedTuple):
    """Add credits by hand."""

    plan: Plan
    amount: int


_plans = st.sampled_from([_SMALL, _SMALL, _BIG, _OWN])
_steps = st.one_of(
    st.builds(Debit, _plans, st.integers(1, 5), st.integers(1, 30)),
    st.builds(Debit, _plans, st.integers(1, 5), st.integers(1, 30)),
    st.builds(Refund, st.integers(0, 50)),
    st.builds(Grant, _plans, st.integers(1, 40)),
)


class Bank:
    """Does steps and remembers what the ledger must say about those that were acknowledged."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.scope: Scope = house.scope(new_id())
        self.lock = threading.Lock()
        self.paid: list[tuple[str, int, bool]] = []
        self.refunded: set[str] = set()
        self.granted = 0

    def do(self, step: Debit | Refund | Grant) -> None:
        if isinstance(step, Debit):
            self._debit(step)
        elif isinstance(step, Refund):
            self._refund(step)
        else:
            self.house.write(lambda e: e.credits.grant(self.scope, step.plan, step.amount))
            with self.lock:
                self.granted += step.amount

    def _debit(self, step: Debit) -> None:
        things = [new_id() for _ in range(step.things)]

        def work(engine: Engine) -> None:
            engine.credits.debit(
                self.scope, step.plan, things, each=step.each, endpoint="e", request_id="r"
            )

        try:
            self.house.write(work)
        except CreditsExhaustedError:
            return
        with self.lock:
            self.paid += [(thing, step.each, step.plan is _OWN) for thing in things]

    def _refund(self, step: Refund) -> None:
        with self.lock:
            known = [thing for thing, *_ in self.paid]
        wanted = {new_id(): None, **({known[step.which % len(known)]: None} if known else {})}
        self.house.write(lambda engine: engine.credits.refund(wanted))
        with self.lock:
            self.refunded |= set(wanted)

    def expected(self, now: Books) -> int:
        """Return the balance that the acknowledged steps leave of what plans have granted."""
        plans = now.given - self.granted
        assert plans in {0, 100, 160}
        counted = [
            amount for thing, amount, free in self.paid if not free and thing not in self.refunded
        ]
        return plans + self.granted - sum(counted)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(plan=st.lists(st.lists(_steps, max_size=6), min_size=_THREADS, max_size=_THREADS))
def test_the_books_always_agree(
    house: House, plan: Sequence[Sequence[Debit | Refund | Grant]]
) -> None:
    bank = Bank(house)
    done = threading.Event()
    seen: list[Books] = []

    def watch() -> None:
        while not done.is_set():
            seen.append(books(house, bank.scope))

    def work(steps: Sequence[Debit | Refund | Grant]) -> None:
        for step in steps:
            bank.do(step)

    with ThreadPoolExecutor(_THREADS + 1) as pool:
        watching = pool.submit(watch)
        try:
            for future in [pool.submit(work, steps) for steps in plan]:
                future.result()
        finally:
            done.set()
        watching.result()

    end = books(house, bank.scope)
    for moment in (*seen, end):
        assert moment.agree, moment
    assert end.balance == bank.expected(end)
    assert end.used_free == sum(
        amount for thing, amount, free in bank.paid if free and thing not in bank.refunded
    )


def test_the_last_credits_are_spent_once_however_many_want_them(house: House) -> None:
    bank = Bank(house)

    def want(_: int) -> bool:
        try:
            house.write(
                lambda engine: engine.credits.debit(
                    bank.scope, _SMALL, [new_id()], each=30, endpoint="e", request_id="r"
                )
            )
        except CreditsExhaustedError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(want, range(40))) == 3
    end = books(house, bank.scope)
    assert (end.agree, end.balance) == (True, 10)


def test_a_thing_is_refunded_once_however_many_do_it_at_once(house: House) -> None:
    bank = Bank(house)
    bank.do(Debit(_SMALL, 3, 30))
    things: dict[str, None] = dict.fromkeys(thing for thing, *_ in bank.paid)

    def refund(_: int) -> int:
        return house.write(lambda engine: engine.credits.refund(things))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(refund, range(24))) == 3
    end = books(house, bank.scope)
    assert (end.agree, end.balance) == (True, 100)
