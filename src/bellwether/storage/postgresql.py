"""The store for several machines: PostgreSQL 15 or newer."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Literal, TypeVar

from sqlalchemy import URL, Connection, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError

from bellwether.kit.metering import SILENT, Meter
from bellwether.model.errors import UnavailableError

T = TypeVar("T")
_CONNECTIONS = 8
_TRIES = 5
_SLEPT_S = 10
"""How long a transaction may lie idle before the server ends it, and with it its locks."""
_SLEPT = "25P03"
_CONFLICTS = frozenset({"40001", "40P01", _SLEPT})  # serialization failure, deadlock


class PostgresDatabase:
    """Each unit of work is one transaction on a pooled connection; conflicts are run again."""

    kind: Literal["sqlite", "postgresql"] = "postgresql"

    def __init__(self, url: URL, meter: Meter = SILENT) -> None:
        self._meter = meter
        self.engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            pool_size=_CONNECTIONS,
            max_overflow=0,
            pool_pre_ping=True,
            connect_args={
                "connect_timeout": 5,
                "application_name": "bellwether",
                # A server that vanished without a word must not be waited for by the hour.
                "keepalives_idle": 10,
                "keepalives_interval": 5,
                "keepalives_count": 3,
                "tcp_user_timeout": 20_000,  # milliseconds
            },
        )
        event.listen(self.engine, "connect", _prepare)
        self._threads = ThreadPoolExecutor(_CONNECTIONS, thread_name_prefix="store")

    def submit_write(self, work: Callable[[Connection], T]) -> "Future[T]":
        """Run `work` in a pool thread and commit it."""
        return self._threads.submit(self._write, work)

    def submit_read(self, work: Callable[[Connection], T]) -> "Future[T]":
        """Run `work` on a read-only snapshot."""
        return self._threads.submit(self._read, work)

    def _write(self, work: Callable[[Connection], T]) -> T:
        for attempt in range(_TRIES):
            try:
                began = time.perf_counter()
                with self.engine.begin() as connection:
                    answer = work(connection)
                self._meter.observe("store_commit_seconds", time.perf_counter() - began)
                self._meter.observe("store_group_size", 1)
                return answer  # noqa: TRY300  what failed after it was run again is not counted
            except DBAPIError as error:
                if _sqlstate(error) in _CONFLICTS and attempt < _TRIES - 1:
                    continue
                raise _unavailable(error) from error
        raise UnavailableError("the store is too contended", retry_after=1)

    def _read(self, work: Callable[[Connection], T]) -> T:
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        try:
            with (
                self.engine.connect().execution_options(**options) as connection,
                connection.begin(),
            ):
                return work(connection)
        except DBAPIError as error:
            raise _unavailable(error) from error

    def close(self) -> None:
        """Finish what was submitted, then close."""
        self._threads.shutdown()
        self.engine.dispose()


def _sqlstate(error: DBAPIError) -> str | None:
    state: Any = getattr(error.orig, "sqlstate", None)
    return state if isinstance(state, str) else None


def _prepare(connection: Any, _record: Any) -> None:
    # Nothing in a transaction of ours waits for anything but the database: who is idle in one is
    # stopped, or its machine sleeps, and everybody else would wait for its locks.
    connection.autocommit = True
    connection.execute(f"SET idle_in_transaction_session_timeout = '{_SLEPT_S}s'")
    connection.autocommit = False


def _unavailable(error: DBAPIError) -> Exception:
    if isinstance(error, OperationalError) or _sqlstate(error) == _SLEPT:
        return UnavailableError(f"the store does not answer: {error.orig}", retry_after=5)
    return error
