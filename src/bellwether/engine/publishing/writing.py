"""Bringing saves to the store: whole batches, and none spoils another's."""

import asyncio
from collections import Counter
from collections.abc import Sequence

import structlog

from bellwether.engine.publishing.outcomes import Save, Stage
from bellwether.engine.publishing.recording import Recorder
from bellwether.kit.clock import Clock
from bellwether.kit.metering import SILENT, Meter
from bellwether.model.errors import UnavailableError
from bellwether.storage.database import Database, write

_log = structlog.get_logger(__name__)

_BATCH = 500


class Writer:
    """Writes what has gathered in one transaction while the next gathers."""

    def __init__(self, database: Database, clock: Clock, meter: Meter = SILENT) -> None:
        self._meter = meter
        self._database = database
        self._clock = clock
        self._waiting: list[tuple[Save, asyncio.Future[bool]]] = []
        self._draining: asyncio.Task[None] | None = None

    async def save(self, save: Save) -> bool:
        """Return once it is durable: True, or False where the act was changed since.

        UnavailableError, and nothing is known, when the store does not answer.
        """
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((save, future))
        if self._draining is None or self._draining.done():
            self._draining = asyncio.create_task(self._drain())
        return await future

    async def aclose(self, seconds: float) -> None:
        """Give what is being written some real seconds to end."""
        if self._draining is not None and not self._draining.done():
            await asyncio.wait({self._draining}, timeout=seconds)
            self._draining.cancel()

    async def _drain(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:_BATCH], self._waiting[_BATCH:]
            await self._write(batch)

    async def _write(self, batch: Sequence[tuple[Save, "asyncio.Future[bool]"]]) -> None:
        """Write a batch, or its halves where something in it cannot be written."""
        saves = [save for save, _ in batch]
        try:
            saved = await write(
                self._database,
                lambda connection: Recorder(connection, self._clock).record(saves),
            )
        except Exception as error:  # noqa: BLE001  those who wait must hear of it
            if len(batch) == 1 or isinstance(error, UnavailableError):
                for _, future in batch:
                    if not future.done():
                        future.set_exception(error)
                return
            _log.warning("a batch is written in halves", items=len(batch), error=str(error))
            half = len(batch) // 2
            await self._write(batch[:half])
            await self._write(batch[half:])
            return
        ended = [one.act for one in saves if one.act.id in saved and one.act.stage is Stage.OVER]
        for (platform, kind, state), times in Counter(
            (act.platform.value, act.kind, act.state.value) for act in ended
        ).items():
            self._meter.count("acts", times, platform=platform, kind=kind, state=state)
        for save, future in batch:
            if not future.done():
                future.set_result(save.act.id in saved)
