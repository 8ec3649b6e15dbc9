"""P1: a great many live trackers; due runs claimed, recorded durably and rescheduled.

    python -m bench scheduler                        a million trackers
    python -m bench.bench_scheduler 60000            as many as you like

Ours fetches every due content from the simulated network and stores its numbers, the run and the
next tick; the peer, APScheduler, stores the run and the next time. Both are SQLite with a log that
is flushed at each commit: ours commits batches, the peer every job. That each due tick has exactly
one run is checked before a rate is printed.
"""

import asyncio
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvloop
from sqlalchemy import Connection

from bellwether.connectors.sandbox.connector import SandboxConnector
from bellwether.connectors.sources import Sources
from bellwether.engine.facade import Engine
from bellwether.engine.tracking.tasks import Scheduler
from bellwether.kit.clock import Clock, FastClock, ManualClock, SystemClock, to_micros
from bellwether.kit.garbage import look_for_garbage_less_often
from bellwether.kit.threads import hand_over_soon
from bellwether.model.platforms import Kind, Platform
from bellwether.model.refs import Ref
from bellwether.model.requests import TrackerChanges, TrackRequest
from bellwether.model.tenants import Environment, Plan, PlanName, Scope
from bellwether.model.tracking import Aspect
from bellwether.storage.database import Database, read, write
from bench.scheduler_peer import due_a_second
from bench.scheduler_store import PLATFORMS, fill

TRACKERS = 1_000_000
DUE = 60_000
PEER_JOBS, PEER_DUE = 5_000, 1_000
ROUNDS = 3
RATE, SECONDS = 5_000, 6
IDLE = 10_000
START = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
UNLIMITED = Plan(PlanName.OWN, "Own", None, None, None)
_OTHERS = 100  # trackers that are not due and may be changed
_SECOND = 1_000_000
_DAY = 86_400 * _SECOND
_SERVE = """
import sys
from bellwether.app.server import serve
from bellwether.app.settings import read_settings
settings = read_settings({"data": sys.argv[1], "port": 0, "log_level": "error"}, {})
serve(settings, announce=lambda address: print(address, flush=True))
"""


def main() -> None:
    """Print every figure."""
    many = int(sys.argv[1]) if __name__ == "__main__" and len(sys.argv) > 1 else TRACKERS
    look_for_garbage_less_often()
    hand_over_soon()
    with tempfile.TemporaryDirectory(dir=".bench" if Path(".bench").is_dir() else None) as name:
        folder = Path(name)
        _compare(folder, many)
        _keep_up(folder, many)
        _start(folder, many)


def _compare(folder: Path, many: int) -> None:
    clock, due, soon = ManualClock(START), min(many, DUE), to_micros(START)
    path = folder / "ours.sqlite"
    database = fill(path, clock, many, lambda n: soon if n < due else soon + 30 * _DAY)
    sources = _sources(clock)
    mine: list[float] = []
    theirs: list[float] = []
    for number in range(1, ROUNDS + 1):
        mine.append(uvloop.run(_all_due(database, clock, sources, due)))
        assert _recorded(database) == (due * number, due * number)
        clock.advance(timedelta(days=2))
        rate = due_a_second(folder, PEER_JOBS, PEER_DUE)
        theirs += [] if rate is None else [rate]
    database.close()
    ours = statistics.median(mine[1:])
    print(f"scheduler  {many:,} trackers, {due:,} due at once: {ours:,.0f} runs/s, and")
    print(f"scheduler  {mine[0]:,.0f} the first time, when no content is known to the sandbox yet")
    if theirs:
        peer = statistics.median(theirs)
        print(f"scheduler  APScheduler, {PEER_JOBS:,} jobs, {PEER_DUE:,} due: {peer:,.0f} runs/s")
        print(f"scheduler  ratio {ours / peer:.1f}")


async def _all_due(database: Database, clock: Clock, sources: Sources, due: int) -> float:
    """Return runs a second."""
    counter, stop = _Counter(due), asyncio.Event()
    scheduler = Scheduler(database, clock, sources, meter=counter)
    began = time.perf_counter()
    running = asyncio.create_task(scheduler.run(stop))
    await counter.reached.wait()
    took = time.perf_counter() - began
    stop.set()
    await running
    return due / took


class _Counter:
    """Counts the runs that are durable, up to a number."""

    def __init__(self, wanted: int) -> None:
        self._left = wanted
        self.reached = asyncio.Event()

    def count(self, name: str, amount: float = 1.0, **labels: str) -> None:  # noqa: ARG002
        """Take a count."""
        if name == "runs":
            self._left -= int(amount)
            if self._left <= 0:
                self.reached.set()

    def observe(self, name: str, value: float, **labels: str) -> None:
        """Take a measurement, of which nobody asks."""


def _sources(clock: Clock) -> Sources:
    return Sources([SandboxConnector(clock)])


def _recorded(database: Database) -> tuple[int, int]:
    """Return how many runs there are, and of how many different ticks."""

    def work(connection: Connection) -> tuple[int, int]:
        runs = connection.exec_driver_sql("SELECT count(*) FROM runs").scalar_one()
        pairs = "SELECT count(*) FROM (SELECT DISTINCT tracker_id, tick FROM runs)"
        return int(runs), int(connection.exec_driver_sql(pairs).scalar_one())

    return database.submit_read(work).result()


def _keep_up(folder: Path, many: int) -> None:
    """Print how late runs are at a steady rate, and what adding and changing take meanwhile."""
    wanted, begin = min(many - _OTHERS, RATE * SECONDS), to_micros(START) + 6 * _SECOND

    def due_at(n: int) -> int:
        return begin + (n * _SECOND // RATE if n < wanted else _DAY)

    database = fill(folder / "steady.sqlite", ManualClock(START), many, due_at)
    late, added, changed = uvloop.run(_steadily(database, wanted))
    database.close()
    rate = f"{RATE:,} due a second for {wanted / RATE:.0f} s"
    print(f"scheduler  {many:,} trackers, {rate}: recorded {_tail(late)} late, before the flush")
    print(f"scheduler  meanwhile: adding one {_tail(added)}, changing one {_tail(changed)}")


async def _steadily(
    database: Database, wanted: int
) -> tuple[Sequence[float], Sequence[float], Sequence[float]]:
    """Return lateness, and the durations of adding and of changing one, in milliseconds.

    The sandbox has been asked for the contents before, as in a server that has run for a while.
    """
    clock = FastClock(START)  # the product's time begins now, at the rate of real time
    source = SandboxConnector(clock)
    for place, platform in enumerate(PLATFORMS):
        names = [f"{n:011d}" for n in range(place, wanted, len(PLATFORMS))]
        await source.fetch_contents(platform, names)
    scheduler, stop = Scheduler(database, clock, Sources([source])), asyncio.Event()
    running = asyncio.create_task(scheduler.run(stop))
    added: list[float] = []
    changed: list[float] = []
    deadline = time.perf_counter() + 60
    scope, ids = await write(database, _some)
    while await _ended(database) < wanted + len(added) and time.perf_counter() < deadline:
        for durations, work in (
            (added, _add(clock, scope, len(added))),
            (changed, _change(clock, scope, ids[len(changed) % len(ids)])),
        ):
            await asyncio.sleep(0.05)
            began = time.perf_counter()
            await write(database, work)
            durations.append((time.perf_counter() - began) * 1e3)
    stop.set()
    await running
    late = await read(database, _lateness)
    assert len(late) == wanted
    return late, added, changed


def _some(connection: Connection) -> tuple[Scope, Sequence[str]]:
    """Return the scope of all and the ids of some trackers that are not due."""
    query = "SELECT workspace_id, id FROM trackers ORDER BY due_at DESC LIMIT ?"
    found = connection.exec_driver_sql(query, (_OTHERS,)).fetchall()
    return Scope(found[0][0], Environment.SANDBOX), [row[1] for row in found]


def _add(clock: Clock, scope: Scope, number: int) -> Callable[[Connection], object]:
    name = f"added{number}"
    ref = Ref(Platform.TIKTOK, Kind.VIDEO, name, f"https://example.com/{name}")
    request = TrackRequest(ref, "influtics", Aspect.CONTENT, cron="0 10 * * *")
    return lambda connection: Engine(connection, clock).tracking.track(scope, UNLIMITED, [request])


def _change(clock: Clock, scope: Scope, tracker_id: str) -> Callable[[Connection], object]:
    changes = TrackerChanges(cron=f"{clock.now().second} 11 * * *")
    return lambda connection: Engine(connection, clock).tracking.update(scope, tracker_id, changes)


async def _ended(database: Database) -> int:
    query = "SELECT count(*) FROM runs"
    return await read(
        database, lambda connection: int(connection.exec_driver_sql(query).scalar_one())
    )


def _lateness(connection: Connection) -> Sequence[float]:
    """Return by how many milliseconds each planned run was late."""
    query = (
        "SELECT (runs.finished_at - runs.tick) / 1000.0 FROM runs JOIN trackers"
        " ON trackers.id = runs.tracker_id WHERE trackers.dialect = 'native'"
    )
    return [float(row[0]) for row in connection.exec_driver_sql(query)]


def _tail(durations: Sequence[float]) -> str:
    ranked = sorted(durations)
    p99 = ranked[min(len(ranked) - 1, len(ranked) * 99 // 100)]
    return f"p50 {statistics.median(ranked):.1f} ms, p99 {p99:.1f} ms"


def _start(folder: Path, many: int) -> None:
    """Print how soon a server with all of them listens, and what one with few takes idle."""
    tomorrow = to_micros(SystemClock().now()) + _DAY
    for count in dict.fromkeys((many, IDLE)):
        data = folder / f"data{count}"
        data.mkdir()
        clock = SystemClock()
        fill(data / "bellwether.sqlite", clock, count, lambda n: tomorrow + n).close()
        began = time.perf_counter()
        command = [sys.executable, "-c", _SERVE, str(data)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            assert server.stdout.readline().startswith("http")
            took = time.perf_counter() - began
            time.sleep(3)
            pages = int(Path(f"/proc/{server.pid}/statm").read_text().split()[1])
            server.terminate()
        megabytes = pages * resource.getpagesize() / 1e6
        print(f"scheduler  {count:,} trackers: listens after {took:.2f} s, idle {megabytes:.0f} MB")


if __name__ == "__main__":
    main()
