"""The product's own periodic work: one row a tick, so that of several machines one does it."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from bellwether.jobs.store_periodic import TickStore
from bellwether.kit.clock import Clock, opt_instant, to_micros
from bellwether.model.errors import UnavailableError
from bellwether.storage.database import Database, write

_log = structlog.get_logger(__name__)

_MICROSECOND = timedelta(microseconds=1)
_KEPT_TICKS = 10


@dataclass(frozen=True, slots=True)
class Chore:
    """Work to be done once every so often, in one short transaction. `name`: 40 characters.

    `work` is told when it was last done by anybody (real time), None for never. Where it answers
    True there is more: it is done again, each time in a transaction of its own, for half of the
    time until the next tick at most.
    """

    name: str
    every: timedelta
    work: Callable[[Connection, datetime | None], bool | None]


class Chores:
    """Sees to chores in real time. What fails is logged and done again at its next tick."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        chores: Sequence[Chore],
        *,
        poll_seconds: float = 1.0,
    ) -> None:
        self._database = database
        self._clock = clock
        self._chores = tuple(chores)
        self._poll_s = poll_seconds
        self._seen: dict[str, int] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Do what is due until told to stop."""
        while not stop.is_set():
            await self.step()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self._poll_s)

    async def step(self) -> Sequence[str]:
        """Do what is due and nobody else did; return the names of what was done here."""
        done = []
        for chore in self._chores:
            tick = self._tick(chore)
            if self._seen.get(chore.name) == tick:
                continue
            self._seen[chore.name] = tick
            try:
                more = await self._do(chore, tick)
                if more is not None:
                    done.append(chore.name)
                if more:
                    await self._go_on(chore)
            except UnavailableError as error:
                _log.warning("a chore waits for the store", chore=chore.name, error=str(error))
            except Exception:  # noqa: BLE001  one chore that fails keeps no other from being done
                _log.exception("chore failed", chore=chore.name)
        return done

    def _tick(self, chore: Chore) -> int:
        every = chore.every // _MICROSECOND
        return to_micros(self._clock.real_now()) // every * every

    async def _go_on(self, chore: Chore) -> None:
        """Do what is left of a chore, as long as there is more and time for it."""
        loop = asyncio.get_running_loop()
        until = loop.time() + chore.every.total_seconds() / 2
        now = self._clock.real_now()
        while loop.time() < until:
            if not await write(self._database, lambda connection: chore.work(connection, now)):
                return

    async def _do(self, chore: Chore, tick: int) -> bool | None:
        """Do a chore; return whether there is more to do, None when another one does it."""

        def work(connection: Connection) -> bool | None:
            store = TickStore(connection)
            if not store.take(chore.name, tick):
                return None
            more = chore.work(connection, opt_instant(store.last_done(chore.name)))
            oldest = tick - _KEPT_TICKS * (chore.every // _MICROSECOND)
            store.done(chore.name, tick, to_micros(self._clock.real_now()), oldest)
            return bool(more)

        return await write(self._database, work)
