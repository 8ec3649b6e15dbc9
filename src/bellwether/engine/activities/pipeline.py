"""The pipeline: it follows each datamart's log and works activities into what is read.

Whoever works on a datamart claims it under a lease, so that of several machines one does. A batch
and the place up to which it goes are one transaction: a crash repeats nothing. An activity that
cannot be worked off is set aside as a bad row, alone, and the rest go on.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import msgspec
import structlog
from sqlalchemy import Connection

from bellwether.engine.activities.datamarts import DatamartService
from bellwether.engine.activities.log import ActivityLog
from bellwether.engine.activities.rejects import RejectService, make_bad_row
from bellwether.engine.activities.store_log import LogStore
from bellwether.jobs.poller import Poller
from bellwether.kit.clock import Clock, to_micros
from bellwether.kit.ids import new_id
from bellwether.kit.metering import SILENT, Meter
from bellwether.model.activities import Datamart, Lag, LoggedActivity
from bellwether.model.errors import BellwetherError, UnavailableError
from bellwether.storage.database import Database, read, write

_log = structlog.get_logger(__name__)

Apply = Callable[[Connection, Datamart, Sequence[LoggedActivity]], None]
"""Works activities of one datamart in, in their order, on the transaction it is given.

It may be given some of them again after an error, and then none of what it did before is there.
"""

BATCH = 500
LEASE_S = 5.0
"""A crash holds a datamart up for so long; a batch that takes longer may be done twice over, and
counts once."""
_POLL_S = 1.0


class _LostError(Exception):
    """Another machine works on the datamart now."""


class _SetAsideError(BellwetherError):
    """An activity that nobody foresaw; the log has the trace."""

    code = "internal"


@dataclass(frozen=True, slots=True)
class _Batch:
    """Activities of a log from after `start` up to `end`."""

    datamart: Datamart
    activities: Sequence[LoggedActivity]
    start: int
    end: int


class Pipeline(Poller):
    """Works off the logs of all datamarts, a batch of each in turn.

    `crowded` says whether requests wait: then the pipeline rests between batches, so that they
    find the store free. `lease_seconds` are real.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        apply: Apply,
        *,
        crowded: Callable[[], bool] = lambda: False,
        lease_seconds: float = LEASE_S,
        poll_seconds: float = _POLL_S,
        batch: int = BATCH,
        meter: Meter = SILENT,
    ) -> None:
        super().__init__(clock, name="pipeline", poll_seconds=poll_seconds)
        self._database = database
        self._apply = apply
        self._crowded = crowded
        self._lease = timedelta(seconds=lease_seconds)
        self._most = batch
        self._meter = meter
        self._token = new_id()

    async def step(self) -> int:
        """Work off one batch of each log; return how many places that was."""
        return await self._look()

    async def _pass(self) -> int:
        done = 0
        for lag in await read(self._database, lambda connection: ActivityLog(connection).lagging()):
            began = asyncio.get_running_loop().time()
            done += await self._advance(lag)
            if self._crowded():
                await asyncio.sleep(asyncio.get_running_loop().time() - began)
        return done

    async def _advance(self, lag: Lag) -> int:
        """Work off the next batch of a log; returns how many places, 0 when another has it."""
        if not await write(self._database, lambda connection: self._claim(connection, lag)):
            return 0
        batch = await read(self._database, lambda connection: self._read(connection, lag))
        try:
            await self._work_off(batch)
        except _LostError:
            _log.info("another works on the datamart", datamart=lag.datamart_id)
            return 0
        self._meter.count("activities_processed", len(batch.activities))
        return batch.end - batch.start

    async def _work_off(self, batch: _Batch) -> None:
        """Apply a batch whole, or, where that fails, its halves."""
        try:
            await write(self._database, lambda connection: self._do(connection, batch))
        except (UnavailableError, _LostError):
            raise
        except Exception as error:
            if len(batch.activities) == 1:
                await self._set_aside(batch, error)
                return
            if not batch.activities:
                raise
            for half in _halves(batch):
                await self._work_off(half)

    async def _set_aside(self, batch: _Batch, error: Exception) -> None:
        (activity,) = batch.activities
        _log.error(
            "an activity is set aside",
            datamart=batch.datamart.id,
            seq=activity.seq,
            exc_info=error,
        )
        if not isinstance(error, BellwetherError):
            error = _SetAsideError(f"{type(error).__name__} while it was worked off")
        raw = msgspec.json.encode(activity.body)
        bad = make_bad_row(
            batch.datamart.id, raw, error, self._clock, source="pipeline", seq=activity.seq
        )

        def work(connection: Connection) -> None:
            self._move(connection, batch)
            RejectService(connection, self._clock).add([(bad, activity.sent_by)])

        await write(self._database, work)

    def _claim(self, connection: Connection, lag: Lag) -> bool:
        real_now = to_micros(self._clock.real_now())
        return LogStore(connection).claim(lag.datamart_id, self._token, self._until(), real_now)

    def _read(self, connection: Connection, lag: Lag) -> _Batch:
        log = ActivityLog(connection)
        start = log.lag(lag.datamart_id).processed
        activities, end = log.after(lag.datamart_id, start, self._most)
        datamart = DatamartService(connection, self._clock).by_id(lag.datamart_id)
        return _Batch(datamart, activities, start, end)

    def _do(self, connection: Connection, batch: _Batch) -> None:
        self._move(connection, batch)
        if batch.activities:
            self._apply(connection, batch.datamart, batch.activities)

    def _move(self, connection: Connection, batch: _Batch) -> None:
        if batch.start == batch.end:
            return
        moved = LogStore(connection).advance(
            batch.datamart.id, self._token, batch.start, batch.end, self._until()
        )
        if not moved:
            raise _LostError

    def _until(self) -> int:
        return to_micros(self._clock.real_now() + self._lease)

    async def _let_go(self) -> None:
        try:
            await write(self._database, lambda connection: LogStore(connection).let_go(self._token))
        except UnavailableError as error:
            _log.warning("claims are left to run out", error=str(error))


def _halves(batch: _Batch) -> tuple[_Batch, _Batch]:
    middle = len(batch.activities) // 2
    first, second = batch.activities[:middle], batch.activities[middle:]
    seq = first[-1].seq
    return (
        _Batch(batch.datamart, first, batch.start, seq),
        _Batch(batch.datamart, second, seq, batch.end),
    )
