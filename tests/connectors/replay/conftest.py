import gzip
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bellwether.connectors.replay.connector import ReplayConnector
from bellwether.kit.clock import ManualClock

Write = Callable[[str, str], Path]
Open = Callable[..., ReplayConnector]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 3, 10, tzinfo=UTC))


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file under the folder of recordings; one that ends in .gz is compressed."""

    def put(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        data = text.encode()
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return path

    return put


@pytest.fixture
def opened(tmp_path: Path, clock: ManualClock) -> Open:
    """Open the recordings written so far, with or without a mapping beside them."""

    def connect(mapping: str | None = None) -> ReplayConnector:
        path = None
        if mapping is not None:
            path = tmp_path / "mapping.toml"
            path.write_text(mapping, encoding="utf-8")
        return ReplayConnector(clock, tmp_path, mapping=path)

    return connect
