"""SIGTERM in the middle of everything: it drains, loses nothing and says nothing bad."""

import random
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bellwether.storage.database import Database, open_database
from tests.chaos.kill import RATE, compare_told, settle, subscribe
from tests.chaos.laws import check_laws, ids_of, number_of
from tests.chaos.load import Client, Paying, Tracking, make_key, stop
from tests.chaos.process import Server, Starter, Watch
from tests.chaos.tally import Tally, progress
from tests.chaos.twins import track
from tests.support.receivers import receiving

_SECONDS = 5.0
# Receivers that hang for as long as anybody waits for them: the default of the setting.
_ENV = {"BELLWETHER_WEBHOOK_SECONDS": "5"}


@dataclass(frozen=True)
class Size:
    """How often."""

    rounds: int


SHORT = Size(1)
FULL = Size(10)


def run(starter: Starter, url: str, folder: Path, size: Size) -> Tally:
    """Stop a server under load again and again, then compare."""
    database = open_database(url)
    tally, watch = Tally("shutdown", database.kind), Watch(RATE)
    acme, payer, other = (make_key(url, name) for name in ("acme", "payer", "other"))
    tracking = [Tracking(acme, batch=3, most=100_000, often=60) for _ in range(2)]
    paying = [Paying(payer) for _ in range(2)]
    clients: Sequence[Client] = [*tracking, *paying]
    took_s: list[float] = []
    for client in clients:
        client.start()

    with receiving(slow_s=0.02) as receivers:
        for number in range(size.rounds + 1):
            last = number == size.rounds
            log = folder / f"log{number}"
            env = {} if last else _ENV
            options = ("--database", url, *watch.options())
            with starter.serve(log, *options, env=env) as server:
                if not number:
                    subscribe(server, acme, f"{receivers.base}/good")
                    subscribe(server, other, f"{receivers.base}/hangs")
                    tally.acknowledged = track(server, acme) + track(server, other)
                for client in clients:
                    client.address = server.address
                if last:
                    stop(clients)
                    settle(database, watch)
                else:
                    time.sleep(random.uniform(0.5, 1.2))
                    took_s.append(_stop(server, acme, clients, tally))
                    tally.rounds += 1
                    progress(f"{tally.rounds} stops")
        told = receivers.on("/good")
    tally.acknowledged += sum(client.acknowledged for client in clients)
    compare_told(database, told, tally)
    _compare(database, tracking, paying, tally)
    check_laws(database, tally)
    odd = [one for client in clients for one in client.odd]
    tally.check("wrong", f"an odd answer, as {odd[:1]}", len(odd))
    tally.note(drained_within_s=f"{max(took_s):.1f}")
    database.close()
    return tally.done()


def _stop(server: Server, token: str, clients: Sequence[Client], tally: Tally) -> float:
    """Tell it to stop while calls are under way; returns how long that took."""
    where = urlsplit(server.address)
    with closing(socket.create_connection((where.hostname or "", where.port or 0))) as half:
        # One who never ends what was begun.
        head = f"Host: x\r\nAuthorization: Bearer {token}\r\nContent-Length: 100\r\n\r\n"
        half.sendall(f"POST /api/v1/trackers HTTP/1.1\r\n{head}{{".encode())
        time.sleep(0.1)
        began = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        try:
            code = server.process.wait(30)
        except subprocess.TimeoutExpired:
            code = -1
        took_s = time.monotonic() - began
        half.settimeout(5)
        answer = half.recv(100)
    told = answer.startswith(b"HTTP/1.1 503")
    tally.check("wrong", f"who was cut off heard {answer[:20]!r}", int(not told))
    for client in clients:
        client.address = None
    tally.check("wrong", f"it ended with {code}", int(code != 0))
    tally.check("wrong", f"it took {took_s:.1f} s", int(took_s > _SECONDS))
    said = server.said()
    tally.check("wrong", "a traceback in the log", said.count("Traceback"))
    return took_s


def _compare(
    database: Database, tracking: Sequence[Tracking], paying: Sequence[Paying], tally: Tally
) -> None:
    there = ids_of(database, "SELECT id FROM trackers")
    for client in tracking:
        sure = client.tracked - client.doubtful - client.deleted
        tally.check("lost", "a tracker is not there", len(sure - there), len(sure))
    paid = sum(client.paid for client in paying)
    debits = number_of(database, "SELECT COUNT(*) FROM credit_entries WHERE kind = 'debit'")
    tally.check("lost", "a payment is not there", max(0, paid - debits), paid)
    tally.check("double", "a video was paid for twice", max(0, debits - paid))
