"""Ids for many snapshots at once, also while others take some."""

import threading
from itertools import pairwise

from sqlalchemy import Connection, text

from bellwether.engine.metrics.store import MetricsStore
from bellwether.storage.database import open_database


def test_ids_taken_side_by_side_are_all_different(postgres_url: str) -> None:
    database = open_database(postgres_url)
    start = threading.Barrier(2)

    def take(connection: Connection) -> list[list[int]]:
        start.wait(10)
        return [list(MetricsStore(connection).take_ids(2000)) for _ in range(5)]

    both = [database.submit_write(take) for _ in range(2)]
    taken = [ids for one in both for ids in one.result()]
    database.close()
    assert all(len(ids) == 2000 and ids == sorted(ids) for ids in taken)
    assert len({one for ids in taken for one in ids}) == 20_000


def test_ids_among_which_another_took_some_are_not_taken_twice(postgres_url: str) -> None:
    database = open_database(postgres_url)
    # What another takes between two of ours.
    database.submit_write(
        lambda c: c.execute(text("ALTER SEQUENCE snapshots_id_seq INCREMENT BY 3"))
    ).result()
    try:
        ids = database.submit_write(lambda c: MetricsStore(c).take_ids(4)).result()
    finally:
        database.submit_write(
            lambda c: c.execute(text("ALTER SEQUENCE snapshots_id_seq INCREMENT BY 1"))
        ).result()
        database.close()
    assert [later - earlier for earlier, later in pairwise(ids)] == [3, 3, 3]
