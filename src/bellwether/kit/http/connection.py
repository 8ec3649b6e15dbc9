"""One request and its answer over a connection to an address that was checked.

h11 speaks HTTP and the event loop TLS; a connection is only ever opened to an address that was
checked, so no second look-up can lead elsewhere, while certificates, SNI and the Host header keep
to the name.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

import h11
import httpx

from bellwether.kit.http import plain
from bellwether.kit.http.errors import FetchRefusedError
from bellwether.kit.http.kept import Kept
from bellwether.kit.http.targets import Target, origin_of
from bellwether.kit.http.wire import READ_BYTES, Wire, connect

_HEADER_BYTES = 64 * 1024
_OK = 200
Own = Mapping[str, tuple[str, str]]
"""Headers of ours by their names in lower case."""

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
    own: Own,
    *,
    tls: ssl.SSLContext | None,
    seconds: float,
    kept: Kept,
) -> Answer:
    """Send one request over a new connection to the target's addresses, and close or keep it.

    `own` come first and lose to the caller's; `tls` is given for https addresses only. The
    caller bounds the whole in time; `seconds` are shared among addresses that do not let connect.
    Raise FetchRefusedError.
    """
    try:
        wire = await connect(target.addresses, target.port, seconds)
        try:
            if tls is not None:
                await wire.secure(tls, target.host)
        except BaseException:
            wire.abort()
            raise
        return await _converse(wire, url, ask, own, kept=kept, until=None)
    except (h11.ProtocolError, OSError) as error:
        raise _broken(url, error) from None


async def resume(
    wire: Wire, url: httpx.URL, ask: Ask, own: Own, *, until: float, kept: Kept
) -> Answer | None:
    """Send one request over a connection that was kept; None when it was closed meanwhile.

    Where the other side closed it without a word of an answer, the request may be sent again.
    Raise FetchRefusedError, and TimeoutError at an instant of the loop.
    """
    try:
        return await _converse(wire, url, ask, own, kept=kept, until=until)
    except TimeoutError:
        raise
    except (h11.ProtocolError, OSError) as error:
        if not wire.heard:
            return None
        raise _broken(url, error) from None


def _broken(url: httpx.URL, error: Exception) -> FetchRefusedError:
    message = str(error) or type(error).__name__
    return FetchRefusedError("connection", f"{url.raw_host.decode('ascii')}: {message}")


async def _converse(
    wire: Wire,
    url: httpx.URL,
    ask: Ask,
    own: Own,
    *,
    kept: Kept,
    until: float | None,
) -> Answer:
    """Send a request and read the answer; the connection is kept or closed in the end.

    `until` bounds the whole (TimeoutError); None where the caller does.
    """
    parked = False
    try:
        headers = _headers(ask, own)
        speaker: h11.Connection | None = None
        request = None
        if ask.sink is None and ask.method != "HEAD":
            request = plain.plain_request(ask.method, url.raw_path, headers, ask.content)
        if request is None:
            speaker, request = _written(url, ask, headers)
        wire.write(request)
        if until is None:
            arrived = await wire.read(_HEADER_BYTES)
        else:
            arrived = await wire.read_until(_HEADER_BYTES, until)
        found = plain.plain_answer(arrived) if speaker is None else None
        if found is not None:
            if len(found.body) > ask.max_bytes and not ask.cut:
                raise _too_large(ask)
            parked = found.lasting and kept.park(origin_of(url), wire)
            return Answer(found.status, found.headers, found.body[: ask.max_bytes])
        if speaker is None:
            speaker, _ = _written(url, ask, headers)
        async with asyncio.timeout_at(until):
            answer = await _answer(wire, speaker, ask, arrived)
        over = speaker.our_state is h11.DONE and speaker.their_state is h11.DONE
        parked = over and not speaker.trailing_data[0] and kept.park(origin_of(url), wire)
        return answer
    finally:
        if not parked:
            wire.abort()


def _headers(ask: Ask, own: Own) -> Sequence[tuple[str, str]]:
    headers = dict(own)
    for name, value in ask.headers.items():
        headers[name.lower()] = (name, value)
    if ask.content or ask.method not in {"GET", "HEAD"}:
        headers["content-length"] = ("Content-Length", str(len(ask.content)))
    return list(headers.values())


def _written(
    url: httpx.URL, ask: Ask, headers: Sequence[tuple[str, str]]
) -> tuple[h11.Connection, bytes]:
    """Return what reads the answer to a request, and the request's bytes."""
    speaker = h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEADER_BYTES)
    request = h11.Request(method=ask.method, target=url.raw_path, headers=list(headers))
    parts = [speaker.send(request)]
    if ask.content:
        parts.append(speaker.send(h11.Data(ask.content)))
    parts.append(speaker.send(h11.EndOfMessage()))
    return speaker, b"".join(part for part in parts if part)


async def _answer(wire: Wire, speaker: h11.Connection, ask: Ask, arrived: bytes) -> Answer:
    """Read an answer that begins with what has arrived."""
    left = _HEADER_BYTES - len(arrived)
    speaker.receive_data(arrived)
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


def _too_large(ask: Ask) -> FetchRefusedError:
    return FetchRefusedError("too_large", f"the body has more than {ask.max_bytes} bytes")


async def _poured(wire: Wire, speaker: h11.Connection, ask: Ask, length: str, sink: Sink) -> None:
    """Hand the body on within its bound."""
    if length.isdecimal() and int(length[:20]) > ask.max_bytes:
        raise _too_large(ask)
    left = ask.max_bytes
    while (event := speaker.next_event()) is h11.NEED_DATA or isinstance(event, h11.Data):
        if not isinstance(event, h11.Data):
            speaker.receive_data(await wire.read(READ_BYTES))
            continue
        left -= len(event.data)
        if left < 0:
            raise _too_large(ask)
        await sink(bytes(event.data))


async def _body(wire: Wire, speaker: h11.Connection, ask: Ask, length: str) -> bytes:
    """Return the body within its bound, reading no more than the bound needs."""
    if not ask.cut and length.isdecimal() and int(length[:20]) > ask.max_bytes:
        raise _too_large(ask)
    body = bytearray()
    if ask.cut and ask.max_bytes == 0:
        return b""
    while (event := speaker.next_event()) is h11.NEED_DATA or isinstance(event, h11.Data):
        if not isinstance(event, h11.Data):
            speaker.receive_data(await wire.read(READ_BYTES))
            continue
        body += event.data
        if len(body) > ask.max_bytes:
            if ask.cut:
                break
            raise _too_large(ask)
    return bytes(body[: ask.max_bytes])
