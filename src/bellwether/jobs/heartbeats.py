"""Heartbeats: what the processes on a store know of each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bellwether.jobs.store_heartbeats import HeartbeatStore
from bellwether.kit.clock import Clock, from_micros, to_micros

SYNTHETIC = "beat-"
"""How the kinds of synthetic jobs begin."""


@dataclass(frozen=True, slots=True)
class Process:
    """A process as the others on its store see it. `started_at` is real time."""

    id: str
    host: str
    pid: int
    started_at: datetime

    @property
    def job_kind(self) -> str:
        """The kind of its synthetic jobs, which no other process works on."""
        return SYNTHETIC + self.id.replace("-", "")


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """One role of one process: completed synthetic runs, the last at `beat_at` (real time)."""

    process: Process
    role: str
    beats: int
    beat_at: datetime


class Heartbeats:
    """The signs of life of all processes on a store, on one transaction."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self._store = HeartbeatStore(connection)

    def begin(self, process: Process, role: str, token: str) -> None:
        """Claim a synthetic run; whichever was under way is given up."""
        self._store.claim(
            {
                "process": process.id,
                "role": role,
                "host": process.host,
                "pid": process.pid,
                "claim": token,
                "started_at": to_micros(process.started_at),
            }
        )

    def stamp(self, process: Process, role: str, token: str) -> bool:
        """Record a synthetic run; False when it was given up."""
        now = to_micros(self._clock.real_now())
        return self._store.stamp(process.id, role, token, now)

    def all(self) -> Sequence[Heartbeat]:
        """Return the role of every process that has not said goodbye."""
        return [
            Heartbeat(
                Process(row.process, row.host, row.pid, from_micros(row.started_at)),
                row.role,
                row.beats,
                from_micros(row.beat_at),
            )
            for row in self._store.rows()
        ]

    def retire(self, process: Process) -> None:
        """Say goodbye."""
        self._store.retire(process.id, process.job_kind)

    def forget(self, older_than: timedelta) -> None:
        """Forget processes that have been silent for so long."""
        before = to_micros(self._clock.real_now() - older_than)
        self._store.forget(before, SYNTHETIC)
