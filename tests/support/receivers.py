"""Webhook receivers in threads, good ones and bad ones, for tests with real server processes."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from bellwether.kit.clock import SystemClock
from bellwether.kit.signing import verify

_FLOOD = 100 * 1024 * 1024
_CHUNK = bytes(1024 * 1024)


@dataclass(frozen=True)
class Message:
    """One request as it arrived, at an instant of time.monotonic()."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float

    def genuine(self, *secrets: str) -> str:
        """Return the message's id; BadSignatureError unless one of the secrets signed it."""
        return verify(self.headers, self.body, secrets, SystemClock().real_now())


class Receivers:
    """Receivers by path: `/good...` answers 200, the others are named after what they do."""

    def __init__(self, slow_s: float) -> None:
        self.messages: list[Message] = []
        self.base = ""
        self.ended = threading.Event()
        self.slow_s = slow_s

    def on(self, path: str) -> Sequence[Message]:
        """Return what arrived on a path, in order."""
        return [one for one in list(self.messages) if one.path == path]


@contextmanager
def receiving(*, slow_s: float = 0.0, tls: ssl.SSLContext | None = None) -> Iterator[Receivers]:
    """Run receivers on a free port; good ones take `slow_s` to answer."""
    receivers = Receivers(slow_s)

    class Handler(_Handler):
        pass

    Handler.receivers = receivers
    with _Server(("127.0.0.1", 0), Handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        scheme = "http" if tls is None else "https"
        receivers.base = f"{scheme}://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield receivers
        finally:
            receivers.ended.set()
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    request_queue_size = 256
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing: the other side may go away at any moment, and is killed in some tests."""


class _Handler(BaseHTTPRequestHandler):
    receivers: Receivers

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = dict(self.headers.items())
        self.receivers.messages.append(Message(self.path, headers, body, time.monotonic()))
        name = self.path.strip("/")
        self._answers().get(name, self._good)()

    def _answers(self) -> Mapping[str, Callable[[], None]]:
        return {
            "broken": lambda: self._say(500),
            "hangs": lambda: bool(self.receivers.ended.wait(60)),
            "closes": self.connection.close,
            "floods": self._flood,
            "dribbles": self._dribble,
        }

    def _good(self) -> None:
        time.sleep(self.receivers.slow_s)
        self._say(200)

    def _say(self, status: int) -> None:
        self.send_response(status)
        self.end_headers()

    def _flood(self) -> None:
        self._say(200)
        for _ in range(_FLOOD // len(_CHUNK)):
            self.wfile.write(_CHUNK)

    def _dribble(self) -> None:
        self._say(200)
        while not self.receivers.ended.wait(0.1):
            self.wfile.write(b".")

    def log_message(self, *_: object) -> None:
        """Say nothing."""
