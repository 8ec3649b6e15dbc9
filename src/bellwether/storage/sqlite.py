"""The embedded store: SQLite in WAL mode, one writer with group commit, several readers."""

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool, QueuePool

from bellwether.kit.metering import SILENT, Meter
from bellwether.model.errors import UnavailableError

T = TypeVar("T")
_READERS = 4
_BUSY_SECONDS = 30
_GROUP = 256
_CHECKPOINT_PAGES = 8192
"""Pages (32 MB) before the log is copied into the file: what changes often is copied once."""
_Item = tuple[Callable[[Connection], Any], "Future[Any]"]


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy's "begin" event below opens transactions
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={_BUSY_SECONDS * 1000}",
        "foreign_keys=ON",
        "cache_size=-65536",
        "temp_store=MEMORY",
        f"wal_autocheckpoint={_CHECKPOINT_PAGES}",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _forbid_writing(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA query_only=ON").close()


def _make_engine(path: str, *, begin: str, pool: type[NullPool] | type[QueuePool]) -> Engine:
    sizes: dict[str, Any] = {"pool_size": _READERS} if pool is QueuePool else {}
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=pool,
        connect_args={"check_same_thread": False, "timeout": _BUSY_SECONDS},
        **sizes,
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


class SqliteDatabase:
    """Writes queue for one thread, which commits all that has gathered in one transaction.

    The next group starts when the previous one is on disk, without a timer: alone, a write waits
    for nobody, and under load hundreds share one flush. Each unit of work is a savepoint of its
    own, so one that fails takes no other with it.
    """

    kind: Literal["sqlite", "postgresql"] = "sqlite"

    def __init__(self, path: str, meter: Meter = SILENT) -> None:
        self._meter = meter
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        self.engine = _make_engine(path, begin="BEGIN IMMEDIATE", pool=NullPool)
        self._read_engine = _make_engine(path, begin="BEGIN", pool=QueuePool)
        event.listen(self._read_engine, "connect", _forbid_writing)
        self._queue: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="store-read")
        self._writer = threading.Thread(target=self._write_forever, name="store-write", daemon=True)
        self._closed = False
        self._writer.start()

    def submit_write(self, work: Callable[[Connection], T]) -> "Future[T]":
        """Queue `work` for the writer."""
        if self._closed:
            raise UnavailableError("the store is closed")
        future: Future[T] = Future()
        self._queue.put((work, future))
        return future

    def submit_read(self, work: Callable[[Connection], T]) -> "Future[T]":
        """Run `work` in a reader thread."""
        return self._readers.submit(self._read, work)

    def _read(self, work: Callable[[Connection], T]) -> T:
        with self._read_engine.connect() as connection, connection.begin():
            return work(connection)

    def close(self) -> None:
        """Write what is queued, then close."""
        if self._closed:
            return
        self._closed = True
        self._queue.put(None)
        self._writer.join()
        self._readers.shutdown()
        self._read_engine.dispose()
        self.engine.dispose()

    def _write_forever(self) -> None:
        running = True
        connection: Connection | None = None
        while running:
            group, running = self._next_group()
            if not group:
                continue
            try:
                if connection is None:
                    connection = self.engine.connect()
                self._commit_group(connection, group)
            except Exception as error:  # noqa: BLE001  the thread must outlive any failure
                if connection is not None:
                    connection.invalidate()
                    connection.close()
                    connection = None
                _fail(group, _unavailable(error))
        if connection is not None:
            connection.close()

    def _next_group(self) -> tuple[list[_Item], bool]:
        """Wait for work, then take all that is there; False when the store is closing."""
        group: list[_Item] = []
        item = self._queue.get()
        while item is not None:
            group.append(item)
            if len(group) >= _GROUP:
                return group, True
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                return group, True
        return group, False

    def _commit_group(self, connection: Connection, group: list[_Item]) -> None:
        answers: list[tuple[Future[Any], Any]] = []
        began = time.perf_counter()
        with connection.begin():
            own = connection.connection.dbapi_connection
            for work, future in group:
                if not future.set_running_or_notify_cancel():
                    continue
                savepoint = connection.begin_nested()
                try:
                    answer = work(connection)
                    savepoint.commit()
                except Exception as error:  # noqa: BLE001  it belongs to the caller
                    if savepoint.is_active:
                        savepoint.rollback()
                    future.set_exception(_unavailable(error))
                else:
                    answers.append((future, answer))
                # SQLite ends a transaction by itself on some errors. What follows would be another
                # one, and those before must not be told that they were committed.
                if own is not None and not own.in_transaction:
                    raise UnavailableError("the store has rolled back by itself", retry_after=5)
        self._meter.observe("store_commit_seconds", time.perf_counter() - began)
        self._meter.observe("store_group_size", len(group))
        for future, answer in answers:
            future.set_result(answer)


def _unavailable(error: Exception) -> Exception:
    """Turn a store that cannot be written (full, locked, read-only) into our own error."""
    text = str(getattr(error, "orig", error)).lower()
    signs = ("locked", "full", "disk i/o", "readonly", "unable to open", "malformed")
    if isinstance(error, DBAPIError) and any(sign in text for sign in signs):
        answer = UnavailableError(f"the store cannot be written: {text}", retry_after=5)
        answer.__cause__ = error
        return answer
    return error


def _fail(group: list[_Item], error: Exception) -> None:
    for _, future in group:
        if not future.done():
            future.set_exception(error)
