"""DuckDB in an environment of its own under `.bench`: the same rows, asked the same questions.

It runs as a process that is told what to do line by line. Its table has whole numbers for keys and
no unique key; each batch is a transaction, flushed at its commit as ours is.
"""

import json
import subprocess
import sys
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(".bench")
_PROGRAM = """
import json, os, sys, time
import duckdb
import numpy as np

path = sys.argv[1]
base = duckdb.connect(path)
base.execute("CREATE TABLE snapshots (entity INTEGER, ts BIGINT, views BIGINT, likes BIGINT,"
             " comments BIGINT)")

def append(file, rows, batch):
    columns = np.fromfile(file, dtype=np.int64).reshape(5, rows)
    names = ("entity", "ts", "views", "likes", "comments")
    began = time.perf_counter()
    for start in range(0, rows, batch):
        part = {name: columns[place, start:start + batch] for place, name in enumerate(names)}
        base.register("part", part)
        base.execute("INSERT INTO snapshots SELECT * FROM part")
        base.unregister("part")
    return time.perf_counter() - began

def change(operations):
    began = time.perf_counter()
    for entity, start, end, row in operations:
        base.execute("BEGIN")
        if end >= start:
            base.execute("DELETE FROM snapshots WHERE entity = ? AND ts BETWEEN ? AND ?",
                         (entity, start, end))
        if row is not None:
            base.execute("INSERT INTO snapshots VALUES (?, ?, ?, ?, ?)", (entity, *row))
        base.execute("COMMIT")
    return time.perf_counter() - began

def series(entities, start, metric):
    query = (f"SELECT ts, {metric} FROM snapshots WHERE entity = ? AND ts >= ? ORDER BY ts")
    times, found = [], []
    for entity in entities:
        began = time.perf_counter()
        rows = base.execute(query, (entity, start)).fetchall()
        times.append(time.perf_counter() - began)
        found.append(rows)
    return times, found

def top(start, middle, end, limit, count):
    query = '''SELECT entity, arg_max(views, ts) - arg_max(views, ts) FILTER (WHERE ts < ?) AS g
        FROM snapshots WHERE ts >= ? AND ts < ? GROUP BY entity
        ORDER BY g DESC NULLS LAST, entity LIMIT ?'''
    times = []
    for _ in range(count):
        began = time.perf_counter()
        found = base.execute(query, (middle, start, end, limit)).fetchall()
        times.append(time.perf_counter() - began)
    return times, found

def size():
    base.execute("CHECKPOINT")
    return os.path.getsize(path)

calls = {"append": append, "change": change, "series": series, "top": top, "size": size,
         "version": lambda: duckdb.__version__}
for line in sys.stdin:
    name, *given = json.loads(line)
    print(json.dumps(calls[name](*given)), flush=True)
"""


class DuckDb:
    """A DuckDB that answers calls; `close` ends it."""

    def __init__(self, python: Path, folder: Path) -> None:
        self._folder = folder
        self._process = subprocess.Popen(
            [str(python), "-c", _PROGRAM, str(folder / "peer.duckdb")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def call(self, name: str, *given: Any) -> Any:
        """Do one thing there and return its answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([name, *given]) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def append(self, columns: Sequence[Sequence[int]], batch: int) -> float:
        """Append rows given as entity, instant, views, likes, comments; return seconds."""
        file = self._folder / "columns"
        with file.open("wb") as out:
            for column in columns:
                array("q", column).tofile(out)
        return float(self.call("append", str(file), len(columns[0]), batch))

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(20)
        assert self._process.stdout is not None
        self._process.stdout.close()


def duckdb(folder: Path) -> DuckDb | None:
    """Start DuckDB; None where it cannot be installed."""
    python = HERE / "duckdb" / "bin" / "python"
    ready = HERE / "duckdb" / "ready"
    if not ready.exists():
        try:
            subprocess.run([sys.executable, "-m", "venv", str(python.parents[1])], check=True)
            subprocess.run(
                [str(python), "-m", "pip", "install", "-q", "duckdb>=2,<3", "numpy>=2,<3"],
                check=True,
            )
        except subprocess.CalledProcessError:
            return None
        ready.touch()
    return DuckDb(python, folder)
