"""A disk that is full, gives I/O errors or fails to fsync, under load, and then is well again."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from bellwether.storage.database import open_database
from tests.chaos.disk import Harm, Switch
from tests.chaos.laws import check_laws, ids_of, number_of
from tests.chaos.load import Client, Paying, Tracking, make_key, stop
from tests.chaos.process import Server, Starter, Watch
from tests.chaos.tally import Tally, progress

_HARMS = (Harm.FULL, Harm.WRITE, Harm.SYNC)
_RECOVERY_S = 10.0


@dataclass(frozen=True)
class Size:
    """How often each kind of failure is tried, and how long the long ones last."""

    rounds: int
    harm_s: float = 0.4


SHORT = Size(2)
FULL = Size(25, harm_s=0.8)


def run(starter: Starter, folder: Path, size: Size) -> Tally:
    """Let the disk fail at the Nth call, once or for a while, and see that all goes on."""
    disk = folder / "disk"
    disk.mkdir()
    url = f"sqlite:///{folder / 'store.sqlite'}"
    acme, payer = make_key(url, "acme"), make_key(url, "payer")
    tracking = [Tracking(acme, batch=3, most=100_000, often=60) for _ in range(2)]
    paying = [Paying(payer) for _ in range(2)]
    clients: Sequence[Client] = [*tracking, *paying]
    tally, switch = Tally("disk", "sqlite"), Switch(disk / "switch")
    options = ("--database", url, *Watch(20.0).options())
    recovery_s: list[float] = []
    with starter.serve(folder / "log", *options, disk=disk) as server:
        for client in clients:
            client.address = server.address
            client.start()
        until(lambda: all(client.acknowledged for client in clients), 20)
        for number in range(size.rounds * len(_HARMS)):
            harm = _HARMS[number % len(_HARMS)]
            recovery_s.append(_hurt(switch, harm, size, clients, tally))
            tally.rounds += 1
            progress(f"{tally.rounds} failures of the disk")
        _check_health(server, tally)
        stop(clients)
        alive = server.process.poll() is None
        tally.check("wrong", "the server died", int(not alive))
    said = server.said()
    tally.check("wrong", "a traceback in the log", said.count("Traceback"))
    _compare(url, tracking, paying, tally)
    tally.note(
        refused=f"{sum(client.refusals for client in clients):,}",
        back_after_s=f"{max(recovery_s):.1f} at worst",
    )
    return tally.done()


def _hurt(switch: Switch, harm: Harm, size: Size, clients: Sequence[Client], tally: Tally) -> float:
    """Let calls fail, and return how long it took after that until writes were taken again."""
    refused = sum(client.refusals for client in clients)
    once = random.random() < 0.3
    switch.arm(harm, wait=random.randrange(30), times=1 if once else -1)
    until(lambda: switch.harmed > 0, 20)
    if not once:
        time.sleep(size.harm_s)
    switch.arm(Harm.NONE)
    before, began = _count(clients), time.monotonic()
    try:
        until(lambda: all(a > b for a, b in zip(_count(clients), before, strict=True)), _RECOVERY_S)
    except TimeoutError:
        tally.check("wrong", f"no write was taken after {harm.name} was over", 1)
    if not once:
        told = sum(client.refusals for client in clients) > refused
        tally.check("wrong", f"nobody was told of {harm.name}", int(not told))
    return time.monotonic() - began


def _count(clients: Sequence[Client]) -> list[int]:
    return [client.acknowledged for client in clients]


def until(done: Callable[[], bool], seconds: float) -> None:
    """Wait for something to come about, TimeoutError when it does not."""
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise TimeoutError("it did not come about in time")
        time.sleep(0.01)


def _check_health(server: Server, tally: Tally) -> None:
    try:
        until(
            lambda: httpx.get(f"{server.address}/healthz", trust_env=False).status_code == 200,
            _RECOVERY_S,
        )
    except TimeoutError:
        tally.check("wrong", "health stays red", 1)


def _compare(
    url: str, tracking: Sequence[Tracking], paying: Sequence[Paying], tally: Tally
) -> None:
    database = open_database(url)
    tally.acknowledged = sum(client.acknowledged for client in (*tracking, *paying))
    there = ids_of(database, "SELECT id FROM trackers")
    for client in tracking:
        sure = client.tracked - client.doubtful - client.deleted
        tally.check("lost", "a tracker is not there", len(sure - there), len(sure))
        undone = len(client.deleted & there)
        tally.check("lost", "a deletion is undone", undone, len(client.deleted))
    strangers = there - set().union(*(client.tracked for client in tracking))
    paid = sum(client.paid for client in paying)
    debits = number_of(database, "SELECT COUNT(*) FROM credit_entries WHERE kind = 'debit'")
    refused = max(0, len(strangers) - debits)
    tally.check("half", "a tracker that was refused is there", refused, len(there))
    tally.check("lost", "a payment is not there", max(0, paid - debits), paid)
    tally.check("double", "a video was paid for twice", max(0, debits - paid))
    odd = [one for client in (*tracking, *paying) for one in client.odd]
    tally.check("wrong", f"an odd answer, as {odd[:1]}", len(odd))
    check_laws(database, tally)
    database.close()
