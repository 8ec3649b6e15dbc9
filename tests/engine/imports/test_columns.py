"""Long runs of one subject are stored as columns, with the same outcome as rows."""

from pathlib import Path

import pytest
from tests.support.imports import MAPPING, Store, counts, write_csv

from bellwether.engine.imports import columns


@pytest.fixture
def store(database_url: str) -> Store:
    return Store(database_url)


def _lines(*, days: int, start: int = 1) -> list[str]:
    likes = {3: "", 4: "1.5"}
    return [
        f"video{video},2025-{1 + day // 28:02}-{1 + day % 28:02},{video * 1000 + day},"
        f"{likes.get(day % 7, day)}"
        for day in range(start, start + days)
        for video in range(2)
    ]


def test_a_long_history_is_imported_as_rows_would_be(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = "video,day,views,likes"
    long = write_csv(tmp_path / "long.csv", head, *_lines(days=100))
    assert counts(store.load("snapshots", long, *MAPPING)) == (200, 200, 0, 0)
    as_columns = store.snapshots()
    again = write_csv(tmp_path / "again.csv", head, *_lines(days=150))
    assert counts(store.load("snapshots", again, *MAPPING)) == (300, 100, 200, 0)
    whole = store.snapshots()
    other = Store(store.database_url, "other")
    monkeypatch.setattr(columns, "LONG", 10**9)
    assert counts(other.load("snapshots", long, *MAPPING)) == (200, 200, 0, 0)
    assert sorted(map(str, other.snapshots())) == sorted(map(str, as_columns))
    assert counts(other.load("snapshots", again, *MAPPING)) == (300, 100, 200, 0)
    assert sorted(map(str, other.snapshots())) == sorted(map(str, whole))


def test_rows_that_columns_do_not_hold_stay_rows(store: Store, tmp_path: Path) -> None:
    lines = _lines(days=70)
    file = write_csv(tmp_path / "twice.csv", "video,day,views,likes", *lines, *lines[:2])
    assert counts(store.load("snapshots", file, *MAPPING)) == (142, 142, 0, 0)
    assert counts(store.load("snapshots", file, *MAPPING)) == (142, 0, 142, 0)
