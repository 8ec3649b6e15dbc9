"""HTTP on the wire, with the bounds that uvicorn leaves out: size and time of a request's head."""

import asyncio
from typing import Any

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bellwether.dialects.native.wire import NativeError, NativeErrorDetail
from bellwether.kit.ids import new_id

HEAD_BYTES = 65_536
"""Most that the request line and the headers may take, more or less one read of the socket."""
HEAD_SECONDS = 30.0
"""How long a client may take to send them."""

_REASONS = {
    400: b"Bad Request",
    408: b"Request Timeout",
    431: b"Request Header Fields Too Large",
}


class BoundedProtocol(HttpToolsProtocol):
    """One connection. What is not HTTP, or too much or too slow of it, is told in JSON."""

    _in_head = False
    _head_bytes = 0
    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Start to wait for the first head."""
        super().connection_made(transport)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what came, and close when the head does not end."""
        super().data_received(data)
        if not self._in_head:
            return
        self._wait_for_head()
        self._head_bytes += len(data)
        if self._head_bytes > HEAD_BYTES:
            self._refuse(431, f"The request's head is larger than {HEAD_BYTES} bytes")

    def on_message_begin(self) -> None:
        """Note that a head begins."""
        super().on_message_begin()
        self._begin_head()

    def on_headers_complete(self) -> None:
        """Note that the head is there."""
        self._end_head()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer what is not HTTP."""
        self._refuse(400, msg)

    def _begin_head(self) -> None:
        self._in_head = True
        self._head_bytes = 0

    def _end_head(self) -> None:
        self._in_head = False
        self._stop_waiting()

    def _wait_for_head(self) -> None:
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_SECONDS, self._head_is_late)

    def _stop_waiting(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _head_is_late(self) -> None:
        self._head_timer = None
        self._refuse(408, "The request's head took too long to arrive")

    def _refuse(self, status: int, message: str) -> None:
        self._stop_waiting()
        if self.transport.is_closing():
            return
        request_id = new_id()
        codes = {400: "invalid_input", 408: "timeout", 431: "too_large"}
        detail = NativeErrorDetail(codes[status], message, "head", request_id)
        body = msgspec.json.encode(NativeError(detail))
        head = (
            b"HTTP/1.1 %d %s\r\ncontent-type: application/json\r\nx-request-id: %s\r\n"
            b"content-length: %d\r\nconnection: close\r\n\r\n"
        )
        line = head % (status, _REASONS[status], request_id.encode(), len(body))
        self.transport.write(line + body)
        self.transport.close()
