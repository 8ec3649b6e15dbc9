"""The demo's own webhook receiver: what a customer's server would be."""

import json
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bellwether.kit.clock import SystemClock
from bellwether.kit.signing import ID_HEADER, BadSignatureError, verify

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

    def __init__(self, port: int) -> None:
        self._port = port
        self._secrets: dict[str, str] = {}
        self._received: list[Received] = []

    def url(self, path: str) -> str:
        """Return the address of a path."""
        return f"http://127.0.0.1:{self._port}{path}"

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

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer at once: there is nothing to do but to remember."""
        request = Request(scope, receive)
        genuine = self.take(request.url.path, request.headers, await request.body())
        await Response(status_code=204 if genuine else 401)(scope, receive, send)


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Run a receiver on a free port while the block runs."""
    with socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG) as listener:
        receiver = Receiver(listener.getsockname()[1])
        config = uvicorn.Config(
            receiver, lifespan="off", ws="none", log_config=None, access_log=False
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listener],), name="receiver")
        thread.start()
        try:
            yield receiver
        finally:
            server.should_exit = True
            thread.join()


def _written(message_id: str) -> float:
    """Return when an id was made, in seconds: its first 48 bits are milliseconds."""
    return int(message_id.replace("-", "")[:12], 16) / 1000
