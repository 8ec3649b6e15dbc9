"""The worker of the publishing room: it takes accounts with something due and acts for them."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from bellwether.connectors.publishers import Publishers
from bellwether.engine.publishing import claims
from bellwether.engine.publishing.acting import Actor
from bellwether.engine.publishing.desk import MediaLimits
from bellwether.engine.publishing.hands import SETTLE_S
from bellwether.engine.publishing.media import MediaRoom
from bellwether.engine.publishing.outcomes import ClaimedAccount, Lane
from bellwether.engine.publishing.refreshing import Refresher
from bellwether.engine.publishing.watching import Watch
from bellwether.engine.publishing.writing import Writer
from bellwether.jobs.poller import Poller
from bellwether.kit.clock import Clock
from bellwether.kit.http import GuardedClient
from bellwether.kit.ids import new_id
from bellwether.kit.metering import SILENT, Meter
from bellwether.kit.sealing import Sealer
from bellwether.model.errors import UnavailableError
from bellwether.model.tenants import Environment
from bellwether.storage.database import Database, read, write

_log = structlog.get_logger(__name__)

_RENEWALS_A_LEASE = 3
_MARGIN = 12  # of a lease: acting begins no later than so long before its end
_FASTEST_POLL_S = 0.02


class PublishingWorker(Poller):
    """Does every act once. Any number of workers may work on one store.

    An account is held under a lease of `lease_seconds` (real time), lengthened while its acts are
    done, one after the other. At most `slots` accounts of a platform in an environment are held at
    a time, so that a slow platform holds up no other. `settle_seconds` (real time) is how long a
    platform may take to show what was sent to it: nobody looks for it before. On a clock that is
    fast only the sandbox is worked on.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        publishers: Publishers,
        sealer: Sealer,
        client: GuardedClient,
        *,
        limits: MediaLimits | None = None,
        lease_seconds: float = 60.0,
        deadline_seconds: float = 600.0,
        settle_seconds: float = SETTLE_S,
        poll_seconds: float = 0.5,
        grace_seconds: float = 2.5,
        slots: int = 100,
        meter: Meter = SILENT,
    ) -> None:
        # A clock that runs days in seconds is looked at more often, within reason.
        poll = min(poll_seconds, clock.real_seconds(60.0))
        super().__init__(clock, name="publishing", poll_seconds=max(_FASTEST_POLL_S, poll))
        self._database = database
        self._sealer = sealer
        self._lease = timedelta(seconds=lease_seconds)
        self._grace_s = grace_seconds
        self._slots = slots
        self._writer = Writer(database, clock, meter)
        media = MediaRoom(database, clock, client, limits or MediaLimits())
        self._actor = Actor(
            clock,
            publishers,
            self._writer,
            media,
            deadline_s=deadline_seconds,
            settle_s=settle_seconds,
        )
        self.watch = Watch(database, clock, Refresher(database, clock, sealer, publishers))
        self._held: dict[asyncio.Task[int], ClaimedAccount] = {}
        self._leases: dict[str, datetime] = {}
        self._ended: list[ClaimedAccount] = []

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop, then finish or let go of what is held."""
        beside = [asyncio.create_task(self._renew())]
        if not self._clock.accelerated:
            beside.append(asyncio.create_task(self.watch.run(stop)))
        try:
            await super().run(stop)
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)

    async def step(self) -> int:
        """Do what is due, once, and return how many acts were looked at."""
        await self._look()
        done = 0
        while self._held:
            tasks = set(self._held)
            await asyncio.wait(tasks)
            done += sum(task.result() for task in tasks)
        await self._release()
        return done

    async def _pass(self) -> int:
        """Take accounts that have something due where there is room; return how many."""
        await self._release()
        due = await read(
            self._database, lambda connection: claims.due_lanes(connection, self._clock)
        )
        # Where days take seconds, nothing that is real may be done.
        simulated = self._clock.accelerated
        lanes = [one for one in due if one.environment is Environment.SANDBOX or not simulated]
        limits = self._limits(lanes)
        if not limits:
            return 0
        token, until = new_id(), self._clock.real_now() + self._lease

        def work(connection: Connection) -> Sequence[ClaimedAccount]:
            return claims.claim(
                connection, self._clock, self._sealer, limits, token=token, lease=self._lease
            )

        claimed = await write(self._database, work)
        for account in claimed:
            self._leases[account.id] = until
            self._start(account)
        return len(claimed)

    def _limits(self, lanes: Sequence[Lane]) -> Mapping[Lane, int]:
        held = Counter(
            Lane(account.scope.environment, account.platform) for account in self._held.values()
        )
        # Half empty is enough to go on: the next claim and these acts overlap.
        return {lane: self._slots - held[lane] for lane in lanes if held[lane] <= self._slots // 2}

    def _start(self, account: ClaimedAccount) -> None:
        def mine() -> bool:
            until = self._leases.get(account.id)
            return until is not None and self._clock.real_now() < until - self._lease / _MARGIN

        task = asyncio.create_task(self._actor.work(account, mine), name=f"publishing {account.id}")
        self._held[task] = account

        def ended(task: asyncio.Task[int]) -> None:
            del self._held[task]
            self._leases.pop(account.id, None)
            self._ended.append(account)
            self._woken.set()
            if not task.cancelled() and isinstance(task.exception(), Exception):
                _log.error("acting failed", account=account.id, exc_info=task.exception())

        task.add_done_callback(ended)

    async def _release(self) -> None:
        ended, self._ended = self._ended, []
        if not ended:
            return
        try:
            await write(self._database, lambda connection: claims.release(connection, ended))
        except UnavailableError as error:
            _log.warning("claims are left to run out", items=len(ended), error=str(error))

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(self._lease.total_seconds() / _RENEWALS_A_LEASE)
            held = list(self._held.values())
            if not held:
                continue
            until = self._clock.real_now() + self._lease
            with contextlib.suppress(UnavailableError):  # the next may come in time
                await self._lengthen(held)
                for account in held:
                    if account.id in self._leases:
                        self._leases[account.id] = until

    async def _lengthen(self, held: Sequence[ClaimedAccount]) -> None:
        await write(
            self._database,
            lambda connection: claims.renew(connection, self._clock, held, self._lease),
        )

    async def _let_go(self) -> None:
        """Give acts under way a moment to end, then leave them as they were written down."""
        if self._held:
            await asyncio.wait(set(self._held), timeout=self._grace_s)
        held = set(self._held)
        for task in held:
            task.cancel()
        await asyncio.gather(*held, return_exceptions=True)
        await self._writer.aclose(self._grace_s)
        await self._release()
