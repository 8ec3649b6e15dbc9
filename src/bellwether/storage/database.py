"""A database handle: units of work run in threads, one transaction each."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import Literal, Protocol, TypeVar

from sqlalchemy import Connection, Engine, make_url

from bellwether.kit.metering import SILENT, Meter

T = TypeVar("T")
Work = Callable[[Connection], T]
"""A unit of work. It may be run again after a conflict, so it touches nothing but the database."""


class Database(Protocol):
    """What the two stores have in common."""

    kind: Literal["sqlite", "postgresql"]
    engine: Engine

    def submit_write(self, work: Work[T]) -> Future[T]:
        """Run `work` in a transaction of its own; the future is done once it is durable."""

    def submit_read(self, work: Work[T]) -> Future[T]:
        """Run `work` on a consistent view that cannot write."""

    def close(self) -> None:
        """Finish what was submitted and release the connections."""


async def write(database: Database, work: Work[T]) -> T:
    """Await a write."""
    return await asyncio.wrap_future(database.submit_write(work))


async def read(database: Database, work: Work[T]) -> T:
    """Await a read."""
    return await asyncio.wrap_future(database.submit_read(work))


def open_database(url: str, meter: Meter = SILENT) -> Database:
    """Open the store that a URL names: `sqlite:///PATH` or `postgresql://...`.

    Raises ValueError for another scheme.
    """
    from bellwether.storage.postgresql import PostgresDatabase  # noqa: PLC0415  two stores, one door
    from bellwether.storage.sqlite import SqliteDatabase  # noqa: PLC0415

    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise ValueError("an SQLite store needs a file")
        return SqliteDatabase(parsed.database, meter)
    if parsed.get_backend_name() in {"postgresql", "postgres"}:
        return PostgresDatabase(parsed, meter)
    raise ValueError(f"unknown database: {parsed.get_backend_name()}")
