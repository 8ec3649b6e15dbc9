"""Connections that are kept for the next request, and when they are not used again."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from tests.support.certificates import server_context

from bellwether.kit.http import FetchRefusedError, GuardedClient

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Answers = Callable[[asyncio.StreamWriter, int], Awaitable[None]]


class Keeping:
    """A server that answers any number of requests on a connection and counts both."""

    def __init__(self, answer: bytes | Answers = OK) -> None:
        self._answer = answer
        self.connections = 0
        self.requests: list[bytes] = []
        self.port = 0
        self._tasks: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def running(self, tls: ssl.SSLContext | None = None) -> AsyncIterator["Keeping"]:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=tls)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await server.wait_closed()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A task of ours: asyncio's own would log what a cancelled test leaves behind.
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._tasks.add(task)
        await asyncio.wait({task})

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        try:
            with contextlib.suppress(OSError, EOFError):
                while not writer.is_closing():
                    head = await reader.readuntil(b"\r\n\r\n")
                    await reader.readexactly(4)
                    self.requests.append(head)
                    if isinstance(self._answer, bytes):
                        writer.write(self._answer)
                    else:
                        await self._answer(writer, number)
        finally:
            writer.close()


async def post(client: GuardedClient, url: str) -> bytes:
    answer = await client.request("POST", url, content=b"ping", max_bytes=100, seconds=2, cut=True)
    return answer.body


@contextlib.asynccontextmanager
async def keeping(idle_s: float = 5.0) -> AsyncIterator[GuardedClient]:
    client = GuardedClient(allow_loopback=True, idle_s=idle_s)
    yield client
    await client.aclose()


@pytest.mark.parametrize(
    "answer",
    [
        OK,
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        b"HTTP/1.1 500 No\r\nSet-Cookie: a\r\nSet-Cookie: b\r\nContent-Length: 2\r\n\r\nok",
    ],
)
async def test_requests_to_one_origin_share_a_connection(answer: bytes) -> None:
    async with Keeping(answer).running() as server, keeping() as client:
        bodies = [await post(client, server.base + path) for path in ("", "one", "?two")]
        assert len(set(bodies)) == 1
        assert (server.connections, len(server.requests)) == (1, 3)
        assert b"cookie" not in server.requests[-1].lower()


async def test_one_that_keeps_nothing_says_so_and_closes() -> None:
    async with Keeping().running() as server, keeping(0) as client:
        for _ in range(2):
            await post(client, server.base)
        assert server.connections == 2
        assert b"connection: close" in server.requests[0].lower()


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        OK + b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n" + b"x" * 200 + b"more",
    ],
)
async def test_a_connection_that_is_not_left_clean_is_not_used_again(answer: bytes) -> None:
    async with Keeping(answer).running() as server, keeping() as client:
        for _ in range(2):
            await post(client, server.base)
        assert server.connections == 2


async def test_what_arrives_unasked_answers_nothing() -> None:
    async def twice(writer: asyncio.StreamWriter, number: int) -> None:
        writer.write(OK)
        if number == 1:
            await asyncio.sleep(0.05)
            writer.write(OK.replace(b"ok", b"no"))

    async with Keeping(twice).running() as server, keeping() as client:
        await post(client, server.base)
        await asyncio.sleep(0.6)
        assert await post(client, server.base) == b"ok"
        assert server.connections == 2


async def test_a_connection_waits_no_longer_than_it_may() -> None:
    async with Keeping().running() as server, keeping(0.1) as client:
        await post(client, server.base)
        await asyncio.sleep(0.3)
        await post(client, server.base)
        assert server.connections == 2


async def test_one_that_closed_without_a_word_is_asked_again_once() -> None:
    async def leave(writer: asyncio.StreamWriter, number: int) -> None:
        if number == 1 and len(server.requests) == 2:
            writer.close()
        else:
            writer.write(OK)

    async with Keeping(leave).running() as server, keeping() as client:
        for _ in range(2):
            assert await post(client, server.base) == b"ok"
        assert (server.connections, len(server.requests)) == (2, 3)


async def test_one_that_closed_in_the_middle_is_not_asked_again() -> None:
    async def stop(writer: asyncio.StreamWriter, number: int) -> None:
        assert number == 1
        writer.write(OK if len(server.requests) == 1 else OK[:20])
        if len(server.requests) == 2:
            writer.close()

    async with Keeping(stop).running() as server, keeping() as client:
        await post(client, server.base)
        with pytest.raises(FetchRefusedError) as refused:
            await post(client, server.base)
        assert refused.value.reason == "connection"
        assert len(server.requests) == 2


async def test_a_connection_keeps_to_the_address_that_was_checked(tmp_path: Path) -> None:
    asked: list[str] = []

    async def lookup(host: str) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    context, chain = server_context(tmp_path, "short.example")
    async with Keeping().running(context) as server:
        trust = ssl.create_default_context(cafile=str(chain))
        client = GuardedClient(allow_loopback=True, lookup=lookup, tls=trust, idle_s=1)
        url = f"https://short.example:{server.port}/"
        for _ in range(3):
            assert await post(client, url) == b"ok"
        assert (server.connections, asked) == (1, ["short.example"])
        with pytest.raises(FetchRefusedError, match="private"):
            await post(client, url.replace("short", "other"))
        await asyncio.sleep(1.3)
        with pytest.raises(FetchRefusedError, match="private"):
            await post(client, url)
        await client.aclose()
