"""Short words for what tests of the queue do with it."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from bellwether.jobs.queue import Claimed, JobQueue
from bellwether.kit.clock import ManualClock
from bellwether.kit.ids import new_id
from bellwether.model.jobs import Job
from bellwether.model.tenants import Environment, Scope
from bellwether.storage.database import Database

T = TypeVar("T")

START = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LEASE = timedelta(seconds=60)
ACME = Scope(new_id(), Environment.SANDBOX)


class Shop:
    """A store and a clock that stands still until it is moved."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = ManualClock(START)

    def do(self, work: Callable[[JobQueue], T]) -> T:
        return self.database.submit_write(lambda c: work(JobQueue(c, self.clock))).result()

    def add(
        self,
        kind: str = "paint",
        payload: Mapping[str, object] | None = None,
        *,
        scope: Scope = ACME,
        key: str | None = None,
    ) -> Job:
        return self.do(lambda queue: queue.add(scope, kind, payload or {}, key=key))

    def job(self, job_id: str, scope: Scope = ACME) -> Job:
        return self.do(lambda queue: queue.get(scope, job_id))

    def claim(self, limit: int = 10, kind: str = "paint") -> list[Claimed]:
        return list(self.do(lambda queue: queue.claim({kind: limit}, new_id(), LEASE)))
