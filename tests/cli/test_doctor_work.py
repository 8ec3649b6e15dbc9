"""`bellwether doctor` on the work that goes on: roles, webhooks, jobs and budgets."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, update
from tests.cli.test_doctor import examine

from bellwether.engine.facade import Engine
from bellwether.engine.tracking.tables import budgets
from bellwether.engine.webhooks.tables import endpoints
from bellwether.jobs.heartbeats import Heartbeats, Process
from bellwether.jobs.queue import JobQueue
from bellwether.kit.clock import Clock, ManualClock, SystemClock, to_micros
from bellwether.kit.ids import new_id
from bellwether.kit.sealing import Sealer, new_key
from bellwether.model.errors import InvalidInputError
from bellwether.model.tenants import Environment, Scope
from bellwether.model.webhooks import EventType, NewEvent
from bellwether.storage.database import Database

KEY = new_key()


@pytest.fixture
def scope(database: Database) -> Scope:
    made: Scope = _write(
        database,
        lambda engine: engine.tenants.create_key("acme", Environment.SANDBOX).key.scope,
    )
    return made


def _write(database: Database, work: Callable[[Engine], Any], clock: Clock | None = None) -> Any:
    clock = clock or SystemClock()
    sealer = Sealer(lambda: [KEY])
    return database.submit_write(lambda c: work(Engine(c, clock, sealer))).result()


def _beat(database: Database, *roles: str, ago: timedelta = timedelta(0), pid: int = 7) -> None:
    clock = ManualClock(SystemClock().real_now() - ago)
    process = Process(new_id(), "box", pid, clock.real_now())

    def work(connection: Connection) -> None:
        for role in roles:
            Heartbeats(connection, clock).begin(process, role, "token")
            assert Heartbeats(connection, clock).stamp(process, role, "token")

    database.submit_write(work).result()


def test_a_store_on_which_nothing_goes_on_is_well(database_url: str, scope: Scope) -> None:
    answer, found = examine("--database", database_url)
    assert answer.code == 0, answer.out
    assert found["roles"]["detail"] == "no server works on this store"
    assert found["deliveries"]["ok"]
    assert found["jobs"]["detail"] == "0 wait"
    assert found["budgets"]["ok"]


def test_a_role_that_nobody_has_is_named_with_the_command_that_helps(
    database: Database, database_url: str, scope: Scope
) -> None:
    _beat(database, "api", "scheduler")
    answer, found = examine("--database", database_url)
    assert answer.code == 1
    assert found["roles"]["detail"] == "nobody is worker or deliverer here (1 process)"
    assert "bellwether serve --role deliverer" in found["roles"]["advice"]
    _beat(database, "worker", "deliverer")
    answer, found = examine("--database", database_url)
    assert answer.code == 0
    assert found["roles"]["detail"] == "scheduler, worker and deliverer work (2 processes)"


def test_a_process_that_died_is_named_and_wrong_only_while_it_is_missed(
    database: Database, database_url: str, scope: Scope
) -> None:
    _beat(database, "api", "scheduler", "worker")
    _beat(database, "deliverer", ago=timedelta(minutes=3), pid=4242)
    answer, found = examine("--database", database_url)
    assert answer.code == 1
    dead = found["process 4242 on box"]
    assert not dead["ok"]
    assert dead["detail"].startswith("deliverer: no sign of life for 3 min")
    _beat(database, "deliverer", pid=4243)
    answer, found = examine("--database", database_url)
    assert answer.code == 0
    assert found["process 4242 on box"]["detail"].endswith("others do its work")


def test_a_part_of_a_process_that_hangs_is_wrong(
    database: Database, database_url: str, scope: Scope
) -> None:
    clock = ManualClock(SystemClock().real_now() - timedelta(minutes=1))
    process = Process(new_id(), "box", 7, clock.real_now())

    def work(connection: Connection) -> None:
        for role in ("worker", "scheduler", "deliverer"):
            Heartbeats(connection, clock).begin(process, role, "token")
            Heartbeats(connection, clock).stamp(process, role, "token")
            clock.advance(timedelta(seconds=30))

    database.submit_write(work).result()
    _, found = examine("--database", database_url)
    hung = found["process 7 on box"]
    assert not hung["ok"]
    assert hung["detail"].startswith("scheduler, worker: ")
    assert "hangs" in hung["advice"]


def test_deliveries_that_are_late_and_endpoints_that_were_disabled_are_wrong(
    database: Database, database_url: str, scope: Scope
) -> None:
    clock = ManualClock(SystemClock().real_now() - timedelta(minutes=10))
    url = "https://hooks.example.com/in"
    made = [
        _write(database, lambda e: e.webhooks.create(scope, url=url), clock).endpoint.id
        for _ in range(2)
    ]
    event = NewEvent(scope, EventType.TEST, clock.now(), {})
    _write(database, lambda e: e.webhooks.emit([event]), clock)
    disabled = {"state": "disabled", "disabled_reason": "answered 410"}
    database.submit_write(
        lambda c: c.execute(update(endpoints).where(endpoints.c.id == made[0]).values(disabled))
    ).result()
    answer, found = examine("--database", database_url)
    assert answer.code == 1
    assert found["deliveries"]["detail"].startswith("2 deliveries wait, the oldest is due for 10")
    assert "deliverer" in found["deliveries"]["advice"]
    assert not found["endpoints"]["ok"]
    assert f"{made[0]} of acme: answered 410" in found["endpoints"]["detail"]
    assert "endpoints resume" in found["endpoints"]["advice"]


def test_jobs_that_wait_or_failed_for_reasons_of_ours_are_wrong(
    database: Database, database_url: str, scope: Scope
) -> None:
    clock = SystemClock()

    def add_and_fail(error: Exception, times: int = 1) -> Callable[[Connection], None]:
        def work(connection: Connection) -> None:
            later = ManualClock(clock.real_now())
            queue = JobQueue(connection, later)
            queue.add(scope, "paint", {})
            for _ in range(times):
                (claimed,) = queue.claim({"paint": 1}, new_id(), timedelta(seconds=1))
                queue.fail(claimed, error)
                later.advance(timedelta(hours=1))

        return work

    database.submit_write(add_and_fail(InvalidInputError("the customer's fault"))).result()
    _, found = examine("--database", database_url)
    assert found["jobs"] == {"check": "jobs", "ok": True, "detail": "0 wait", "advice": None}
    database.submit_write(add_and_fail(ZeroDivisionError(), times=5)).result()
    _, found = examine("--database", database_url)
    assert found["jobs"]["detail"] == "0 wait; failed within a day: 1 paint (internal)"
    assert not found["jobs"]["ok"]
    old = ManualClock(clock.real_now() - timedelta(minutes=5))
    database.submit_write(lambda c: JobQueue(c, old).add(scope, "paint", {})).result()
    _, found = examine("--database", database_url)
    assert found["jobs"]["detail"].startswith("1 wait, the oldest is due for 5 min")
    assert "worker" in found["jobs"]["advice"]


def test_a_budget_that_is_used_up_is_wrong_until_its_window_ends(
    database: Database, database_url: str, scope: Scope
) -> None:
    row = {
        "source": "youtube",
        "bucket": "youtube-units",
        "window_start": to_micros(SystemClock().real_now()),
        "used": 10_000.0,
    }
    database.submit_write(lambda c: c.execute(budgets.insert().values(row))).result()
    _, found = examine("--database", database_url)
    assert not found["budgets"]["ok"]
    assert "youtube youtube-units 0 of 10,000" in found["budgets"]["detail"]
    assert "youtube youtube-units" in found["budgets"]["advice"]
    old = {"window_start": to_micros(SystemClock().real_now() - timedelta(days=2))}
    database.submit_write(lambda c: c.execute(update(budgets).values(old))).result()
    _, found = examine("--database", database_url)
    assert found["budgets"]["ok"]
