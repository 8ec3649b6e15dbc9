"""A datamart whose log is written and worked off by hand."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection

from bellwether.engine.activities.log import ActivityLog, Entry, Outcome
from bellwether.engine.facade import Engine
from bellwether.kit.clock import ManualClock
from bellwether.kit.ids import new_id
from bellwether.model.activities import Accepted, Datamart, NewActivity
from bellwether.model.tenants import Environment
from bellwether.storage.database import Database

T = TypeVar("T")
START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TS = 1_772_366_400_000


def activity(number: int, *, key: str | None = None, digest: bytes | None = None) -> NewActivity:
    """An activity that is ready for the log, told apart by `n`."""
    body = {"$type": "TOUCH", "$user_agent_id": "vec:1", "n": number, "$ts": TS}
    body["$unique_key"] = key or new_id()
    said = str(number).encode() if digest is None else digest
    return NewActivity(json.dumps(body).encode(), TS, key, said if key else b"")


class Journal:
    """The log of one datamart, and what is done to it by hand."""

    def __init__(self, database: Database, clock: ManualClock | None = None) -> None:
        self.database = database
        self.clock = clock or ManualClock(START)
        self.datamart = self.add_datamart()

    def add_datamart(self) -> Datamart:
        def work(connection: Connection) -> Datamart:
            engine = Engine(connection, self.clock)
            scope = engine.tenants.create_key(new_id(), Environment.SANDBOX).key.scope
            return engine.datamarts.create(scope, "shop")

        return self.write(work)

    def write(self, work: Callable[[Connection], T]) -> T:
        return self.database.submit_write(work).result()

    def read(self, work: Callable[[Connection], T]) -> T:
        return self.database.submit_read(work).result()

    def append(self, *activities: NewActivity, sent_by: str = "key") -> Sequence[Outcome]:
        entries = [Entry(self.datamart.id, sent_by, one) for one in activities]
        return self.write(
            lambda connection: ActivityLog(connection).append(entries, self.clock.now())
        )

    def numbers(self, after: int = 0, limit: int = 10_000) -> list[Any]:
        """The `n` of what is in the log, in its order."""
        found, _ = self.read(
            lambda connection: ActivityLog(connection).after(self.datamart.id, after, limit)
        )
        return [one.body["n"] for one in found]

    def lag(self) -> tuple[int, int]:
        """Where the log ends, and how far it is worked off."""
        lag = self.read(lambda connection: ActivityLog(connection).lag(self.datamart.id))
        return lag.logged, lag.processed


def accepted(outcomes: Sequence[Outcome]) -> list[Accepted]:
    """Outcomes that must all be good."""
    found = [one for one in outcomes if isinstance(one, Accepted)]
    assert len(found) == len(outcomes)
    return found
