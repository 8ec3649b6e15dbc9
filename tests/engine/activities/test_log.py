"""The log: order, places, activities sent again, erasure."""

import threading

from tests.support.logged import TS, Journal, accepted, activity

from bellwether.engine.activities.log import ActivityLog, Entry
from bellwether.model.errors import ConflictError
from bellwether.storage.database import Database


def test_what_is_appended_is_read_in_its_order_from_any_place(database: Database) -> None:
    journal = Journal(database)
    for start in range(0, 210, 70):
        journal.append(*(activity(n) for n in range(start, start + 70)))
    assert journal.numbers() == list(range(210))
    assert journal.numbers(100, 50) == list(range(100, 150))
    assert journal.numbers(205) == list(range(205, 210))
    assert journal.numbers(210) == []
    assert journal.lag() == (210, 0)


def test_each_activity_comes_back_as_it_was_sent_with_who_sent_it_and_when(
    database: Database,
) -> None:
    journal = Journal(database)
    journal.append(activity(1), sent_by="one")
    journal.append(activity(2), sent_by="two")
    found, last = journal.read(
        lambda connection: ActivityLog(connection).after(journal.datamart.id, 0, 10)
    )
    assert [(one.seq, one.sent_by, one.received_at) for one in found] == [
        (1, "one", journal.clock.now()),
        (2, "two", journal.clock.now()),
    ]
    assert found[0].body["$ts"] == TS
    assert last == 2


def test_datamarts_have_logs_of_their_own(database: Database) -> None:
    journal, other = Journal(database), Journal(database)
    entries = [
        Entry(which.datamart.id, "key", activity(n)) for n, which in enumerate([journal, other] * 3)
    ]
    journal.write(lambda connection: ActivityLog(connection).append(entries, journal.clock.now()))
    assert journal.numbers() == [0, 2, 4]
    assert other.numbers() == [1, 3, 5]


def test_an_activity_sent_again_is_answered_as_the_first_time_and_logged_once(
    database: Database,
) -> None:
    journal = Journal(database)
    (first,) = accepted(journal.append(activity(1, key="k")))
    again = activity(1, key="k")
    later = type(again)(again.body.replace(str(TS).encode(), b"9"), 9, "k", again.digest)
    outcomes = journal.append(activity(2), later, activity(3))
    assert accepted(outcomes)[1].repeated
    assert b'"$ts":%d' % TS in accepted(outcomes)[1].body
    assert not first.repeated
    assert journal.numbers() == [1, 2, 3]
    assert journal.lag() == (3, 0)


def test_a_key_used_for_another_activity_is_refused_also_within_one_group(
    database: Database,
) -> None:
    journal = Journal(database)
    outcomes = journal.append(
        activity(1, key="k"), activity(2, key="k"), activity(1, key="k"), activity(3)
    )
    assert [isinstance(one, ConflictError) for one in outcomes] == [False, True, False, False]
    assert journal.numbers() == [1, 3]
    (refused,) = journal.append(activity(4, key="k"))
    assert isinstance(refused, ConflictError)
    assert refused.field == "$unique_key"


def test_the_same_key_in_another_datamart_is_another_key(database: Database) -> None:
    journal, other = Journal(database), Journal(database)
    accepted(journal.append(activity(1, key="k")))
    assert not accepted(other.append(activity(2, key="k")))[0].repeated


def test_many_keys_at_once(database: Database) -> None:
    journal = Journal(database)
    for _ in range(2):
        accepted(journal.append(*(activity(n, key=f"k{n}") for n in range(2000))))
    assert journal.numbers() == list(range(2000))


def test_erased_activities_leave_their_places_empty(database: Database) -> None:
    journal = Journal(database)
    journal.append(*(activity(n) for n in range(1, 101)))
    gone = {1, 33, 64, 100}
    journal.write(lambda connection: ActivityLog(connection).erase(journal.datamart.id, gone))
    assert journal.numbers() == [n for n in range(1, 101) if n not in gone]
    held = journal.read(
        lambda connection: ActivityLog(connection).bodies(journal.datamart.id, [1, 2, 64, 65])
    )
    assert {seq: body["n"] for seq, body in held.items()} == {2: 2, 65: 65}
    assert journal.lag() == (100, 0)


def test_places_follow_the_order_of_commits_whoever_appends(database: Database) -> None:
    """A reader that goes on from the last place it saw never misses one that came late."""
    journal = Journal(database)
    seen: list[int] = []
    done = threading.Event()

    def follow() -> None:
        while True:
            ended = done.is_set()
            seen.extend(journal.numbers(len(seen)))
            if ended:
                return

    def append(worker: int) -> None:
        for n in range(20):
            journal.append(activity(worker * 100 + n), sent_by=str(worker))

    threads = [threading.Thread(target=append, args=(worker,)) for worker in range(4)]
    follower = threading.Thread(target=follow)
    for thread in [*threads, follower]:
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    follower.join()
    assert sorted(seen) == sorted(w * 100 + n for w in range(4) for n in range(20))
    for worker in range(4):
        mine = [n for n in seen if n // 100 == worker]
        assert mine == sorted(mine)
