"""The demo's own webhook receiver: what a customer's server would be."""

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from bellwether.kit.clock import SystemClock
from bellwether.kit.signing import ID_HEADER, BadSignatureError, verify

_MOST_BYTES = 1 << 20
_BACKLOG = 256


@dataclass(frozen=True, slots=True)
class Received:
    """One message as it arrived. `seconds` is how long after its event was written."""

    id: str
    path: str
    genuine: bool
    seconds: float
    body: Mapping[str, Any]


class Receiver:
    """Takes webhooks on this machine, verifies each and keeps it."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self._server = server
        self._secrets: dict[str, str] = {}
        self._received: list[Received] = []

    def url(self, path: str) -> str:
        """Return the address of a path."""
        return f"http://127.0.0.1:{self._server.server_port}{path}"

    def trust(self, path: str, secret: str) -> None:
        """Take what is signed with this secret on a path."""
        self._secrets[path] = secret

    def received(self, path: str) -> Sequence[Received]:
        """Return what has arrived on a path so far, in order."""
        return [one for one in list(self._received) if one.path == path]

    def take(self, path: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Keep a message, and return whether it is genuine."""
        now = SystemClock().real_now()
        try:
            message_id = verify(headers, body, [self._secrets[path]], now)
            genuine = True
        except (BadSignatureError, KeyError):
            message_id, genuine = headers.get(ID_HEADER, ""), False
        seconds = now.timestamp() - _written(message_id) if genuine else 0.0
        content = json.loads(body) if genuine else {}
        self._received.append(Received(message_id, path, genuine, seconds, content))
        return genuine


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Run a receiver on a free port while the block runs."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.receiver = Receiver(server)
        thread = threading.Thread(target=server.serve_forever, name="receiver")
        thread.start()
        try:
            yield server.receiver
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = _BACKLOG
    receiver: Receiver


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        """Answer at once: there is nothing to do but to remember."""
        length = min(int(self.headers.get("content-length", 0)), _MOST_BYTES)
        genuine = self.server.receiver.take(
            self.path, dict(self.headers.items()), self.rfile.read(length)
        )
        self.send_response(204 if genuine else 401)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing: the demo shows what has arrived."""


def _written(message_id: str) -> float:
    """Return when an id was made, in seconds: its first 48 bits are milliseconds."""
    return int(message_id.replace("-", "")[:12], 16) / 1000
