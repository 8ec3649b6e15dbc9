"""`kill -9` of a server that takes activities, as often as wanted: `python -m` this with a number.

Clients send as fast as they are answered, on connections of their own. Half of the activities have
a `$unique_key` and are sent again until they are acknowledged, as clients should do; the others are
sent once. After the last start every acknowledged activity must be in the log once and in its
person's timeline once.
"""

import argparse
import json
import secrets
import socket
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from sqlalchemy import Connection, text

from bellwether.engine.activities.log import ActivityLog
from bellwether.engine.facade import Engine
from bellwether.kit.clock import SystemClock
from bellwether.kit.ids import new_id
from bellwether.model.tenants import Environment
from bellwether.storage.database import Database, open_database
from bellwether.storage.migrate import migrate
from tests.support.program import serving

CLIENTS = 8
_PORTION = 2000
_SECONDS = 60.0


class Sender(threading.Thread):
    """Sends activities one after the other and keeps the numbers of those acknowledged."""

    def __init__(self, which: int, datamart_id: int, token: str) -> None:
        super().__init__(daemon=True)
        self._which = which
        self._head = (
            f"POST /v1/datamarts/{datamart_id}/user_activities HTTP/1.1\r\nHost: here\r\n"
            f"Authorization: {token}\r\nContent-Length: "
        ).encode()
        self.address = ""
        self.stopping = threading.Event()
        self.acknowledged: set[str] = set()
        self.odd: list[bytes] = []

    def run(self) -> None:
        number = 0
        while not self.stopping.is_set():
            number += 1
            name = f"{self._which}.{number}"
            keyed = number % 2 == 0
            while not self._send(name, keyed=keyed) and keyed and not self.stopping.is_set():
                time.sleep(0.02)  # the same again, until it is acknowledged
        self._hang_up()

    def _send(self, name: str, *, keyed: bool) -> bool:
        body = {"$type": "TOUCH", "$user_agent_id": f"vec:{self._which}", "n": name, "$ts": 1}
        if keyed:
            body["$unique_key"] = name
        raw = json.dumps(body).encode()
        try:
            line = self._connected()
            line.sendall(self._head + b"%d\r\n\r\n" % len(raw) + raw)
            answer = line.recv(65536)
        except OSError:
            self._hang_up()
            time.sleep(0.02)
            return False
        if answer.startswith(b"HTTP/1.1 200 "):
            self.acknowledged.add(name)
            return True
        self._hang_up()  # killed in the middle of an answer, or before it
        if answer and not answer.startswith(b"HTTP/1.1 503 "):
            self.odd.append(answer[:500])
        return False

    _line: socket.socket | None = None

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
        self._line = None

    def _connected(self) -> socket.socket:
        if self._line is None:
            host, port = self.address.removeprefix("http://").split(":")
            self._line = socket.create_connection((host, int(port)), timeout=10)
        return self._line


def make_datamart(database: Database) -> tuple[int, str]:
    """Return a datamart and a token that reaches it."""

    def work(connection: Connection) -> tuple[int, str]:
        engine = Engine(connection, SystemClock())
        made = engine.tenants.create_key(new_id(), Environment.SANDBOX)
        return engine.datamarts.create(made.key.scope, "shop").id, made.token

    return database.submit_write(work).result()


def kill_under_load(database: Database, url: str, folder: Path, kills: int) -> int:
    """Kill a server that many times and check what is left; returns how many were acknowledged."""
    datamart_id, token = make_datamart(database)
    senders = [Sender(which, datamart_id, token) for which in range(CLIENTS)]
    try:
        for kill in range(kills):
            with serving(folder / f"log{kill}", "--database", url) as (address, process):
                for sender in senders:
                    sender.address = address
                    if kill == 0:
                        sender.start()
                time.sleep(0.2 + secrets.randbelow(600) / 1000)
                process.kill()
                process.wait()
    finally:
        for sender in senders:
            sender.stopping.set()
    for sender in senders:
        sender.join()
    assert [sender.odd for sender in senders if sender.odd] == []
    with serving(folder / "last", "--database", url):
        _wait_until_worked_off(database, datamart_id)
    acknowledged = set().union(*(sender.acknowledged for sender in senders))
    check(database, datamart_id, acknowledged)
    return len(acknowledged)


def check(database: Database, datamart_id: int, acknowledged: set[str]) -> None:
    """Check that what was acknowledged is in the log once, and in a timeline once."""

    def work(connection: Connection) -> tuple[Counter[str], int]:
        log, found, seq, end = ActivityLog(connection), Counter[str](), 0, -1
        while seq != end:
            end = seq
            activities, seq = log.after(datamart_id, end, _PORTION)
            found.update(str(one.body["n"]) for one in activities)
        rows = connection.execute(
            text("SELECT COUNT(DISTINCT seq), COUNT(*) FROM timeline WHERE datamart_id = :id"),
            {"id": datamart_id},
        ).one()
        assert rows[0] == rows[1]
        return found, rows[1]

    found, shown = database.submit_read(work).result()
    assert acknowledged - set(found) == set(), "acknowledged, and lost"
    assert [name for name, count in found.items() if count > 1] == [], "logged twice"
    assert shown == len(found), "not all that is logged is in a timeline"


def _wait_until_worked_off(database: Database, datamart_id: int) -> None:
    deadline = time.monotonic() + _SECONDS
    while True:
        lag = database.submit_read(
            lambda connection: ActivityLog(connection).lag(datamart_id)
        ).result()
        if lag.processed == lag.logged:
            return
        assert time.monotonic() < deadline, lag
        time.sleep(0.1)


def main() -> None:
    """Kill a server on a store of its own, or on the one given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kills", type=int)
    parser.add_argument("--database", help="URL of an empty store; SQLite by default")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        url = arguments.database or f"sqlite:///{name}/bellwether.sqlite"
        database = open_database(url)
        migrate(database)
        count = kill_under_load(database, url, Path(name), arguments.kills)
        database.close()
    print(f"{arguments.kills} kills, {count} activities acknowledged, each there once")  # noqa: T201  a command


if __name__ == "__main__":
    main()
