"""A loopback server that plays the hosts of short links."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bellwether.kit.http import GuardedClient


@dataclass
class Redirects:
    """Where each address ("host/path") leads. A number is a status, None never answers.

    `calls` counts what was asked for; `delay` is how long every answer takes, in seconds.
    """

    targets: Mapping[str, str | int | None]
    delay: float = 0.0
    calls: Counter[str] = field(default_factory=Counter)
    at_once: int = 0
    most_at_once: int = 0
    port: int = 0
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def hanging(self, number: int) -> None:
        """Wait until this many requests are here and have no answer yet."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.at_once >= number)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read one request and answer it."""
        request = await reader.readuntil(b"\r\n\r\n")
        place = request.split()[1].decode().lstrip("/").partition("?")[0].rstrip("/")
        self.calls[place] += 1
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        async with self._changed:
            self._changed.notify_all()
        try:
            target = self.targets.get(place, 404)
            await asyncio.sleep(3600 if target is None else self.delay)
            status, location = (target, "") if isinstance(target, int) else (302, str(target))
            head = f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n"
            head += f"Location: {location}\r\n" if location else ""
            writer.write(head.encode() + b"\r\n")
            await writer.drain()
        finally:
            self.at_once -= 1
            writer.close()

    def client(self) -> GuardedClient:
        """Return a client for which the hosts named in `targets` are here."""
        hosts = {place.split("/")[0] for place in self.targets}
        return GuardedClient(
            allow_loopback=True,
            rewrite={host: f"http://127.0.0.1:{self.port}/{host}" for host in hosts},
        )


@asynccontextmanager
async def redirects(
    targets: Mapping[str, str | int | None], *, delay: float = 0.0
) -> AsyncIterator[Redirects]:
    """Serve redirects until the end of the block."""
    served = Redirects(targets, delay)
    running: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(served.answer(reader, writer))
        running.add(task)
        task.add_done_callback(running.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    served.port = server.sockets[0].getsockname()[1]
    try:
        yield served
    finally:
        server.close()
        for task in list(running):
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await server.wait_closed()
