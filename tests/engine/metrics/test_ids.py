"""No two snapshots have one id, however they are stored and by how many at once."""

import threading
from datetime import UTC, datetime
from functools import partial

from tests.support.tracking import House

from bellwether.engine.facade import Engine
from bellwether.kit.clock import to_micros
from bellwether.kit.ids import new_ids
from bellwether.model.requests import NewHistory, NewSnapshot
from bellwether.storage.database import Database, open_database

_START = datetime(2026, 3, 2, tzinfo=UTC)
_DAY = 86_400_000_000
_ROUNDS = 20


def _store_rows(engine: Engine, subject_id: str) -> None:
    engine.metrics.record([NewSnapshot(subject_id, _START, {"views": n}, "test") for n in range(9)])


def _store_history(engine: Engine, subject_id: str) -> None:
    instants = [to_micros(_START) + day * _DAY for day in range(50)]
    engine.metrics.record_histories(
        [NewHistory(subject_id, instants, {"views": list(range(50))}, "test")]
    )


def test_imports_beside_single_rows(database: Database, database_url: str) -> None:
    houses = [House(database), *(House(open_database(database_url)) for _ in range(2))]
    subjects = new_ids(3 * _ROUNDS)
    problems: list[BaseException] = []

    def store(place: int) -> None:
        work = _store_rows if place == 0 else _store_history
        try:
            for subject_id in subjects[place::3]:
                houses[place].write(partial(work, subject_id=subject_id))
        except BaseException as error:  # noqa: BLE001  told to the test
            problems.append(error)

    threads = [threading.Thread(target=store, args=(place,)) for place in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = houses[0].read(
        lambda engine: engine.metrics.numbered(
            subjects, start=_START, end=datetime(2027, 1, 1, tzinfo=UTC)
        )
    )
    for house in houses[1:]:
        house.database.close()
    assert problems == []
    assert len(found) == _ROUNDS * (9 + 50 + 50)
    assert len({number for number, _ in found}) == len(found)


def test_nobody_stores_a_row_in_the_middle_of_an_import(
    database: Database, database_url: str
) -> None:
    mine, other = House(database), House(open_database(database_url))
    imported, one = new_ids(2)
    begun, stored = threading.Event(), threading.Event()

    def store() -> None:
        begun.wait(10)
        other.write(partial(_store_rows, subject_id=one))
        stored.set()

    def work(engine: Engine) -> bool:
        _store_history(engine, imported)
        begun.set()
        return stored.wait(0.5)

    beside = threading.Thread(target=store)
    beside.start()
    assert not mine.write(work)
    beside.join()
    other.database.close()
    assert stored.is_set()
