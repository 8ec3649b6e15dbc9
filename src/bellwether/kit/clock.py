"""The one place time is read."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Clock(Protocol):
    """Time as the product sees it, and real time for leases, limits and timeouts."""

    @property
    def accelerated(self) -> bool:
        """Whether `now` runs at another rate or from another start than the world's clock."""

    def now(self) -> datetime:
        """Return the product's instant: what schedules follow and snapshots are stamped with."""

    def real_now(self) -> datetime:
        """Return the world's instant, for leases and rate limits."""

    def real_seconds(self, seconds: float) -> float:
        """Return how many real seconds pass while `now` advances by `seconds`."""


class SystemClock:
    """The machine's clock."""

    accelerated = False

    def now(self) -> datetime:
        """Return the current instant in UTC."""
        return datetime.now(UTC)  # noqa: TID251  this is the one place

    def real_now(self) -> datetime:
        """Return the current instant in UTC."""
        return self.now()

    def real_seconds(self, seconds: float) -> float:
        """Return `seconds`: both clocks run alike."""
        return seconds


class FastClock:
    """A clock that starts at a chosen instant and runs at a chosen rate."""

    accelerated = True

    def __init__(self, start: datetime, rate: float = 1.0) -> None:
        if rate <= 0:
            raise ValueError("a clock's rate must be positive")
        self._start = start
        self._rate = rate
        self._origin = time.monotonic()

    def now(self) -> datetime:
        """Return the simulated instant in UTC."""
        return self._start + timedelta(seconds=(time.monotonic() - self._origin) * self._rate)

    def real_now(self) -> datetime:
        """Return the world's instant in UTC."""
        return SystemClock().now()

    def real_seconds(self, seconds: float) -> float:
        """Return real seconds for a stretch of simulated ones."""
        return seconds / self._rate


class ManualClock:
    """A clock that moves only when told, for tests and tools."""

    accelerated = True

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._real = start

    def now(self) -> datetime:
        """Return the instant last set."""
        return self._now

    def real_now(self) -> datetime:
        """Return the instant last set; it moves with `now` unless set apart."""
        return self._real

    def real_seconds(self, seconds: float) -> float:
        """Return `seconds`."""
        return seconds

    def advance(self, delta: timedelta) -> None:
        """Move both instants forward."""
        self._now += delta
        self._real += delta


def to_micros(instant: datetime) -> int:
    """Return whole microseconds since 1970 UTC, the form in which the store keeps instants."""
    return (instant - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """Return the UTC instant of a stored number of microseconds."""
    return _EPOCH + timedelta(microseconds=micros)


def opt_micros(instant: datetime | None) -> int | None:
    """Return `to_micros`, passing None on."""
    return None if instant is None else to_micros(instant)


def opt_instant(micros: int | None) -> datetime | None:
    """Return `from_micros`, passing None on."""
    return None if micros is None else from_micros(micros)
