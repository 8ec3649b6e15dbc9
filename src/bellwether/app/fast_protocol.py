"""A connection whose plain activities take the fast lane; everything else is uvicorn's."""

import asyncio
from functools import partial
from typing import Any

from bellwether.app.fast_lane import PATH, FastLane, digest_of
from bellwether.app.protocol import BoundedProtocol
from bellwether.dialects.mediarithmics.parse_activity import ACTIVITY_BYTES

_ORDINARY = frozenset({b"expect", b"transfer-encoding", b"upgrade", b"idempotency-key"})
"""Headers that change how a request is read or answered: they take the ordinary way."""

_END = b"\r\n\r\n"


class _Unheard:
    """Where uvicorn tells that something came, which nobody waits for here."""

    def set(self) -> None:
        """Tell nobody."""


_UNHEARD = _Unheard()


class _Cycle:
    """A request on the fast lane, as uvicorn's connection looks at the one under way."""

    def __init__(self, datamart: bytes, authorization: bytes) -> None:
        self.datamart = datamart
        self.authorization = authorization
        self.chunks: list[bytes] = []
        self.late: asyncio.TimerHandle | None = None
        self.response_complete = False
        self.disconnected = False
        self.keep_alive = True
        self.message_event = _UNHEARD


class FastProtocol(BoundedProtocol):
    """One connection. A subclass with `lane` set is what a server is given."""

    lane: FastLane
    body_seconds: float = 30.0
    _fast: _Cycle | None = None
    _head: tuple[bytes, int] | None = None
    _in_message = False
    _idle: asyncio.TimerHandle | None = None
    _answered_at = 0.0

    def data_received(self, data: bytes) -> None:
        """Parse what came; a body that is not whole yet must be so in time."""
        self._head = None
        if not self._in_message and self._take_known(data):
            return
        super().data_received(data)
        fast = self._fast
        if fast is not None and fast.late is None:
            fast.late = self.loop.call_later(self.body_seconds, self._body_is_late)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection, and the body that was on its way."""
        self._end_body()
        if self._idle is not None:
            self._idle.cancel()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Note that a head begins; what only ordinary requests need is made once it is whole."""
        self.url = b""
        self.headers = []
        self.expect_100_continue = False
        self._in_message = True
        self._begin_head()

    def on_headers_complete(self) -> None:
        """Choose the way."""
        fast = self._find_fast()
        if fast is None:
            url, headers, expected = self.url, self.headers, self.expect_100_continue
            super().on_message_begin()
            self.url, self.expect_100_continue = url, expected
            self.headers += headers
            super().on_headers_complete()
            return
        self._end_head()
        self._fast = fast
        self.cycle = fast  # type: ignore[assignment]

    def on_body(self, body: bytes) -> None:
        """Gather the body."""
        if self._fast is None:
            super().on_body(body)
        else:
            self._fast.chunks.append(body)

    def on_message_complete(self) -> None:
        """Hand the request over."""
        self._in_message = False
        fast = self._fast
        if fast is None:
            super().on_message_complete()
            return
        self._end_body()
        body = fast.chunks[0] if len(fast.chunks) == 1 else b"".join(fast.chunks)
        # Only what came alone and whole teaches how long the next with the same head is.
        head, self._head = self._head, None
        whole = head is not None and head[1] == len(body)
        self.lane.take(
            fast.datamart,
            fast.authorization,
            body,
            partial(self._answer, fast),
            head[0] if head is not None and whole else None,
        )

    def _take_known(self, data: bytes) -> bool:
        """Hand over a request that came alone and whole, with a head that was read before."""
        end = data.find(_END)
        under_way: Any = self.cycle  # None before the first, whatever uvicorn says
        if end < 0 or not data.startswith(b"POST "):
            return False
        if under_way and not under_way.response_complete:
            return False
        end += len(_END)
        head = digest_of(data[:end])
        fast = _Cycle(b"", b"")
        self.cycle, before = fast, under_way  # type: ignore[assignment]
        if self.lane.take_known(head, data[end:], partial(self._answer, fast)):
            self._unset_keepalive_if_required()
            self._end_head()
            return True
        self.cycle = before
        self._head = (head, len(data) - end)
        return False

    def _find_fast(self) -> _Cycle | None:
        """Return the request whose head is whole if it may take the fast lane."""
        if self.parser.get_method() != b"POST":
            return None
        match = PATH.fullmatch(self.url)
        under_way: Any = self.cycle  # None before the first, whatever uvicorn says
        if match is None or (under_way and not under_way.response_complete):
            return None
        authorization, length = None, -1
        for name, value in self.headers:
            if name == b"authorization":
                authorization = value
            elif name == b"content-length":
                length = int(value) if value.isdigit() else -1
            elif name in _ORDINARY:
                return None
        if not authorization or not 0 < length <= ACTIVITY_BYTES or not self._keeps_alive():
            return None
        return _Cycle(match[1], authorization)

    def _keeps_alive(self) -> bool:
        return bool(self.parser.should_keep_alive()) and self.parser.get_http_version() == "1.1"

    def _answer(self, fast: _Cycle, answer: bytes, rest_s: float) -> None:
        fast.response_complete = True
        if fast.disconnected or self.transport.is_closing():
            return
        self.transport.write(answer)
        if not fast.keep_alive:  # the server is stopping
            self.transport.close()
        if self.pipeline:
            self.on_response_complete()
        else:
            self.server_state.total_requests += 1
            self._wait_for_next()
        if rest_s and not self.transport.is_closing():
            self.flow.pause_reading()
            self.loop.call_later(rest_s, self._listen_again)

    def _wait_for_next(self) -> None:
        """Close the connection when nothing comes for as long as uvicorn would wait.

        One timer serves many requests: it looks when the last one was answered.
        """
        self._answered_at = self.loop.time()
        if self._idle is None:
            self._idle = self.loop.call_later(self.timeout_keep_alive, self._look_idle)

    def _look_idle(self) -> None:
        self._idle = None
        under_way: Any = self.cycle
        if self.transport.is_closing() or not under_way.response_complete:
            return  # whoever answers it waits again
        left = self._answered_at + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._idle = self.loop.call_later(left, self._look_idle)
        elif not self._in_head:
            self.transport.close()

    def _listen_again(self) -> None:
        if not self.transport.is_closing():
            self.flow.resume_reading()

    def _end_body(self) -> None:
        if self._fast is not None and self._fast.late is not None:
            self._fast.late.cancel()
        self._fast = None

    def _body_is_late(self) -> None:
        fast = self._fast
        if fast is None:
            return
        self._end_body()
        fast.keep_alive = False  # the rest of the body is not read
        self.lane.too_late(lambda answer, rest_s: self._answer(fast, answer, rest_s))


def make_protocol(lane: FastLane, body_seconds: float) -> type[FastProtocol]:
    """Return the protocol of a server whose activities take this lane."""
    members: dict[str, Any] = {"lane": lane, "body_seconds": body_seconds}
    return type("FastProtocol", (FastProtocol,), members)
