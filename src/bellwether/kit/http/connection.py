"""One connection to an address that was checked, for one request.

httpx's engine (httpcore) speaks HTTP and TLS; it is given a network that can only reach the
checked addresses, so no second look-up can lead elsewhere, while certificates, SNI and the Host
header keep to the name.
"""

import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import anyio
import httpcore
import httpx

from bellwether.kit.http.addresses import Address
from bellwether.kit.http.errors import FetchRefusedError
from bellwether.kit.http.targets import Target

_HEADER_BYTES = 64 * 1024


class Stream(httpcore.AsyncNetworkStream):
    """A stream that bounds what may arrive before the response's headers are complete."""

    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner
        self._left: int | None = _HEADER_BYTES

    def headers_done(self) -> None:
        """Stop counting: from here on the body's own bound holds."""
        self._left = None

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        """Return up to `max_bytes`; raise FetchRefusedError if headers do not end in time."""
        if self._left is None:
            return await self._inner.read(max_bytes, timeout)
        if self._left == 0:
            raise FetchRefusedError("too_large", "the server's headers do not end")
        data = await self._inner.read(min(max_bytes, self._left), timeout)
        self._left -= len(data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Send all of `buffer`."""
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore.AsyncNetworkStream:
        """Continue encrypted, on this same object so that it stays the one to close."""
        self._inner = await self._inner.start_tls(ssl_context, server_hostname, timeout)
        return self

    def get_extra_info(self, info: str) -> object:
        """Return what the engine wants to know of the socket."""
        return self._inner.get_extra_info(info)


class PinnedNetwork(httpcore.AsyncNetworkBackend):
    """A network in which every name leads to the given addresses and nowhere else."""

    def __init__(self, addresses: tuple[Address, ...], seconds: float) -> None:
        self._addresses = addresses
        self._until = anyio.current_time() + seconds
        self.stream: Stream | None = None

    async def connect_tcp(
        self,
        host: str,  # noqa: ARG002  the name is what must not be looked up again
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109, ARG002
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address that answers, sharing the time left among them."""
        backend = httpcore.AnyIOBackend()
        for place, address in enumerate(self._addresses):
            rest = len(self._addresses) - place
            seconds = max(0.0, self._until - anyio.current_time()) / rest
            try:
                inner = await backend.connect_tcp(
                    str(address), port, seconds, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if rest == 1:
                    raise
                continue
            self.stream = Stream(inner)
            return self.stream
        raise httpcore.ConnectError("no address")

    async def aclose(self) -> None:
        """Close what was opened, also when a handshake was cut off half way."""
        if self.stream is not None:
            await self.stream.aclose()


@dataclass(frozen=True, slots=True)
class Ask:
    """What to send, and how much of a body to accept; `cut` keeps the beginning of a longer one."""

    method: str
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    max_bytes: int = 0
    cut: bool = True


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

    `own` headers come first and lose to the caller's. Raise FetchRefusedError, or httpcore's
    TimeoutException.
    """
    headers = httpx.Headers(own)
    headers.update(ask.headers)
    request = httpx.Request(ask.method, url, headers=headers, content=ask.content or None)
    network = PinnedNetwork(target.addresses, seconds)
    place = httpcore.URL(
        scheme=url.raw_scheme, host=url.raw_host, port=target.port, target=url.raw_path
    )
    connection = httpcore.AsyncHTTPConnection(
        place.origin, ssl_context=tls, network_backend=network
    )
    try:
        response = await connection.handle_async_request(
            httpcore.Request(ask.method, place, headers=request.headers.raw, content=request.stream)
        )
        if network.stream is not None:
            network.stream.headers_done()
        found = httpx.Headers(response.headers)
        body = await _body(response, ask, found.get("content-length", ""))
        return Answer(response.status, {name.lower(): found[name] for name in found}, body)
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        message = str(error) or type(error).__name__
        raise FetchRefusedError("connection", f"{target.host}: {message}") from None
    finally:
        await network.aclose()


async def _body(response: httpcore.Response, ask: Ask, length: str) -> bytes:
    """Return the body within its bound, reading no more than the bound needs."""
    if not ask.cut and length.isdecimal() and int(length[:20]) > ask.max_bytes:
        raise FetchRefusedError("too_large", f"the body has more than {ask.max_bytes} bytes")
    body = bytearray()
    if ask.cut and ask.max_bytes == 0:
        return b""
    async for chunk in response.aiter_stream():
        body += chunk
        if len(body) > ask.max_bytes:
            if ask.cut:
                break
            raise FetchRefusedError("too_large", f"the body has more than {ask.max_bytes} bytes")
    return bytes(body[: ask.max_bytes])
