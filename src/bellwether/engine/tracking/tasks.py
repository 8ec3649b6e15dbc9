"""The scheduler: it claims what is due, fetches it and records it, lane by lane."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

import structlog

from bellwether.connectors.sources import Sources
from bellwether.engine.tracking import claims
from bellwether.engine.tracking.fetching import Ask, Fetcher
from bellwether.engine.tracking.outcomes import Answer, Claimed, Finished, Lane
from bellwether.engine.tracking.writing import Writer
from bellwether.jobs.poller import Poller
from bellwether.kit.clock import Clock
from bellwether.kit.ids import new_id
from bellwether.kit.metering import SILENT, Meter
from bellwether.model.errors import UnavailableError
from bellwether.storage.database import Database, read, write

_log = structlog.get_logger(__name__)

_FASTEST_POLL_S = 0.02
_PASSES_A_MINUTE = 1  # of the product's time, on a clock that is fast
_RENEWALS_A_LEASE = 3
_LANES_FULL = 8


class Scheduler(Poller):
    """Runs every tick once. Any number of schedulers may work on one store.

    What is due is claimed under a lease of `lease_seconds` (real time), lengthened while the work
    goes on; a scheduler that stops or dies loses it and another takes over. A lane (one aspect of
    one platform in one environment) that is slow fills up and slows no other: at most about
    `claim_limit` trackers of it are held at a time, `calls_at_once` calls run, and each gets
    `deadline_seconds`. `price_cap_usd` is what calls may cost a day in all, None for any price.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        sources: Sources,
        *,
        lease_seconds: float = 60.0,
        deadline_seconds: float = 30.0,
        poll_seconds: float = 0.5,
        grace_seconds: float = 2.5,
        calls_at_once: int = 4,
        claim_limit: int = 2000,
        price_cap_usd: Decimal | None = None,
        meter: Meter = SILENT,
    ) -> None:
        # A clock that runs days in seconds is looked at more often, within reason.
        poll = min(poll_seconds, clock.real_seconds(60.0 / _PASSES_A_MINUTE))
        super().__init__(clock, name="scheduler", poll_seconds=max(_FASTEST_POLL_S, poll))
        self._database = database
        self._lease = timedelta(seconds=lease_seconds)
        self._grace_s = grace_seconds
        self._claim_limit = claim_limit
        self._fetcher = Fetcher(
            database,
            clock,
            sources,
            deadline_s=deadline_seconds,
            calls_at_once=calls_at_once,
            price_cap_usd=price_cap_usd,
            meter=meter,
        )
        self._writer = Writer(database, clock, meter)
        self._units: dict[asyncio.Task[None], Sequence[Claimed]] = {}
        self._in_flight: defaultdict[Lane, int] = defaultdict(int)
        self._looked_at = clock.now()
        self.on_written: Callable[[], None] | None = None
        """Called when something was written of which somebody may be told."""

    async def step(self) -> int:
        """Do one claim-fetch-record pass and return how many ticks ended."""
        before = self._writer.ended
        await self._look()
        while self._units:
            await asyncio.wait(set(self._units))
        return self._writer.ended - before

    async def _pass(self) -> int:
        """Claim what is due in lanes that have room and start work on it; return how much."""
        self._looked_at = self._clock.now()
        due = await read(
            self._database, lambda connection: claims.due_lanes(connection, self._clock)
        )
        limits = self._limits(due)
        claimed: Mapping[Lane, Sequence[Claimed]] = {}
        if limits:
            token = new_id()
            claimed = await write(
                self._database,
                lambda connection: claims.claim(
                    connection, self._clock, limits, token, self._lease
                ),
            )
            self._written()  # of what has expired, for one
        for lane, mine in claimed.items():
            self._start(lane, mine)
        return sum(map(len, claimed.values()))

    async def _rest(self) -> float:
        """Return how long to wait: until a tick that is known of, no longer than for a poll."""
        try:
            ahead = await read(
                self._database,
                lambda connection: claims.until_next(connection, self._clock, self._looked_at),
            )
        except UnavailableError:
            ahead = None
        if ahead is None:
            return self._poll_s
        # Ticks that follow each other closely are taken together.
        rest_s = max(_FASTEST_POLL_S, self._clock.real_seconds(ahead.total_seconds()))
        return min(self._poll_s, rest_s)

    def _limits(self, due: Sequence[Lane]) -> Mapping[Lane, int]:
        """Return how many trackers to claim in each lane that is not full."""
        held = sum(self._in_flight.values())
        left = self._claim_limit * _LANES_FULL - held
        limits: dict[Lane, int] = {}
        for lane in due:
            room = min(self._claim_limit, self._fetcher.room(lane), max(0, left) // len(due))
            # Half empty is enough to go on: the next claim and this fetch overlap.
            if room and self._in_flight[lane] <= room // 2:
                limits[lane] = room
        return limits

    def _start(self, lane: Lane, claimed: Sequence[Claimed]) -> None:
        task = asyncio.create_task(self._work(lane, claimed), name=f"tracking {lane}")
        self._units[task] = claimed
        self._in_flight[lane] += len(claimed)

        def ended(task: asyncio.Task[None]) -> None:
            del self._units[task]
            self._in_flight[lane] -= len(claimed)
            self._woken.set()
            if not task.cancelled() and task.exception() is not None:
                _log.error("work on a lane failed", lane=str(lane), exc_info=task.exception())

        task.add_done_callback(ended)

    async def _work(self, lane: Lane, claimed: Sequence[Claimed]) -> None:
        """Fetch each target once, and record the answer for every tracker that waits for it."""
        waiting: dict[str, list[Claimed]] = {}
        for tracker in claimed:
            waiting.setdefault(tracker.target, []).append(tracker)
        written: list[asyncio.Future[None]] = []

        def sink(answers: Mapping[str, Answer]) -> None:
            finished = [
                Finished(tracker, answer)
                for target, answer in answers.items()
                for tracker in waiting.pop(target)
            ]
            future = self._writer.submit(finished)
            future.add_done_callback(lambda _: self._written())
            written.append(future)

        renewing = asyncio.create_task(self._renew(claimed))
        try:
            asks = [
                Ask(target, max(tracker.attempts for tracker in mine))
                for target, mine in waiting.items()
            ]
            await self._fetcher.fetch(lane, asks, sink)
            await asyncio.gather(*written, return_exceptions=True)
        finally:
            renewing.cancel()
        lost = [error for future in written if (error := future.exception()) is not None]
        if lost:
            _log.error("answers were lost with the store", lane=str(lane), error=str(lost[0]))
        await self._release([tracker for mine in waiting.values() for tracker in mine])

    def _written(self) -> None:
        if self.on_written is not None:
            self.on_written()

    async def _renew(self, claimed: Sequence[Claimed]) -> None:
        while True:
            await asyncio.sleep(self._lease.total_seconds() / _RENEWALS_A_LEASE)
            with contextlib.suppress(UnavailableError):  # the next may come in time
                await write(
                    self._database,
                    lambda connection: claims.renew(connection, self._clock, claimed, self._lease),
                )

    async def _release(self, claimed: Sequence[Claimed]) -> None:
        if not claimed:
            return
        try:
            await write(self._database, lambda connection: claims.release(connection, claimed))
        except UnavailableError as error:
            _log.warning("claims are left to run out", items=len(claimed), error=str(error))

    async def _let_go(self) -> None:
        """Give work on hand a moment to end, then drop it and free what it held."""
        if self._units:
            await asyncio.wait(set(self._units), timeout=self._grace_s)
        held = dict(self._units)
        for task in held:
            task.cancel()
        await asyncio.gather(*held, return_exceptions=True)
        await self._writer.aclose(self._grace_s)
        for claimed in held.values():
            await self._release(claimed)
