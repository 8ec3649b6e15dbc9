"""Snapshots and what is computed from them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from itertools import islice

from sqlalchemy import Connection

from bellwether.engine.metrics import growth as growing
from bellwether.engine.metrics.canonical import (
    digest,
    read_estimates,
    read_metrics,
    write_estimates,
    write_metrics,
)
from bellwether.engine.metrics.store import Key, MetricsStore, NewRow, Row
from bellwether.kit.clock import Clock, from_micros, opt_instant, opt_micros, to_micros
from bellwether.kit.cursors import BadCursorError, decode_cursor, encode_cursor
from bellwether.model.errors import InvalidInputError
from bellwether.model.metrics import Growth, Point, Snapshot
from bellwether.model.paging import Page
from bellwether.model.readings import Number
from bellwether.model.requests import Bucketing, NewSnapshot

_MOST_NUMBERED = 100_000


class MetricsService:
    """Numbers over time. Subjects are found in their workspace before their ids come here."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._store = MetricsStore(connection)
        self._clock = clock

    def record(self, snapshots: Sequence[NewSnapshot]) -> int:
        """Store observations in one batch and return how many were new.

        One that is stored already (same subject, instant, numbers and ordinal) changes nothing.
        InvalidInputError names a metric whose value is not a number of 64 bits.
        """
        return self._store.insert([_row(snapshot) for snapshot in snapshots])

    def series(
        self,
        subject_id: str,
        metric: str,
        *,
        bucketing: Bucketing = Bucketing.RAW,
        start: datetime | None = None,
        end: datetime | None = None,
        limit: int = 1000,
        cursor: str | None = None,
    ) -> Page[Point]:
        """Return points of one metric, oldest first, `start` and `end` included.

        `raw` is every observation that names the metric, null where it did not say. `day` is the
        last observation of each UTC day that has a value, at its own instant. `latest` is the
        newest observation that names the metric, as one point or none. A metric never seen gives
        an empty page. InvalidInputError (`cursor`, `limit`) for a cursor of another list or a
        limit below 1.
        """
        if limit < 1:
            raise InvalidInputError("The limit must be at least 1", field="limit")
        low, high = opt_micros(start), opt_micros(end)
        if bucketing is Bucketing.LATEST:
            row = self._store.newest_point(subject_id, metric, low, high)
            return Page([] if row is None else [_point(row, metric)], None)
        after = _read_cursor(cursor)
        if bucketing is Bucketing.RAW:
            rows = list(
                self._store.points(subject_id, metric, low, high, after=after, limit=limit + 1)
            )
        else:
            if after is not None:  # that day has been given: go on with the next
                next_day = (growing.day_number(after[0]) + 1) * growing.DAY_MICROS
                low = next_day if low is None else max(low, next_day)
            points = self._store.points(subject_id, metric, low, high)
            with closing(points):
                rows = list(islice(growing.last_of_days(_with_value(points, metric)), limit + 1))
        next_cursor = None
        if len(rows) > limit:
            rows.pop()
            next_cursor = encode_cursor(rows[-1].at, rows[-1].id)
        return Page([_point(row, metric) for row in rows], next_cursor)

    def growth(
        self,
        subject_id: str,
        metric: str,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> Growth:
        """Compute growth from the stored points that have a value; see docs/numbers.md.

        `start` and `end` are included. `snapshots` counts points with a value; a metric never
        seen gives 0 and nulls.
        """
        return growing.compute(self._values(subject_id, metric, opt_micros(start), opt_micros(end)))

    def metrics_of(self, subject_id: str) -> Sequence[str]:
        """Return the names of the metrics a subject has, sorted."""
        return sorted(self._store.names([subject_id]))

    def names(self, subject_ids: Sequence[str]) -> set[str]:
        """Return the names of the metrics that any of the subjects has."""
        return self._store.names(subject_ids)

    def latest(self, subject_ids: Sequence[str]) -> Mapping[str, Snapshot]:
        """Return each subject's newest snapshot; one without any is absent."""
        return {found.subject_id: found for found in self._store.newest(subject_ids, 1)}

    def numbered(
        self,
        subject_ids: Sequence[str],
        *,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> Sequence[tuple[int, Snapshot]]:
        """Return whole snapshots with a number of their own, oldest first.

        Without dates the newest of each subject, else all within them, both included;
        InvalidInputError (`start`) where those are more than 100000.
        """
        if start is None and end is None:
            return self._store.newest_numbered(subject_ids)
        found = self._store.within(
            subject_ids, opt_micros(start), opt_micros(end), _MOST_NUMBERED + 1
        )
        if len(found) > _MOST_NUMBERED:
            raise InvalidInputError(
                f"there are more than {_MOST_NUMBERED} rows between these dates", field="start"
            )
        return found

    def histories(
        self, subject_ids: Sequence[str], *, per_subject: int = 100
    ) -> Mapping[str, Sequence[Snapshot]]:
        """Return each subject's newest snapshots, oldest first, in one query."""
        histories: dict[str, list[Snapshot]] = {subject_id: [] for subject_id in subject_ids}
        for found in self._store.newest(subject_ids, per_subject):
            histories[found.subject_id].append(found)
        return histories

    def page(
        self,
        subject_id: str,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        after: Key | None = None,
        limit: int = 1000,
    ) -> Sequence[tuple[Key, Snapshot]]:
        """Return whole snapshots of one subject, oldest first, for export.

        Each comes with the key that, given as `after`, asks for those behind it.
        """
        return self._store.page(subject_id, opt_micros(start), opt_micros(end), after, limit)

    def _values(
        self, subject_id: str, metric: str, start: int | None, end: int | None
    ) -> Iterator[tuple[int, Number]]:
        for row in self._store.points(subject_id, metric, start, end):
            value = read_metrics(row.metrics)[metric]
            if value is not None:
                yield row.at, value


def _with_value(rows: Iterator[Row], metric: str) -> Iterator[tuple[int, Row]]:
    for row in rows:
        if read_metrics(row.metrics)[metric] is not None:
            yield row.at, row


def _row(new: NewSnapshot) -> NewRow:
    written = write_metrics(new.metrics)
    return (
        new.subject_id,
        to_micros(new.at),
        digest(written),
        new.ordinal,
        written,
        write_estimates(new.estimates),
        opt_micros(new.as_of),
        new.source,
        new.run_id,
    )


def _point(row: Row, metric: str) -> Point:
    estimates = read_estimates(row.estimates)
    return Point(
        at=from_micros(row.at),
        value=read_metrics(row.metrics)[metric],
        source=row.source,
        as_of=opt_instant(row.as_of),
        estimate=estimates.get(metric) if estimates else None,
    )


def _read_cursor(cursor: str | None) -> Key | None:
    if cursor is None:
        return None
    try:
        at, row_id = decode_cursor(cursor, int, int)
    except BadCursorError as error:
        raise InvalidInputError("The cursor is not one of this list", field="cursor") from error
    return int(at), int(row_id)
