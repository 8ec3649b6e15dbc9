"""`kill -9` in mid-flight: whoever sends a write again under its key has it done once."""

import random
import secrets
import threading
import time
from pathlib import Path

import httpx
import pytest
from tests.support.program import serving
from tests.support.tracking import House

from bellwether.kit.ids import new_id
from bellwether.model.tenants import Environment
from bellwether.storage.database import Database

KILLS = {"sqlite": 5, "postgresql": 4}
AT_ONCE = 6
CREDITS = 30


class Client(threading.Thread):
    """Tracks new videos, each under a key of its own, and sends again what got no answer.

    It often hangs up after a few milliseconds, so that work is done whose answer nobody heard.
    """

    def __init__(self, token: str) -> None:
        super().__init__()
        self._headers = {"Authorization": f"Bearer {token}"}
        self._pending: tuple[str, str] | None = None
        self.address: str | None = None
        self.stopping = threading.Event()
        self.asked = 0
        self.repeated = 0
        self.odd: list[str] = []

    def run(self) -> None:
        with httpx.Client(headers=self._headers, timeout=10, trust_env=False) as http:
            while self._pending is not None or not self.stopping.is_set():
                if self._pending is None:
                    self._pending = (new_id(), f"https://youtu.be/{secrets.token_hex(5)}A")
                    self.asked += 1
                try:
                    self._send(http, *self._pending)
                except httpx.TimeoutException:
                    continue
                except httpx.TransportError:
                    time.sleep(0.02)  # killed, or not there yet

    def _send(self, http: httpx.Client, key: str, url: str) -> None:
        if self.address is None:
            time.sleep(0.02)
            return
        patience = random.choice((0.002, 0.005, 0.01, 0.02, 10))
        body, headers = {"urls": [url]}, {"Idempotency-Key": key}
        path = f"{self.address}/v1/videos/track"
        answer = http.post(path, json=body, headers=headers, timeout=patience)
        if answer.status_code != 200 or answer.json()["meta"]["summary"]["tracked"] != 1:
            self.odd.append(f"{answer.status_code} {answer.text}")
        self.repeated += "Idempotency-Replayed" in answer.headers
        self._pending = None


@pytest.mark.timeout(120)
def test_a_write_sent_again_after_a_kill_is_neither_done_nor_charged_twice(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BELLWETHER_ROLES", "api")
    house = House(database)
    token = house.write(lambda e: e.tenants.create_key("acme", Environment.SANDBOX)).token
    clients = [Client(token) for _ in range(AT_ONCE)]
    for client in clients:
        client.start()
    try:
        options = ("--database", database_url)
        for number in range(KILLS[database.kind]):
            with serving(tmp_path / f"log{number}", *options) as (address, process):
                for client in clients:
                    client.address = address
                time.sleep(0.1 + secrets.randbelow(200) / 1000)
                process.kill()
                process.wait()
        with serving(tmp_path / "log", *options) as (address, _):
            for client in clients:
                client.address = address
                client.stopping.set()
            for client in clients:
                client.join()
    finally:
        for client in clients:
            client.stopping.set()
    assert [one for client in clients for one in client.odd] == []
    asked = sum(client.asked for client in clients)
    assert sum(client.repeated for client in clients) > 0
    principal = house.read(lambda e: e.tenants.authenticate_token(token))
    assert house.read(lambda e: e.tracking.tracked_videos(principal.scope)) == asked
    balance = house.read(lambda e: e.credits.balance(principal.scope, principal.plan))
    assert balance.used == asked * CREDITS
