"""Bringing the ends of jobs to the store: whole batches at a time."""

import asyncio
from collections.abc import Sequence

import structlog

from bellwether.jobs.queue import Ending, JobQueue
from bellwether.kit.clock import Clock
from bellwether.model.errors import UnavailableError
from bellwether.storage.database import Database, write

_log = structlog.get_logger(__name__)

_BATCH = 200
_WAITS_S = (0.2, 1.0, 3.0)


class Endings:
    """Writes what has gathered in one transaction while the next gathers.

    `ended` counts the attempts whose end is recorded.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._waiting: list[tuple[Ending, asyncio.Future[None]]] = []
        self._draining: asyncio.Task[None] | None = None
        self.ended = 0

    def submit(self, ending: Ending) -> "asyncio.Future[None]":
        """Queue an end; the future is done once it is durable, or fails with the store."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((ending, future))
        if self._draining is None or self._draining.done():
            self._draining = asyncio.create_task(self._drain())
        return future

    async def aclose(self, seconds: float) -> None:
        """Give what is being written some real seconds to end."""
        if self._draining is not None and not self._draining.done():
            await asyncio.wait({self._draining}, timeout=seconds)
            self._draining.cancel()
            await asyncio.gather(self._draining, return_exceptions=True)

    async def _drain(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:_BATCH], self._waiting[_BATCH:]
            error: Exception | None = None
            try:
                await self._write_patiently([ending for ending, _ in batch])
            except Exception as failure:  # noqa: BLE001  those who wait must hear of it
                error = failure
            for _, future in batch:
                if future.cancelled():
                    continue
                if error is None:
                    future.set_result(None)
                else:
                    future.set_exception(error)

    async def _write_patiently(self, batch: Sequence[Ending]) -> None:
        for wait_s in _WAITS_S:
            try:
                return await self._write(batch)
            except UnavailableError as error:
                _log.warning("ends of jobs wait for the store", items=len(batch), error=str(error))
            await asyncio.sleep(wait_s)
        return await self._write(batch)

    async def _write(self, batch: Sequence[Ending]) -> None:
        states = await write(
            self._database, lambda connection: JobQueue(connection, self._clock).end(batch)
        )
        self.ended += len(states)
        if lost := len(batch) - len(states):
            _log.warning("jobs were taken over by another worker", items=lost)
