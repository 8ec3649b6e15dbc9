"""`kill -9` at random moments under mixed load; then what was acknowledged is looked for.

With a million trackers in the store the servers are processes of their own, not forks of one that
has imported everything, so that how soon each answers is what a person would wait.
"""

import json
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import httpx
from sqlalchemy import Connection, text

from bellwether.kit.clock import to_micros
from bellwether.storage.database import Database, open_database
from tests.chaos.fill import Order, fill
from tests.chaos.laws import check_laws, ids_of, number_of
from tests.chaos.load import CREDITS, Client, Commands, Paying, Tracking, make_key, stop
from tests.chaos.process import Server, Starter, Watch
from tests.chaos.tally import Tally, progress
from tests.support.observations import packed_observations
from tests.support.receivers import Message, receiving

TOLD = "workspace_id = (SELECT id FROM workspaces WHERE name = 'acme')"
"""The workspace whose receiver is a good one."""

RATE = 20.0  # a tick of "* * * * *" every three seconds


@dataclass(frozen=True)
class Size:
    """How much of it: until there were `kills` kills and `acknowledged` writes, or time is up."""

    kills: int
    acknowledged: int = 0
    seconds: float = 600
    batch: int = 3
    most: int = 400
    files: int = 1
    rows: int = 6_000
    life_s: float = 0.3
    trackers: int = 0
    """How many there are from the start, each due once a day of the servers' clock."""


SHORT = {"sqlite": Size(12), "postgresql": Size(8)}
FULL = {
    "sqlite": Size(
        200, 1_000_000, seconds=900, batch=100, most=100_000, files=40, rows=25_000, life_s=1.2
    ),
    "postgresql": Size(40, seconds=300, batch=20, most=10_000, files=3, rows=25_000, life_s=0.8),
}
SHORT_MANY = Size(2, trackers=2_000)
FULL_MANY = Size(
    20, seconds=300, batch=20, most=10_000, rows=25_000, life_s=1.2, trackers=1_000_000
)
_PLACES = 288  # in a day: every five minutes
_STUCK_S = 120.0
WITHIN_S = 2.0
"""How soon a server is to answer after a kill."""


class Load:
    """The clients of one store and their records."""

    def __init__(self, starter: Starter, url: str, folder: Path, size: Size) -> None:
        acme, payer = make_key(url, "acme"), make_key(url, "payer")
        self.token = acme
        self.tracking = [
            Tracking(acme, batch=size.batch, most=size.most // 2, often=60) for _ in range(2)
        ]
        self.paying = [Paying(payer, most=size.most * 10) for _ in range(3)]
        self.commands = Commands(starter, url, folder, files=size.files, rows=size.rows)
        self.clients: Sequence[Client] = [*self.tracking, *self.paying]

    @property
    def acknowledged(self) -> int:
        """How many writes were acknowledged so far."""
        return sum(one.acknowledged for one in self.clients) + self.commands.acknowledged

    def start(self) -> None:
        """Let the clients begin; they wait for an address."""
        for one in (*self.clients, self.commands):
            one.start()

    def turn_to(self, address: str | None) -> None:
        """Let the clients ask at an address."""
        for client in self.clients:
            client.address = address


def run(
    starter: Starter, url: str, folder: Path, size: Size, *, servers: Starter | None = None
) -> Tally:
    """Kill a server again and again, then compare; `servers` starts servers if not `starter`."""
    database = open_database(url)
    name = f"kill, {size.trackers:,} trackers" if size.trackers else "kill"
    tally = Tally(name, database.kind)
    watch = Watch(RATE)
    load = Load(starter, url, folder, size)
    number = iter(range(10_000))
    if size.trackers:
        _fill(database, url, size.trackers, watch.now())

    def start() -> "AbstractContextManager[Server]":
        log = folder / f"log{next(number)}"
        return (servers or starter).serve(log, "--database", url, *watch.options())

    with receiving() as receivers:
        with start() as server:
            subscribe(server, load.token, f"{receivers.base}/good")
        ready_s = _rounds(load, size, start, tally)
        with start() as server:
            load.turn_to(server.address)
            stop([*load.clients, load.commands])
            settle(database, watch)
            compare(database, load, receivers.on("/good"), tally)
    tally.note(
        unanswered=f"{sum(client.unanswered for client in load.clients):,}",
        repeated=f"{sum(one.repeated for one in load.paying):,}",
        imports_cut_off=str(load.commands.cut),
        told=f"{len(receivers.messages):,}",
    )
    if servers is not None:
        within = sum(one <= WITHIN_S for one in ready_s)
        tally.note(
            answers_again_s=f"{statistics.median(ready_s):.2f} ({max(ready_s):.2f} at worst)",
            within_2_s=f"{within} of {len(ready_s)} times",
        )
    database.close()
    return tally.done()


def _fill(database: Database, url: str, trackers: int, now: datetime) -> None:
    """Add somebody else's trackers, each due once a day, and some of them every five minutes."""
    make_key(url, "many")
    midnight, each = now.replace(hour=0, minute=0, second=0, microsecond=0), -(-trackers // _PLACES)

    def orders() -> Iterator[Order]:
        for place in range(_PLACES):
            hour, minute = divmod(place * 24 * 60 // _PLACES, 60)
            tick = midnight + timedelta(hours=hour, minutes=minute)
            first = to_micros(tick if tick > now else tick + timedelta(days=1))
            count = max(0, min(each, trackers - place * each))
            yield Order(f"{minute} {hour} * * *", "UTC", count, first)

    fill(database, "many", orders(), now)


def _rounds(
    load: Load, size: Size, start: Callable[[], "AbstractContextManager[Server]"], tally: Tally
) -> Sequence[float]:
    """Kill until it is enough; returns how long each start took."""
    ready_s: list[float] = []
    load.start()
    until = time.monotonic() + size.seconds
    while tally.rounds < size.kills or load.acknowledged < size.acknowledged:
        if time.monotonic() > until:
            break
        with start() as server:
            load.turn_to(server.address)
            ready_s.append(server.until_ready(load.token))
            time.sleep(random.uniform(0.1, 2 * size.life_s - 0.1))
            load.turn_to(None)
            server.kill()
            tally.rounds += 1
        progress(f"{tally.rounds} kills, {load.acknowledged:,} writes acknowledged")
    return ready_s


def subscribe(server: Server, token: str, url: str) -> None:
    """Make an endpoint that is told everything."""
    headers = {"Authorization": f"Bearer {token}"}
    made = httpx.post(
        f"{server.address}/api/v1/endpoints", json={"url": url}, headers=headers, trust_env=False
    )
    made.raise_for_status()


def settle(database: Database, watch: Watch) -> None:
    """Wait until nothing is owed from before now, then stop ticks and let everything be told.

    That is of the workspace whose receiver is a good one.
    """
    owed = f"SELECT COUNT(*) FROM trackers WHERE next_at < {to_micros(watch.now())} AND {TOLD}"
    _until_none(database, owed, "trackers are due")
    stop_ticks = f"UPDATE trackers SET next_at = NULL, due_at = NULL, state = 'paused' WHERE {TOLD}"
    database.submit_write(lambda connection: connection.execute(text(stop_ticks))).result()
    pending = f"SELECT COUNT(*) FROM deliveries WHERE state = 'pending' AND {TOLD}"
    _until_none(database, pending, "deliveries are pending")


def _until_none(database: Database, query: str, what: str) -> None:
    """Wait until a count is 0, TimeoutError when for long it gets no smaller."""
    least = number_of(database, query)
    deadline = time.monotonic() + _STUCK_S
    while count := number_of(database, query):
        progress(f"{count:,} {what}")
        if count < least:
            least, deadline = count, time.monotonic() + _STUCK_S
        if time.monotonic() > deadline:
            raise TimeoutError(f"{count:,} {what}, and no fewer in {_STUCK_S:.0f} s")
        time.sleep(0.1)


def until(done: Callable[[], bool], seconds: float) -> None:
    """Wait for something to come about, TimeoutError when it does not."""
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise TimeoutError("it did not come about in time")
        time.sleep(0.05)


def compare(database: Database, load: Load, told: Sequence[Message], tally: Tally) -> None:
    """Compare what clients were told with what the store holds."""
    tally.acknowledged = load.acknowledged
    _compare_trackers(database, load, tally)
    paid = sum(client.paid for client in load.paying)
    debits = number_of(database, "SELECT COUNT(*) FROM credit_entries WHERE kind = 'debit'")
    used = number_of(database, "SELECT SUM(-amount) FROM credit_entries WHERE kind = 'debit'")
    tally.check("lost", "a paid video is not in the ledger", max(0, paid - debits), paid)
    tally.check("double", "a video was paid for twice", max(0, debits - paid))
    tally.check("half", "credits were used for nothing", abs(used - debits * CREDITS))
    given = number_of(database, "SELECT SUM(given) FROM balances")
    tally.check("lost", "a grant is not there", max(0, load.commands.granted - given))
    tally.check("double", "a grant was given twice", max(0, given - load.commands.granted))
    rows = database.submit_read(_imported).result()
    imported = load.commands.imported
    tally.check("lost", "an imported row is not there", max(0, imported - rows), imported)
    tally.check("double", "a row was imported twice", max(0, rows - imported))
    compare_told(database, told, tally)
    odd = [one for client in load.clients for one in client.odd] + load.commands.odd
    tally.check("wrong", f"an odd answer, as {odd[:1]}", len(odd))
    check_laws(database, tally)


def _imported(connection: Connection) -> int:
    """Return how many imported rows there are, packed or not, in one view of the store."""
    query = text("SELECT COUNT(*) FROM snapshots WHERE source = 'import'")
    packed = packed_observations(connection)
    rows = int(connection.execute(query).scalar_one())
    return rows + sum(one.source == "import" for one in packed)


def _compare_trackers(database: Database, load: Load, tally: Tally) -> None:
    there = ids_of(database, f"SELECT id FROM trackers WHERE {TOLD}")
    query = text(f"SELECT id, cron FROM trackers WHERE {TOLD}")
    crons: dict[str, str] = database.submit_read(
        lambda connection: {row[0]: row[1] for row in connection.execute(query)}
    ).result()
    for client in load.tracking:
        sure = client.tracked - client.doubtful - client.deleted
        tally.check("lost", "a tracker is not there", len(sure - there), len(sure))
        gone = client.deleted
        tally.check("lost", "a deletion is undone", len(gone & there), len(gone))
        changed = {key: cron for key, cron in client.changed.items() if key in sure}
        undone = sum(crons.get(key) != cron for key, cron in changed.items())
        tally.check("lost", "a change is undone", undone, len(changed))


def compare_told(database: Database, told: Sequence[Message], tally: Tally) -> None:
    """What receivers were told happened, and all that happened was told, in order."""
    whole = [one for one in told if len(one.body) == int(_header(one, "content-length"))]
    heard = [(_header(one, "webhook-id"), json.loads(one.body)["data"]) for one in whole]
    ids = {event_id for event_id, _ in heard}
    events = ids_of(database, f"SELECT id FROM events WHERE {TOLD}")
    runs = ids_of(database, "SELECT id FROM runs")
    tally.check("lost", "what was told of is not in the store", len(ids - events), len(ids))
    tally.check("lost", "what happened was never told", len(events - ids), len(events))
    told_runs = {data["run_id"] for _, data in heard if data.get("run_id")}
    tally.check(
        "lost", "a run that was told of is not there", len(told_runs - runs), len(told_runs)
    )
    newest: dict[str, str] = {}
    seen: set[str] = set()
    late = 0
    for event_id, data in heard:
        if event_id in seen or not data.get("tick"):
            continue
        seen.add(event_id)
        late += data["tick"] < newest.get(data["tracker_id"], "")
        newest[data["tracker_id"]] = data["tick"]
    tally.check("wrong", "a tick was told after a later one", late, len(seen))


def _header(message: Message, name: str) -> str:
    return next(value for key, value in message.headers.items() if key.lower() == name)
