"""`bellwether endpoints` and `bellwether deliveries`, beside whoever else uses the store."""

from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from tests.support.command import Result, typed
from tests.support.server import running

from bellwether.engine.facade import Engine
from bellwether.kit.clock import SystemClock
from bellwether.model.tenants import Environment, Scope
from bellwether.model.webhooks import DeliveryState, EventType, NewEvent
from bellwether.storage.database import Database

URL = "https://8.8.8.8/in"  # an address, so that no name is looked up
Cli = Callable[..., Result]


@pytest.fixture
def cli(database_url: str, tmp_path: Path) -> Cli:
    """Runs a command on a store with one workspace."""
    store = ("--database", database_url, "--data", tmp_path / "data")
    made = typed("keys", "create", "--workspace", "acme", "--environment", "live", *store)
    assert made.code == 0, made.err

    def run(*words: str, code: int = 0) -> Result:
        done = typed(*words, *store, "--json")
        assert done.code == code, done.out + done.err
        return done

    return run


def _scope(database: Database) -> Scope:
    def find(connection: Any) -> Scope:
        engine = Engine(connection, SystemClock())
        return Scope(engine.tenants.find_workspace("acme").id, Environment.LIVE)

    return database.submit_read(find).result()


def _emit(database: Database, *numbers: int) -> None:
    scope = _scope(database)
    events = [
        NewEvent(
            scope, EventType.RUN_FAILED, datetime(2026, 3, 2, tzinfo=UTC), {"number": one}, "t"
        )
        for one in numbers
    ]
    database.submit_write(lambda c: Engine(c, SystemClock()).webhooks.emit(events)).result()


def _end(database: Database, state: DeliveryState) -> None:
    with database.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE deliveries SET state = '{state}'")


def test_an_endpoint_is_made_listed_paused_resumed_rotated_and_deleted(cli: Cli) -> None:
    made = cli(
        "endpoints", "create", URL, "--name", "mine", "--event", "run.failed", "--event",
        "tracker.expired", "--dialect", "ylytic",
    ).json  # fmt: skip
    assert made["secret"].startswith("whsec_")
    assert (made["name"], made["dialect"], made["state"]) == ("mine", "ylytic", "active")
    assert made["events"] == ["run.failed", "tracker.expired"]
    (listed,) = cli("endpoints", "list").lines
    assert listed == {name: value for name, value in made.items() if name != "secret"}
    assert cli("endpoints", "list", "--environment", "sandbox").lines == []
    assert cli("endpoints", "pause", made["id"]).json["state"] == "paused"
    assert cli("endpoints", "resume", made["id"]).json["state"] == "active"
    rotated = cli("endpoints", "rotate", made["id"], "--grace-hours", "0.5").json
    assert rotated["secret"] not in {made["secret"], None}
    assert cli("endpoints", "delete", made["id"]).json == {"id": made["id"], "deleted": True}
    assert cli("endpoints", "list").lines == []


@pytest.mark.parametrize(
    ("words", "code", "field"),
    [
        (("endpoints", "create", "http://127.0.0.1/in"), 2, "url"),
        (("endpoints", "create", "https://user:secret@8.8.8.8/"), 2, "url"),
        (("endpoints", "create", "https://no-such-host.invalid/"), 2, "url"),
        (("endpoints", "create", "nonsense"), 2, "url"),
        (("endpoints", "create", URL, "--dialect", "insightiq"), 2, "dialect"),
        (("endpoints", "create", URL, "--event", "test"), 2, "events"),
        (("endpoints", "create", URL, "--workspace", "nobody"), 1, None),
        (("endpoints", "pause", "x"), 1, "id"),
        (("endpoints", "rotate", "x", "--grace-hours", "1000"), 2, "grace_hours"),
        (("endpoints", "rotate", "x", "--grace-hours", "inf"), 2, "grace_hours"),
        (("deliveries", "list", "--from", "soon"), 2, "from"),
        (("deliveries", "show", "x"), 1, "id"),
        (("deliveries", "replay"), 2, "endpoint"),
        (("deliveries", "replay", "x", "--endpoint", "y"), 2, "endpoint"),
        (("deliveries", "replay", "--endpoint", "y"), 1, "id"),
    ],
)
def test_a_mistake_is_told(cli: Cli, words: tuple[str, ...], code: int, field: str | None) -> None:
    error = cli(*words, code=code).json["error"]
    assert field in {None, error["field"]}, error
    assert error["message"]
    assert cli("endpoints", "list").lines == []


def test_deliveries_are_listed_shown_and_replayed(cli: Cli, database: Database) -> None:
    endpoint = cli("endpoints", "create", URL).json["id"]
    _emit(database, *range(5))
    listed = cli("deliveries", "list", "--endpoint", endpoint, "--state", "pending").lines
    assert len(listed) == 5
    assert {one["event_type"] for one in listed} == {"run.failed"}
    assert cli("deliveries", "list", "--limit", "2").lines == listed[:2]
    assert cli("deliveries", "list", "--event", "run.succeeded").lines == []
    assert cli("deliveries", "list", "--tracker", "t", "--from", "2020-01-01").lines == listed
    assert cli("deliveries", "list", "--to", "2020-01-01").lines == []
    shown = cli("deliveries", "show", listed[0]["id"]).json
    assert (shown["data"], shown["attempt_log"]) == ({"number": 4}, [])
    assert cli("deliveries", "replay", listed[0]["id"], code=1).json["error"]["code"] == "conflict"
    _end(database, DeliveryState.FAILED)
    again = cli("deliveries", "replay", listed[0]["id"]).json
    assert (again["event_id"], again["replay"]) == (listed[0]["event_id"], 1)
    queued = cli("deliveries", "replay", "--endpoint", endpoint).json
    assert queued == {"endpoint_id": endpoint, "queued": 4}
    _end(database, DeliveryState.SUCCEEDED)
    assert cli("deliveries", "replay", "--endpoint", endpoint).json["queued"] == 0
    assert cli("deliveries", "replay", "--endpoint", endpoint, "--all").json["queued"] == 5


def test_more_than_a_page_is_listed_and_replayed(cli: Cli, database: Database) -> None:
    endpoint = cli("endpoints", "create", URL).json["id"]
    _emit(database, *range(1_250))
    assert len(cli("deliveries", "list", "--limit", "10000").lines) == 1_250
    assert len(cli("deliveries", "list", "--limit", "501").lines) == 501
    _end(database, DeliveryState.FAILED)
    assert cli("deliveries", "replay", "--endpoint", endpoint).json["queued"] == 1_250


def test_tables_are_for_people(database_url: str, tmp_path: Path, cli: Cli) -> None:
    store = ("--database", database_url, "--data", tmp_path / "data")
    nothing = typed("endpoints", "list", *store)
    assert "endpoints create URL" in nothing.err
    made = typed("endpoints", "create", URL, *store)
    assert "whsec_" in made.out
    assert "not shown again" in made.err
    assert "8.8.8.8" in typed("endpoints", "list", *store).out
    sent = cli("endpoints", "test", cli("endpoints", "list").json["id"], "--wait", "0").json
    shown = typed("deliveries", "show", sent["id"], *store)
    assert "This is a test." in shown.out


def test_without_a_server_a_test_says_that_nobody_sends_it(
    database_url: str, tmp_path: Path, cli: Cli
) -> None:
    store = ("--database", database_url, "--data", tmp_path / "data")
    endpoint = cli("endpoints", "create", URL).json["id"]
    answer = typed("endpoints", "test", endpoint, "--wait", "0.2", *store)
    assert answer.code == 1
    assert "Is a server" in answer.err


class _Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200 if self.path == "/in" else 418)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_test_shows_what_the_receiver_answered(
    database_url: str, tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BELLWETHER_ALLOW_LOOPBACK", "true")
    with HTTPServer(("127.0.0.1", 0), _Receiver) as receiver:
        Thread(target=receiver.serve_forever).start()
        base = f"http://127.0.0.1:{receiver.server_port}"
        good, bad = (cli("endpoints", "create", base + path).json["id"] for path in ("/in", "/no"))
        settings = {"data": tmp_path / "data", "roles": "api,deliverer", "allow_loopback": True}
        with running(database_url, None, **settings):
            taken = cli("endpoints", "test", good).json
            refused = cli("endpoints", "test", bad, code=1).json
        receiver.shutdown()
    assert (taken["state"], taken["attempts"], taken["last_status"]) == ("succeeded", 1, 200)
    assert (refused["state"], refused["attempts"], refused["last_status"]) == ("pending", 1, 418)
    (attempt,) = cli("deliveries", "show", refused["id"]).json["attempt_log"]
    assert (attempt["status"], attempt["error"]) == (418, "answered 418")
