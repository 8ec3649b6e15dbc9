"""A receiver of webhooks that costs next to nothing, in a process of its own.

It answers 200 at once and remembers which message came where how often. What goes to a path that
begins with `/hang` is taken and never answered.
"""

import asyncio
import contextlib
import hashlib
import json
import multiprocessing
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import uvloop

_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
_END = b"\r\n\r\n"
_ID = b"\r\nwebhook-id: "
_LENGTH = b"\r\nContent-Length: "
_ID_BYTES = 36


@dataclass(frozen=True)
class Tally:
    """What has come since the last tally; `bodies` is a digest of them whatever their order."""

    received: int
    distinct: int
    hanging: int
    bodies: str


class _Log:
    def __init__(self) -> None:
        self.pieces: list[tuple[bytes, bytes]] = []
        self.hanging = 0

    def tally(self) -> bytes:
        """Return what came as JSON, and forget it."""
        seen: Counter[tuple[bytes, bytes]] = Counter()
        bodies = 0
        for head, body in self.pieces:
            place = head.index(_ID) + len(_ID)
            seen[head[: head.index(b" HTTP/")], head[place : place + _ID_BYTES]] += 1
            bodies += int.from_bytes(hashlib.sha256(body).digest())
        told = {
            "received": len(self.pieces),
            "distinct": len(seen),
            "hanging": self.hanging,
            "bodies": f"{bodies:x}",
        }
        self.pieces, self.hanging = [], 0
        return json.dumps(told).encode()


class _Receiving(asyncio.Protocol):
    def __init__(self, log: _Log) -> None:
        self._log = log
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        data = self._buffer + data
        while (end := data.find(_END)) >= 0:
            head = data[:end]
            length = head.find(_LENGTH) + len(_LENGTH)
            stop = head.find(b"\r\n", length)
            size = 0
            if length >= len(_LENGTH):
                size = int(head[length : stop if stop > 0 else end])
            whole = end + len(_END) + size
            if len(data) < whole:
                break
            self._take(head, data[end + len(_END) : whole])
            data = data[whole:]
        self._buffer = data

    def _take(self, head: bytes, body: bytes) -> None:
        if self._transport is None:
            return
        if head.startswith(b"GET /tally"):
            told = self._log.tally()
            start = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(told)
            self._transport.write(start + told)
        elif head.startswith(b"POST /hang"):
            self._log.hanging += 1
        else:
            self._log.pieces.append((head, body))
            self._transport.write(_ANSWER)


def _receive(ports: "multiprocessing.Queue[int]") -> None:
    async def serve() -> None:
        log = _Log()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Receiving(log), "127.0.0.1", 0, backlog=1024)
        ports.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve())


class Receiver:
    """The receiver as the one who measures sees it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.base = f"http://127.0.0.1:{port}"

    def tally(self) -> Tally:
        """Return what came since the last time."""
        with urllib.request.urlopen(f"{self.base}/tally", timeout=60) as answer:
            return Tally(**json.load(answer))


@contextlib.contextmanager
def receiving() -> Iterator[Receiver]:
    """Run the receiver."""
    ports: multiprocessing.Queue[int] = multiprocessing.Queue()
    process = multiprocessing.Process(target=_receive, args=(ports,), daemon=True)
    process.start()
    try:
        yield Receiver(ports.get(timeout=30))
    finally:
        process.terminate()
        process.join()
