"""The guarded client on the loop that the server runs on; the other tests use asyncio's own."""

import asyncio
import ssl
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
import uvloop
from tests.support.certificates import server_context
from tests.support.loopback import Loopback

from bellwether.kit.http import FetchRefusedError, GuardedClient


async def _here(host: str) -> list[str]:
    assert host
    return ["127.0.0.1"]


async def _plain(_: Path) -> None:
    async with Loopback() as server:
        server.page("/", b"x" * 300_000)
        server.on("/flood", b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1_000_000)
        client = GuardedClient(allow_loopback=True)
        whole = await client.get(server.base, max_bytes=300_000, seconds=5)
        assert whole.body == b"x" * 300_000
        cut = await client.request(
            "POST", server.base + "/flood", content=b"ping", max_bytes=9, seconds=5, cut=True
        )
        assert cut.body == b"x" * 9
        assert server.received[-1].body == b"ping"
        with pytest.raises(FetchRefusedError, match="more than"):
            await client.get(server.base + "/flood", max_bytes=9, seconds=5)
        await client.aclose()


async def _secure(folder: Path) -> None:
    context, chain = server_context(folder, "short.example")
    async with Loopback(tls=context) as server:
        server.page("/", b"x" * 300_000)
        trust = ssl.create_default_context(cafile=str(chain))
        client = GuardedClient(allow_loopback=True, lookup=_here, tls=trust)
        url = f"https://short.example:{server.port}/"
        assert len((await client.get(url, max_bytes=300_000, seconds=5)).body) == 300_000
        with pytest.raises(FetchRefusedError, match=r"other\.example"):
            await client.get(url.replace("short", "other"), max_bytes=9, seconds=5)
        await client.aclose()


async def _hanging(_: Path) -> None:
    closed = asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(4096):
            pass
        closed.set()
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    client = GuardedClient(allow_loopback=True, lookup=_here)
    url = f"https://short.example:{server.sockets[0].getsockname()[1]}/"
    with pytest.raises(FetchRefusedError) as refused:
        await client.get(url, max_bytes=9, seconds=0.3)
    assert refused.value.reason == "timeout"
    await asyncio.wait_for(closed.wait(), 20)
    await client.aclose()
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize("work", [_plain, _secure, _hanging])
def test_the_client_does_the_same_on_uvloop(
    work: Callable[[Path], Coroutine[Any, Any, None]], tmp_path: Path
) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work(tmp_path))
