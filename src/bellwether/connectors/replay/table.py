"""A recording in memory: rows sorted by entity and instant, found by bisection."""

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate

from bellwether.connectors.replay.columns import Column
from bellwether.connectors.replay.recording import Recording
from bellwether.kit.clock import from_micros, to_micros
from bellwether.model.platforms import SubjectKind
from bellwether.model.readings import Estimate, Metrics, Number


@dataclass(slots=True)
class Entity:
    """What a recording says about an entity apart from its numbers."""

    key: str
    public_id: str | None = None
    url: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The id that addresses carry, where the recording knows it."""
        return self.public_id or self.key


@dataclass(frozen=True, slots=True)
class Row:
    """The numbers of an entity as of one instant; `at` is None where the recording is undated."""

    at: datetime | None
    metrics: Metrics
    estimates: Mapping[str, Estimate]


class Table:
    """All rows of one recording. Rows are added, then sorted once, then only read."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.entities: list[Entity] = []
        self.columns = {name: Column(recording.decimal) for name in recording.metrics}
        self.unreadable = 0
        self._who: array[int] = array("L")
        self._times: array[int] = array("q")
        self._starts: array[int] = array("Q", [0])

    def __len__(self) -> int:
        return len(self._times)

    def add(self, entity: int, at: int) -> None:
        """Begin a row; the caller appends one cell to each column."""
        self._who.append(entity)
        self._times.append(at)

    def sort(self) -> None:
        """Order rows by entity, then instant, then place in the file."""
        who, times = self._who, self._times
        order = sorted(range(len(times)), key=times.__getitem__)
        order.sort(key=who.__getitem__)  # sorting is stable: instants stay in order
        counts = [0] * len(self.entities)
        for entity in who:
            counts[entity] += 1
        self._starts = array("Q", (0, *accumulate(counts)))
        self._times = array("q", map(times.__getitem__, order))
        self._who = array("L")
        for column in self.columns.values():
            column.sort(order)

    def find(self, entity: int, now: datetime) -> int | None:
        """Return the row that holds at an instant: the last at or before it, if there is one."""
        first, end = self._starts[entity], self._starts[entity + 1]
        row = bisect_right(self._times, to_micros(now), first, end) - 1
        return row if row >= first else None

    def span(self) -> tuple[int, int]:
        """Return the first and last instant in microseconds; the table must have rows."""
        return min(self._times), max(self._times)

    def time(self, row: int) -> int:
        """Return the instant of a row in microseconds."""
        return self._times[row]

    def row(self, row: int) -> Row:
        """Return the numbers of a row."""
        metrics: dict[str, Number | None] = {}
        estimates: dict[str, Estimate] = {}
        for name, column in self.columns.items():
            metrics[name] = column.value(row)
            estimate = column.estimate(row)
            if estimate is not None:
                estimates[name] = estimate
        dated = self.recording.undated_from is None
        return Row(from_micros(self._times[row]) if dated else None, metrics, estimates)

    def rows_of(self, entity: int) -> range:
        """Return the places of an entity's rows, oldest first; it has at least one."""
        return range(self._starts[entity], self._starts[entity + 1])

    def names(self) -> Iterator[tuple[int, str]]:
        """Yield every name by which an entity can be asked for, with the entity's number."""
        creators = self.recording.kind is SubjectKind.CREATOR
        for number, entity in enumerate(self.entities):
            handle = entity.facts.get("handle") if creators else None
            for name in dict.fromkeys((entity.key, entity.public_id, handle)):
                if name:
                    yield number, name
