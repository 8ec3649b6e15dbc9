"""Connections that wait for another request to the same origin."""

import asyncio
from collections import deque
from itertools import chain

from bellwether.kit.http.wire import Wire

Origin = tuple[str, str, int]
"""Scheme, host and port of where a connection leads."""

_MOST = 256
_LIFE_S = 60.0


class Kept:
    """Open connections by origin, each for `idle_s` at a time and a minute in all.

    A connection leads to the address that was checked when it was made, for all of its short life.
    One that the other side closed, or on which anything arrived unasked, is not used again. With
    0 none is kept.
    """

    def __init__(self, idle_s: float) -> None:
        self._idle_s = idle_s
        self._parked: dict[Origin, deque[tuple[Wire, float]]] = {}
        self._count = 0
        self._sweep: asyncio.TimerHandle | None = None

    def take(self, origin: Origin) -> Wire | None:
        """Return the connection used last, None when there is none."""
        parked = self._parked.get(origin)
        while parked:
            wire, until = parked.pop()
            self._count -= 1
            if not parked:
                del self._parked[origin]
            if wire.quiet and asyncio.get_running_loop().time() < until:
                return wire
            wire.abort()
        return None

    def park(self, origin: Origin, wire: Wire) -> bool:
        """Keep a connection whose answer is complete; False when it is not to be kept."""
        loop = asyncio.get_running_loop()
        until = min(loop.time() + self._idle_s, wire.made_at + _LIFE_S)
        if not wire.quiet or until <= loop.time() or self._count >= _MOST:
            return False
        self._parked.setdefault(origin, deque()).append((wire, until))
        self._count += 1
        if self._sweep is None:
            self._sweep = loop.call_later(self._idle_s, self._close_old, loop)
        return True

    def close(self) -> None:
        """Close all."""
        if self._sweep is not None:
            self._sweep.cancel()
            self._sweep = None
        for wire, _ in chain.from_iterable(self._parked.values()):
            wire.abort()
        self._parked.clear()
        self._count = 0

    def _close_old(self, loop: asyncio.AbstractEventLoop) -> None:
        """Close what has waited too long, and look again as long as anything waits."""
        now = loop.time()
        for origin, parked in list(self._parked.items()):
            while parked and (parked[0][1] <= now or not parked[0][0].quiet):
                parked.popleft()[0].abort()
                self._count -= 1
            if not parked:
                del self._parked[origin]
        self._sweep = loop.call_later(self._idle_s, self._close_old, loop) if self._parked else None
