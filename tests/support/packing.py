"""Packing in the middle of tests, whatever the number of rows."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count

import pytest
from sqlalchemy import Connection

from bellwether.engine.metrics.packer import Packer
from bellwether.engine.metrics.service import MetricsService
from bellwether.kit.clock import Clock, ManualClock
from bellwether.model.requests import NewSnapshot
from bellwether.storage.database import Database

CLOCK = ManualClock(datetime(2026, 3, 1, 12, 0, tzinfo=UTC))
STATES = ("rows", "packed", "mixed")


def pack_all(database: Database) -> None:
    """Pack all that may be packed: everything but the newest row of each subject."""
    while database.submit_write(lambda c: Packer(c, CLOCK, most_hot=1).step()).result():
        pass


def pack_in_between(monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    """Let everything that is recorded be packed at once, every second batch of it, or nothing."""
    if state == "rows":
        return
    numbers, init, record = count(), MetricsService.__init__, MetricsService.record
    connections: dict[MetricsService, Connection] = {}

    def remember(self: MetricsService, connection: Connection, clock: Clock) -> None:
        init(self, connection, clock)
        connections[self] = connection

    def record_and_pack(self: MetricsService, snapshots: Sequence[NewSnapshot]) -> int:
        half = (len(snapshots) + 1) // 2 if state == "mixed" else len(snapshots)
        added = record(self, snapshots[:half])
        if state == "packed" or next(numbers) % 2 == 0:
            while Packer(connections[self], CLOCK, most_hot=1).step():
                pass
        return added + (record(self, snapshots[half:]) if half < len(snapshots) else 0)

    monkeypatch.setattr(MetricsService, "__init__", remember)
    monkeypatch.setattr(MetricsService, "record", record_and_pack)
