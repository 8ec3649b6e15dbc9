"""Fifty addresses in one `POST /v1/videos/track` on a whole server: all new, and all known.

The server runs every role on SQLite with the sandbox, so what is tracked is also fetched while the
next request comes. Times are those of a client on the same machine that sends one request after
the other on one connection, so the server's own are a little shorter.
"""

import contextlib
import http.client
import itertools
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from bellwether.app.container import open_container
from bellwether.app.settings import read_settings
from bellwether.engine.facade import Engine
from bellwether.model.tenants import Environment

AT_ONCE = 50
REQUESTS = 200
KNOWN_MS = 50
NEW_MS = 150
_SERVE = """
import sys
from bellwether.app.server import serve
from bellwether.app.settings import read_settings
settings = read_settings({"data": sys.argv[1], "port": 0, "log_level": "error"}, {})
serve(settings, announce=lambda address: print(address, flush=True))
"""


def main() -> None:
    """Print the median and the 99th percentile of both in milliseconds, and what they should be."""
    with tempfile.TemporaryDirectory() as folder:
        token = _make_key(Path(folder))
        with _serving(folder) as address:
            caller = Caller(address, token)
            numbers = itertools.count(7_300_000_000_000_000_001)
            batches = [[next(numbers) for _ in range(AT_ONCE)] for _ in range(REQUESTS + 1)]
            first, *rest = batches
            caller.track(first)
            new = [caller.track(batch) for batch in rest]
            known = [caller.track(first) for _ in range(REQUESTS)]
            caller.close()
    print(f"track: {REQUESTS} requests of {AT_ONCE} addresses each, in milliseconds")
    _tell("all new", new, NEW_MS)
    _tell("all known", known, KNOWN_MS)


class Caller:
    """A client on one connection."""

    def __init__(self, address: str, token: str) -> None:
        self._connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=60)
        self._headers = {"Authorization": token, "Content-Type": "application/json"}

    def track(self, numbers: Sequence[int]) -> float:
        """Track videos and return how many milliseconds the answer took."""
        urls = [f"https://www.tiktok.com/@bench/video/{number}" for number in numbers]
        body = json.dumps({"urls": urls})
        began = time.perf_counter()
        self._connection.request("POST", "/v1/videos/track", body, self._headers)
        answer = self._connection.getresponse()
        content = answer.read()
        took = (time.perf_counter() - began) * 1000
        assert answer.status == http.HTTPStatus.OK, content
        rows = json.loads(content)["data"]["results"]
        assert len(rows) == AT_ONCE
        assert all(row["status"] != "error" for row in rows), rows
        return took

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()


def _make_key(folder: Path) -> str:
    container = open_container(read_settings({"data": str(folder)}, {}))

    def make(engine: Engine) -> str:
        return engine.tenants.create_key("bench", Environment.SANDBOX).token

    token = container.units.write_now(make)
    container.close()
    return token


@contextlib.contextmanager
def _serving(folder: str) -> Iterator[str]:
    command = [sys.executable, "-c", _SERVE, folder]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def _tell(name: str, took: Sequence[float], wanted: float) -> None:
    worst = sorted(took)[int(len(took) * 0.99)]
    print(f"  {name:<10} median {median(took):6.1f}  p99 {worst:6.1f}  wanted {wanted}")


if __name__ == "__main__":
    main()
