"""Taking activities in: groups, their order, a store that fails, no room."""

import asyncio
import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection
from tests.support.logged import Journal, activity

from bellwether.engine.activities.ingest import Ingest
from bellwether.engine.activities.rejects import make_bad_row
from bellwether.engine.facade import Engine
from bellwether.model.activities import BadRow
from bellwether.model.errors import ConflictError, InvalidInputError, UnavailableError
from bellwether.storage.database import Database

KEY = "key"


@pytest.fixture
def journal(database: Database) -> Journal:
    return Journal(database)


@pytest.fixture
def held(journal: Journal) -> Iterator[threading.Event]:
    """Keeps the writer of an SQLite store busy until it is set."""
    go = threading.Event()
    if journal.database.kind == "sqlite":
        journal.database.submit_write(lambda _: go.wait(10))
    yield go
    go.set()


def ingest(journal: Journal, waiting: int = 1000) -> Ingest:
    return Ingest(journal.database, journal.clock, waiting=waiting)


async def test_what_comes_at_once_is_logged_in_its_order(journal: Journal) -> None:
    door, told = ingest(journal), []
    door.on_logged = lambda: told.append(door.waiting)
    answers = await asyncio.gather(
        *(door.add(journal.datamart.id, KEY, activity(n)) for n in range(100))
    )
    assert [f'"n": {n},'.encode() in one.body for n, one in enumerate(answers)] == [True] * 100
    assert journal.numbers() == list(range(100))
    assert told[-1] == 0
    assert len(told) < 50  # in groups


async def test_each_hears_of_his_own(journal: Journal) -> None:
    door = ingest(journal)
    one, two, three = await asyncio.gather(
        door.add(journal.datamart.id, KEY, activity(1, key="k")),
        door.add(journal.datamart.id, KEY, activity(2, key="k")),
        door.add(journal.datamart.id, KEY, activity(3)),
        return_exceptions=True,
    )
    assert isinstance(two, ConflictError)
    assert not isinstance(one, BaseException)
    assert not isinstance(three, BaseException)
    assert journal.numbers() == [1, 3]


async def test_who_finds_no_room_is_told_at_once(journal: Journal, held: threading.Event) -> None:
    door = ingest(journal, waiting=10)
    tasks = [
        asyncio.create_task(door.add(journal.datamart.id, KEY, activity(n))) for n in range(10)
    ]
    await asyncio.sleep(0)
    with pytest.raises(UnavailableError) as caught:
        await door.add(journal.datamart.id, KEY, activity(10))
    assert caught.value.retry_after == 2
    held.set()
    await asyncio.gather(*tasks)
    await door.add(journal.datamart.id, KEY, activity(11))
    assert journal.numbers() == [*range(10), 11]


async def test_a_store_that_fails_is_told_to_all_who_wait_and_the_next_may_succeed(
    journal: Journal,
) -> None:
    door = ingest(journal)
    wrong = [door.add(journal.datamart.id + 1000, KEY, activity(n)) for n in range(3)]
    answers = await asyncio.gather(*wrong, return_exceptions=True)
    assert all(isinstance(answer, Exception) for answer in answers)
    assert (await door.add(journal.datamart.id, KEY, activity(1))).body
    assert journal.numbers() == [1]


async def test_who_leaves_while_he_waits_harms_nobody(journal: Journal) -> None:
    door = ingest(journal)
    leaving = asyncio.create_task(door.add(journal.datamart.id, KEY, activity(1)))
    staying = asyncio.create_task(door.add(journal.datamart.id, KEY, activity(2)))
    await asyncio.sleep(0)
    leaving.cancel()
    assert (await staying).body
    assert journal.numbers() == [1, 2]


async def test_bad_rows_are_kept_with_their_reason_as_long_as_there_is_room(
    journal: Journal,
) -> None:
    error = InvalidInputError("no such type", field="$type")
    for door, raw in ((ingest(journal), b"\xff{}"), (ingest(journal, waiting=0), b"more")):
        bad = make_bad_row(journal.datamart.id, raw, error, journal.clock)
        await door.keep(bad, KEY)

    def rows(connection: Connection) -> tuple[BadRow, ...]:
        engine = Engine(connection, journal.clock)
        return tuple(engine.rejects.list(journal.datamart.id, offset=0, limit=10)[0])

    (row,) = journal.read(rows)
    assert (row.code, row.reason, row.field, row.source) == (
        "invalid_input",
        "no such type",
        "$type",
        "request",
    )
    assert row.body == "\ufffd{}"


async def test_a_read_waits_for_the_pipeline_as_long_as_it_is_told(journal: Journal) -> None:
    door = ingest(journal)
    assert await door.settle(journal.datamart.id, seconds=0.1)
    await door.add(journal.datamart.id, KEY, activity(1))
    assert not await door.settle(journal.datamart.id, seconds=0.05)
