"""A store with endpoints and short words for what tests of webhooks do with it."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from bellwether.engine.facade import Engine
from bellwether.engine.webhooks.tasks import Deliverer
from bellwether.kit.clock import Clock, ManualClock
from bellwether.kit.http import GuardedClient
from bellwether.kit.sealing import Sealer, new_key
from bellwether.model.tenants import Environment, Scope
from bellwether.model.webhooks import (
    Attempt,
    Delivery,
    DeliveryFilter,
    DeliveryState,
    Endpoint,
    Event,
    EventType,
    NewEndpoint,
    NewEvent,
)
from bellwether.storage.database import Database

T = TypeVar("T")

START = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
KEY = new_key()
RECEIVER = "https://hooks.example.com/in"


class Gate:
    """An answer that comes when the test lets it."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.open = asyncio.Event()
        self.status = b"200 OK"

    async def __call__(self, writer: asyncio.StreamWriter) -> None:
        self.asked.set()
        await self.open.wait()
        writer.write(b"HTTP/1.1 " + self.status + b"\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()


class Post:
    """A store, a clock that stands still until it is moved, and a key to seal secrets with."""

    start = START

    def __init__(self, database: Database, clock: Clock | None = None) -> None:
        self.database = database
        self.manual = ManualClock(START)
        self.clock: Clock = clock or self.manual
        self.sealer = Sealer(lambda: [KEY])

    def write(self, work: Callable[[Engine], T]) -> T:
        return self.database.submit_write(lambda c: work(self.engine(c))).result()

    def read(self, work: Callable[[Engine], T]) -> T:
        return self.database.submit_read(lambda c: work(self.engine(c))).result()

    def engine(self, connection: object) -> Engine:
        return Engine(connection, self.clock, self.sealer)  # type: ignore[arg-type]

    def scope(self, name: str = "acme", environment: Environment = Environment.SANDBOX) -> Scope:
        workspace = self.write(lambda engine: engine.tenants.ensure_workspace(name))
        return Scope(workspace.id, environment)

    def subscribe(
        self, scope: Scope, url: str = RECEIVER, *events: EventType, dialect: str = "native"
    ) -> NewEndpoint:
        return self.write(
            lambda engine: engine.webhooks.create(scope, url=url, events=events, dialect=dialect)
        )

    def endpoint(self, scope: Scope, endpoint_id: str) -> Endpoint:
        return self.read(lambda engine: engine.webhooks.get(scope, endpoint_id))

    def happened(
        self,
        scope: Scope,
        number: int = 0,
        *,
        tracker: str | None = "t",
        kind: EventType = EventType.RUN_SUCCEEDED,
    ) -> NewEvent:
        data: Mapping[str, object] = {"number": number, "tracker": tracker}
        return NewEvent(scope, kind, self.clock.now(), data, tracker_id=tracker)

    def event(self, scope: Scope, event_id: str) -> Event:
        return self.read(lambda engine: engine.webhooks.event(scope, event_id))

    def emit(self, *events: NewEvent) -> int:
        return self.write(lambda engine: engine.webhooks.emit(events))

    def deliveries(
        self, scope: Scope, *, state: DeliveryState | None = None, endpoint: str | None = None
    ) -> Sequence[Delivery]:
        """Return deliveries, oldest first."""
        wanted = DeliveryFilter(state=state, endpoint_id=endpoint)
        page = self.read(
            lambda engine: engine.webhooks.list_deliveries(scope, wanted, limit=100_000)
        )
        return list(reversed(page.items))

    def attempts(self, scope: Scope, delivery_id: str) -> Sequence[Attempt]:
        return self.read(lambda engine: engine.webhooks.list_attempts(scope, delivery_id)).items

    def deliverer(self, client: GuardedClient, **settings: Any) -> Deliverer:
        return Deliverer(self.database, self.clock, client, self.sealer, **settings)

    async def told(self, deliverer: Deliverer) -> None:
        """Let a deliverer work until nothing is due."""
        while await deliverer.step():
            pass

    async def settled(self, scope: Scope) -> None:
        """Wait until deliverers that run beside the test have nothing left to do."""
        async with asyncio.timeout(20):
            while self.deliveries(scope, state=DeliveryState.PENDING):  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    def pass_time(self, **amount: float) -> None:
        self.manual.advance(timedelta(**amount))
