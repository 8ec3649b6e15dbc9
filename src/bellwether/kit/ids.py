"""The one place ids are made."""

import secrets
import threading
import time

_PARTS = 4096
"""Parts of a millisecond that an id tells apart: as many as twelve bits hold."""


class _Ticks:
    """Instants that never repeat and never go back within a process, whatever the clock does."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def next(self) -> int:
        """Return the instant now, in parts of milliseconds since 1970, or the next one free."""
        now = time.time_ns() * _PARTS // 1_000_000
        with self._lock:
            self._last = now = max(now, self._last + 1)
        return now


_ticks = _Ticks()


def new_id() -> str:
    """Return a new UUID of version 7 (RFC 9562): unique, and sorted by the time it was made.

    Within a process ids sort exactly in the order in which they were made (the RFC's method 3, with
    parts of a millisecond in `rand_a`); between processes, as well as their clocks agree. 62 bits
    are random.
    """
    millis, part = divmod(_ticks.next(), _PARTS)
    value = millis << 80 | 0x7 << 76 | part << 64 | 0x2 << 62 | secrets.randbits(62)
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def new_secret() -> str:
    """Return 256 random bits in URL-safe text."""
    return secrets.token_urlsafe(32)
