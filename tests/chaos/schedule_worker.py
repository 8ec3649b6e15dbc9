"""A scheduler in a process of its own, on a clock that the harness sets: `URL CLOCK`."""

import asyncio
import mmap
import struct
import sys
from datetime import datetime, timedelta
from pathlib import Path

from bellwether.connectors.sandbox.connector import SandboxConnector
from bellwether.connectors.sources import Sources
from bellwether.engine.tracking.tasks import Scheduler
from bellwether.kit.clock import SystemClock, from_micros, to_micros
from bellwether.storage.database import open_database

_FORM = struct.Struct("<2q")


class SharedClock:
    """A clock that stands still until the harness moves it; leases follow real time.

    A step moves both, as when somebody sets the machine's clock.
    """

    accelerated = False

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(bytes(_FORM.size))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), _FORM.size)

    def now(self) -> datetime:
        """Return the instant last set, as far as it was stepped."""
        instant, step = _FORM.unpack(self._map[:])
        return from_micros(instant + step)

    def real_now(self) -> datetime:
        """Return the machine's instant, as far as it was stepped."""
        _, step = _FORM.unpack(self._map[:])
        return SystemClock().now() + timedelta(microseconds=step)

    def real_seconds(self, seconds: float) -> float:
        """Return `seconds`."""
        return seconds

    def set(self, instant: datetime, step: timedelta = timedelta(0)) -> None:
        """Set the clock, stepped by so much."""
        self._map[:] = _FORM.pack(to_micros(instant), step // timedelta(microseconds=1))


def main(arguments: list[str]) -> None:
    """Schedule until killed."""
    url, clock_file = arguments
    clock = SharedClock(Path(clock_file))
    sources = Sources([SandboxConnector(clock)])
    scheduler = Scheduler(open_database(url), clock, sources, lease_seconds=1.0, poll_seconds=0.02)
    asyncio.run(scheduler.run(asyncio.Event()))


if __name__ == "__main__":
    main(sys.argv[1:])
