"""Roles and stores that die or hang for real: health is red within five seconds and names them."""

import os
import signal
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
from tests.support.command import PROGRAM
from tests.support.health import RED_S, ROLES, Probe, others
from tests.support.postgres import PrivatePostgres
from tests.support.server import running

pytestmark = pytest.mark.alone


@contextmanager
def _process(role: str, database_url: str, folder: Path) -> "Iterator[subprocess.Popen[bytes]]":
    """Run one role in a process of its own."""
    with (folder / f"{role}.log").open("wb") as log:
        process = subprocess.Popen(
            [PROGRAM, "serve", "--role", role, "--database", database_url],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=folder,
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        process.wait(30)


def test_roles_of_other_processes_are_missed_when_they_hang_and_when_they_die(
    database_url: str, tmp_path: Path
) -> None:
    with running(database_url) as server, ExitStack() as stack:
        probe = Probe(server.url)
        processes = {
            role: stack.enter_context(_process(role, database_url, tmp_path)) for role in ROLES
        }
        probe.until_green(60)
        hung = ("scheduler", "deliverer")
        for role in hung:
            processes[role].send_signal(signal.SIGSTOP)
        body = probe.until(lambda body: all(body["roles"][role] != "ok" for role in hung), RED_S)
        for role in hung:
            assert body["roles"][role].startswith("no synthetic run completed for")
            processes[role].send_signal(signal.SIGCONT)
        assert (body["roles"]["api"], body["roles"]["worker"]) == ("ok", "ok")
        probe.until_green()
        processes["worker"].kill()
        body = probe.until(lambda body: body["status"] != "ok", RED_S)
        assert body["roles"]["worker"].startswith("no synthetic run completed for")
        assert others(body, "worker") == {"ok"}
        stack.enter_context(_process("worker", database_url, tmp_path))
        probe.until_green(30)


def test_an_sqlite_store_that_somebody_else_locks_is_named(
    tmp_path: Path, sqlite_template: Path
) -> None:
    path = tmp_path / "store.sqlite"
    path.write_bytes(sqlite_template.read_bytes())
    with running(f"sqlite:///{path}", None, roles="all", log_level="error") as server:
        probe = Probe(server.url)
        probe.until_green()
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            body = probe.until(lambda body: body["status"] != "ok", RED_S)
            assert body["store"].startswith("no answer for")
            assert set(body["roles"].values()) == {"ok", "waits for the store"}
            other.execute("ROLLBACK")
        probe.until_green()


@pytest.fixture
def own_postgres() -> Iterator[PrivatePostgres]:
    server = PrivatePostgres()
    yield server
    server.stop()


def _signal_all(pids: Sequence[int], number: signal.Signals) -> None:
    for pid in pids:
        os.kill(pid, number)


def test_a_postgresql_that_hangs_or_stops_is_named_and_found_again(
    own_postgres: PrivatePostgres,
) -> None:
    url = own_postgres.create("health")
    with running(url, None, roles="all", log_level="error") as server:
        probe = Probe(server.url)
        probe.until_green()
        pids = own_postgres.pids()
        _signal_all(pids, signal.SIGSTOP)
        try:
            body = probe.until(lambda body: body["status"] != "ok", RED_S)
            assert body["store"].startswith("no answer for")
        finally:
            _signal_all(pids, signal.SIGCONT)
        probe.until_green()
        with own_postgres.down():
            body = probe.until(lambda body: body["store"] != "ok", RED_S)
            assert body["status"] == "failing"
        probe.until_green(20)
