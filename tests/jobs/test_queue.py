import threading
from concurrent.futures import Future
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, select
from tests.support.jobs import ACME, LEASE, START, Shop

from bellwether.jobs.queue import MOST_ATTEMPTS, RETRY_WAITS, Claimed, Ending, JobQueue
from bellwether.jobs.tables import periodic_ticks
from bellwether.kit.ids import new_id
from bellwether.model.errors import (
    InvalidInputError,
    NotFoundError,
    RateLimitedError,
    UnavailableError,
)
from bellwether.model.jobs import JobState
from bellwether.model.tenants import Environment, Scope
from bellwether.storage.database import Database


def _finish(claimed: Claimed, queue: JobQueue) -> bool:
    return queue.finish(claimed)


def _fail(claimed: Claimed, error: Exception, queue: JobQueue) -> bool:
    return queue.fail(claimed, error)


@pytest.fixture
def shop(database: Database) -> Shop:
    return Shop(database)


def test_a_job_is_queued_then_processed_then_done_with_its_result(shop: Shop) -> None:
    job = shop.add(payload={"colour": "red", "coats": [1, None, "\x00"]})
    assert (job.state, job.attempts, job.created_at) == (JobState.QUEUED, 0, START)
    (claimed,) = shop.claim()
    assert claimed.job.payload == {"colour": "red", "coats": [1, None, "\x00"]}
    assert (shop.job(job.id).state, shop.job(job.id).attempts) == (JobState.PROCESSING, 1)
    assert shop.claim() == []
    assert shop.do(lambda queue: queue.finish(claimed, lambda _: {"litres": 3}))
    done = shop.job(job.id)
    assert (done.state, done.result, done.error) == (JobState.SUCCEEDED, {"litres": 3}, None)
    shop.clock.advance(timedelta(days=1))
    assert shop.claim() == []


def test_of_another_scope_a_job_is_not_found(shop: Shop) -> None:
    job = shop.add()
    for scope in (
        Scope(new_id(), Environment.SANDBOX),
        Scope(ACME.workspace_id, Environment.LIVE),
    ):
        with pytest.raises(NotFoundError):
            shop.job(job.id, scope)
    for odd in ("", "x" * 300, "\x00", "é"):
        with pytest.raises(NotFoundError):
            shop.job(odd)


def test_a_job_added_in_a_transaction_that_fails_was_never_added(shop: Shop) -> None:
    def add_and_fail(queue: JobQueue) -> None:
        queue.add(ACME, "paint", {})
        raise InvalidInputError("no")

    with pytest.raises(InvalidInputError):
        shop.do(add_and_fail)
    assert shop.claim() == []


def test_of_one_key_there_is_one_unfinished_job(shop: Shop) -> None:
    first = shop.add(key="wall")
    assert shop.add(key="wall").id == first.id
    others = [
        shop.add(key="door"),
        shop.add("sand", key="wall"),
        shop.add(scope=Scope(ACME.workspace_id, Environment.LIVE), key="wall"),
        shop.add(),
        shop.add(),
    ]
    assert len({first.id, *(job.id for job in others)}) == 6
    claimed = [one for one in shop.claim() if one.job.id == first.id]
    assert shop.add(key="wall").id == first.id
    shop.do(lambda queue: queue.finish(claimed[0]))
    assert shop.add(key="wall").id != first.id


def test_twins_that_add_one_key_at_once_get_one_job(shop: Shop) -> None:
    def work(connection: Connection) -> str:
        return JobQueue(connection, shop.clock).add(ACME, "paint", {}, key="wall").id

    futures: list[Future[str]] = [shop.database.submit_write(work) for _ in range(20)]
    assert len({future.result() for future in futures}) == 1


def test_a_lease_that_runs_out_gives_the_job_to_another_and_the_first_is_too_late(
    shop: Shop,
) -> None:
    job = shop.add()
    (first,) = shop.claim()
    shop.clock.advance(LEASE - timedelta(seconds=1))
    assert shop.claim() == []
    shop.clock.advance(timedelta(seconds=1))
    (second,) = shop.claim()
    assert second.job.id == job.id
    assert second.job.attempts == 2
    worked = []
    assert not shop.do(lambda queue: queue.finish(first, lambda _: worked.append("late")))
    assert not shop.do(lambda queue: queue.fail(first, UnavailableError("late")))
    assert worked == []
    assert shop.do(lambda queue: queue.finish(second, lambda _: {"by": "second"}))
    assert shop.job(job.id).result == {"by": "second"}
    assert not shop.do(lambda queue: queue.finish(second))


def test_a_renewed_lease_holds(shop: Shop) -> None:
    shop.add()
    claimed = shop.claim()
    shop.clock.advance(LEASE / 2)
    shop.do(lambda queue: queue.renew(claimed, LEASE))
    shop.clock.advance(LEASE * 3 / 4)
    assert shop.claim() == []


def test_a_released_job_is_due_at_once_and_the_attempt_does_not_count(shop: Shop) -> None:
    job = shop.add()
    claimed = shop.claim()
    shop.do(lambda queue: queue.release(claimed))
    assert (shop.job(job.id).state, shop.job(job.id).attempts) == (JobState.QUEUED, 0)
    assert len(shop.claim()) == 1


def test_what_fails_for_a_while_is_tried_again_later_each_time_and_then_no_more(
    shop: Shop,
) -> None:
    job = shop.add()
    for wait in RETRY_WAITS:
        (claimed,) = shop.claim()
        assert shop.do(partial(_fail, claimed, UnavailableError("closed")))
        waiting = shop.job(job.id)
        assert (waiting.state, waiting.error) == (JobState.QUEUED, "closed")
        assert waiting.error_code == "unavailable"
        shop.clock.advance(wait - timedelta(microseconds=1))
        assert shop.claim() == []
        shop.clock.advance(timedelta(microseconds=1))
    (claimed,) = shop.claim()
    shop.do(lambda queue: queue.fail(claimed, UnavailableError("closed for good")))
    dead = shop.job(job.id)
    assert (dead.state, dead.attempts) == (JobState.FAILED, MOST_ATTEMPTS)
    assert dead.error == "closed for good"
    shop.clock.advance(timedelta(days=1))
    assert shop.claim() == []


def test_what_will_not_pass_fails_at_once(shop: Shop) -> None:
    job = shop.add()
    (claimed,) = shop.claim()
    shop.do(lambda queue: queue.fail(claimed, InvalidInputError("no such colour")))
    assert shop.job(job.id).state is JobState.FAILED
    assert shop.job(job.id).error_code == "invalid_input"


def test_a_wait_asked_for_is_kept(shop: Shop) -> None:
    shop.add()
    (claimed,) = shop.claim()
    shop.do(lambda queue: queue.fail(claimed, RateLimitedError("slow down", retry_after=3600)))
    shop.clock.advance(timedelta(seconds=3599))
    assert shop.claim() == []
    shop.clock.advance(timedelta(seconds=1))
    assert len(shop.claim()) == 1


def test_a_wait_of_more_than_an_hour_is_not_waited_for(shop: Shop) -> None:
    job = shop.add()
    (claimed,) = shop.claim()
    shop.do(lambda queue: queue.fail(claimed, RateLimitedError("tomorrow", retry_after=3601)))
    assert shop.job(job.id).state is JobState.FAILED


def test_a_job_that_kills_whoever_works_on_it_is_given_up(shop: Shop) -> None:
    poison, healthy = shop.add(), shop.add()
    for _ in range(MOST_ATTEMPTS):
        claimed = {one.job.id: one for one in shop.claim()}
        assert poison.id in claimed
        if healthy.id in claimed:
            shop.do(partial(_finish, claimed[healthy.id]))
        shop.clock.advance(LEASE)
    assert shop.claim() == []
    dead = shop.job(poison.id)
    assert dead.state is JobState.FAILED
    assert dead.error == f"given up: none of {MOST_ATTEMPTS} attempts came to an end"
    assert shop.job(healthy.id).state is JobState.SUCCEEDED


def test_work_is_done_in_the_transaction_that_ends_the_job_and_undone_when_it_raises(
    shop: Shop,
) -> None:
    good, bad = shop.add(payload={"n": 1}), shop.add(payload={"n": 2})

    def note(n: object) -> Any:
        def work(connection: Connection) -> None:
            connection.execute(periodic_ticks.insert().values(name="noted", tick=n))
            if n == 2:
                raise ValueError("dry")

        return work

    endings = [Ending(one, note(one.job.payload["n"])) for one in shop.claim()]
    states = shop.do(lambda queue: queue.end(endings))
    assert states == {good.id: JobState.SUCCEEDED, bad.id: JobState.QUEUED}
    assert shop.job(bad.id).error == "it failed unexpectedly (ValueError)"
    noted = shop.database.submit_read(
        lambda c: c.execute(select(periodic_ticks.c.tick)).scalars().all()
    ).result()
    assert noted == [1]


def test_kinds_are_claimed_apart(shop: Shop) -> None:
    for _ in range(3):
        shop.add("paint")
    shop.add("sand")
    claimed = shop.do(lambda queue: queue.claim({"paint": 2, "sand": 2}, new_id(), LEASE))
    assert sorted(one.job.kind for one in claimed) == ["paint", "paint", "sand"]
    assert [one.job.kind for one in shop.claim(kind="sand")] == []


def test_two_who_claim_at_once_share_what_is_due(shop: Shop) -> None:
    ids = {shop.add().id for _ in range(60)}
    got: list[list[Claimed]] = [[], []]

    def take(number: int) -> None:
        while mine := shop.claim(limit=5):
            got[number].extend(mine)

    threads = [threading.Thread(target=take, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    claimed = [one.job.id for one in (*got[0], *got[1])]
    assert len(claimed) == len(ids)
    assert set(claimed) == ids


def test_old_finished_jobs_are_forgotten_and_unfinished_ones_are_not(shop: Shop) -> None:
    done, waiting = shop.add(), shop.add()
    claimed = {one.job.id: one for one in shop.claim()}
    shop.do(lambda queue: queue.finish(claimed[done.id]))
    shop.do(lambda queue: queue.release([claimed[waiting.id]]))
    shop.clock.advance(timedelta(days=31))
    fresh = shop.add()
    assert shop.do(lambda queue: queue.forget(timedelta(days=30))) == 1
    with pytest.raises(NotFoundError):
        shop.job(done.id)
    assert {shop.job(waiting.id).state, shop.job(fresh.id).state} == {JobState.QUEUED}
    assert shop.do(lambda queue: queue.counts()) == {("paint", JobState.QUEUED): 2}
