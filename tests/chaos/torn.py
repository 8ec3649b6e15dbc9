"""The power goes: writes that were not fsynced are dropped, kept, torn, or some of each."""

import random
import shutil
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bellwether.storage.database import open_database
from tests.chaos.disk import Harm, Switch, read_pending, replay
from tests.chaos.laws import check_laws, ids_of, number_of
from tests.chaos.load import Client, Paying, Tracking, make_key, stop
from tests.chaos.process import Starter, Watch
from tests.chaos.tally import Tally, progress

Pending = list[tuple[int, int, bytes]]
_STORE = "store.sqlite"
_MOST_WAIT = 400


@dataclass(frozen=True)
class Size:
    """How often the power goes; each time every way of losing writes is tried."""

    rounds: int
    batch: int = 3
    most: int = 100_000


SHORT = Size(3)
FULL = Size(40, batch=8)


def _torn(pending: Pending) -> Pending:
    """All but the last write, of which only the first bytes came to the disk."""
    if not pending:
        return []
    *before, (kind, offset, data) = pending
    return [*before, (kind, offset, data[: random.randrange(len(data) + 1)])]


def _some(pending: Pending) -> Pending:
    """Any of the writes, some of them in part: a disk need not keep their order."""
    kept: Pending = []
    for kind, offset, data in pending:
        luck = random.random()
        if luck < 0.4:
            kept.append((kind, offset, data))
        elif luck < 0.6:
            kept.append((kind, offset, data[: random.randrange(len(data) + 1)]))
    return kept


WAYS: Mapping[str, Callable[[Pending], Pending]] = {
    "dropped": lambda _pending: [],
    "kept": lambda pending: pending,
    "torn": _torn,
    "some": _some,
}


def run(starter: Starter, folder: Path, size: Size, *, lying: bool = False) -> Tally:
    """Let the power go again and again; `lying` is a disk on which a server must lose.

    That one proves the rest: the harness finds what is lost.
    """
    disk = folder / "disk"
    disk.mkdir()
    store = folder / _STORE
    url = f"sqlite:///{store}"
    acme, payer = make_key(url, "acme"), make_key(url, "payer")
    tracking = [Tracking(acme, batch=size.batch, most=size.most // 2, often=60) for _ in range(2)]
    paying = [Paying(payer) for _ in range(2)]
    tally, watch, switch = Tally("torn", "sqlite"), Watch(20.0), Switch(disk / "switch")
    clients: Sequence[Client] = [*tracking, *paying]
    dropped = 0
    for client in clients:
        client.start()
    for number in range(size.rounds):
        log = folder / f"log{number}"
        with starter.serve(log, "--database", url, *watch.options(), disk=disk) as server:
            if lying:
                switch.arm(Harm.LIE)
            _turn(clients, server.address)
            time.sleep(random.uniform(0.3, 0.6))
            if lying:
                server.kill()
            else:
                switch.arm(Harm.POWER, wait=random.randrange(_MOST_WAIT), times=1)
                _await_death(server.process.poll)
            _turn(clients, None)
            server.kill()
        switch.arm(Harm.NONE)
        tally.rounds += 1
        place = _Place(disk, store, folder / "images")
        dropped += _try_all(place, tracking, paying, tally)
        progress(f"{tally.rounds} power cuts")
        if tally.lost or tally.wrong:
            break
    for client in clients:
        client.address = None
    tally.acknowledged = sum(client.acknowledged for client in clients)
    _end(starter, folder, url, clients, tally)
    tally.note(images=str(tally.rounds * len(WAYS)), writes_not_fsynced=f"{dropped:,}")
    return tally.done()


def _turn(clients: Sequence[Client], address: str | None) -> None:
    for client in clients:
        client.address = address


def _await_death(poll: Callable[[], int | None], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)


def _end(starter: Starter, folder: Path, url: str, clients: Sequence[Client], tally: Tally) -> None:
    """Let everybody have an answer from a server on a good disk."""
    if tally.lost or tally.wrong:
        for client in clients:  # there is nobody left to ask
            client.stopping.set()
        return
    with starter.serve(folder / "log", "--database", url, *Watch(20.0).options()) as server:
        _turn(clients, server.address)
        stop(clients)
    odd = [one for client in clients for one in client.odd]
    tally.check("wrong", f"an odd answer, as {odd[:1]}", len(odd))


@dataclass(frozen=True)
class _Place:
    """Where the disk keeps what it knows, the store, and the states that it may be in."""

    disk: Path
    store: Path
    images: Path


def _try_all(
    place: _Place, tracking: Sequence[Tracking], paying: Sequence[Paying], tally: Tally
) -> int:
    """Check the store in every state it may be in, and go on from one of them.

    Returns how many writes were not durable.
    """
    disk, store, images = place.disk, place.store, place.images
    names = [name for name in (_STORE, f"{_STORE}-wal") if (disk / f"{name}.durable").exists()]
    pending = {name: list(read_pending(disk / f"{name}.pending")) for name in names}
    for way, lose in WAYS.items():
        image = images / way
        shutil.rmtree(image, ignore_errors=True)
        image.mkdir(parents=True)
        for name in names:
            durable = (disk / f"{name}.durable").read_bytes()
            (image / name).write_bytes(replay(durable, lose(pending[name])))
        shutil.copytree(image, images / f"{way}-kept", dirs_exist_ok=True)
        _check(image / _STORE, way, tracking, paying, tally)
    chosen = images / f"{random.choice(tuple(WAYS))}-kept"
    for name in (_STORE, f"{_STORE}-wal", f"{_STORE}-shm"):
        (store.parent / name).unlink(missing_ok=True)
        (disk / f"{name}.durable").unlink(missing_ok=True)
        (disk / f"{name}.pending").unlink(missing_ok=True)
        if (chosen / name).exists():
            shutil.copy(chosen / name, store.parent / name)
    shutil.rmtree(images)
    return sum(map(len, pending.values()))


def _check(
    store: Path, way: str, tracking: Sequence[Tracking], paying: Sequence[Paying], tally: Tally
) -> None:
    """Compare one state of the store with what was acknowledged until then."""
    try:
        with closing(sqlite3.connect(store)) as connection:
            (found,) = connection.execute("PRAGMA integrity_check").fetchone()
    except sqlite3.DatabaseError as error:
        found = str(error)
    tally.check("wrong", f"the store is damaged ({way}: {found})", int(found != "ok"))
    if found != "ok":
        return
    database = open_database(f"sqlite:///{store}")
    try:
        there = ids_of(database, "SELECT id FROM trackers")
        for client in tracking:
            sure = client.tracked - client.doubtful - client.deleted
            tally.check("lost", f"a tracker is not there ({way})", len(sure - there), len(sure))
            undone = len(client.deleted & there)
            tally.check("lost", f"a deletion is undone ({way})", undone, len(client.deleted))
        paid = sum(client.paid for client in paying)
        debits = number_of(database, "SELECT COUNT(*) FROM credit_entries WHERE kind = 'debit'")
        tally.check("lost", f"a payment is not there ({way})", max(0, paid - debits), paid)
        pending = sum(client.pending for client in paying)
        tally.check("double", f"paid twice ({way})", max(0, debits - paid - pending))
        check_laws(database, tally)
    finally:
        database.close()
