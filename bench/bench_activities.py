"""Activities over HTTP, each on disk before it is answered, beside two peers in the same run.

Ours is `bellwether serve` with the role api on SQLite; the peers are FastAPI with one PostgreSQL
insert a request, and InfluxDB's `/write` with every write flushed. The client is one lean process.
Rounds are interleaved and the medians compared. Then: bulk files, overload at five times the
connections that fill the server, and one user's timeline among many activities.

    python -m bench activities            short: half a million activities for the timeline
    python -m bench.bench_activities 10000000
"""

import contextlib
import json
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import httpx

from bellwether.app.container import open_container
from bellwether.app.settings import read_settings
from bellwether.engine.activities.ingest import WAITING
from bellwether.engine.facade import Engine
from bellwether.kit.ids import new_id
from bellwether.model.tenants import Environment
from bench import activity_peers as peers
from bench.activity_timeline import measure_timeline
from bench.load import Seen, send

CONNECTIONS = 128
SECONDS = 5.0
ROUNDS = 3
BODIES = 2_000
TIMELINE = 500_000
BULK_BYTES = 50 * 1024 * 1024
_SERVE = """
import sys
from bellwether.app.server import serve
from bellwether.app.settings import read_settings
settings = read_settings(
    {"data": sys.argv[1], "port": 0, "roles": sys.argv[2], "log_level": "error"}, {}
)
serve(settings, announce=lambda address: print(address, flush=True))
"""


def main() -> None:
    """Print every figure."""
    many = int(sys.argv[1]) if __name__ == "__main__" and len(sys.argv) > 1 else TIMELINE
    _compare()
    _work_off()
    _bulk()
    _overload()
    measure_timeline(many)


def make_body(number: int) -> dict[str, object]:
    """Return an activity like those of a shop: 480 bytes or so, no two alike."""
    chance = random.Random(number)
    return {
        "$type": "SITE_VISIT",
        "$session_status": "IN_SESSION",
        "$site_id": "1023",
        "$user_identifiers": [
            {
                "$type": "USER_ACCOUNT",
                "$compartment_id": "1",
                "$user_account_id": f"u{chance.randrange(10**6)}",
            },
            {"$type": "USER_AGENT", "$user_agent_id": f"vec:{chance.randrange(10**12)}"},
        ],
        "$location": {"$country": "FR", "$city": chance.choice(["Paris", "Lyon", "Lille"])},
        "$events": [
            {
                "$ts": 1_770_000_000_000 + chance.randrange(10**9),
                "$event_name": chance.choice(["$item_view", "$page_view", "$basket_view"]),
                "$properties": {
                    "$items": [{"$id": f"p{chance.randrange(10**5)}", "$qty": 1, "$price": 12.5}],
                    "url": f"https://shop.example/p/{chance.randrange(10**5)}",
                },
            }
        ],
    }


def _request(path: str, body: bytes, *lines: str) -> bytes:
    kind = "Content-Type: application/json"
    head = [f"POST {path} HTTP/1.1", "Host: here", kind, f"Content-Length: {len(body)}", *lines]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


class Ours:
    """A server of ours on a store of its own."""

    def __init__(self, folder: Path, roles: str) -> None:
        self.folder = folder
        self.roles = roles
        container = open_container(read_settings({"data": str(folder)}, {}))
        made = container.units.write_now(self._make)
        container.close()
        self.datamart_id, self.token = made
        self.address = ""
        path = f"/v1/datamarts/{self.datamart_id}/user_activities"
        self.requests = [
            _request(path, json.dumps(make_body(n)).encode(), f"Authorization: {self.token}")
            for n in range(BODIES)
        ]

    def _make(self, engine: Engine) -> tuple[int, str]:
        made = engine.tenants.create_key(new_id(), Environment.SANDBOX)
        return engine.datamarts.create(made.key.scope, "bench").id, made.token

    @contextlib.contextmanager
    def running(self) -> Iterator["Ours"]:
        """Run the server until the block ends."""
        command = [sys.executable, "-c", _SERVE, str(self.folder), self.roles]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None
                self.address = process.stdout.readline().strip()
                yield self
            finally:
                process.terminate()

    def lag(self) -> tuple[int, int]:
        """Return how many activities are logged, and how many worked off."""
        log = "SELECT last_seq, processed_seq FROM activity_heads JOIN activity_cursors"
        with contextlib.closing(sqlite3.connect(self.folder / "bellwether.sqlite")) as connection:
            row = connection.execute(f"{log} USING (datamart_id)").fetchone()
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return row[0], row[1]

    def client(self) -> httpx.Client:
        """A client with the key."""
        base = f"{self.address}/v1/datamarts/{self.datamart_id}"
        return httpx.Client(base_url=base, headers={"Authorization": self.token}, timeout=120)


def _compare() -> None:
    """Print requests a second of ours and the peers, and the ratios."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ours = stack.enter_context(Ours(folder, "api").running())
        postgres_url, postgres_folder = stack.enter_context(peers.postgres())
        fastapi = stack.enter_context(peers.fastapi(postgres_url, postgres_folder))
        influxdb = stack.enter_context(peers.influxdb())
        runs: dict[str, Callable[[], Seen]] = {
            "ours": lambda: send(ours.address, ours.requests, CONNECTIONS, SECONDS)
        }
        before: dict[str, tuple[Path, int]] = {"ours": (folder, peers.size_of(folder))}
        if fastapi is not None:
            runs["fastapi"] = lambda: send(fastapi.address, ours.requests, CONNECTIONS, SECONDS)
            before["fastapi"] = (fastapi.folder, peers.size_of(fastapi.folder))
        if influxdb is not None:
            points = [_point(number) for number in range(BODIES)]
            runs["influxdb"] = lambda: send(influxdb.address, points, CONNECTIONS, SECONDS)
            before["influxdb"] = (influxdb.folder, peers.size_of(influxdb.folder))
        seen: dict[str, list[Seen]] = {name: [] for name in runs}
        for _ in range(ROUNDS):
            for name, run in runs.items():
                seen[name].append(run())
        ours.lag()  # what is in the log beside the store goes into it
        for name, found in seen.items():
            _tell(name, found, *before[name])
        for name in ("fastapi", "influxdb"):
            if name in seen:
                ratio = _rate(seen["ours"]) / _rate(seen[name])
                print(f"ours / {name}: {ratio:.1f} times")
            else:
                print(f"{name}: absent, it could not be had here")


def _point(number: int) -> bytes:
    """Return the same activity as a line of InfluxDB's protocol; its time tells points apart."""
    body = make_body(number)
    text = json.dumps(body).replace("\\", "\\\\").replace('"', '\\"')
    (account, agent) = (list(one.values())[-1] for one in body["$user_identifiers"])  # type: ignore[attr-defined]
    line = f'activity,type=SITE_VISIT,site=1023 account="{account}",agent="{agent}",body="{text}"'
    return _request("/write?db=bench", line.encode())


def _tell(name: str, found: Sequence[Seen], folder: Path, before: int) -> None:
    good = sum(count for one in found for status, count in one.statuses.items() if status[0] == "2")
    odd = {s: n for one in found for s, n in one.statuses.items() if s[0] != "2"}
    grown = (peers.size_of(folder) - before) / max(1, good)
    p50, p99 = (
        statistics.median(values) for values in zip(*((o.p50, o.p99) for o in found), strict=True)
    )
    print(
        f"{name}: {_rate(found):,.0f} a second, p50 {p50:.1f} ms, p99 {p99:.1f} ms,"
        f" {grown:,.0f} bytes each on disk" + (f", odd answers {odd}" if odd else "")
    )


def _rate(found: Sequence[Seen]) -> float:
    return statistics.median(one.rate for one in found)


def _work_off() -> None:
    """Print the rate with the pipeline in the same process, and how fast it works off the rest."""
    with tempfile.TemporaryDirectory() as name:
        ours = Ours(Path(name), "api worker")
        with ours.running():
            seen = send(ours.address, ours.requests, CONNECTIONS, SECONDS)
            began = time.perf_counter()
            logged, first = ours.lag()
            while (processed := ours.lag()[1]) < logged:
                time.sleep(0.2)
            took = time.perf_counter() - began
        rest = (processed - first) / took
        print(
            f"with the pipeline beside: {seen.rate:,.0f} a second, p99 {seen.p99:.1f} ms;"
            f" then {rest:,.0f} a second worked off;"
            f" {peers.size_of(Path(name)) / logged:,.0f} bytes each, timeline included"
        )


def _bulk() -> None:
    """Print lines a second of a file: until it is stored, and until it is checked and logged."""
    lines = [json.dumps(make_body(n)).encode() + b"\n" for n in range(BODIES)]
    size = sum(map(len, lines))
    copies = BULK_BYTES // size
    content = b"".join(lines) * copies
    with tempfile.TemporaryDirectory() as name:
        ours = Ours(Path(name), "api worker")
        with ours.running(), ours.client() as client:
            made = client.post("/document_imports", json={"document_type": "USER_ACTIVITY"})
            path = f"/document_imports/{made.json()['data']['id']}/executions"
            began = time.perf_counter()
            run = client.post(path, content=content).json()["data"]
            stored = time.perf_counter() - began
            while run["status"] not in {"SUCCEEDED", "FAILED"}:
                time.sleep(0.1)
                run = client.get(f"{path}/{run['id']}").json()["data"]
            logged = time.perf_counter() - began
    count = BODIES * copies
    assert run["erroneous_tasks"] == 0, run
    print(
        f"bulk: {count:,} lines, {count / stored:,.0f} a second until on disk,"
        f" {count / logged:,.0f} a second until in the log"
    )


def _overload() -> None:
    """Print what is left of the peak at five times the connections that fill the server."""
    with tempfile.TemporaryDirectory() as name:
        ours = Ours(Path(name), "api")
        with ours.running():
            peak = send(ours.address, ours.requests, CONNECTIONS, SECONDS)
            over = send(ours.address, ours.requests, 5 * WAITING, 2 * SECONDS)
            after = send(ours.address, ours.requests, CONNECTIONS, SECONDS)
    kept = over.rate / peak.rate
    well = next(
        (place for place, count in enumerate(after.ticks) if count * 10 >= 0.8 * peak.rate), None
    )
    print(
        f"overload: {over.statuses} from {5 * WAITING:,} connections, {kept:.0%} of"
        f" {peak.rate:,.0f} a second kept, refused within {over.refused_p99:.0f} ms (p99);"
        f" 80 % again after {'never' if well is None else f'{(well + 1) / 10:.1f} s'}"
    )


if __name__ == "__main__":
    main()
