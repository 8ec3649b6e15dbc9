"""Running an import: read, settle a batch, remember how far, go on."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import islice
from typing import Any, Protocol, TypeVar

from bellwether.engine.facade import Engine
from bellwether.engine.imports.creators import CreatorReader
from bellwether.engine.imports.files import Cell, DamagedFileError, Row, RowError, SourceFile
from bellwether.engine.imports.service import NumberedSnapshot, SubjectKey, key_of
from bellwether.engine.imports.snapshots import ReadSnapshot, SnapshotReader
from bellwether.engine.imports.store_occurrences import Occurrences
from bellwether.engine.imports.trackers import Resolve, TrackerReader, orders
from bellwether.engine.metrics.canonical import write_metrics
from bellwether.kit.clock import to_micros
from bellwether.model.tenants import Plan, Scope

T = TypeVar("T")
Item = Any
_REMEMBERED = 50_000
_MOST_ERRORS = 1000


class Write(Protocol):
    """Runs a unit of work and returns its answer once it is durable."""

    def __call__(self, work: Callable[[Engine], T]) -> T:
        """Run `work` in a transaction of its own."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row was not imported."""

    line: int
    field: str | None
    message: str


@dataclass(slots=True)
class Summary:
    """What became of a file's rows: each was added, there already, or rejected.

    `errors` holds the first 1,000 faults, by line; `resumed_at` is how many rows an earlier run
    that was cut off had settled.
    """

    rows: int = 0
    added: int = 0
    rejected: int = 0
    resumed_at: int = 0
    errors: list[Fault] = field(default_factory=list)

    @property
    def unchanged(self) -> int:
        """Rows that were there already."""
        return self.rows - self.added - self.rejected

    def reject(self, line: int, error: RowError) -> None:
        """Count a row that cannot be imported."""
        self.rejected += 1
        if len(self.errors) < _MOST_ERRORS:
            self.errors.append(Fault(line, error.field, error.message))


@dataclass(frozen=True, slots=True)
class Settled:
    """How many of a batch were new, and which were refused (by their place in it)."""

    added: int
    refused: Mapping[int, RowError] = field(default_factory=dict)


class Importer(Protocol):
    """What the kinds of imports have in common."""

    columns: Sequence[str]
    batch: int
    resumes: bool  # whether rows that an earlier run settled may be passed over

    def read(self, row: Sequence[Cell]) -> Item:
        """Read one row; RowError says what is wrong."""

    def prepare(self, items: Sequence[Item]) -> Sequence["Item | RowError"]:
        """Do what a batch needs outside of a transaction. Called for every batch, in order."""

    def settle(self, write: Write, items: Sequence[Item], done: Callable[..., None]) -> Settled:
        """Store a batch in one transaction, and call `done(engine, added)` within it."""


class SnapshotImporter:
    """Stores snapshots, every row of them: equal ones are told apart by counting."""

    batch = 4000
    resumes = True

    def __init__(self, scope: Scope, reader: SnapshotReader, occurrences: Occurrences) -> None:
        self.columns: Sequence[str] = reader.columns
        self.read = reader.read
        self._scope = scope
        self._occurrences = occurrences
        self._known: dict[SubjectKey, str] = {}

    def prepare(self, items: Sequence[ReadSnapshot]) -> Sequence[NumberedSnapshot]:
        """Count equal snapshots."""
        ordinals = self._occurrences.number([_identity(item) for item in items])
        return [NumberedSnapshot(*pair) for pair in zip(items, ordinals, strict=True)]

    def settle(
        self, write: Write, items: Sequence[NumberedSnapshot], done: Callable[..., None]
    ) -> Settled:
        """Store a batch of snapshots."""

        def work(engine: Engine) -> tuple[int, Mapping[SubjectKey, str]]:
            added, learned = engine.imports.add_snapshots(self._scope, items, self._known)
            done(engine, added)
            return added, learned

        added, learned = write(work)
        if len(self._known) > _REMEMBERED:
            self._known.clear()
        self._known.update(learned)
        return Settled(added)


def _identity(item: ReadSnapshot) -> int:
    numbers = str(to_micros(item.at)), write_metrics(item.metrics)
    text = "\0".join((*key_of(item.subject), *numbers))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


class CreatorImporter:
    """Stores creators; one that is there only learns what was not known."""

    batch = 1000
    resumes = False

    def __init__(self, scope: Scope, reader: CreatorReader) -> None:
        self.columns: Sequence[str] = reader.columns
        self.read = reader.read
        self._scope = scope

    def prepare(self, items: Sequence[Item]) -> Sequence[Item]:
        """Need nothing."""
        return items

    def settle(self, write: Write, items: Sequence[Item], done: Callable[..., None]) -> Settled:
        """Store a batch of creators."""

        def work(engine: Engine) -> int:
            added = engine.imports.add_creators(self._scope, items)
            done(engine, added)
            return added

        return Settled(write(work))


class TrackerImporter:
    """Orders trackers; one that is there stays as it is."""

    batch = 500
    resumes = False

    def __init__(self, scope: Scope, plan: Plan, reader: TrackerReader, resolve: Resolve) -> None:
        self.columns: Sequence[str] = reader.columns
        self.read = reader.read
        self._scope = scope
        self._plan = plan
        self._resolve = resolve

    def prepare(self, items: Sequence[Item]) -> Sequence[Item | RowError]:
        """Find out what the URLs name."""
        return orders(items, self._resolve, self.columns[0])

    def settle(self, write: Write, items: Sequence[Item], done: Callable[..., None]) -> Settled:
        """Order a batch of trackers."""

        def work(engine: Engine) -> Settled:
            answers = engine.imports.add_trackers(self._scope, self._plan, items)
            added = sum(answer is True for answer in answers)
            done(engine, added)
            return Settled(
                added,
                {
                    place: RowError(answer.field, answer.message)
                    for place, answer in enumerate(answers)
                    if not isinstance(answer, bool)
                },
            )

        return write(work)


def check(source: SourceFile, importer: Importer, progress: Callable[[int], None]) -> Summary:
    """Read every row as an import would, and store nothing."""
    summary = Summary()
    try:
        for _, items in _batches(source, importer, summary, progress):
            for place, item in enumerate(importer.prepare([item for _, item in items])):
                if isinstance(item, RowError):
                    summary.reject(items[place][0], item)
    except DamagedFileError as error:
        _damaged(summary, error)
    return summary


def run(
    write: Write,
    scope: Scope,
    source: SourceFile,
    importer: Importer,
    *,
    signature: str,
    progress: Callable[[int], None],
) -> Summary:
    """Import a file in batches, each one transaction.

    An import of the same content and `signature` (how its columns are read) that was cut off goes
    on behind its last batch; the rows before are read again, to number equal ones and to report
    faults, and not stored again. A file that cannot be read on is a fault of its last line.
    """
    hashed = blake2b(f"{source.digest}\n{signature}".encode(), digest_size=24)
    checkpoint = write(lambda engine: engine.imports.open(scope, hashed.hexdigest()))
    summary = Summary()
    if importer.resumes:
        summary.added, summary.resumed_at = checkpoint.rows_added, checkpoint.rows_done
    try:
        for end, items in _batches(source, importer, summary, progress):
            prepared = importer.prepare([item for _, item in items])
            good = []
            for (line, _), item in zip(items, prepared, strict=True):
                if isinstance(item, RowError):
                    summary.reject(line, item)
                else:
                    good.append((line, item))
            if end > summary.resumed_at:
                _settle(write, importer, good, summary, _Mark(checkpoint.id, end))
    except DamagedFileError as error:
        _damaged(summary, error)
        return summary
    write(lambda engine: engine.imports.finish(checkpoint.id, rejected=summary.rejected))
    return summary


@dataclass(frozen=True, slots=True)
class _Mark:
    import_id: str
    rows_done: int

    def set(self, engine: Engine, added: int) -> None:
        engine.imports.advance(self.import_id, rows_done=self.rows_done, added=added)


def _settle(
    write: Write,
    importer: Importer,
    good: Sequence[tuple[int, Item]],
    summary: Summary,
    mark: _Mark,
) -> None:
    settled = importer.settle(write, [item for _, item in good], mark.set)
    summary.added += settled.added
    for place, error in settled.refused.items():
        summary.reject(good[place][0], error)


def _damaged(summary: Summary, error: DamagedFileError) -> None:
    summary.rows += 1
    summary.reject(error.line, RowError("file", f"{error.message}; the rest was not read"))


def _batches(
    source: SourceFile, importer: Importer, summary: Summary, progress: Callable[[int], None]
) -> Iterator[tuple[int, Sequence[tuple[int, Item]]]]:
    """Yield (rows read so far, (line, item) of a batch's good rows)."""
    rows = source.rows(importer.columns)
    damage: DamagedFileError | None = None
    while damage is None:
        batch: list[Row] = []
        try:
            for row in islice(rows, importer.batch):
                batch.append(row)  # noqa: PERF402  an extend that fails may drop what it had
        except DamagedFileError as error:  # what stood before it counts
            damage = error
        items = []
        for row in batch:
            try:
                items.append((row.line, _read(importer, row)))
            except RowError as error:
                summary.reject(row.line, error)
        summary.rows += len(batch)
        if batch:
            yield summary.rows, items
            progress(len(batch))
        elif damage is None:
            return
    raise damage


def _read(importer: Importer, row: Row) -> Item:
    if row.error is not None:
        raise row.error
    return importer.read(row.cells)
