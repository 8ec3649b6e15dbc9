"""Ways in which a fake platform fails on demand, before or after it did what it was asked."""

import asyncio
from collections import deque
from collections.abc import Callable
from enum import Enum, auto

from starlette.responses import Response
from starlette.types import Receive, Scope, Send


class Fault(Enum):
    """What goes wrong with the next request of one sort."""

    REFUSED = auto()  # the platform's own "no", for good
    UNAUTHORIZED = auto()
    LIMITED = auto()
    USED_UP = auto()  # this day's posts
    DOWN = auto()  # an error of the server's, and nothing was done
    DROPPED = auto()  # the connection breaks, and nothing was done
    DONE_AND_DOWN = auto()
    DONE_AND_DROPPED = auto()
    DONE_AND_SLOW = auto()
    DONE_AND_GARBLED = auto()


BEFORE = frozenset(
    {Fault.REFUSED, Fault.UNAUTHORIZED, Fault.LIMITED, Fault.USED_UP, Fault.DOWN, Fault.DROPPED}
)
LOST = (
    Fault.DONE_AND_DOWN,
    Fault.DONE_AND_DROPPED,
    Fault.DONE_AND_SLOW,
    Fault.DONE_AND_GARBLED,
)


class Dropped(Response):
    """An answer that breaks off in the middle."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-length", b"100")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{", "more_body": False})


class Faults:
    """What will go wrong, by the name of the request."""

    def __init__(self, say: Callable[[Fault], Response], *, slow: float = 5.0) -> None:
        self._say = say
        self._slow = slow
        self._next: dict[str, deque[Fault]] = {}

    def add(self, name: str, *faults: Fault) -> None:
        """Let the next requests of this name go wrong."""
        self._next.setdefault(name, deque()).extend(faults)

    def clear(self) -> None:
        """Let everything go well again."""
        self._next.clear()

    async def around(self, name: str, act: Callable[[], Response]) -> Response:
        """Do what was asked for, unless something goes wrong before, and answer."""
        waiting = self._next.get(name)
        if not waiting:
            return act()
        fault = waiting.popleft()
        if fault is Fault.DROPPED:
            return Dropped()
        if fault in BEFORE:
            return self._say(fault)
        answer = act()
        if fault is Fault.DONE_AND_SLOW:
            await asyncio.sleep(self._slow)
            return answer
        if fault is Fault.DONE_AND_GARBLED:
            return Response("<html>oops")
        return Dropped() if fault is Fault.DONE_AND_DROPPED else self._say(Fault.DOWN)
