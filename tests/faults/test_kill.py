"""`kill -9` under load: what was acknowledged is there, and nothing is there twice."""

import secrets
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from tests.support.fleet import Fleet, check_laws, count_runs, owed, tracked_ids
from tests.support.tracking import House

from bellwether.model.tenants import Environment
from bellwether.storage.database import Database

RATE = 20.0  # a tick of "* * * * *" every three seconds
MOST_TRACKED = 800
KILLS = {"sqlite": 14, "postgresql": 6}


class Client(threading.Thread):
    """Tracks new videos as fast as it may and keeps the ids that were acknowledged."""

    def __init__(self, token: str) -> None:
        super().__init__()
        self._headers = {"Authorization": f"Bearer {token}"}
        self.address: str | None = None
        self.stopping = threading.Event()
        self.acknowledged: set[str] = set()
        self.odd: list[str] = []

    def run(self) -> None:
        with httpx.Client(headers=self._headers, timeout=10, trust_env=False) as http:
            while not self.stopping.is_set():
                if self.address is None or len(self.acknowledged) >= MOST_TRACKED // 2:
                    time.sleep(0.02)
                    continue
                try:
                    self._track(http, self.address)
                except httpx.TransportError:
                    time.sleep(0.02)  # killed: nothing was acknowledged

    def _track(self, http: httpx.Client, address: str) -> None:
        urls = [f"https://youtu.be/{secrets.token_hex(5)}A" for _ in range(3)]
        answer = http.post(f"{address}/api/v1/trackers", json={"urls": urls, "cron": "* * * * *"})
        if answer.status_code != 201:
            self.odd.append(f"{answer.status_code} {answer.text}")
            return
        self.acknowledged |= {row["tracker"]["id"] for row in answer.json()["data"]}


@pytest.fixture
def token(database: Database) -> str:
    house = House(database)
    return house.write(lambda e: e.tenants.create_key("acme", Environment.SANDBOX)).token


def _until(seconds: float, done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.1)


@pytest.mark.timeout(180)
def test_killed_again_and_again_it_loses_nothing_and_runs_no_tick_twice(
    database: Database,
    database_url: str,
    token: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BELLWETHER_LEASE_SECONDS", "1")
    fleet = Fleet(tmp_path, database_url, RATE)
    clients = [Client(token), Client(token)]
    for client in clients:
        client.start()
    try:
        for _ in range(KILLS[database.kind]):
            with fleet.start() as (address, process):
                for client in clients:
                    client.address = address
                time.sleep(0.1 + secrets.randbelow(500) / 1000)
                process.kill()
                process.wait()
    finally:
        for client in clients:
            client.stopping.set()
            client.join()
    acknowledged = clients[0].acknowledged | clients[1].acknowledged
    assert clients[0].odd + clients[1].odd == []
    assert acknowledged
    assert acknowledged <= tracked_ids(database)
    check_laws(database)
    with fleet.start():
        # The schedule goes on: whatever was owed or held when the last kill came is run.
        restarted, before = fleet.now(), count_runs(database)
        _until(30, lambda: owed(database, restarted) == 0)
        assert count_runs(database) > before
    check_laws(database)
