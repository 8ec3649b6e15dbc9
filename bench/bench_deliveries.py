"""Webhook deliveries a second on SQLite, against a bare httpx loop that posts the same bodies.

The peer keeps nothing: no claim, no log, no signature, no check of addresses. The receiver runs in
a process of its own and answers 200 at once. Interleaved, in one run.
"""

import asyncio
import multiprocessing
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing.synchronize import Event
from pathlib import Path
from statistics import median
from time import perf_counter

import httpx

from bellwether.engine import schema
from bellwether.engine.facade import Engine
from bellwether.engine.webhooks.rendering import NativeRenderer
from bellwether.engine.webhooks.tasks import RECEIVER_IDLE_S, Deliverer
from bellwether.kit.clock import SystemClock
from bellwether.kit.http import GuardedClient
from bellwether.kit.sealing import Sealer, new_key
from bellwether.model.tenants import Environment, Scope
from bellwether.model.webhooks import DeliveryFilter, DeliveryState, EventType, NewEvent
from bellwether.model.webhooks import Event as Happened
from bellwether.storage.database import Database, open_database
from bellwether.storage.migrate import migrate

START = datetime(2026, 3, 2, tzinfo=UTC)
ROUNDS = 3
EVENTS = 2_000
PEER_POSTS = 500
CONCURRENT = 16
ENDPOINTS = 4
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
DATA = {"tracker_id": "t" * 36, "metrics": {"views": 123_456, "likes": 7_890}, "pad": "x" * 400}


def receive(ports: "multiprocessing.Queue[int]", stop: Event) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                await reader.readexactly(length)
                writer.write(ANSWER)
                await writer.drain()
                if b"connection: close" in head.lower():
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def serve() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=1024)
        ports.put(server.sockets[0].getsockname()[1])
        async with server:
            await asyncio.to_thread(stop.wait)

    asyncio.run(serve())


async def bare(url: str, bodies: list[bytes]) -> float:
    """Post with one httpx client that keeps its connections, as its documentation advises."""
    waiting = iter(bodies)
    limits = httpx.Limits(max_connections=CONCURRENT, max_keepalive_connections=CONCURRENT)
    async with httpx.AsyncClient(limits=limits, trust_env=False) as client:

        async def work() -> None:
            for body in waiting:
                answer = await client.post(url, content=body)
                answer.raise_for_status()

        began = perf_counter()
        await asyncio.gather(*(work() for _ in range(CONCURRENT)))
        return len(bodies) / (perf_counter() - began)


async def ours(database: Database, url: str, lane: Callable[[int], str]) -> float:
    """Emit to four endpoints of one receiver, then time from the first claim to the last record."""
    clock, key = SystemClock(), new_key()
    sealer = Sealer(lambda: [key])

    def prepare(connection: object) -> Scope:
        engine = Engine(connection, clock, sealer)  # type: ignore[arg-type]
        workspace = engine.tenants.ensure_workspace(f"bench {perf_counter()}")
        scope = Scope(workspace.id, Environment.SANDBOX)
        for _ in range(ENDPOINTS):
            engine.webhooks.create(scope, url=url)
        engine.webhooks.emit(
            [
                NewEvent(scope, EventType.RUN_SUCCEEDED, clock.now(), DATA, tracker_id=lane(number))
                for number in range(EVENTS // ENDPOINTS)
            ]
        )
        return scope

    scope = database.submit_write(prepare).result()
    client = GuardedClient(allow_loopback=True, idle_s=RECEIVER_IDLE_S)
    began = perf_counter()
    stop = asyncio.Event()
    running = asyncio.create_task(Deliverer(database, clock, client, sealer).run(stop))
    pending = DeliveryFilter(state=DeliveryState.PENDING)

    def left() -> bool:
        page = database.submit_read(
            lambda c: Engine(c, clock).webhooks.list_deliveries(scope, pending, limit=1)
        )
        return bool(page.result().items)

    while left():  # noqa: ASYNC110  another thread's work sets no event
        await asyncio.sleep(0.01)
    took = perf_counter() - began
    stop.set()
    await running
    await client.aclose()
    return EVENTS / took


async def compare(url: str, database: Database) -> None:
    event = Happened("e", EventType.RUN_SUCCEEDED, START, None, None, DATA)
    bodies = [NativeRenderer().body(event)] * PEER_POSTS
    for label, lane in (
        ("a tracker an event", str),
        ("ten trackers", lambda number: str(number % 10)),
    ):
        pairs = [(await ours(database, url, lane), await bare(url, bodies)) for _ in range(ROUNDS)]
        print(
            f"  {label:<20} ours {median(one for one, _ in pairs):>8,.0f}"
            f"  httpx {median(two for _, two in pairs):>8,.0f}"
            f"  ratio {median(one / two for one, two in pairs):6.2f}"
        )


def main() -> None:
    """Print deliveries a second, posts a second of the peer, and their ratio."""
    print(f"webhooks: deliveries a second, {EVENTS} to {ENDPOINTS} endpoints of one receiver")
    assert schema.metadata.tables
    ports: multiprocessing.Queue[int] = multiprocessing.Queue()
    stop = multiprocessing.Event()
    receiver = multiprocessing.Process(target=receive, args=(ports, stop), daemon=True)
    receiver.start()
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{Path(folder) / 'bench.sqlite'}")
        migrate(database)
        asyncio.run(compare(f"http://127.0.0.1:{ports.get()}/in", database))
        database.close()
    stop.set()
    receiver.join()


if __name__ == "__main__":
    main()
