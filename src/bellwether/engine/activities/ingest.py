"""Taking activities in at rate: what gathers while the last flush runs is written with the next.

One object for a process and its event loop. Nothing here waits for a timer: alone, an activity is
written at once, and under load hundreds share one transaction and one flush of the disk.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from typing import NamedTuple

import structlog
from sqlalchemy import Connection

from bellwether.engine.activities.log import ActivityLog, Entry, Outcome
from bellwether.engine.activities.rejects import RejectService
from bellwether.kit.clock import Clock
from bellwether.kit.metering import SILENT, Meter
from bellwether.model.activities import Accepted, BadRow, Lag, NewActivity
from bellwether.model.errors import UnavailableError
from bellwether.storage.database import Database, read

_log = structlog.get_logger(__name__)

WAITING = 1000
"""Most activities that wait or are being written; who comes then is told to come later."""
WAITING_BYTES = 64 * 1024 * 1024
RETRY_AFTER_S = 2
SETTLE_S = 3.0
"""How long a read waits for what was acknowledged before it."""
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.002, 0.05

Done = Callable[[Accepted | Exception], None]
"""Told in the event loop once an activity is on disk, or why it is not."""


class _Waiting(NamedTuple):
    """An activity or a bad row, and who waits for it."""

    entry: Entry | None
    bad: tuple[BadRow, str] | None
    size: int
    done: Done


class Ingest:
    """Writes groups of activities, one group after the other.

    Groups of all datamarts go together, in the order of arrival.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        meter: Meter = SILENT,
        waiting: int = WAITING,
    ) -> None:
        self._database = database
        self._clock = clock
        self._meter = meter
        self.on_logged: Callable[[], None] = lambda: None
        """Called after each group, for whoever follows the log."""
        self._most = waiting
        self._gathered: list[_Waiting] = []
        self._held = 0
        self._held_bytes = 0
        self._busy = False

    @property
    def full(self) -> bool:
        """Whether nothing more is taken at the moment."""
        return self._held >= self._most or self._held_bytes >= WAITING_BYTES

    @property
    def waiting(self) -> int:
        """How many wait or are being written."""
        return self._held

    def check_room(self) -> None:
        """Raise UnavailableError when nothing more is taken at the moment."""
        if self.full:
            self._meter.count("activities_refused")
            raise UnavailableError(
                "more activities arrive than can be written", retry_after=RETRY_AFTER_S
            )

    def submit(self, datamart_id: int, sent_by: str, activity: NewActivity, done: Done) -> None:
        """Have an activity written; `done` hears of it. UnavailableError at once when full."""
        self.check_room()
        entry = Entry(datamart_id, sent_by, activity)
        self._gather(_Waiting(entry, None, len(activity.body), done))

    async def add(self, datamart_id: int, sent_by: str, activity: NewActivity) -> Accepted:
        """Write an activity and return once it is on disk.

        ConflictError (`$unique_key`) when its key was used for another; UnavailableError when
        too many wait, or the store does not answer.
        """
        answer: asyncio.Future[Accepted] = asyncio.get_running_loop().create_future()
        self.submit(datamart_id, sent_by, activity, partial(_settle, answer))
        return await answer

    async def keep(self, bad: BadRow, sent_by: str) -> None:
        """Keep a bad row. When too many wait, or the store does not answer, it is not kept."""
        if self.full:
            return
        answer: asyncio.Future[Accepted] = asyncio.get_running_loop().create_future()
        self._gather(_Waiting(None, (bad, sent_by), len(bad.body), partial(_settle, answer)))
        try:
            await answer
        except UnavailableError as error:
            _log.warning("a bad row is not kept", error=str(error))

    async def settle(self, datamart_id: int, *, seconds: float = SETTLE_S) -> bool:
        """Wait until all that is logged now is worked off; False when that takes too long."""
        loop = asyncio.get_running_loop()
        until, pause = loop.time() + seconds, _FIRST_PAUSE_S
        lag = await self._lag(datamart_id)
        wanted = lag.logged
        while lag.processed < wanted:
            if loop.time() > until:
                return False
            self.on_logged()
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_S)
            lag = await self._lag(datamart_id)
        return True

    async def _lag(self, datamart_id: int) -> Lag:
        return await read(
            self._database, lambda connection: ActivityLog(connection).lag(datamart_id)
        )

    def _gather(self, one: _Waiting) -> None:
        self._gathered.append(one)
        self._held += 1
        self._held_bytes += one.size
        if not self._busy:
            self._busy = True
            # At the end of this turn of the loop, so that all who came in it go together.
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        group, self._gathered = self._gathered, []
        loop = asyncio.get_running_loop()
        try:
            written = self._database.submit_write(partial(self._write, group))
        except Exception as error:  # noqa: BLE001  those who wait must hear of it
            self._flushed(group, error)
            return
        written.add_done_callback(
            lambda future: loop.call_soon_threadsafe(self._flushed, group, _result(future))
        )

    def _write(self, group: Sequence[_Waiting], connection: Connection) -> Sequence[Outcome]:
        bad = [one.bad for one in group if one.bad is not None]
        if bad:
            RejectService(connection, self._clock).add(bad)
        entries = [one.entry for one in group if one.entry is not None]
        return ActivityLog(connection).append(entries, self._clock.now())

    def _flushed(self, group: Sequence[_Waiting], result: Sequence[Outcome] | Exception) -> None:
        """Start on the next group, then tell those of this one."""
        self._held -= len(group)
        self._held_bytes -= sum(one.size for one in group)
        if self._gathered:
            self._flush()
        else:
            self._busy = False
        if isinstance(result, Exception):
            for one in group:
                one.done(result)
            return
        answers = iter(result)
        for one in group:
            one.done(next(answers) if one.entry is not None else Accepted(b""))
        self._meter.count("activities_logged", len(result))
        self.on_logged()


def _settle(answer: "asyncio.Future[Accepted]", result: Accepted | Exception) -> None:
    if answer.done():  # whoever waited has gone
        return
    if isinstance(result, Exception):
        answer.set_exception(result)
    else:
        answer.set_result(result)


def _result(future: "Future[Sequence[Outcome]]") -> Sequence[Outcome] | Exception:
    error = future.exception()
    if error is None:
        return future.result()
    return error if isinstance(error, Exception) else UnavailableError(str(error), retry_after=1)
