"""What gauges show: read from the store each time somebody looks."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from sqlalchemy import Connection
from starlette.types import Receive, Scope, Send

from bellwether.app.container import Container
from bellwether.app.meter import CONTENT_TYPE, Gauges
from bellwether.connectors.base import Bucket
from bellwether.connectors.sources import Sources
from bellwether.dialects.framework.send import send_bytes
from bellwether.dialects.framework.services import Health
from bellwether.engine.facade import Engine
from bellwether.engine.tracking.budgets import left
from bellwether.jobs.heartbeats import SYNTHETIC
from bellwether.jobs.queue import JobQueue
from bellwether.storage.database import read

_STORE_SECONDS = 2.0


class MetricsPage:
    """Answers with all metrics; those from the store are left out while it does not answer."""

    def __init__(self, container: Container, health: Callable[[], Awaitable[Health]]) -> None:
        self._container = container
        self._health = health
        self._reading: asyncio.Task[Gauges] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        del scope, receive
        health = await self._health()
        states = {**health.roles, "store": health.store}
        up: dict[tuple[str, ...], float] = {
            (role,): float(state == "ok") for role, state in states.items()
        }
        gauges: Gauges = {**await self._stored(), "up": up}
        await send_bytes(send, self._container.meter.render(gauges), 200, CONTENT_TYPE)

    async def _stored(self) -> Gauges:
        # One read at a time: whoever asks while the store hangs must not fill it with questions.
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read())
        try:
            async with asyncio.timeout(_STORE_SECONDS):
                return await asyncio.shield(self._reading)
        except Exception:  # noqa: BLE001  it is told as `up`, and health says why
            return {}

    async def _read(self) -> Gauges:
        return await read(self._container.database, lambda c: _gauges(c, self._container))


def declared_buckets(sources: Sources) -> Mapping[str, Sequence[Bucket]]:
    """Return the buckets of every source by its name."""
    return {one.declaration.name: one.declaration.buckets for one in sources}


def _gauges(connection: Connection, container: Container) -> Gauges:
    clock = container.clock
    engine = Engine(connection, clock)
    due, now = engine.tracking.due(), clock.now()
    outlook = engine.webhooks.outlook()
    late_s = 0.0
    if outlook.due_since is not None:
        late_s = (clock.real_now() - outlook.due_since).total_seconds()
    counts = JobQueue(connection, clock).counts()
    budgets = left(
        connection,
        declared_buckets(container.sources),
        container.settings.price_cap_usd,
        clock.real_now(),
    )
    return {
        "trackers_due": {(one.value,): float(count) for one, (count, _) in due.items()},
        "trackers_lateness_seconds": {
            (one.value,): (now - since).total_seconds() for one, (_, since) in due.items()
        },
        "deliveries_pending": {(): float(outlook.pending)},
        "deliveries_lateness_seconds": {(): late_s},
        "endpoints": {(one.value,): float(count) for one, count in outlook.endpoints.items()},
        "jobs": {
            (kind, state.value): float(count)
            for (kind, state), count in counts.items()
            if not kind.startswith(SYNTHETIC)
        },
        "budget_left": {key: rest for key, (rest, _) in budgets.items()},
    }
