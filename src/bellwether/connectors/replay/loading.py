"""Reading recordings: one pass over a file feeds every recording in it."""

import csv
import gzip
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from bellwether.connectors.replay.recording import Join, Recording
from bellwether.connectors.replay.table import Entity, Table
from bellwether.kit.clock import to_micros
from bellwether.kit.instants import read_instant

FOLDERS = ("", "licensed", "facts_only")
"""Where files are looked for under the folder of recordings."""
ENDINGS = ("", ".csv", ".csv.gz")

_REPORT_EVERY = 100_000
_REMEMBERED = 50_000
_LARGEST_CELL = 16 * 1024 * 1024

Rows = Iterator[list[str]]
Progress = Callable[[str, int], None]
"""Told the file's name and the number of rows read, every 100,000 rows and at the end."""


class RecordingError(Exception):
    """A recording cannot be read as its mapping says; the message names the file and the key."""


def find_file(folder: Path, name: str) -> Path | None:
    """Return where a recording is, None when it is not there."""
    candidates = (folder / sub / (name + ending) for sub in FOLDERS for ending in ENDINGS)
    return next((path for path in candidates if path.is_file()), None)


def load(path: Path, recordings: Sequence[Recording], folder: Path, told: Progress) -> list[Table]:
    """Read one file into a table for each of its recordings. Raises RecordingError."""
    with _opened(path) as (header, rows):
        builders = [_Builder(recording, header, path, folder) for recording in recordings]
        count = 0
        for count, row in enumerate(rows, 1):
            for builder in builders:
                builder.add(row)
            if count % _REPORT_EVERY == 0:
                told(path.name, count)
        told(path.name, count)
    tables = [builder.table for builder in builders]
    for table in tables:
        table.sort()
    return tables


@contextmanager
def _opened(path: Path) -> Iterator[tuple[list[str], Rows]]:
    csv.field_size_limit(_LARGEST_CELL)
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8-sig", newline="") as stream:
            rows = csv.reader(stream)
            yield next(rows, []), rows
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise RecordingError(f"{path.name}: cannot be read ({error})") from error


class _Joined:
    """The rows of another file, by the value of a column."""

    def __init__(self, join: Join, folder: Path, told_by: Path) -> None:
        path = find_file(folder, join.file)
        self.rows: dict[str, list[str]] = {}
        self.header: list[str] = []
        if path is None:
            return
        with _opened(path) as (header, rows):
            if join.on not in header:
                raise RecordingError(
                    f"{told_by.name}: join.on: {path.name} has no column {join.on!r}"
                )
            place = header.index(join.on)
            self.header = header
            self.rows = {row[place]: row for row in rows if len(row) == len(header)}


class _Builder:
    """Fills the table of one recording, row by row."""

    def __init__(
        self, recording: Recording, header: Sequence[str], path: Path, folder: Path
    ) -> None:
        self.table = Table(recording)
        self._recording = recording
        self._header, self._file = header, path.name
        self._joined = _Joined(recording.join, folder, path) if recording.join else None
        self._on = self._place("join.on", recording.join.on) if recording.join else 0
        self._id = self._reader("id", recording.id)
        self._public = (
            self._reader("public_id", recording.public_id) if recording.public_id else None
        )
        self._at = None if recording.at is None else self._place("at", recording.at)
        self._where = [
            (self._place("where", column), value) for column, value in recording.where.items()
        ]
        self._cells = [
            (self._place(f"metrics.{name}", column), self.table.columns[name])
            for name, column in recording.metrics.items()
        ]
        url = recording.url
        self._url = self._reader("url", url) if url and "{" not in url else None
        self._facts = self._readers("facts", recording.facts)
        self._details = self._readers("details", recording.details)
        self._numbers: dict[str, int] = {}
        self._instants: dict[str, int | None] = {}
        undated = recording.undated_from
        self._undated = 0 if undated is None else to_micros(undated)

    def add(self, row: list[str]) -> None:
        """Take a row in, unless it is another recording's, or lacks an id or an instant."""
        if len(row) != len(self._header):
            self.table.unreadable += 1
            return
        for place, value in self._where:
            if row[place] != value:
                return
        key = self._cut(self._recording.id_pattern, self._id(row))
        at = self._undated if self._at is None else self._instant(row[self._at])
        if not key:
            return
        if at is None:
            self.table.unreadable += 1
            return
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self.table.entities)
            self.table.entities.append(self._describe(Entity(key), row))
        elif self._public is not None and self.table.entities[number].public_id is None:
            self._describe(self.table.entities[number], row)
        self.table.add(number, at)
        for place, column in self._cells:
            if not column.append(row[place]):
                self.table.unreadable += 1

    def _describe(self, entity: Entity, row: list[str]) -> Entity:
        """Fill in what is said besides numbers; again when the public id turns up late."""
        if self._public is not None:
            pattern = self._recording.public_id_pattern
            entity.public_id = self._cut(pattern, self._public(row)) or None
        if self._url is not None:
            entity.url = self._url(row) or None
        elif self._recording.url is not None:
            entity.url = self._recording.url.replace("{id}", entity.id)
        entity.facts = {name: text for name, read in self._facts if (text := read(row))}
        entity.details = {
            name: sys.intern(text) for name, read in self._details if (text := read(row))
        }
        return entity

    def _instant(self, text: str) -> int | None:
        if text not in self._instants:
            if len(self._instants) >= _REMEMBERED:
                self._instants.clear()
            try:
                self._instants[text] = to_micros(read_instant(text, self._recording.timezone))
            except ValueError:
                self._instants[text] = None
        return self._instants[text]

    @staticmethod
    def _cut(pattern: re.Pattern[str] | None, text: str) -> str:
        if pattern is None:
            return text.strip()
        match = pattern.search(text)
        return match[1] if match else ""

    def _readers(
        self, what: str, columns: Mapping[str, str]
    ) -> list[tuple[str, Callable[[list[str]], str]]]:
        return [(name, self._reader(f"{what}.{name}", column)) for name, column in columns.items()]

    def _reader(self, what: str, column: str) -> Callable[[list[str]], str]:
        """Return what takes a column's text from a row: its own, else the joined file's."""
        if column in self._header:
            place = self._header.index(column)
            return lambda row: row[place]
        joined, on = self._joined, self._on
        if joined is not None and column in joined.header:
            there = joined.header.index(column)
            return lambda row: found[there] if (found := joined.rows.get(row[on])) else ""
        if joined is not None and not joined.header:
            return lambda _: ""  # the other file is absent, and with it everything it says
        return self._missing(what, column)

    def _place(self, what: str, column: str) -> int:
        if column not in self._header:
            self._missing(what, column)
        return self._header.index(column)

    def _missing(self, what: str, column: str) -> NoReturn:
        have = ", ".join(self._header) or "no header line"
        raise RecordingError(f"{self._file}: {what}: no column {column!r} (the file has {have})")
