"""One connection to an address that was checked, for one request.

h11 speaks HTTP and the event loop TLS; a connection is only ever opened to an address that was
checked, so no second look-up can lead elsewhere, while certificates, SNI and the Host header keep
to the name.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

import h11
import httpx

from bellwether.kit.http.addresses import Address
from bellwether.kit.http.errors import FetchRefusedError
from bellwether.kit.http.targets import Target

_HEADER_BYTES = 64 * 1024
_READ_BYTES = 64 * 1024
_OK = 200


Sink = Callable[[bytes], Awaitable[None]]
"""Takes a body piece by piece as it arrives; nothing more is read until it is done with one."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What to send, and how much of a body to accept; `cut` keeps the beginning of a longer one.

    With a `sink` a successful answer's body goes there and is not kept.
    """

    method: str
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    max_bytes: int = 0
    cut: bool = True
    sink: Sink | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


async def exchange(
    url: httpx.URL,
    target: Target,
    ask: Ask,
    own: Mapping[str, str],
    *,
    tls: ssl.SSLContext | None,
    seconds: float,
) -> Answer:
    """Send one request over one connection to the target's addresses, and close it.

    `own` headers come first and lose to the caller's; `tls` is given for https addresses only. The
    caller bounds the whole in time; `seconds` are shared among addresses that do not let connect.
    Raise FetchRefusedError.
    """
    wire: _Wire | None = None
    try:
        request = _written(url, ask, own)
        wire = await _connect(target.addresses, target.port, seconds)
        if tls is not None:
            await wire.secure(tls, target.host)
        return await _answer(wire, request, ask)
    except (h11.ProtocolError, OSError) as error:
        message = str(error) or type(error).__name__
        raise FetchRefusedError("connection", f"{target.host}: {message}") from None
    finally:
        if wire is not None:
            wire.abort()


class _Wire(asyncio.Protocol):
    """The bytes of one connection; it stops reading while nobody takes what has arrived."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._arrived = bytearray()
        self._ended = False
        self._paused = False
        self._error: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what the loop made."""
        self._transport = cast("asyncio.Transport", transport)  # as sockets have, on any loop

    def data_received(self, data: bytes) -> None:
        """Keep what arrived."""
        self._arrived += data
        if len(self._arrived) >= _READ_BYTES and not self._paused and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        """Note that there is no more."""
        self._ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that there is no more, and why."""
        self._ended, self._error = True, exc
        self._wake()

    async def secure(self, tls: ssl.SSLContext, host: str) -> None:
        """Continue encrypted, with a certificate for this host."""
        if self._transport is not None:
            self._transport = await self._loop.start_tls(
                self._transport, self, tls, server_hostname=host
            )
        if self._transport is None:
            raise ConnectionResetError("the connection was closed in the handshake")

    def write(self, data: bytes) -> None:
        """Send."""
        if self._transport is not None:
            self._transport.write(data)

    async def read(self, most: int) -> bytes:
        """Return what has arrived, at most so many bytes; nothing at the end. Raise OSError."""
        while not self._arrived and not self._ended:
            self._waiter = self._loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        if not self._arrived and self._error is not None:
            raise self._error
        data = bytes(self._arrived[:most])
        del self._arrived[:most]
        if self._paused and not self._ended and self._transport is not None:
            self._paused = False
            self._transport.resume_reading()
        return data

    def abort(self) -> None:
        """Close at once, whatever the other side does."""
        if self._transport is not None:
            self._transport.abort()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


async def _connect(addresses: Sequence[Address], port: int, seconds: float) -> _Wire:
    """Connect to the first address that answers, sharing the time left among them."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    for place, address in enumerate(addresses):
        rest = len(addresses) - place
        try:
            async with asyncio.timeout(max(0.0, until - loop.time()) / rest):
                _, wire = await loop.create_connection(_Wire, str(address), port)
        except OSError:  # a time-out is one, too
            if rest == 1:
                raise
            continue
        return wire
    raise ConnectionError("no address")


def _written(url: httpx.URL, ask: Ask, own: Mapping[str, str]) -> tuple[h11.Connection, bytes]:
    """Return a request's bytes, and what reads the answer to it."""
    headers = {name.lower(): (name, value) for name, value in own.items()}
    headers.update((name.lower(), (name, value)) for name, value in ask.headers.items())
    if ask.content or ask.method not in {"GET", "HEAD"}:
        headers["content-length"] = ("Content-Length", str(len(ask.content)))
    speaker = h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEADER_BYTES)
    request = h11.Request(method=ask.method, target=url.raw_path, headers=list(headers.values()))
    parts = [speaker.send(request)]
    if ask.content:
        parts.append(speaker.send(h11.Data(ask.content)))
    parts.append(speaker.send(h11.EndOfMessage()))
    return speaker, b"".join(part for part in parts if part)


async def _answer(wire: _Wire, request: tuple[h11.Connection, bytes], ask: Ask) -> Answer:
    speaker, data = request
    wire.write(data)
    left = _HEADER_BYTES
    while not isinstance(event := speaker.next_event(), h11.Response):
        if event is h11.NEED_DATA:
            if left == 0:
                raise FetchRefusedError("too_large", "the server's headers do not end")
            arrived = await wire.read(left)
            left -= len(arrived)
            speaker.receive_data(arrived)
    headers: dict[str, str] = {}
    for name, value in event.headers:
        key, text = name.decode("ascii"), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    length = headers.get("content-length", "")
    if ask.sink is not None and event.status_code == _OK:
        await _poured(wire, speaker, ask, length, ask.sink)
        return Answer(event.status_code, headers, b"")
    body = await _body(wire, speaker, ask, length)
    return Answer(event.status_code, headers, body)


async def _poured(wire: _Wire, speaker: h11.Connection, ask: Ask, length: str, sink: Sink) -> None:
    """Hand the body on within its bound."""
    if length.isdecimal() and int(length[:20]) > ask.max_bytes:
        raise FetchRefusedError("too_large", f"the body has more than {ask.max_bytes} bytes")
    left = ask.max_bytes
    while (event := speaker.next_event()) is h11.NEED_DATA or isinstance(event, h11.Data):
        if not isinstance(event, h11.Data):
            speaker.receive_data(await wire.read(_READ_BYTES))
            continue
        left -= len(event.data)
        if left < 0:
            raise FetchRefusedError("too_large", f"the body has more than {ask.max_bytes} bytes")
        await sink(bytes(event.data))


async def _body(wire: _Wire, speaker: h11.Connection, ask: Ask, length: str) -> bytes:
    """Return the body within its bound, reading no more than the bound needs."""
    if not ask.cut and length.isdecimal() and int(length[:20]) > ask.max_bytes:
        raise FetchRefusedError("too_large", f"the body has more than {ask.max_bytes} bytes")
    body = bytearray()
    if ask.cut and ask.max_bytes == 0:
        return b""
    while (event := speaker.next_event()) is h11.NEED_DATA or isinstance(event, h11.Data):
        if not isinstance(event, h11.Data):
            speaker.receive_data(await wire.read(_READ_BYTES))
            continue
        body += event.data
        if len(body) > ask.max_bytes:
            if ask.cut:
                break
            raise FetchRefusedError("too_large", f"the body has more than {ask.max_bytes} bytes")
    return bytes(body[: ask.max_bytes])
