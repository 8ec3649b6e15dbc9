"""All recordings of a folder, loaded when first asked for."""

import threading
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from bellwether.connectors.replay.known import KNOWN
from bellwether.connectors.replay.loading import RecordingError, find_file, load
from bellwether.connectors.replay.mapping import read_mapping
from bellwether.connectors.replay.recording import Recording
from bellwether.connectors.replay.table import Entity, Row, Table
from bellwether.kit.clock import from_micros
from bellwether.model.platforms import Platform, SubjectKind

_log = structlog.get_logger(__name__)
_Place = tuple[int, int]  # the table's number, the entity's number in it
_Index = dict[str, tuple[_Place, ...]]


@dataclass(frozen=True, slots=True)
class Recorded:
    """One entity that can be replayed: how often it was observed, and between which instants."""

    id: str
    url: str | None
    first_at: datetime
    last_at: datetime
    rows: int


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of an entity as of an instant; `row` is None before its first."""

    entity: Entity
    recording: Recording
    first_at: datetime
    row: Row | None


class Library:
    """Recordings by name and by the user's mapping. Safe to use from several threads.

    Methods that look into recordings load them first, which takes seconds: off the event loop.
    """

    def __init__(self, folder: Path, mapping: Path | None = None) -> None:
        self._folder, self._mapping = folder, mapping
        self._lock = threading.Lock()
        self._tables: Sequence[Table] = ()
        self._index: dict[tuple[Platform, SubjectKind], _Index] = {}
        self._loaded = False
        self._error: RecordingError | None = None

    @property
    def loaded(self) -> bool:
        """Whether everything is in memory, so that look-ups return at once."""
        return self._loaded

    def load(self) -> None:
        """Read every recording that is there, once. Raises RecordingError, each time the same."""
        if not self._loaded:
            with self._lock:
                self._load_once()

    def _load_once(self) -> None:
        if self._error is not None:
            raise self._error
        if self._loaded:  # by the thread that held the lock before
            return
        try:
            self._tables = self._read()
        except RecordingError as error:
            self._error = error
            raise
        self._index = _index(self._tables)
        self._loaded = True

    def find(self, platform: Platform, kind: SubjectKind, key: str, now: datetime) -> Found | None:
        """Return an entity as of an instant, from whichever recording has the newest row."""
        self.load()
        places = self._index.get((platform, kind), {}).get(fold(kind, key), ())
        if not places:
            return None
        held: list[tuple[int, int, int, int]] = []
        for number, entity in places:
            table = self._tables[number]
            row = table.find(entity, now)
            if row is not None:
                held.append((table.time(row), number, entity, row))
        first = min(self._first(number, entity) for number, entity in places)
        if not held:
            recording = self._tables[places[0][0]].recording
            return Found(self._about(places), recording, from_micros(first), None)
        _, number, entity, row = max(held)
        table = self._tables[number]
        return Found(table.entities[entity], table.recording, from_micros(first), table.row(row))

    def entities(self, platform: Platform, kind: SubjectKind) -> Iterator[Recorded]:
        """Yield every entity once, in no particular order."""
        self.load()
        for key, places in self._index.get((platform, kind), {}).items():
            about = self._about(places)
            if fold(kind, about.id) != key:
                continue  # this is another of its names
            rows = [self._tables[table].rows_of(which) for table, which in places]
            times = [
                (self._tables[table].time(span[0]), self._tables[table].time(span[-1]))
                for (table, _), span in zip(places, rows, strict=True)
            ]
            yield Recorded(
                about.id,
                about.url,
                from_micros(min(first for first, _ in times)),
                from_micros(max(last for _, last in times)),
                sum(map(len, rows)),
            )

    def counts(self) -> dict[tuple[Platform, SubjectKind], int]:
        """Return how many entities there are of each sort."""
        self.load()
        return {
            (platform, kind): sum(
                fold(kind, self._about(places).id) == key for key, places in index.items()
            )
            for (platform, kind), index in self._index.items()
        }

    def span(self) -> tuple[datetime, datetime] | None:
        """Return the first and the last instant of any dated row, None when there is none."""
        self.load()
        spans = [
            table.span()
            for table in self._tables
            if len(table) and table.recording.undated_from is None
        ]
        if not spans:
            return None
        return (
            from_micros(min(first for first, _ in spans)),
            from_micros(max(last for _, last in spans)),
        )

    def _about(self, places: tuple[_Place, ...]) -> Entity:
        number, entity = places[0]
        return self._tables[number].entities[entity]

    def _first(self, number: int, entity: int) -> int:
        table = self._tables[number]
        return table.time(table.rows_of(entity)[0])

    def _read(self) -> Sequence[Table]:
        recordings = [*KNOWN, *(read_mapping(self._mapping) if self._mapping else ())]
        base = self._mapping.parent if self._mapping else self._folder
        known = len(KNOWN)
        by_file: dict[Path, list[Recording]] = {}
        for position, recording in enumerate(recordings):
            path = find_file(self._folder, recording.file)
            if path is None and position >= known:
                path = find_file(base, recording.file)
                if path is None:
                    raise RecordingError(
                        f"{self._mapping}: file: {recording.file!r} is neither in "
                        f"{self._folder} nor beside the mapping"
                    )
            if path is not None:
                by_file.setdefault(path, []).append(recording)
        tables: list[Table] = []
        for path, some in by_file.items():
            tables += load(path, some, path.parent, _report)
        for table in tables:
            if table.unreadable:
                _log.warning(
                    "cells of a recording could not be read and count as not known",
                    file=table.recording.file,
                    kind=table.recording.kind.value,
                    cells=table.unreadable,
                )
        return tables


def fold(kind: SubjectKind, key: str) -> str:
    """Return the spelling under which an id is looked up: handles know no case, contents do."""
    if kind is SubjectKind.CONTENT:
        return key
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", key).lower())


def _index(tables: Sequence[Table]) -> dict[tuple[Platform, SubjectKind], _Index]:
    index: dict[tuple[Platform, SubjectKind], _Index] = {}
    for number, table in enumerate(tables):
        recording = table.recording
        names = index.setdefault((recording.platform, recording.kind), {})
        for entity, key in table.names():
            name = fold(recording.kind, key)
            known = names.get(name, ())
            if (number, entity) not in known:
                names[name] = (*known, (number, entity))
    return index


def _report(file: str, rows: int) -> None:
    _log.info("reading a recording", file=file, rows=rows)
