"""Requests a second through the real server, beside a bare Starlette app with the same payloads.

GET reads a 30-point series, POST tracks one video (new ones each time). The peer answers the same
bytes and keeps nothing. Server, peer and client are processes and threads of one machine, measured
in turns; the ratio says what authentication, the store, validation and rendering cost.
"""

import asyncio
import contextlib
import itertools
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import uvloop

from bellwether.app.container import open_container
from bellwether.app.settings import read_settings
from bellwether.engine.facade import Engine, resolve
from bellwether.model.requests import NewSnapshot, TrackRequest
from bellwether.model.tenants import Environment
from bellwether.model.tracking import Aspect

_CONNECTIONS = 16
_SECONDS = 2.0
_ROUNDS = 3
_OURS = """
import sys
from bellwether.app.server import serve
from bellwether.app.settings import read_settings
settings = read_settings(
    {"data": sys.argv[1], "port": 0, "roles": "api", "log_level": "warning"}, {}
)
serve(settings, announce=lambda address: print(address, flush=True))
"""
_PEER = """
import json, socket, sys
import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
answers = [open(name, "rb").read() for name in sys.argv[1:3]]
async def get(request):
    return Response(answers[0], media_type="application/json")
async def post(request):
    json.loads(await request.body())
    return Response(answers[1], media_type="application/json")
app = Starlette(routes=[
    Route("/api/v1/series", get), Route("/v1/videos/track", post, methods=["POST"])
])
listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
print("http://127.0.0.1:%d" % listener.getsockname()[1], flush=True)
config = uvicorn.Config(app, http="httptools", loop="uvloop", log_config=None, access_log=False)
uvicorn.Server(config).run(sockets=[listener])
"""
Make = Callable[[], bytes]


def main() -> None:
    """Print requests a second of both, and the ratio."""
    with tempfile.TemporaryDirectory() as folder:
        token = _prepare(Path(folder))
        with _server(_OURS, folder) as ours:
            answers = _answers(Path(folder), ours, token)
            with _server(_PEER, *answers) as peer:
                for name, make in (("GET series", _get(token)), ("POST track", _post(token))):
                    _compare(name, make, ours, peer)


def _prepare(folder: Path) -> str:
    """Make a store with a key and a series, and return the key's token."""
    container = open_container(read_settings({"data": str(folder)}, {}))
    start = datetime(2025, 1, 1, tzinfo=UTC)

    def fill(engine: Engine) -> str:
        made = engine.tenants.create_key("bench", Environment.SANDBOX)
        principal = engine.tenants.authenticate_token(made.token)
        order = TrackRequest(resolve("https://youtu.be/dQw4w9WgXcQ"), "native", Aspect.CONTENT)
        (tracked,) = engine.tracking.track(principal.scope, principal.plan, [order])
        engine.metrics.record(
            [
                NewSnapshot(
                    tracked.tracker.subject_id, start + timedelta(days=day), {"views": day}, "bench"
                )
                for day in range(30)
            ]
        )
        return made.token

    token = container.units.write_now(fill)
    container.close()
    return token


@contextlib.contextmanager
def _server(program: str, *arguments: str) -> Iterator[str]:
    command = [sys.executable, "-c", program, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def _answers(folder: Path, ours: str, token: str) -> list[str]:
    """Keep what our server answers, for the peer to repeat."""
    headers = {"Authorization": token}
    query = {"platform": "youtube", "id": "dQw4w9WgXcQ", "metric": "views"}
    series = httpx.get(f"{ours}/api/v1/series", params=query, headers=headers)
    body = {"urls": ["https://www.tiktok.com/@bench/video/7000000000000000000"]}
    track = httpx.post(f"{ours}/v1/videos/track", json=body, headers=headers)
    names = []
    for name, answer in (("series", series), ("track", track)):
        assert answer.status_code == 200, answer.text
        path = folder / f"{name}.json"
        path.write_bytes(answer.content)
        names.append(str(path))
    return names


def _get(token: str) -> Make:
    request = (
        "GET /api/v1/series?platform=youtube&id=dQw4w9WgXcQ&metric=views HTTP/1.1\r\n"
        f"Host: x\r\nAuthorization: Bearer {token}\r\n\r\n"
    ).encode()
    return lambda: request


def _post(token: str) -> Make:
    numbers = itertools.count(7_000_000_000_000_000_001)

    def make() -> bytes:
        url = f"https://www.tiktok.com/@bench/video/{next(numbers)}"
        body = b'{"urls": ["%s"]}' % url.encode()
        head = (
            "POST /v1/videos/track HTTP/1.1\r\nHost: x\r\n"
            f"Authorization: Bearer {token}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    return make


def _compare(name: str, make: Make, ours: str, peer: str) -> None:
    rates: dict[str, list[float]] = {ours: [], peer: []}
    for _ in range(_ROUNDS):
        for address, seen in rates.items():
            seen.append(uvloop.run(_load(address, make)))
    mine, theirs = (statistics.median(rates[address]) for address in (ours, peer))
    print(f"http {name}: {mine:,.0f}/s, bare Starlette {theirs:,.0f}/s, ratio {mine / theirs:.2f}")


async def _load(address: str, make: Make) -> float:
    """Return requests a second over kept connections."""
    port = int(address.rsplit(":", 1)[1])
    started = time.perf_counter()
    until = started + _SECONDS
    counts = await asyncio.gather(*(_caller(port, make, until) for _ in range(_CONNECTIONS)))
    return sum(counts) / (time.perf_counter() - started)


async def _caller(port: int, make: Make, until: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    done = 0
    while time.perf_counter() < until:
        writer.write(make())
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        length = int(head.lower().split(b"content-length: ", 1)[1].split(b"\r\n", 1)[0])
        await reader.readexactly(length)
        done += 1
    writer.close()
    await writer.wait_closed()
    return done


if __name__ == "__main__":
    main()
