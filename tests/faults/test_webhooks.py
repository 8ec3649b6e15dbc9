"""Webhooks end to end: a real server process, and receivers that are not what they should be."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from subprocess import Popen
from typing import Any

import httpx
import pytest
from tests.support.certificates import server_context
from tests.support.fleet import Fleet
from tests.support.receivers import Message, Receivers, receiving
from tests.support.tracking import House

from bellwether.model.tenants import Environment
from bellwether.storage.database import Database

RATE = 30.0  # a tick of "* * * * *" every two seconds
TRACKERS = 8
MINUTES = 3
BAD = ("broken", "hangs", "closes", "floods", "dribbles")
KILLS = 3
MOST_MB = 60


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What all server processes of a test share."""
    monkeypatch.setenv("BELLWETHER_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("BELLWETHER_ALLOW_LOOPBACK", "true")
    monkeypatch.setenv("BELLWETHER_WEBHOOK_SECONDS", "1")
    monkeypatch.setenv("BELLWETHER_LEASE_SECONDS", "1")


class Customer:
    """One workspace that tracks and is told."""

    def __init__(self, house: House, name: str) -> None:
        made = house.write(lambda e: e.tenants.create_key(name, Environment.SANDBOX))
        self._headers = {"Authorization": f"Bearer {made.token}"}
        self._name = name

    def call(self, address: str, method: str, path: str, **parts: Any) -> Any:
        answer = httpx.request(
            method, address + path, headers=self._headers, timeout=20, trust_env=False, **parts
        )
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def subscribe(self, address: str, url: str) -> tuple[str, str]:
        """Make an endpoint; returns its id and its secret."""
        made = self.call(address, "POST", "/api/v1/endpoints", json={"url": url})["data"]
        return made["id"], made["secret"]

    def track(self, address: str, until: str) -> None:
        urls = [f"https://youtu.be/{self._name}{number:07d}" for number in range(TRACKERS)]
        body = {"urls": urls, "cron": "* * * * *", "expires_at": until}
        rows = self.call(address, "POST", "/api/v1/trackers", json=body)["data"]
        assert {row["status"] for row in rows} == {"created"}

    def all(self, address: str, path: str, **asked: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            more = {"cursor": cursor} if cursor else {}
            page = self.call(address, "GET", path, params={"limit": 1000, **asked, **more})
            found += page["data"]
            cursor = page["next_cursor"]
            if cursor is None:
                return found

    def over(self, address: str) -> bool:
        """Whether every tracker has expired."""
        states = {one["state"] for one in self.all(address, "/api/v1/trackers")}
        return states == {"expired"}


def _until(done: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.1)


def _in_order(messages: Sequence[Message]) -> bool:
    """Whether each tracker was told of its ticks in their order, repetitions aside."""
    newest: dict[str, str] = {}
    seen: set[str] = set()
    for one in messages:
        message_id = one.headers["webhook-id"]
        data = json.loads(one.body)["data"]
        if message_id in seen:
            continue
        seen.add(message_id)
        at = data.get("tick") or "over"  # after all ticks: letters are greater than digits
        if at < newest.get(data["tracker_id"], ""):
            return False
        newest[data["tracker_id"]] = at
    return True


def _heard(messages: Sequence[Message], *secrets: str) -> set[str]:
    """Return the ids of messages, all of them genuine."""
    return {one.genuine(*secrets) for one in messages}


def _peak_mb(process: "Popen[bytes]") -> float:
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def _soon(fleet: Fleet) -> str:
    """Return the expiry of trackers that are made now."""
    return (fleet.now() + timedelta(minutes=MINUTES)).isoformat()


@contextmanager
def _receivers(tmp_path: Path) -> Iterator[tuple[Receivers, Receivers]]:
    """Run receivers, and others with a certificate that nobody trusts."""
    context, _ = server_context(tmp_path, "hooks.example.com")
    with receiving() as plain, receiving(tls=context) as doubtful:
        yield plain, doubtful


@pytest.mark.timeout(180)
def test_good_receivers_get_everything_in_order_whatever_the_others_do(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    house, fleet = House(database), Fleet(tmp_path, database_url, RATE)
    acme, other = Customer(house, "acme"), Customer(house, "othr")
    with _receivers(tmp_path) as (receivers, doubtful), fleet.start() as (address, process):
        good = acme.subscribe(address, f"{receivers.base}/good")
        neighbour = other.subscribe(address, f"{receivers.base}/good-too")
        bad = {name: acme.subscribe(address, f"{receivers.base}/{name}")[0] for name in BAD}
        bad["untrusted"] = acme.subscribe(address, f"{doubtful.base}/good")[0]
        doomed, _ = acme.subscribe(address, f"{receivers.base}/closes")
        before = _peak_mb(process)
        for customer in (acme, other):
            customer.track(address, _soon(fleet))

        # In mid-flight: a new secret for one endpoint, the end of another.
        _until(lambda: len(receivers.on("/good")) >= TRACKERS)
        rotated = acme.call(address, "POST", f"/api/v1/endpoints/{good[0]}/rotate")["data"]
        turned = time.monotonic()
        assert acme.all(address, "/api/v1/deliveries", endpoint_id=doomed, state="pending")
        acme.call(address, "DELETE", f"/api/v1/endpoints/{doomed}")

        for customer, endpoint in ((acme, good), (other, neighbour)):
            _until(lambda customer=customer: customer.over(address))  # type: ignore[misc]
            asked = {"endpoint_id": endpoint[0], "state": "pending"}
            _until(
                lambda customer=customer, asked=asked: (  # type: ignore[misc]
                    not customer.all(address, "/api/v1/deliveries", **asked)
                )
            )
        # The good ones have everything while the bad ones have not even failed for good.
        _check_good(address, acme, good, receivers.on("/good"))
        _check_good(address, other, neighbour, receivers.on("/good-too"))
        _heard([one for one in receivers.on("/good") if one.at > turned + 2], rotated["secret"])
        for name, endpoint_id in bad.items():
            told = acme.all(address, "/api/v1/deliveries", endpoint_id=endpoint_id)
            if name == "floods":  # it says 200 first, and more than that is not asked for
                told = [one for one in told if one["state"] != "succeeded"]
            assert {one["state"] for one in told} <= {"pending"}, name
        cancelled = acme.all(address, "/api/v1/deliveries", endpoint_id=doomed)
        assert {one["state"] for one in cancelled} == {"cancelled"}
        assert _peak_mb(process) - before < MOST_MB
        health = httpx.get(f"{address}/healthz", timeout=20).json()
        assert health["status"] == "ok", health


def _check_good(
    address: str, customer: Customer, endpoint: tuple[str, str], messages: Sequence[Message]
) -> None:
    """Check that an endpoint was told all that happened, genuine, in order and at once."""
    endpoint_id, secret = endpoint
    happened = {one["id"] for one in customer.all(address, "/api/v1/events")}
    runs = customer.all(address, "/api/v1/runs")
    assert len(runs) > TRACKERS * 2
    assert len(happened) == len(runs) + TRACKERS  # and each said that it expired
    assert _heard(messages, secret) == happened
    assert _in_order(messages)
    told = customer.all(address, "/api/v1/deliveries", endpoint_id=endpoint_id)
    assert {(one["state"], one["attempts"]) for one in told} == {("succeeded", 1)}


@pytest.mark.timeout(180)
def test_killed_with_deliveries_pending_all_arrive_under_their_ids_and_in_order(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    house, fleet = House(database), Fleet(tmp_path, database_url, RATE)
    acme = Customer(house, "acme")
    secret = ""
    with receiving(slow_s=0.2) as receivers:
        for kill in range(KILLS):
            with fleet.start() as (address, process):
                if not kill:
                    _, secret = acme.subscribe(address, f"{receivers.base}/good")
                    acme.track(address, _soon(fleet))
                already = len(receivers.messages)
                _until(lambda already=already: len(receivers.messages) > already)  # type: ignore[misc]
                assert acme.all(address, "/api/v1/deliveries", state="pending")
                process.kill()
                process.wait()
        with fleet.start() as (address, _):
            _until(lambda: acme.over(address))
            _until(lambda: not acme.all(address, "/api/v1/deliveries", state="pending"))
            events = acme.all(address, "/api/v1/events")
            runs = acme.all(address, "/api/v1/runs")
    happened = {one["id"] for one in events}
    assert len(runs) >= TRACKERS * 2
    assert {one["run_id"] for one in events} - {None} == {one["id"] for one in runs}
    assert _heard(receivers.on("/good"), secret) == happened
    assert _in_order(receivers.on("/good"))
