"""The worker: it claims jobs that are due, hands them to their handlers and records the ends."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta

import structlog

from bellwether.jobs.endings import Endings
from bellwether.jobs.heartbeats import SYNTHETIC
from bellwether.jobs.periodic import Chores
from bellwether.jobs.poller import Poller
from bellwether.jobs.queue import Claimed, Ending, JobQueue, Work
from bellwether.kit.clock import Clock
from bellwether.kit.ids import new_id
from bellwether.kit.metering import SILENT, Meter
from bellwether.model.errors import UnavailableError
from bellwether.model.jobs import Job
from bellwether.storage.database import Database, write

_log = structlog.get_logger(__name__)

Handler = Callable[[Job], Awaitable[Work | None]]
"""Does what a job needs of the outside and returns what is to be written.

The work is done in the transaction that ends the job, so it is done once, whoever dies when. Errors
of ours that will not pass fail the job at once, all others are tried again.
"""

_RENEWALS_A_LEASE = 3


class Worker(Poller):
    """Works on jobs of the kinds it has handlers for. Any number may work on one store.

    Jobs are claimed under a lease of `lease_seconds` (real time), lengthened while they run. At
    most `slots` jobs of a kind run at a time, each for at most `deadline_seconds`: kinds do not
    wait for each other. `chores` are the product's own periodic work, seen to beside the jobs;
    `on_pass` is called after each completed pass.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        handlers: Mapping[str, Handler],
        *,
        lease_seconds: float = 60.0,
        deadline_seconds: float = 600.0,
        poll_seconds: float = 0.5,
        grace_seconds: float = 2.5,
        slots: int = 8,
        chores: Chores | None = None,
        on_pass: Callable[[], None] | None = None,
        meter: Meter = SILENT,
    ) -> None:
        self._meter = meter
        super().__init__(clock, name="worker", poll_seconds=poll_seconds)
        self.on_pass = on_pass
        self._database = database
        self._handlers = dict(handlers)
        self._lease = timedelta(seconds=lease_seconds)
        self._deadline_s = deadline_seconds
        self._grace_s = grace_seconds
        self._slots = slots
        self._endings = Endings(database, clock)
        self._chores = chores
        self._running: dict[asyncio.Task[None], Claimed] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop, then finish or let go of what is held."""
        beside = [asyncio.create_task(self._renew())]
        if self._chores is not None:
            beside.append(asyncio.create_task(self._chores.run(stop)))
        try:
            await super().run(stop)
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)

    async def step(self) -> int:
        """Work on what is due, once, and return how many attempts ended."""
        before = self._endings.ended
        await self._look()
        while self._running:
            await asyncio.wait(set(self._running))
        return self._endings.ended - before

    async def _pass(self) -> int:
        """Claim what is due of kinds that have free slots and start on it; return how much."""
        busy = Counter(claimed.job.kind for claimed in self._running.values())
        limits = {
            kind: self._slots - busy[kind] for kind in self._handlers if busy[kind] < self._slots
        }
        token = new_id()
        claimed = await write(
            self._database,
            lambda connection: JobQueue(connection, self._clock).claim(limits, token, self._lease),
        )
        for one in claimed:
            self._start(one)
        return len(claimed)

    def _start(self, claimed: Claimed) -> None:
        task = asyncio.create_task(self._work(claimed), name=f"job {claimed.job.id}")
        self._running[task] = claimed

        def ended(task: asyncio.Task[None]) -> None:
            del self._running[task]
            self._woken.set()
            error = None if task.cancelled() else task.exception()
            if isinstance(error, UnavailableError):  # it is due again when its lease is over
                _log.warning("a job's end is lost with the store", job=claimed.job.id)
            elif error is not None:
                _log.error("a job's end is lost", job=claimed.job.id, exc_info=error)

        task.add_done_callback(ended)

    async def _work(self, claimed: Claimed) -> None:
        began = time.perf_counter()
        ending = await self._attempt(claimed)
        kind = claimed.job.kind
        self._meter.observe(
            "job_seconds",
            time.perf_counter() - began,
            kind="synthetic" if kind.startswith(SYNTHETIC) else kind,
            outcome="ok" if ending.error is None else "failed",
        )
        await self._endings.submit(ending)

    async def _attempt(self, claimed: Claimed) -> Ending:
        job = claimed.job
        deadline = asyncio.timeout(self._deadline_s)
        try:
            async with deadline:
                return Ending(claimed, await self._handlers[job.kind](job))
        except Exception as error:  # noqa: BLE001  a job may fail in any way; the others go on
            if deadline.expired():
                message = f"it took longer than {self._deadline_s:g} seconds"
                return Ending(claimed, error=UnavailableError(message))
            _log.info("attempt failed", job=job.id, kind=job.kind, exc_info=True)
            return Ending(claimed, error=error)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(self._lease.total_seconds() / _RENEWALS_A_LEASE)
            held = list(self._running.values())
            if not held:
                continue
            with contextlib.suppress(UnavailableError):  # the next may come in time
                await self._lengthen(held)

    async def _lengthen(self, held: Sequence[Claimed]) -> None:
        await write(
            self._database,
            lambda connection: JobQueue(connection, self._clock).renew(held, self._lease),
        )

    async def _let_go(self) -> None:
        """Give jobs under way a moment to end, then drop them and free what is held."""
        if self._running:
            await asyncio.wait(set(self._running), timeout=self._grace_s)
        held = dict(self._running)
        for task in held:
            task.cancel()
        await asyncio.gather(*held, return_exceptions=True)
        await self._endings.aclose(self._grace_s)
        if not held:
            return
        try:
            await write(
                self._database,
                lambda connection: JobQueue(connection, self._clock).release(held.values()),
            )
        except UnavailableError as error:
            _log.warning("claims are left to run out", items=len(held), error=str(error))
