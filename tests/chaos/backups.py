"""`bellwether backup` while others write, and a schema brought up to date while others write."""

import random
import shutil
import signal
import sqlite3
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from alembic import command
from alembic.config import Config

from bellwether.kit.ids import new_id
from bellwether.storage import migrate as migrating
from bellwether.storage.database import Database, open_database
from tests.chaos.fill import add_tracker
from tests.chaos.kill import RATE, until
from tests.chaos.laws import check_laws, ids_of, number_of
from tests.chaos.load import Client, Paying, Tracking, make_key, stop
from tests.chaos.process import START, DiedError, Starter, Watch
from tests.chaos.tally import Tally

_OLD = "0002"
"""A schema of long ago: all that came since is one step from it."""


@dataclass(frozen=True)
class Size:
    """How many copies are made, or how often a start that migrates is cut off."""

    rounds: int
    batch: int = 3
    rows: int = 2_000


SHORT = Size(2)
FULL = Size(20, batch=50, rows=200_000)


def run_backup(starter: Starter, folder: Path, size: Size) -> Tally:
    """Copy a store under load again and again; each copy has what was acknowledged before."""
    data = folder / "data"
    url = f"sqlite:///{data / 'bellwether.sqlite'}"
    data.mkdir()
    acme, payer = make_key(url, "acme"), make_key(url, "payer")
    tracking = [Tracking(acme, batch=size.batch, most=100_000, often=60) for _ in range(2)]
    paying = [Paying(payer) for _ in range(2)]
    clients: Sequence[Client] = [*tracking, *paying]
    tally = Tally("backup", "sqlite")
    slowest = 0.0
    with starter.serve(folder / "log", "--data", data, *Watch(RATE).options()) as server:
        for client in clients:
            client.address = server.address
            client.start()
        until(lambda: all(client.acknowledged for client in clients), 20)
        for number in range(size.rounds):
            time.sleep(random.uniform(0.1, 0.4))
            known = [set(client.tracked) for client in tracking]
            paid = sum(client.paid for client in paying)
            copy = folder / f"copy{number}"
            began = time.monotonic()
            code = starter.start(folder / "said", "backup", str(copy), "--data", str(data)).wait(90)
            slowest = max(slowest, time.monotonic() - began)
            tally.check("wrong", f"backup ended with {code}", int(code != 0))
            tally.rounds += 1
            tally.acknowledged += sum(map(len, known)) + paid
            if not code:
                _check_copy(copy, tracking, known, paid, tally)
        stop(clients)
    last = folder / f"copy{size.rounds - 1}"
    with starter.serve(folder / "log2", "--data", last, *Watch(RATE).options()) as server:
        server.until_ready(acme)
    odd = [one for client in clients for one in client.odd]
    tally.check("wrong", f"an odd answer, as {odd[:1]}", len(odd))
    tally.note(slowest_s=f"{slowest:.1f}")
    return tally.done()


def _check_copy(
    copy: Path, tracking: Sequence[Tracking], known: Sequence[set[str]], paid: int, tally: Tally
) -> None:
    """Compare a copy with what was acknowledged before it began."""
    # Checking brings the copy up to date and into use; the copy itself is kept as it is.
    store = copy.with_name(f"{copy.name}.checked")
    shutil.copy(copy / "bellwether.sqlite", store)
    with closing(sqlite3.connect(store)) as connection:
        (found,) = connection.execute("PRAGMA integrity_check").fetchone()
    tally.check("wrong", f"a copy is damaged: {found}", int(found != "ok"))
    database = open_database(f"sqlite:///{store}")
    there = ids_of(database, "SELECT id FROM trackers")
    for client, before in zip(tracking, known, strict=True):
        sure = before - client.deleted - client.doubtful
        tally.check("lost", "a tracker is not in the copy", len(sure - there), len(sure))
    debits = number_of(database, "SELECT COUNT(*) FROM credit_entries WHERE kind = 'debit'")
    tally.check("lost", "a payment is not in the copy", max(0, paid - debits), paid)
    check_laws(database, tally)
    database.close()


class PreviousRelease(threading.Thread):
    """Writes as the release before did, in its schema, while it is brought up to date."""

    def __init__(self, database: Database) -> None:
        super().__init__(daemon=True)
        self._database = database
        self.stopping = threading.Event()
        self.acknowledged: set[str] = set()
        self.trackers: set[str] = set()
        self.odd: list[str] = []

    def run(self) -> None:
        """Add one workspace after the other, and a tracker to each."""
        while not self.stopping.is_set():
            workspace = new_id()
            add = partial(add_tracker, owner=workspace, at=START)
            try:
                add_workspaces(self._database, [workspace])
                tracker = self._database.submit_write(add).result()
            except Exception as error:  # noqa: BLE001  the thread's end must be told of
                self.odd.append(repr(error))
                return
            self.acknowledged.add(workspace)
            self.trackers.add(tracker)
            time.sleep(0.002)


def add_workspaces(database: Database, ids: Sequence[str]) -> None:
    """Write rows of a table that the previous release has, in one transaction."""
    rows = ", ".join(f"('{one}', 'w{one}', 'own', 0)" for one in ids)
    statement = f"INSERT INTO workspaces (id, name, plan, created_at) VALUES {rows}"
    database.submit_write(lambda connection: connection.exec_driver_sql(statement)).result()


def starting_points() -> Sequence[str]:
    """Return the revisions from which stores are brought up to date.

    An old one, and the one before the newest change.
    """
    scripts = Path(migrating.__file__).parent / "migrations" / "versions"
    revisions = sorted(path.name.split("_")[0] for path in scripts.glob("[0-9]*.py"))
    return sorted({_OLD, revisions[-2]})


def run_upgrade(
    starter: Starter, url: str, folder: Path, size: Size, revision: str = _OLD
) -> Tally:
    """Start this release on a store of one before, which goes on writing, and cut it off."""
    database = open_database(url)
    tally = Tally(f"upgrade from {revision}", database.kind)
    downgrade_to(database, revision)
    kept = [new_id() for _ in range(size.rows)]
    for start in range(0, size.rows, 1000):
        add_workspaces(database, kept[start : start + 1000])
    writer = PreviousRelease(database)
    writer.start()
    cut_off = _cut_off(starter, database, url, folder, size)
    tally.rounds = size.rounds
    try:
        token = make_key(url, "acme")
        with starter.serve(folder / "log", "--database", url) as server:
            ready_s = server.until_ready(token)
            tally.check("wrong", "a traceback in the log", server.said().count("Traceback"))
            time.sleep(0.3)
    except DiedError as error:
        tally.check("wrong", f"it does not start: {error}", 1)
        ready_s = -1
    writer.stopping.set()
    writer.join(60)
    newest = migrating.newest_revision()
    tally.check("wrong", "the schema is not the newest", int(revision_of(database) != newest))
    there = ids_of(database, "SELECT id FROM workspaces")
    wanted = writer.acknowledged | set(kept)
    tally.acknowledged = len(wanted) + len(writer.trackers)
    gone = writer.trackers - ids_of(database, "SELECT id FROM trackers")
    what = "a tracker of the previous release is gone"
    tally.check("lost", what, len(gone), len(writer.trackers))
    tally.check("lost", "a row of the previous release is gone", len(wanted - there), len(wanted))
    tally.check("wrong", f"the previous release failed: {writer.odd}", len(writer.odd))
    tally.note(brought_to=newest, cut_off_before=str(cut_off), ready_s=f"{ready_s:.1f}")
    check_laws(database, tally)
    database.close()
    return tally.done()


def _cut_off(starter: Starter, database: Database, url: str, folder: Path, size: Size) -> int:
    """Start and kill, again and again; returns how often it was before the schema was new."""
    early = 0
    for number in range(size.rounds):
        process = starter.start(folder / f"log{number}", "serve", "--port", "0", "--database", url)
        time.sleep(random.uniform(0.05, 0.45))
        process.send_signal(signal.SIGKILL)
        process.wait(30)
        early += revision_of(database) != migrating.newest_revision()
    return early


def downgrade_to(database: Database, revision: str) -> None:
    """Empty a store and make it as a release with that revision made it."""
    with database.engine.begin() as connection:
        if database.kind == "postgresql":
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
        config = Config()
        scripts = Path(migrating.__file__).parent / "migrations"
        config.set_main_option("script_location", str(scripts).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def revision_of(database: Database) -> str:
    """Return the revision of a store's schema."""
    return next(iter(ids_of(database, "SELECT version_num FROM alembic_version")))
