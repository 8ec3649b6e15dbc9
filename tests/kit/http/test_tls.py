"""Certificates are checked for the name, although the connection goes to an address."""

import asyncio
import ssl
from pathlib import Path

import pytest
from tests.support.certificates import server_context
from tests.support.loopback import Loopback

from bellwether.kit.http import FetchRefusedError, GuardedClient


async def here(host: str) -> list[str]:
    assert host
    return ["127.0.0.1"]


async def refused(client: GuardedClient, url: str, seconds: float = 5) -> FetchRefusedError:
    with pytest.raises(FetchRefusedError) as caught:
        await client.get(url, max_bytes=9, seconds=seconds)
    await client.aclose()
    return caught.value


async def test_a_trusted_certificate_for_the_name_is_accepted(tmp_path: Path) -> None:
    context, chain = server_context(tmp_path, "short.example")
    names: list[str | None] = []
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    async with Loopback(tls=context) as server:
        server.page("/", b"safe")
        trust = ssl.create_default_context(cafile=str(chain))
        client = GuardedClient(allow_loopback=True, lookup=here, tls=trust)
        url = f"https://short.example:{server.port}/"
        assert (await client.get(url, max_bytes=9, seconds=5)).body == b"safe"
        await client.aclose()
    assert names == ["short.example"]


async def test_a_certificate_for_another_name_is_refused(tmp_path: Path) -> None:
    context, chain = server_context(tmp_path, "short.example")
    async with Loopback(tls=context) as server:
        server.page("/")
        trust = ssl.create_default_context(cafile=str(chain))
        client = GuardedClient(allow_loopback=True, lookup=here, tls=trust)
        error = await refused(client, f"https://other.example:{server.port}/")
        assert error.reason == "connection"
        assert "other.example" in error.message
        assert server.received == []


async def test_a_self_signed_certificate_is_refused(tmp_path: Path) -> None:
    context, _ = server_context(tmp_path, "short.example")
    async with Loopback(tls=context) as server:
        server.page("/")
        client = GuardedClient(allow_loopback=True, lookup=here)
        error = await refused(client, f"https://short.example:{server.port}/")
        assert error.reason == "connection"
        assert "certificate" in error.message.lower()
        assert server.received == []


async def test_an_expired_certificate_is_refused(tmp_path: Path) -> None:
    context, chain = server_context(tmp_path, "short.example", years=1)
    async with Loopback(tls=context) as server:
        trust = ssl.create_default_context(cafile=str(chain))
        client = GuardedClient(allow_loopback=True, lookup=here, tls=trust)
        error = await refused(client, f"https://short.example:{server.port}/")
        assert "expired" in error.message


async def test_plain_http_on_a_tls_port_is_a_broken_connection() -> None:
    async with Loopback() as server:
        client = GuardedClient(allow_loopback=True, lookup=here)
        error = await refused(client, f"https://short.example:{server.port}/", 2)
        assert error.reason in {"connection", "timeout"}


async def test_a_handshake_that_hangs_ends_with_the_time_and_closes_the_socket() -> None:
    closed = asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(4096):
            pass
        closed.set()
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = GuardedClient(allow_loopback=True, lookup=here)
    error = await refused(client, f"https://short.example:{port}/", 0.3)
    assert error.reason == "timeout"
    await asyncio.wait_for(closed.wait(), 20)
    server.close()
    await server.wait_closed()


async def test_a_redirect_between_http_and_https_is_followed(tmp_path: Path) -> None:
    context, chain = server_context(tmp_path, "long.example")
    async with Loopback() as plain, Loopback(tls=context) as safe:
        plain.redirect("/", f"https://long.example:{safe.port}/there")
        safe.page("/there")
        trust = ssl.create_default_context(cafile=str(chain))
        client = GuardedClient(allow_loopback=True, lookup=here, tls=trust)
        final = await client.final_url(f"http://short.example:{plain.port}/")
        assert final == f"https://long.example:{safe.port}/there"
        await client.aclose()
