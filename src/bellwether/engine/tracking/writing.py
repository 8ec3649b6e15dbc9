"""Bringing answers to the store: whole batches, and no answer spoils another's."""

import asyncio
from collections import Counter, deque
from collections.abc import Sequence
from typing import NamedTuple

import structlog
from sqlalchemy import Connection

from bellwether.engine.tracking.outcomes import Answer, Finished
from bellwether.engine.tracking.recording import Ended, Recorder
from bellwether.engine.tracking.schedules import Upcoming
from bellwether.kit.clock import Clock
from bellwether.kit.metering import SILENT, Meter
from bellwether.model.errors import UnavailableError
from bellwether.model.readings import Failed, FailureReason
from bellwether.storage.database import Database, write

_log = structlog.get_logger(__name__)

_BATCH = 500
_PIECE = 250
"""Ticks written at a time while there is no backlog: other writes get in between."""
_BACKLOG = 1000
"""More than so many ticks that wait are written in batches."""
_WAITS_S = (0.2, 1.0, 3.0)


class _Waiting(NamedTuple):
    """Some answers of a submission; with its last ones the submission is written."""

    piece: Sequence[Finished]
    submission: "asyncio.Future[None]"
    last: bool


class Writer:
    """Writes what has gathered in one transaction while the next gathers.

    `ended` counts the ticks that have ended so far.
    """

    def __init__(self, database: Database, clock: Clock, meter: Meter = SILENT) -> None:
        self._meter = meter
        self._database = database
        self._clock = clock
        self._waiting: deque[_Waiting] = deque()
        self._ticks_waiting = 0
        self._draining: asyncio.Task[None] | None = None
        self._upcoming = Upcoming()
        self.ended = 0

    def submit(self, finished: Sequence[Finished]) -> "asyncio.Future[None]":
        """Queue answers; the future is done once they are durable, or fails with the store."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        for start in range(0, max(1, len(finished)), _PIECE):
            piece = finished[start : start + _PIECE]
            self._waiting.append(_Waiting(piece, future, start + _PIECE >= len(finished)))
        self._ticks_waiting += len(finished)
        if self._draining is None or self._draining.done():
            self._draining = asyncio.create_task(self._drain())
        return future

    async def _drain(self) -> None:
        while self._waiting:
            taken = self._take()
            error: Exception | None = None
            try:
                await self._write_patiently([one for each in taken for one in each.piece])
            except Exception as failure:  # noqa: BLE001  those who wait must hear of it
                error = failure
            for _, submission, last in taken:
                if submission.done():  # cancelled, or an earlier piece of it was lost
                    continue
                if error is not None:
                    submission.set_exception(error)
                elif last:
                    submission.set_result(None)

    def _take(self) -> Sequence[_Waiting]:
        """Take what is written next: a batch of a backlog, else a piece."""
        room = _BATCH if self._ticks_waiting > _BACKLOG else _PIECE
        taken: list[_Waiting] = []
        while self._waiting and (not taken or len(self._waiting[0].piece) <= room):
            taken.append(self._waiting.popleft())
            room -= len(taken[-1].piece)
        self._ticks_waiting -= sum(len(each.piece) for each in taken)
        return taken

    async def aclose(self, seconds: float) -> None:
        """Give what is being written some real seconds to end."""
        if self._draining is not None and not self._draining.done():
            await asyncio.wait({self._draining}, timeout=seconds)
            self._draining.cancel()

    async def _write_patiently(self, batch: Sequence[Finished]) -> None:
        for wait_s in _WAITS_S:
            try:
                return await self._write(batch)
            except UnavailableError as error:
                _log.warning("answers wait for the store", items=len(batch), error=str(error))
            await asyncio.sleep(wait_s)
        return await self._write(batch)

    async def _write(self, batch: Sequence[Finished]) -> None:
        """Write a batch, or its halves where something in it cannot be written."""
        try:
            await self._record(batch)
        except UnavailableError:
            raise
        except Exception as error:  # noqa: BLE001  whatever it is, it is about one of them
            if len(batch) == 1:
                await self._write_culprit(batch[0], error)
                return
            half = len(batch) // 2
            await self._write(batch[:half])
            await self._write(batch[half:])

    async def _record(self, batch: Sequence[Finished]) -> None:
        def work(connection: Connection) -> tuple[Counter[Ended], int]:
            recorder = Recorder(connection, self._clock, self._upcoming)
            recorder.record(batch)
            return recorder.ended, recorder.refused

        ended, refused = await write(self._database, work)
        if refused:
            _log.info("ticks were taken over, or their trackers changed", items=refused)
        self.ended += ended.total()
        for one, times in ended.items():
            self._meter.count("runs", times, **one._asdict())

    async def _write_culprit(self, finished: Finished, error: Exception) -> None:
        """End the tick of an answer that cannot be written, or at least get it out of the way."""
        tracker_id = finished.claimed.id
        _log.error("an answer cannot be recorded", tracker=tracker_id, exc_info=error)
        message = f"the answer could not be recorded ({type(error).__name__})"
        failed = Failed(FailureReason.CHANGED_FORMAT, message)
        instead = Finished(
            finished.claimed, Answer(failed, finished.answer.at, finished.answer.source)
        )
        try:
            await self._record([instead])
        except UnavailableError:
            raise
        except Exception:  # noqa: BLE001  the last resort must hold
            _log.exception("a tracker is pushed forward by a day", tracker=tracker_id)
            await write(
                self._database,
                lambda connection: Recorder(connection, self._clock, self._upcoming).postpone(
                    finished, message
                ),
            )
