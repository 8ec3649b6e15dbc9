from datetime import UTC, datetime

import pytest

from bellwether.connectors.sandbox.connector import SandboxConnector
from bellwether.kit.clock import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 3, 1, 12, tzinfo=UTC))


@pytest.fixture
def sandbox(clock: ManualClock) -> SandboxConnector:
    return SandboxConnector(clock, slow_seconds=0.05)
