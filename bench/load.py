"""A lean HTTP/1.1 client that sends as fast as it is answered, in a process of its own.

It speaks bytes: requests are made before the clock starts, and of an answer it reads the status
and the length. `send` starts the process, lets it run and returns what it saw.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import uvloop

_LENGTH = b"\r\ncontent-length: "
_END = b"\r\n\r\n"


@dataclass(frozen=True)
class Seen:
    """What a run saw: answers by status, and milliseconds of them (median, 99th percentile).

    `rate` and the first two are of answers in the 200s, `refused_p99` is of all others. `ticks` are
    the answers in the 200s by tenth of a second.
    """

    rate: float
    statuses: dict[str, int]
    p50: float
    p99: float
    refused_p99: float
    ticks: list[int]


def send(address: str, requests: Sequence[bytes], connections: int, seconds: float) -> Seen:
    """Send requests in turn on so many connections for so long."""
    order = {
        "address": address,
        "requests": [one.decode("latin-1") for one in requests],
        "connections": connections,
        "seconds": seconds,
    }
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"],
        input=json.dumps(order),
        capture_output=True,
        text=True,
        check=True,
        timeout=seconds + 60,
    )
    return Seen(**json.loads(done.stdout))


class _Client(asyncio.Protocol):
    """One connection: the next request goes out when the last is answered."""

    def __init__(self, run: "_Run") -> None:
        self._run = run
        self._held = b""
        self._sent_at = 0.0
        self._transport: asyncio.Transport

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def next(self) -> None:
        self._sent_at = time.perf_counter()
        self._transport.write(self._run.next_request())

    def data_received(self, data: bytes) -> None:
        held = self._held + data if self._held else data
        end = held.find(_END)
        if end < 0:
            self._held = held
            return
        head = held[:end]
        place = head.lower().find(_LENGTH)
        length = 0
        if place >= 0:
            line = head[place + len(_LENGTH) :]
            length = int(line.split(b"\r\n", 1)[0])
        if len(held) < end + 4 + length:
            self._held = held
            return
        self._held = b""
        self._run.count(int(head[9:12]), self._sent_at)
        if not self._run.over:
            self.next()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._run.lost()


class _Run:
    """Counts what all connections see."""

    def __init__(self, requests: Sequence[bytes]) -> None:
        self._requests = list(requests)
        self._place = 0
        self.over = False
        self.began = 0.0
        self.took: list[float] = []
        self.refused: list[float] = []
        self.at: list[float] = []
        self.statuses: Counter[str] = Counter()

    def next_request(self) -> bytes:
        self._place = (self._place + 1) % len(self._requests)
        return self._requests[self._place]

    def count(self, status: int, sent_at: float) -> None:
        now = time.perf_counter()
        if self.over:
            return
        self.statuses[str(status)] += 1
        if 200 <= status < 300:
            self.took.append(now - sent_at)
            self.at.append(now - self.began)
        else:
            self.refused.append(now - sent_at)

    def lost(self) -> None:
        if not self.over:
            self.statuses["lost"] += 1

    def seen(self, seconds: float) -> Seen:
        ticks = [0] * (int(seconds * 10) + 1)
        for at in self.at:
            ticks[min(int(at * 10), len(ticks) - 1)] += 1
        return Seen(
            rate=len(self.took) / seconds,
            statuses=dict(self.statuses),
            p50=_percentile(self.took, 0.5),
            p99=_percentile(self.took, 0.99),
            refused_p99=_percentile(self.refused, 0.99),
            ticks=ticks,
        )


def _percentile(values: list[float], part: float) -> float:
    """Return milliseconds; 0 when nothing was seen."""
    values = sorted(values)
    return round(values[min(len(values) - 1, int(len(values) * part))] * 1000, 2) if values else 0.0


async def _send(order: Any) -> Seen:
    host, port = order["address"].removeprefix("http://").split(":")
    run = _Run([one.encode("latin-1") for one in order["requests"]])
    loop = asyncio.get_running_loop()
    clients: list[_Client] = []
    while len(clients) < order["connections"]:  # no more at once than a listening socket holds
        wanted = min(200, order["connections"] - len(clients))
        opening = [
            loop.create_connection(lambda: _Client(run), host, int(port)) for _ in range(wanted)
        ]
        clients += [client for _, client in await asyncio.gather(*opening)]
    run.began = time.perf_counter()
    for client in clients:
        client.next()
    await asyncio.sleep(order["seconds"])
    run.over = True
    return run.seen(time.perf_counter() - run.began)


def main() -> None:
    """Do what standard input says and print what was seen."""
    order = json.load(sys.stdin)
    seen = uvloop.run(_send(order))
    print(json.dumps(seen.__dict__))


if __name__ == "__main__":
    main()
