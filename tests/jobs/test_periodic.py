import asyncio
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select
from tests.support.jobs import START, Shop

from bellwether.jobs.periodic import Chore, Chores
from bellwether.jobs.tables import periodic_ticks
from bellwether.storage.database import Database

MINUTE = timedelta(minutes=1)


class Counted:
    """Work that counts how often it is done."""

    def __init__(self, *, fails: bool = False) -> None:
        self.times = 0
        self.fails = fails
        self.seen: list[datetime | None] = []

    def __call__(self, connection: Connection, last: datetime | None) -> None:
        connection.execute(select(1))
        self.seen.append(last)
        self.times += 1
        if self.fails:
            raise ValueError("broken")


def _chores(shop: Shop, *chores: Chore) -> Chores:
    return Chores(shop.database, shop.clock, chores)


async def test_a_chore_is_done_once_a_tick(database: Database) -> None:
    shop, sweep = Shop(database), Counted()
    chores = _chores(shop, Chore("sweep", MINUTE, sweep))
    assert await chores.step() == ["sweep"]
    assert await chores.step() == []
    shop.clock.advance(MINUTE)
    assert await chores.step() == ["sweep"]
    shop.clock.advance(timedelta(hours=5))  # ticks missed are not made up for
    assert await chores.step() == ["sweep"]
    assert sweep.times == 3
    first, second = START, START + MINUTE
    assert sweep.seen == [None, first, second]


async def test_of_several_machines_one_does_a_tick(database: Database) -> None:
    shop, sweep = Shop(database), Counted()
    machines = [_chores(shop, Chore("sweep", MINUTE, sweep)) for _ in range(4)]
    for _ in range(3):
        done = await asyncio.gather(*(machine.step() for machine in machines))
        assert [name for names in done for name in names] == ["sweep"]
        shop.clock.advance(MINUTE)
    assert sweep.times == 3


async def test_a_chore_that_fails_is_due_again_and_keeps_no_other_from_being_done(
    database: Database,
) -> None:
    shop, broken, sweep = Shop(database), Counted(fails=True), Counted()
    pair = [Chore("broken", MINUTE, broken), Chore("sweep", MINUTE, sweep)]
    chores = _chores(shop, *pair)
    assert await chores.step() == ["sweep"]
    assert await chores.step() == []
    assert broken.times == 1  # it is not tried again and again within a tick
    broken.fails = False
    # Another machine may do the tick that came to nothing.
    assert await _chores(shop, *pair).step() == ["broken"]
    shop.clock.advance(MINUTE)
    assert await chores.step() == ["broken", "sweep"]


async def test_a_chore_with_more_to_do_goes_on_for_half_of_its_time(database: Database) -> None:
    shop, left = Shop(database), [3]

    def sweep(_connection: Connection, _last: datetime | None) -> bool:
        left[0] -= 1
        return left[0] > 0

    chores = _chores(shop, Chore("sweep", MINUTE, sweep))
    assert await chores.step() == ["sweep"]
    assert left == [0]
    shop.clock.advance(MINUTE)
    left[0] = 10**9
    short = _chores(shop, Chore("sweep", timedelta(milliseconds=100), sweep))
    async with asyncio.timeout(10):
        assert await short.step() == ["sweep"]
    assert 0 < left[0] < 10**9


async def test_ticks_of_long_ago_are_forgotten(database: Database) -> None:
    shop = Shop(database)
    chores = _chores(shop, Chore("sweep", MINUTE, Counted()))
    for _ in range(30):
        assert await chores.step()
        shop.clock.advance(MINUTE)
    counted = select(func.count()).select_from(periodic_ticks)
    assert database.submit_read(lambda c: c.execute(counted).scalar_one()).result() <= 11
