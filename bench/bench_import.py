"""Rows a second: `bellwether import snapshots` against bare sqlite3 storing the same tuples."""

import csv
import gzip
import sqlite3
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from bellwether.app.units import Units
from bellwether.engine import schema
from bellwether.engine.imports import tasks
from bellwether.engine.imports.files import open_source
from bellwether.engine.imports.snapshots import SnapshotMapping, SnapshotReader
from bellwether.engine.imports.store_occurrences import Occurrences
from bellwether.kit.clock import SystemClock
from bellwether.model.platforms import Platform, SubjectKind
from bellwether.model.tenants import Environment
from bellwether.storage.database import open_database
from bellwether.storage.migrate import migrate

ROWS = 100_000
VIDEOS = 2_000
BATCH = 4_000
ROUNDS = 3
MAPPING = SnapshotMapping(
    metrics={"views": "views", "likes": "likes", "comments": "comments"},
    id_column="video",
    at_column="at",
    platform=Platform.YOUTUBE,
    kind=SubjectKind.CONTENT,
)


def write_file(path: Path) -> None:
    """Write a CSV.gz of videos seen once a day."""
    with gzip.open(path, "wt", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["video", "at", "title", "views", "likes", "comments"])
        for number in range(ROWS):
            video, day = number % VIDEOS, number // VIDEOS
            at = f"2026-{day // 28 + 1:02}-{day % 28 + 1:02}T06:00:00Z"
            likes = "" if number % 50 == 0 else day * 7 + video
            writer.writerow([f"video{video:06}", at, "A title", day * 1000 + video, likes, day])


def ours(path: Path, folder: Path) -> float:
    """Import the file into a new store and return the seconds it took."""
    assert schema.metadata.tables
    database = open_database(f"sqlite:///{folder}/ours.sqlite")
    migrate(database)
    units = Units(database, SystemClock())
    scope = units.write_now(
        lambda engine: engine.tenants.create_key("bench", Environment.LIVE).key.scope
    )
    began = perf_counter()
    with Occurrences() as occurrences:
        importer = tasks.SnapshotImporter(scope, SnapshotReader(MAPPING), occurrences)
        source = open_source(str(path))
        summary = tasks.run(
            units.write_now, scope, source, importer, signature="", progress=lambda _: None
        )
    seconds = perf_counter() - began
    database.close()
    assert summary.added == ROWS
    return seconds


def bare(folder: Path) -> float:
    """Store the tuples that our import stored, without reading or checking anything."""
    with sqlite3.connect(folder / "ours.sqlite") as source:
        columns = "subject_id, at, digest, ordinal, metrics, estimates, as_of, source, run_id"
        tuples = source.execute(f"SELECT {columns} FROM snapshots ORDER BY id").fetchall()
        (table,) = source.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'snapshots'"
        ).fetchone()
    source.close()
    store = sqlite3.connect(folder / "bare.sqlite", isolation_level=None)
    for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", table):
        store.execute(statement).close()
    insert = f"INSERT INTO snapshots ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
    began = perf_counter()
    for start in range(0, len(tuples), BATCH):
        store.execute("BEGIN")
        store.executemany(insert, tuples[start : start + BATCH])
        store.execute("COMMIT")
    seconds = perf_counter() - began
    store.close()
    return seconds


def main() -> None:
    """Print both rates and their ratio: the best of a few rounds, interleaved."""
    mine, peer = [], []
    for _ in range(ROUNDS):
        with TemporaryDirectory() as name:
            folder = Path(name)
            write_file(folder / "rows.csv.gz")
            mine.append(ours(folder / "rows.csv.gz", folder))
            peer.append(bare(folder))
    best, bar = ROWS / min(mine), ROWS / min(peer)
    print(f"import: {ROWS:,} rows of CSV.gz, three metrics, {VIDEOS:,} videos")
    print(f"  ours          {best:10,.0f} rows/s ({min(mine):.1f} s)")
    print(f"  sqlite3 alone {bar:10,.0f} rows/s (tuples made already)")
    print(f"  ratio         {best / bar:10.2f}")


if __name__ == "__main__":
    main()
