"""The bytes of one connection to an address that was checked."""

import asyncio
import ssl
from collections.abc import Sequence
from typing import cast

from bellwether.kit.http.addresses import Address

READ_BYTES = 64 * 1024


class Wire(asyncio.Protocol):
    """The bytes of one connection; it stops reading while nobody takes what has arrived."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._arrived = bytearray()
        self._ended = False
        self._heard = False
        self._paused = False
        self._error: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._until: float | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self.made_at = self._loop.time()
        """When it was opened, by its loop's clock."""

    @property
    def quiet(self) -> bool:
        """Whether it is open, in this loop, and nothing has arrived that nobody took."""
        alive = not self._ended and not self._arrived and self._transport is not None
        return alive and self._loop is asyncio.get_running_loop()

    @property
    def heard(self) -> bool:
        """Whether anything has arrived since it was last written to."""
        return self._heard

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what the loop made."""
        self._transport = cast("asyncio.Transport", transport)  # as sockets have, on any loop

    def data_received(self, data: bytes) -> None:
        """Keep what arrived."""
        self._heard = True
        self._arrived += data
        if len(self._arrived) >= READ_BYTES and not self._paused and self._transport is not None:
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
        self._silence()
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
        self._heard = False
        if self._transport is not None:
            self._transport.write(data)

    async def read_until(self, most: int, until: float) -> bytes:
        """Read as `read` does; raise TimeoutError when nothing has come by an instant of the loop.

        A connection that is used again and again sets its alarm once in a while, not each time:
        one that rings early is set again for what is waited for by then.
        """
        self._until = until
        if self._alarm is None or self._alarm.when() > until:
            self._silence()
            self._alarm = self._loop.call_at(until, self._ring)
        try:
            return await self.read(most)
        finally:
            self._until = None

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
        self._silence()
        if self._transport is not None:
            self._transport.abort()

    def _ring(self) -> None:
        self._alarm = None
        if self._until is None or self._waiter is None or self._waiter.done():
            return
        if self._loop.time() < self._until:
            self._alarm = self._loop.call_at(self._until, self._ring)
        else:
            self._waiter.set_exception(TimeoutError())

    def _silence(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


async def connect(addresses: Sequence[Address], port: int, seconds: float) -> Wire:
    """Connect to the first address that answers, sharing the time left among them."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    for place, address in enumerate(addresses):
        rest = len(addresses) - place
        try:
            async with asyncio.timeout(max(0.0, until - loop.time()) / rest):
                _, wire = await loop.create_connection(Wire, str(address), port)
        except OSError:  # a time-out is one, too
            if rest == 1:
                raise
            continue
        return wire
    raise ConnectionError("no address")
