"""How long, how far and how much: what a hostile server can do to one request."""

import asyncio
import contextlib
import os
import socket
import time

import pytest
from tests.support.loopback import Answer, Loopback

from bellwether.kit.http import FetchRefusedError, GuardedClient

HEAD = b"HTTP/1.1 200 OK\r\n"


def dribble(start: bytes, piece: bytes, pause: float = 0.02) -> Answer:
    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)

    return answer


async def silence(writer: asyncio.StreamWriter) -> None:
    await writer.drain()
    await asyncio.sleep(60)


async def reason(url: str, *, seconds: float = 5.0, max_bytes: int = 1000) -> str:
    client = GuardedClient(allow_loopback=True)
    began = time.monotonic()
    with pytest.raises(FetchRefusedError) as refused:
        await client.get(url, max_bytes=max_bytes, seconds=seconds)
    assert time.monotonic() - began < seconds + 20
    await client.aclose()
    return refused.value.reason


@pytest.mark.parametrize(
    "answer",
    [
        silence,
        dribble(HEAD, b"X-More: 1\r\n"),
        dribble(HEAD + b"\r\n", b"x"),
        dribble(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        dribble(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    ],
    ids=["silence", "headers", "body", "chunks", "early hints"],
)
async def test_a_slow_server_cannot_hold_a_request_longer_than_its_time(answer: Answer) -> None:
    async with Loopback() as server:
        server.on("/", answer)
        assert await reason(server.base, seconds=0.4) == "timeout"


async def test_time_is_shared_by_all_hops() -> None:
    async def late(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.4)
        path = server.received[-1].path
        writer.write(f"HTTP/1.1 302 Found\r\nLocation: {path}x\r\n\r\n".encode())

    async with Loopback() as server:
        for length in range(6):
            server.on("/" + "x" * length, late)
        client = GuardedClient(allow_loopback=True)
        with pytest.raises(FetchRefusedError) as refused:
            await client.final_url(server.base, seconds=1)
        assert refused.value.reason == "timeout"
        assert 2 <= len(server.received) <= 3
        await client.aclose()


async def test_a_lookup_that_hangs_ends_with_the_time() -> None:
    async def lookup(host: str) -> list[str]:
        assert host
        await asyncio.sleep(60)
        return []

    client = GuardedClient(lookup=lookup)
    with pytest.raises(FetchRefusedError) as refused:
        await client.final_url("http://example.com/", seconds=0.1)
    assert refused.value.reason == "timeout"
    await client.aclose()


async def test_a_server_that_never_accepts_ends_with_the_time() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        assert await reason(f"http://127.0.0.1:{port}/", seconds=0.3) == "timeout"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (HEAD + b"X: " + b"a" * 200_000 + b"\r\n\r\n", "too_large"),
        (HEAD + b"X: 1\r\n" * 20_000 + b"\r\n", "too_large"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000, "too_large"),
        (HEAD + b"Content-Length: 1001\r\n\r\n" + b"x" * 1001, "too_large"),
        (HEAD + b"Content-Length: " + b"9" * 300 + b"\r\n\r\n", "connection"),
        (HEAD + b"\r\n" + b"x" * 5_000_000, "too_large"),
        (HEAD + b"Content-Length: 10\r\n\r\nshort", "connection"),
        (HEAD + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", "connection"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nnonsense\r\n", "connection"),
        (HEAD, "connection"),
        (b"", "connection"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "connection"),
        (b"\x15\x03\x01\x00\x02\x02\x46", "connection"),
        (b"\0" * 100_000, "connection"),
        (b"HTTP/1.1 abc No\r\n\r\n", "connection"),
        (b"HTTP/1.1 200 OK\r\nBad Header: 1\r\n\r\n", "connection"),
    ],
)
async def test_what_is_too_much_or_not_http_is_refused_as_such(
    answer: bytes, expected: str
) -> None:
    async with Loopback() as server:
        server.on("/", answer)
        assert await reason(server.base) == expected


async def test_a_body_up_to_the_bound_is_returned_whole() -> None:
    async with Loopback() as server:
        server.page("/", b"x" * 1000, headers="X-One: 1\r\nx-one: 2\r\n")
        client = GuardedClient(allow_loopback=True)
        response = await client.get(server.base, max_bytes=1000, seconds=5)
        assert response.status == 200
        assert response.body == b"x" * 1000
        assert response.headers["x-one"] == "1, 2"
        await client.aclose()


async def test_a_longer_body_can_be_cut_without_reading_it_all() -> None:
    sent = 0

    async def flood(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(HEAD + b"\r\n")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()
            sent += 65536

    async with Loopback() as server:
        server.on("/", flood)
        client = GuardedClient(allow_loopback=True)
        for size in (0, 10, 70_000):
            response = await client.request(
                "POST", server.base, content=b"ping", max_bytes=size, seconds=5, cut=True
            )
            assert response.body == b"x" * size
        await client.aclose()
        assert [request.body for request in server.received] == [b"ping"] * 3
    assert sent < 50_000_000


async def test_a_refused_connection_says_so() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert await reason(f"http://127.0.0.1:{port}/") == "connection"


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="open files are counted in /proc")  # noqa: PTH112
async def test_nothing_stays_open_after_requests_of_every_kind() -> None:
    async with Loopback() as server:
        server.on("/silence", silence)
        server.on("/dribble", dribble(HEAD, b"X: 1\r\n"))
        server.on("/flood", HEAD + b"\r\n" + b"x" * 500_000)
        server.page("/page")
        server.redirect("/move", "/page")
        client = GuardedClient(allow_loopback=True)

        async def one(path: str) -> None:
            with contextlib.suppress(FetchRefusedError):  # what matters is what it leaves behind
                await client.request("GET", server.base + path, max_bytes=9, seconds=0.2, follow=1)

        paths = ["/silence", "/dribble", "/flood", "/page", "/move"]
        await one("/page")
        await asyncio.sleep(0.05)
        before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
        await asyncio.gather(*(one(path) for path in paths * 4))
        cancelled = asyncio.ensure_future(one("/silence"))
        await asyncio.sleep(0.05)
        cancelled.cancel()
        await asyncio.gather(cancelled, return_exceptions=True)
        await client.aclose()
    async with asyncio.timeout(10):
        while len(os.listdir("/proc/self/fd")) > before:  # noqa: ASYNC110, PTH208
            await asyncio.sleep(0.01)
