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

    `work` is told when it was last done by anybody (real time), None for never.
    """

    name: str
    every: timedelta
    work: Callable[[Connection, datetime | None], None]


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
                if await self._do(chore, tick):
                    done.append(chore.name)
            except UnavailableError as error:
                _log.warning("a chore waits for the store", chore=chore.name, error=str(error))
            except Exception:  # noqa: BLE001  one chore that fails keeps no other from being done
                _log.exception("chore failed", chore=chore.name)
        return done

    def _tick(self, chore: Chore) -> int:
        every = chore.every // _MICROSECOND
        return to_micros(self._clock.real_now()) // every * every

    async def _do(self, chore: Chore, tick: int) -> bool:
        def work(connection: Connection) -> bool:
            store = TickStore(connection)
            if not store.take(chore.name, tick):
                return False
            chore.work(connection, opt_instant(store.last_done(chore.name)))
            oldest = tick - _KEPT_TICKS * (chore.every // _MICROSECOND)
            store.done(chore.name, tick, to_micros(self._clock.real_now()), oldest)
            return True

        return await write(self._database, work)
