"""Answers kept for requests that are sent again."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from bellwether.engine.tenants.answers import AnswerService
from bellwether.engine.tenants.tables_answers import answers
from bellwether.kit.clock import FastClock, ManualClock
from bellwether.model.answers import Answer, Ticket
from bellwether.model.errors import KeyBusyError, KeyReusedError
from bellwether.model.tenants import Environment, Scope
from bellwether.storage.database import Database

START = datetime(2026, 8, 1, tzinfo=UTC)
SCOPE = Scope("w", Environment.SANDBOX)
KEEP = timedelta(hours=48)
ANSWER = Answer(201, {"Location": "/x"}, b'{"a": "\xc3\xa9"}')


def ticket(key: str = "one", digest: str = "d") -> Ticket:
    return Ticket(key, digest, KEEP)


def once(
    database: Database, clock: ManualClock, wanted: Ticket, answer: Answer = ANSWER
) -> Answer | None:
    """Return what was kept, else keep `answer`."""

    def work(service: AnswerService) -> Answer | None:
        kept = service.claim(SCOPE, wanted)
        if kept is None:
            service.keep(SCOPE, wanted, answer)
        return kept

    return database.submit_write(lambda c: work(AnswerService(c, clock))).result()


def find(database: Database, clock: ManualClock, wanted: Ticket) -> Answer | None:
    return database.submit_read(lambda c: AnswerService(c, clock).find(SCOPE, wanted)).result()


def test_an_answer_comes_back_as_it_was_kept(database: Database) -> None:
    clock = ManualClock(START)
    assert find(database, clock, ticket()) is None
    assert once(database, clock, ticket()) is None
    assert once(database, clock, ticket()) == ANSWER
    assert find(database, clock, ticket()) == ANSWER


def test_another_request_under_the_same_key_is_refused(database: Database) -> None:
    clock = ManualClock(START)
    once(database, clock, ticket())
    for attempt in (once, find):
        with pytest.raises(KeyReusedError):
            attempt(database, clock, ticket(digest="e"))
    assert find(database, clock, ticket()) == ANSWER


def test_work_that_fails_leaves_the_key_free(database: Database) -> None:
    clock = ManualClock(START)

    def fail(service: AnswerService) -> None:
        assert service.claim(SCOPE, ticket()) is None
        raise RuntimeError("the work failed")

    with pytest.raises(RuntimeError):
        database.submit_write(lambda c: fail(AnswerService(c, clock))).result()
    assert once(database, clock, ticket(digest="e")) is None


def test_an_answer_is_kept_to_the_last_moment_and_then_forgotten(database: Database) -> None:
    clock = ManualClock(START)
    once(database, clock, ticket())
    clock.advance(KEEP)
    assert once(database, clock, ticket()) == ANSWER
    clock.advance(timedelta(microseconds=1))
    assert find(database, clock, ticket(digest="e")) is None
    other = Answer(204, {}, b"")
    assert once(database, clock, ticket(digest="e"), other) is None
    assert once(database, clock, ticket(digest="e")) == other


def test_a_simulated_clock_does_not_shorten_the_time(database: Database) -> None:
    clock = FastClock(START, rate=1e9)
    for kept in (False, True):
        found = database.submit_write(
            lambda c: AnswerService(c, clock).claim(SCOPE, ticket())
        ).result()
        assert (found is not None) is kept


def test_old_answers_run_out_a_few_at_a_time(database: Database) -> None:
    clock = ManualClock(START)
    for number in range(50):
        once(database, clock, ticket(f"old-{number}"))
    clock.advance(KEEP / 2)
    once(database, clock, ticket("young"))
    clock.advance(KEEP / 2 + timedelta(seconds=1))
    count = select(func.count()).select_from(answers)
    counts = []
    for number in range(4):
        once(database, clock, ticket(f"new-{number}"))
        counts.append(database.submit_read(lambda c: c.execute(count).scalar_one()).result())
    assert counts == [32, 13, 4, 5]
    assert find(database, clock, ticket("young")) == ANSWER


def test_a_twin_waits_for_the_first_and_is_answered_like_it(database: Database) -> None:
    clock = ManualClock(START)
    begun, released = threading.Event(), threading.Event()

    def slow(service: AnswerService) -> None:
        assert service.claim(SCOPE, ticket()) is None
        begun.set()
        assert released.wait(10)
        service.keep(SCOPE, ticket(), ANSWER)

    first = database.submit_write(lambda c: slow(AnswerService(c, clock)))
    assert begun.wait(10)
    second = database.submit_write(lambda c: AnswerService(c, clock).claim(SCOPE, ticket()))
    # The wait is not endless: where transactions run side by side, a third gives up.
    if database.kind == "postgresql":
        brief = timedelta(milliseconds=50)
        third = database.submit_write(
            lambda c: AnswerService(c, clock, patience=brief).claim(SCOPE, ticket())
        )
        with pytest.raises(KeyBusyError) as error:
            third.result(10)
        assert error.value.retry_after == 1
    assert not second.done()
    released.set()
    first.result(10)
    assert second.result(10) == ANSWER
