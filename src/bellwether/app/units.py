"""Units of work: one call of the engine, one transaction."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

from bellwether.connectors.publishers import Publishers
from bellwether.engine.facade import Engine
from bellwether.kit.clock import Clock
from bellwether.kit.sealing import Sealer
from bellwether.storage.database import Database, read, write

T = TypeVar("T")


class Units:
    """Runs work with an Engine of its own in a transaction that is committed when it returns.

    Work that raises changes nothing. It may be run again after a conflict, so it must touch
    nothing but the engine it is given.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        sealer: Sealer | None = None,
        publishers: Publishers | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._sealer = sealer
        self._publishers = publishers

    async def write(self, work: Callable[[Engine], T]) -> T:
        """Run `work` and return its answer once it is durable."""
        return await write(self._database, self._bind(work))

    async def read(self, work: Callable[[Engine], T]) -> T:
        """Run `work` on a consistent view that cannot write."""
        return await read(self._database, self._bind(work))

    def write_now(self, work: Callable[[Engine], T]) -> T:
        """Do what `write` does, waiting for it: for commands."""
        return self._database.submit_write(self._bind(work)).result()

    def read_now(self, work: Callable[[Engine], T]) -> T:
        """Do what `read` does, waiting for it: for commands."""
        return self._database.submit_read(self._bind(work)).result()

    def _bind(self, work: Callable[[Engine], T]) -> Callable[[Connection], T]:
        return lambda connection: work(
            Engine(connection, self._clock, self._sealer, self._publishers)
        )
