"""Bringing results to the store: whole batches, while attempts go on."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta

import structlog

from bellwether.engine.webhooks.recording import Item, Recorder
from bellwether.kit.clock import Clock
from bellwether.model.errors import UnavailableError
from bellwether.storage.database import Database, write

_log = structlog.get_logger(__name__)

_BATCH = 500
_FULL = 2000
_WAITS_S = (0.2, 1.0, 3.0)


class Writer:
    """Writes what has gathered in one transaction while the next gathers.

    What the store does not take is dropped after a few seconds: its lanes are due again when
    their leases are over, and receivers that got it get it again under the same id. `written` is
    called after each batch.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        disable_after: timedelta | None,
        written: Callable[[], None],
    ) -> None:
        self._database = database
        self._written = written
        self._clock = clock
        self._disable_after = disable_after
        self._waiting: list[Item] = []
        self._draining: asyncio.Task[None] | None = None
        self._drained = asyncio.Event()
        self._drained.set()

    def submit(self, *items: Item) -> None:
        """Queue results, in this order."""
        self._waiting.extend(items)
        if self._draining is None or self._draining.done():
            self._drained.clear()
            self._draining = asyncio.create_task(self._drain())

    @property
    def full(self) -> bool:
        """Whether more is queued than the store takes in a while."""
        return len(self._waiting) > _FULL

    async def room(self) -> None:
        """Wait while it is full."""
        while self.full:
            await self._drained.wait()

    async def idle(self) -> None:
        """Wait until all that was queued is written or dropped."""
        await self._drained.wait()

    async def aclose(self, seconds: float) -> None:
        """Give what is queued some real seconds to be written."""
        if self._draining is not None and not self._draining.done():
            await asyncio.wait({self._draining}, timeout=seconds)
            self._draining.cancel()
            await asyncio.gather(self._draining, return_exceptions=True)

    async def _drain(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:_BATCH], self._waiting[_BATCH:]
                await self._write_patiently(batch)
                self._written()
        finally:
            self._drained.set()

    async def _write_patiently(self, batch: Sequence[Item]) -> None:
        error: Exception | None = None
        for wait_s in (*_WAITS_S, None):
            try:
                return await self._write(batch)
            except UnavailableError as failure:
                error = failure
                _log.warning("results wait for the store", items=len(batch), error=str(failure))
            if wait_s is not None:
                await asyncio.sleep(wait_s)
        _log.error("results were lost with the store", items=len(batch), error=str(error))
        return None

    async def _write(self, batch: Sequence[Item]) -> None:
        """Write a batch, or its halves where something in it cannot be written."""
        try:
            await write(
                self._database,
                lambda connection: Recorder(connection, self._clock, self._disable_after).record(
                    batch
                ),
            )
        except UnavailableError:
            raise
        except Exception as error:  # noqa: BLE001  whatever it is, it is about one of them
            if len(batch) == 1:
                _log.error("a result cannot be recorded", item=str(batch[0]), exc_info=error)
                return
            half = len(batch) // 2
            await self._write(batch[:half])
            await self._write(batch[half:])
