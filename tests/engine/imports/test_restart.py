"""An import that was cut off goes on, and ends as if nothing had happened."""

import json
import signal
import subprocess
from pathlib import Path

import pytest
from tests.support.command import PROGRAM
from tests.support.imports import MAPPING, Store, counts, write_csv

from bellwether.app.units import Units
from bellwether.engine.facade import Engine
from bellwether.engine.imports import tasks
from bellwether.engine.imports.files import open_source
from bellwether.engine.imports.snapshots import SnapshotMapping, SnapshotReader
from bellwether.engine.imports.store_occurrences import Occurrences
from bellwether.kit.clock import SystemClock
from bellwether.model.platforms import Platform, SubjectKind
from bellwether.model.tenants import Environment, Scope
from bellwether.storage.database import Database

ROWS = 30_000


def many_rows(path: Path, count: int = ROWS) -> Path:
    """Rows of which every tenth is there twice and every hundredth is bad."""
    rows = [
        f"2026-03-{number % 28 + 1:02},video{number % 500},"
        f"{'?!' if number % 100 == 7 else number // 10 * 10 if number % 10 < 2 else number},"
        for number in range(count)
    ]
    return write_csv(path, "day,video,views,likes", *rows)


def test_kill_9_loses_nothing_and_repeats_nothing(database_url: str, tmp_path: Path) -> None:
    store = Store(database_url)
    file = many_rows(tmp_path / "many.csv")
    place = ("--database", database_url, "--workspace", "acme", "--json")
    process = subprocess.Popen(
        [PROGRAM, "import", "snapshots", file, *MAPPING, *place], stdout=subprocess.PIPE
    )
    while process.poll() is None and not store.save("contents", tmp_path / "seen.csv"):
        pass  # the first batch is not stored yet
    process.kill()
    process.communicate(timeout=30)
    assert process.returncode == -signal.SIGKILL
    summary = store.load("snapshots", file, *MAPPING)
    assert 0 < summary["resumed_at"] < ROWS
    assert counts(summary) == (ROWS, ROWS - ROWS // 100, 0, ROWS // 100)
    again = store.load("snapshots", file, *MAPPING)
    assert counts(again) == (ROWS, 0, ROWS - ROWS // 100, ROWS // 100)
    assert len(store.snapshots()) == ROWS - ROWS // 100


class StoppedError(Exception):
    """The power went."""


def _run(database: Database, scope: Scope, file: Path, batch: int, batches: int) -> tasks.Summary:
    """Import with batches of some size, and stop after some of them."""
    units = Units(database, SystemClock())
    mapping = SnapshotMapping(
        metrics={"views": "views", "likes": "likes"},
        id_column="video",
        at_column="day",
        platform=Platform.YOUTUBE,
        kind=SubjectKind.CONTENT,
    )
    done = 0

    def progress(_rows: int) -> None:
        nonlocal done
        done += 1
        if done == batches:
            raise StoppedError

    with Occurrences() as occurrences:
        importer = tasks.SnapshotImporter(scope, SnapshotReader(mapping), occurrences)
        importer.batch = batch
        source = open_source(str(file))
        return tasks.run(units.write_now, scope, source, importer, signature="s", progress=progress)


@pytest.mark.parametrize("second_batch", [1, 4, 7, 100])
def test_equal_rows_on_both_sides_of_the_cut_are_counted_right(
    database: Database, tmp_path: Path, second_batch: int
) -> None:
    lines = ["2026-03-01,v,1,", "2026-03-01,v,1,", "2026-03-01,w,2,"] * 4
    file = write_csv(tmp_path / "a.csv", "day,video,views,likes", *lines)
    units = Units(database, SystemClock())
    scope = units.write_now(
        lambda engine: engine.tenants.create_key("acme", Environment.LIVE).key.scope
    )
    with pytest.raises(StoppedError):
        _run(database, scope, file, batch=4, batches=1)
    summary = _run(database, scope, file, second_batch, batches=-1)
    assert (summary.resumed_at, summary.rows, summary.added) == (4, 12, 12)
    assert _stored(units, scope) == {"v": 8, "w": 4}
    again = _run(database, scope, file, second_batch, batches=-1)
    assert (again.resumed_at, again.added, again.unchanged) == (0, 0, 12)


def _stored(units: Units, scope: Scope) -> dict[str, int]:
    def work(engine: Engine) -> dict[str, int]:
        found = engine.catalog.list_contents(scope, platform=None, limit=10, cursor=None).items
        return {each.external_id: len(engine.metrics.page(each.id)) for each in found}

    return units.read_now(work)


def test_a_batch_that_fails_leaves_nothing_of_it_behind(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_csv(tmp_path / "a.csv", "day,video,views,likes", "2026-03-01,v,1,")
    units = Units(database, SystemClock())
    scope = units.write_now(
        lambda engine: engine.tenants.create_key("acme", Environment.LIVE).key.scope
    )

    def fail(*_: object, **__: object) -> None:
        raise StoppedError

    with monkeypatch.context() as patch:
        patch.setattr("bellwether.engine.imports.store.ImportStore.advance", fail)
        with pytest.raises(StoppedError):
            _run(database, scope, file, batch=4, batches=-1)
    assert _stored(units, scope) == {}
    assert _run(database, scope, file, batch=4, batches=-1).added == 1


def test_a_twin_of_a_running_import_does_no_harm(database_url: str, tmp_path: Path) -> None:
    store = Store(database_url)
    file = many_rows(tmp_path / "many.csv", 9000)
    place = ("--database", database_url, "--workspace", "acme", "--json")
    twins = [
        subprocess.Popen(
            [PROGRAM, "import", "snapshots", file, *MAPPING, *place],
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    answers = [json.loads(twin.communicate(timeout=100)[0]) for twin in twins]
    assert [(answer["rows"], answer["rejected"]) for answer in answers] == [(9000, 90)] * 2
    assert len(store.snapshots()) == 9000 - 90
