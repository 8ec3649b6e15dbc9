"""The deliverer: it claims what is due, sends it and records what came of it."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta

import structlog

from bellwether.engine.webhooks import claims
from bellwether.engine.webhooks.couriers import Courier
from bellwether.engine.webhooks.outcomes import ClaimedLane, Waiting
from bellwether.engine.webhooks.rendering import NATIVE, NativeRenderer, Renderer
from bellwether.engine.webhooks.sending import Sender
from bellwether.engine.webhooks.writing import Writer
from bellwether.jobs.poller import Poller
from bellwether.kit.clock import Clock
from bellwether.kit.http import FetchRefusedError, GuardedClient, Ports
from bellwether.kit.ids import new_id
from bellwether.kit.metering import SILENT, Meter
from bellwether.kit.sealing import Sealer
from bellwether.model.errors import InvalidInputError, UnavailableError
from bellwether.storage.database import Database, read, write

_log = structlog.get_logger(__name__)

SCHEDULE = (60.0, 300.0, 21_600.0)
"""Seconds before the second, third and fourth attempt."""

RECEIVER_PORTS = Ports(80, 443, range(1024, 65_536))
"""Where receivers may listen: not on ports of other services that everybody knows."""

RECEIVER_IDLE_S = 4.0
"""How long a connection waits for the next delivery; many servers close theirs after 5 seconds."""

LEASE_S = 30.0
"""How long a deliverer may hold what it claimed, in real seconds."""

_FRESH_S = 1.0
_LANES_HELD = 2048
_REMEMBERED = 1000
_SPARE_S = 5.0


async def check_address(client: GuardedClient, url: str) -> None:
    """Raise InvalidInputError (`url`) if a receiver's address may not be called or is nowhere.

    The same is checked again at each attempt, since names change their addresses.
    """
    try:
        await client.check(url)
    except FetchRefusedError as error:
        raise InvalidInputError(error.message, field="url") from error


class Deliverer(Poller):
    """Tells endpoints what they are due. Any number of deliverers may work on one store.

    Lanes are claimed under a lease of `lease_seconds` (real time, longer than one request may
    take). One endpoint gets at most `at_once` requests at a time, one while it fails and until it
    has taken something. `slots` run in all: half of them at most for endpoints that fail, and
    three quarters for those and the unproven together. So whatever some receivers do, there is
    room for the others. At most `ahead` lanes are claimed for one that takes them quickly.
    `timeout_s` bounds each request as a whole. `renderers` are by dialect; the native one is
    always there. `disable_after` is how long an endpoint may fail without a break before it is
    disabled, None for ever.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        client: GuardedClient,
        sealer: Sealer,
        *,
        renderers: Mapping[str, Renderer] | None = None,
        schedule: Sequence[float] = SCHEDULE,
        timeout_s: float = 5.0,
        disable_after: timedelta | None = None,
        lease_seconds: float = LEASE_S,
        poll_seconds: float = 0.25,
        grace_seconds: float = 2.5,
        at_once: int = 4,
        ahead: int = 512,
        slots: int = 400,
        meter: Meter = SILENT,
    ) -> None:
        super().__init__(clock, name="deliverer", poll_seconds=poll_seconds)
        self._database = database
        self._lease = timedelta(seconds=max(lease_seconds, _FRESH_S + timeout_s + _SPARE_S))
        self._grace_s = grace_seconds
        self._at_once = at_once
        self._ahead = ahead
        self._slots = slots
        self._writer = Writer(database, clock, disable_after, self._woken.set)
        self._sender = Sender(
            clock,
            client,
            sealer,
            {NATIVE: NativeRenderer(), **(renderers or {})},
            schedule=schedule,
            timeout_s=timeout_s,
            meter=meter,
        )
        self._couriers: dict[str, Courier] = {}
        self._failing: set[str] = set()

    async def step(self) -> int:
        """Attempt what is due, once, and return how many lanes were worked on."""
        worked = 0
        while claimed := await self._look():
            worked += claimed
            while tasks := {task for one in self._couriers.values() for task in one.tasks}:
                await asyncio.wait(tasks)
            await self._writer.idle()
        return worked

    async def _pass(self) -> int:
        """Claim due lanes of endpoints that have room and start on them; return how many."""
        waiting = await read(
            self._database, lambda connection: claims.waiting(connection, self._clock)
        )
        self._failing = {one.endpoint_id for one in waiting if one.failing}
        self._forget({one.endpoint_id for one in waiting})
        limits = self._limits(waiting)
        claimed: Sequence[ClaimedLane] = ()
        if limits:
            token = new_id()
            claimed = await write(
                self._database,
                lambda connection: claims.claim(
                    connection, self._clock, limits, token, self._lease
                ),
            )
        mine: dict[str, list[ClaimedLane]] = {}
        for lane in claimed:
            mine.setdefault(lane.receiver.endpoint_id, []).append(lane)
        for endpoint_id, lanes in mine.items():
            self._courier(endpoint_id).take(lanes)
        return len(claimed)

    def _forget(self, waiting: set[str]) -> None:
        """Let go of couriers without work, but remember whose receivers answered."""
        idle = [
            key
            for key, one in self._couriers.items()
            if key not in waiting and not one.busy and not one.queued
        ]
        for endpoint_id in idle:
            if not self._couriers[endpoint_id].proven or len(self._couriers) > _REMEMBERED:
                del self._couriers[endpoint_id]

    def _limits(self, waiting: Sequence[Waiting]) -> Mapping[str, int]:
        """Return how many lanes to claim for each endpoint that has room."""
        couriers = self._couriers.items()
        free = self._slots - sum(one.busy for _, one in couriers)
        unsure = self._slots * 3 // 4 - sum(one.busy for _, one in couriers if not one.proven)
        bad = self._slots // 2 - sum(one.busy for key, one in couriers if key in self._failing)
        # What is held is shared among those that wait, so that memory does not grow with them.
        share = max(self._at_once, _LANES_HELD // max(1, len(waiting)))
        limits: dict[str, int] = {}
        for one in sorted(waiting, key=lambda one: (one.failing, one.due_at)):
            courier = self._courier(one.endpoint_id)
            room = free if courier.proven else min(free, unsure)
            room = min(room, bad) if one.failing else room
            at_once = self._at_once if courier.proven else 1
            more = max(0, at_once - courier.busy - courier.queued)
            # Half empty is enough to go on: the next claim and these requests overlap.
            ahead = 1 if one.failing else min(courier.ahead, share)
            if courier.queued > ahead // 2 or (more and room <= 0):
                continue
            limits[one.endpoint_id] = ahead - courier.queued
            free -= more
            unsure -= 0 if courier.proven else more
            bad -= more if one.failing else 0
        return limits

    def _courier(self, endpoint_id: str) -> Courier:
        courier = self._couriers.get(endpoint_id)
        if courier is None:
            courier = self._couriers[endpoint_id] = Courier(
                self._sender,
                self._writer,
                at_once=self._at_once,
                most_ahead=self._ahead,
                fresh_s=_FRESH_S,
                hungry=self._woken.set,
            )
        return courier

    async def _let_go(self) -> None:
        """Give requests under way a moment to end, then break them off and free their lanes."""
        couriers = list(self._couriers.values())
        for courier in couriers:
            courier.drop()
        tasks = {task for courier in couriers for task in courier.tasks}
        if tasks:
            await asyncio.wait(tasks, timeout=self._grace_s)
        broken = [lane for courier in couriers for lane in courier.cancel()]
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._writer.aclose(self._grace_s)
        if not broken:
            return
        try:
            await write(
                self._database,
                lambda connection: claims.release(connection, self._clock, broken),
            )
        except UnavailableError as error:
            _log.warning("claims are left to run out", items=len(broken), error=str(error))
