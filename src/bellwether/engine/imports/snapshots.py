"""Snapshots in a file: which columns hold what, and reading a row."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from bellwether.engine.imports import cells
from bellwether.engine.imports.files import ABSENT, Cell
from bellwether.kit.numbers import DecimalMark
from bellwether.model.errors import InvalidInputError
from bellwether.model.platforms import (
    CONTENT_KINDS,
    PLATFORM_ALIASES,
    Kind,
    Platform,
    SubjectKind,
)
from bellwether.model.readings import Estimate, Number
from bellwether.model.requests import NewSubject

EXPORT_METRIC = "metric:"
"""How the name of a metric's column begins in an exported CSV."""

PLATFORMS: Mapping[str, Platform] = {
    **{platform.value: platform for platform in Platform},
    **PLATFORM_ALIASES,
}
KINDS = {kind.value: kind for kind in SubjectKind}
CONTENTS = {kind.value: kind for kind in sorted(CONTENT_KINDS)}
_LONGEST_SOURCE = 40
_REMEMBERED = 50_000
_VIDEO_PLATFORMS = frozenset(
    {Platform.DAILYMOTION, Platform.TIKTOK, Platform.TWITCH, Platform.VIMEO, Platform.YOUTUBE}
)


@dataclass(frozen=True, slots=True)
class SnapshotMapping:
    """Where the facts of a snapshot stand: names of columns, and what is the same for all rows.

    `metrics` maps a metric's name to its column. `exact` reads numbers as an export writes them:
    JSON, an empty cell for a metric that was not asked for.
    """

    metrics: Mapping[str, str]
    id_column: str
    at_column: str
    platform: Platform | None = None
    kind: SubjectKind | None = None
    content_kind: Kind | None = None
    platform_column: str | None = None
    kind_column: str | None = None
    content_kind_column: str | None = None
    url_column: str | None = None
    source: str = "import"
    source_column: str | None = None
    as_of_column: str | None = None
    metrics_column: str | None = None
    estimates_column: str | None = None
    zone: tzinfo = UTC
    decimal: DecimalMark = "auto"
    exact: bool = False

    def __post_init__(self) -> None:
        if not 0 < len(self.source) <= _LONGEST_SOURCE:
            raise InvalidInputError(
                f"a source has 1 to {_LONGEST_SOURCE} characters", field="source"
            )
        for name in self.metrics:
            cells.check_metric(name, "metric")

    @property
    def columns(self) -> Sequence[str]:
        """The columns that are read, each once."""
        single = (
            self.id_column,
            self.at_column,
            self.platform_column,
            self.kind_column,
            self.content_kind_column,
            self.url_column,
            self.source_column,
            self.as_of_column,
            self.metrics_column,
            self.estimates_column,
        )
        return list(dict.fromkeys(name for name in (*single, *self.metrics.values()) if name))


def exported_mapping(columns: Sequence[str]) -> SnapshotMapping | None:
    """Return the mapping of a file that our export wrote, None when it is another."""
    there = set(columns)
    if not {"platform", "kind", "id", "at"} <= there:
        return None
    metrics = {
        name.removeprefix(EXPORT_METRIC): name for name in columns if name.startswith(EXPORT_METRIC)
    }
    if not metrics and "metrics" not in there:
        return None

    def optional(name: str) -> str | None:
        return name if name in there else None

    return SnapshotMapping(
        metrics=metrics,
        id_column="id",
        at_column="at",
        platform_column="platform",
        kind_column="kind",
        content_kind_column=optional("content_kind"),
        url_column=optional("url"),
        source_column=optional("source"),
        as_of_column=optional("as_of"),
        metrics_column=optional("metrics"),
        estimates_column=optional("estimates"),
        exact=True,
    )


@dataclass(frozen=True, slots=True)
class ReadSnapshot:
    """A row that was read: about whom, when, and what it said."""

    subject: NewSubject
    at: datetime
    metrics: Mapping[str, Number | None]
    source: str
    as_of: datetime | None = None
    estimates: Mapping[str, Estimate] = field(default_factory=dict)


class SnapshotReader:
    """Reads rows of one file."""

    def __init__(self, mapping: SnapshotMapping) -> None:
        self._mapping = mapping
        self.columns = mapping.columns
        self._place = {name: place for place, name in enumerate(self.columns)}
        self._id = self._place[mapping.id_column]
        self._at = self._place[mapping.at_column]
        self._metrics = [
            (name, column, self._place[column]) for name, column in sorted(mapping.metrics.items())
        ]
        self._numbers: Callable[[Sequence[Cell]], _Numbers] = (
            self._exact if mapping.exact else self._read
        )
        fixed = (mapping.platform_column, mapping.kind_column, mapping.content_kind_column)
        self._same_subject = not any((*fixed, mapping.url_column))
        self._subjects: dict[str, NewSubject] = {}

    def read(self, row: Sequence[Cell]) -> ReadSnapshot:
        """Read the cells of `columns`. Raises RowError naming the column at fault."""
        mapping = self._mapping
        external_id = cells.identifier(row[self._id], mapping.id_column)
        at = cells.instant(row[self._at], mapping.at_column, mapping.zone)
        metrics, estimates = self._numbers(row)
        source = self._text(row, mapping.source_column, _LONGEST_SOURCE) or mapping.source
        as_of = None
        if mapping.as_of_column:
            cell = row[self._place[mapping.as_of_column]]
            as_of = cells.optional_instant(cell, mapping.as_of_column, mapping.zone)
        return ReadSnapshot(self._subject(row, external_id), at, metrics, source, as_of, estimates)

    def _subject(self, row: Sequence[Cell], external_id: str) -> NewSubject:
        """Return whom a row is about; one that only the id tells apart is made once."""
        if not self._same_subject:
            return self._make_subject(row, external_id)
        known = self._subjects.get(external_id)
        if known is None:
            if len(self._subjects) >= _REMEMBERED:
                self._subjects.clear()
            known = self._subjects[external_id] = self._make_subject(row, external_id)
        return known

    def _make_subject(self, row: Sequence[Cell], external_id: str) -> NewSubject:
        mapping = self._mapping
        platform = mapping.platform or cells.choice(
            self._cell(row, mapping.platform_column), mapping.platform_column or "", PLATFORMS
        )
        kind = mapping.kind or cells.choice(
            self._cell(row, mapping.kind_column), mapping.kind_column or "", KINDS
        )
        content_kind = mapping.content_kind or usual_kind(platform)
        if kind is SubjectKind.CONTENT and mapping.content_kind_column:
            cell = self._cell(row, mapping.content_kind_column)
            if cells.optional_text(cell, mapping.content_kind_column):
                content_kind = cells.choice(cell, mapping.content_kind_column, CONTENTS)
        return NewSubject(
            kind=kind,
            platform=platform,
            external_id=external_id,
            content_kind=content_kind,
            url=self._text(row, mapping.url_column, 2000),
            source=mapping.source,
            exact=True,
        )

    def _read(self, row: Sequence[Cell]) -> "_Numbers":
        """Read the numbers of a file that others wrote: an empty cell is null."""
        metrics: dict[str, Number | None] = {}
        estimates: dict[str, Estimate] = {}
        for name, column, place in self._metrics:
            cell = row[place]
            if cell is ABSENT:  # this JSON object does not speak of it
                continue
            value, span = cells.number(cell, column, self._mapping.decimal)
            metrics[name] = value
            if span is not None:
                estimates[name] = Estimate(cells.PRINTED, *span)
        return metrics, estimates

    def _exact(self, row: Sequence[Cell]) -> "_Numbers":
        """Read the numbers of an export: an empty cell is a metric not asked for."""
        mapping = self._mapping
        metrics: dict[str, Number | None] = {}
        if mapping.metrics_column:
            cell = row[self._place[mapping.metrics_column]]
            metrics.update(cells.metrics_object(cell, mapping.metrics_column))
        for name, column, place in self._metrics:
            cell = row[place]
            if not (cell is ABSENT or cell == ""):
                metrics[name] = cells.exact_number(cell, column)
        estimates: Mapping[str, Estimate] = {}
        if mapping.estimates_column:
            cell = row[self._place[mapping.estimates_column]]
            estimates = cells.estimates_object(cell, mapping.estimates_column)
        return metrics, estimates

    def _cell(self, row: Sequence[Cell], column: str | None) -> Cell:
        return row[self._place[column]] if column else ABSENT

    def _text(self, row: Sequence[Cell], column: str | None, longest: int) -> str | None:
        return cells.optional_text(row[self._place[column]], column, longest) if column else None


_Numbers = tuple[Mapping[str, Number | None], Mapping[str, Estimate]]


def usual_kind(platform: Platform) -> Kind:
    """Return what most contents of a platform are."""
    return Kind.VIDEO if platform in _VIDEO_PLATFORMS else Kind.POST


def check_columns(wanted: Sequence[str], there: Sequence[str], options: Mapping[str, str]) -> None:
    """Raise InvalidInputError for the first column that is not there, or there twice.

    `options` maps a column to the option that named it.
    """
    for column in wanted:
        nested = "." in column and column.partition(".")[0] in there
        option = options.get(column, "columns")
        if column not in there and not nested:
            listed = ", ".join(there[:50]) + (", ..." if len(there) > 50 else "")  # noqa: PLR2004
            raise InvalidInputError(
                f"there is no column {column!r}; the file has: {listed}", field=option
            )
        if list(there).count(column) > 1:
            raise InvalidInputError(f"the file has the column {column!r} twice", field=option)
