"""Bellwether's side of the comparison of deliveries: a store, its endpoints, and a deliverer."""

import asyncio
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import uvloop
from sqlalchemy import Connection

from bellwether.engine import schema
from bellwether.engine.facade import Engine
from bellwether.engine.webhooks.rendering import NativeRenderer
from bellwether.engine.webhooks.tasks import RECEIVER_IDLE_S, Deliverer
from bellwether.kit.clock import SystemClock
from bellwether.kit.garbage import look_for_garbage_less_often
from bellwether.kit.http import GuardedClient
from bellwether.kit.ids import new_id
from bellwether.kit.sealing import Sealer, new_key
from bellwether.model.tenants import Environment, Scope
from bellwether.model.webhooks import Event, EventType, NewEvent
from bellwether.storage.database import Database, open_database, read
from bellwether.storage.migrate import migrate

_AT = datetime(2026, 11, 27, tzinfo=UTC)
_DATA = {"metrics": {"views": 123_456, "likes": 7_890}, "pad": "x" * 400}
_LOOKS_S = 0.05
_LONGEST_S = 60.0
_WAITS = """
SELECT EXISTS (SELECT 1 FROM lanes WHERE endpoint_id IN (SELECT value FROM json_each(?)))
"""
_ATTEMPTS = """
SELECT COUNT(*) FROM attempts JOIN deliveries ON deliveries.id = attempts.delivery_id
WHERE attempts.status = 200 AND deliveries.endpoint_id IN (SELECT value FROM json_each(?))
"""


def body_of(number: int, tracker: Callable[[int], str]) -> str:
    """Return what is posted of an event."""
    data = {"tracker_id": tracker(number), "number": number, **_DATA}
    event = Event("e", EventType.RUN_SUCCEEDED, _AT, None, None, data)
    return NativeRenderer().body(event).decode()


class Ours:
    """A fresh SQLite store as the server opens it."""

    def __init__(self) -> None:
        assert schema.metadata.tables
        look_for_garbage_less_often()  # as the server does
        self._folder = TemporaryDirectory()
        self.database: Database = open_database(
            f"sqlite:///{Path(self._folder.name) / 'bench.sqlite'}"
        )
        migrate(self.database)
        key = new_key()
        self._clock, self._sealer = SystemClock(), Sealer(lambda: [key])

    def prepare(self, urls: Sequence[str], each: int, tracker: Callable[[int], str]) -> list[str]:
        """Write `each` events that all of these endpoints are to be told; return their ids."""

        def work(connection: object) -> list[str]:
            engine = Engine(connection, self._clock, self._sealer)  # type: ignore[arg-type]
            workspace = engine.tenants.ensure_workspace(new_id())
            scope = Scope(workspace.id, Environment.SANDBOX)
            made = [engine.webhooks.create(scope, url=url).endpoint.id for url in urls]
            events = [
                NewEvent(
                    scope,
                    EventType.RUN_SUCCEEDED,
                    _AT,
                    {"tracker_id": tracker(number), "number": number, **_DATA},
                    tracker_id=tracker(number),
                )
                for number in range(each)
            ]
            engine.webhooks.emit(events)
            return made

        return self.database.submit_write(work).result()

    def deliver(self, healthy: Sequence[str]) -> float:
        """Deliver until nothing waits at these endpoints; return seconds from the first claim."""
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(self._deliver(json.dumps(list(healthy))))

    async def _deliver(self, healthy: str) -> float:
        client = GuardedClient(allow_loopback=True, idle_s=RECEIVER_IDLE_S)
        deliverer = Deliverer(self.database, self._clock, client, self._sealer, grace_seconds=0.0)
        stop = asyncio.Event()
        began = perf_counter()
        running = asyncio.create_task(deliverer.run(stop))
        while await read(self.database, lambda c: _waits(c, healthy)):
            await asyncio.sleep(_LOOKS_S)
            if running.done() or perf_counter() - began > _LONGEST_S:
                raise RuntimeError("the deliverer does not get on")
        took = perf_counter() - began
        stop.set()
        await running
        await client.aclose()
        return took

    def attempts(self, endpoints: Sequence[str]) -> int:
        """Return how many attempts at deliveries to these endpoints are on disk as taken."""
        listed = json.dumps(list(endpoints))
        return self.database.submit_read(
            lambda c: int(c.exec_driver_sql(_ATTEMPTS, (listed,)).scalar_one())
        ).result()

    def pause_all(self) -> None:
        """Let what is left wait, so that the next measurement is alone."""
        self.database.submit_write(
            lambda c: c.exec_driver_sql("UPDATE endpoints SET state = 'paused'").close()
        ).result()

    def close(self) -> None:
        """Forget the store."""
        self.database.close()
        self._folder.cleanup()


def _waits(connection: Connection, healthy: str) -> bool:
    found = connection.exec_driver_sql(_WAITS, (healthy,)).scalar_one()
    return bool(found)
