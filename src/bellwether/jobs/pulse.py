"""Signs of life: each role of each process completes a synthetic run about every second.

A run goes the way of real work: it is claimed in the store, done by the role, and recorded. What
is stamped then is seen by every process on the store, so one that is dead, hangs or cannot write
is missed by all of them.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import structlog
from sqlalchemy import Connection

from bellwether.jobs.heartbeats import Heartbeats, Process
from bellwether.jobs.queue import JobQueue, Work
from bellwether.kit.clock import Clock
from bellwether.kit.ids import new_id
from bellwether.model.errors import BellwetherError, UnavailableError
from bellwether.model.jobs import Job
from bellwether.model.tenants import Environment, Scope
from bellwether.storage.database import Database, write

_log = structlog.get_logger(__name__)

_EVERY_S = 1.0
_EARLY_S = 0.1  # a pass that comes a little before its second may begin a run
_GIVE_UP_S = 5.0
_GOODBYE_S = 2.0
_NOBODY = Scope("", Environment.SANDBOX)


class Pulse:
    """Begins synthetic runs of one role, one at a time, each time its loop has done a pass.

    `task` is what the role does between claim and record; it raises when that does not work.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        process: Process,
        role: str,
        task: Callable[[], Awaitable[None]],
    ) -> None:
        self.role = role
        self.last_error: str | None = None
        self._database = database
        self._clock = clock
        self._process = process
        self._task = task
        self._began_s = float("-inf")
        self._run: asyncio.Task[None] | None = None

    def passed(self) -> None:
        """Begin a run if it is time for one; the role's loop says so after each pass."""
        now_s = asyncio.get_running_loop().time()
        if now_s - self._began_s < _EVERY_S - _EARLY_S:
            return
        if self._run is None or self._run.done():
            self._began_s = now_s
            self._run = asyncio.create_task(self._beat(), name=f"synthetic run {self.role}")

    async def aclose(self) -> None:
        """Break off the run under way."""
        if self._run is not None:
            self._run.cancel()
            await asyncio.gather(self._run, return_exceptions=True)

    async def _beat(self) -> None:
        try:
            await self._synthetic()
        except Exception as error:  # noqa: BLE001  whatever it is, the next run may do better
            if self.last_error is None:
                _log.warning("a synthetic run failed", role=self.role, error=str(error))
            self.last_error = _reason(error)
        else:
            self.last_error = None

    async def _synthetic(self) -> None:
        token = new_id()
        await write(self._database, lambda connection: self._begin(connection, token))
        async with asyncio.timeout(_GIVE_UP_S):
            await self._task()
        await write(self._database, lambda connection: self._stamp(connection, token))

    def _begin(self, connection: Connection, token: str) -> None:
        Heartbeats(connection, self._clock).begin(self._process, self.role, token)

    def _stamp(self, connection: Connection, token: str) -> None:
        if not Heartbeats(connection, self._clock).stamp(self._process, self.role, token):
            raise UnavailableError("a synthetic run is not in the store any more")


class WorkerPulse:
    """The worker's pulse: its synthetic run is a job that only this process takes.

    It is recorded in the transaction that ends the job.
    """

    role = "worker"

    def __init__(self, database: Database, clock: Clock, process: Process) -> None:
        self.last_error: str | None = None
        self._database = database
        self._clock = clock
        self._process = process
        self._began_s = float("-inf")
        self._token: str | None = None
        self._adding: asyncio.Task[None] | None = None
        self._wake: Callable[[], None] = _nothing

    @property
    def kind(self) -> str:
        """The kind of its jobs."""
        return self._process.job_kind

    def attach(self, wake: Callable[[], None]) -> None:
        """Tell how the worker is woken when there is a job."""
        self._wake = wake

    def passed(self) -> None:
        """Begin a run if it is time for one, giving up one that has not come back."""
        now_s = asyncio.get_running_loop().time()
        wait_s = _EVERY_S - _EARLY_S if self._token is None else _GIVE_UP_S
        if now_s - self._began_s < wait_s:
            return
        if self._adding is None or self._adding.done():
            self._began_s = now_s
            self._token = new_id()
            self._adding = asyncio.create_task(self._add(self._token), name="synthetic job")

    async def handle(self, job: Job) -> Work:
        """Do a synthetic job."""
        token = str(job.payload["token"])

        def work(connection: Connection) -> None:
            if Heartbeats(connection, self._clock).stamp(self._process, self.role, token):
                self.last_error = None

        if token == self._token:
            self._token = None
        return work

    async def aclose(self) -> None:
        """Break off what is being added."""
        if self._adding is not None:
            self._adding.cancel()
            await asyncio.gather(self._adding, return_exceptions=True)

    async def _add(self, token: str) -> None:
        try:
            await write(self._database, lambda connection: self._begin(connection, token))
        except Exception as error:  # noqa: BLE001  whatever it is, the next run may do better
            self.last_error = _reason(error)
            self._token = None
        else:
            self._wake()

    def _begin(self, connection: Connection, token: str) -> None:
        queue = JobQueue(connection, self._clock)
        queue.drop(self.kind)
        queue.add(_NOBODY, self.kind, {"token": token})
        Heartbeats(connection, self._clock).begin(self._process, self.role, token)


async def say_goodbye(database: Database, clock: Clock, process: Process) -> None:
    """Take a process that stops off the list, if the store answers."""
    with contextlib.suppress(UnavailableError, TimeoutError):
        async with asyncio.timeout(_GOODBYE_S):
            await write(database, lambda connection: Heartbeats(connection, clock).retire(process))


def _reason(error: Exception) -> str:
    if isinstance(error, BellwetherError):
        return error.message
    return f"{type(error).__name__}: {error}"


def _nothing() -> None:
    return
