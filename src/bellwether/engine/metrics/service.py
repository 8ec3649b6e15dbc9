"""Snapshots and what is computed from them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from itertools import compress, islice

from sqlalchemy import Connection

from bellwether.engine.metrics import growth as growing
from bellwether.engine.metrics.canonical import (
    digest,
    read_estimates,
    write_estimates,
    write_metrics,
)
from bellwether.engine.metrics.days import DayPages
from bellwether.engine.metrics.histories import Found, Histories, whole
from bellwether.engine.metrics.packing import Observation, Values
from bellwether.engine.metrics.rewriting import Rewriter
from bellwether.engine.metrics.store import NewRow
from bellwether.engine.metrics.store_blocks import Key
from bellwether.kit.clock import Clock, from_micros, opt_instant, opt_micros, to_micros
from bellwether.kit.cursors import BadCursorError, decode_cursor, encode_cursor
from bellwether.model.errors import InvalidInputError
from bellwether.model.metrics import Growth, Point, Ranking, Snapshot
from bellwether.model.paging import Page
from bellwether.model.platforms import Platform, SubjectKind
from bellwether.model.requests import Bucketing, NewHistory, NewSnapshot
from bellwether.model.tenants import Scope

_MOST_NUMBERED = 100_000


class MetricsService:
    """Numbers over time. Subjects are found in their workspace before their ids come here."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._histories = Histories(connection)
        self._rewriter = Rewriter(connection)
        self._days = DayPages(connection, clock)
        # What is stamped with today changes no day that is over.
        self._today = growing.day_number(to_micros(clock.now())) * growing.DAY_MICROS

    def record(self, snapshots: Sequence[NewSnapshot]) -> int:
        """Store observations in one batch and return how many were new.

        One that is stored already (same subject, instant, numbers and ordinal) changes nothing.
        InvalidInputError names a metric whose value is not a number of 64 bits.
        """
        return self._insert([_row(snapshot) for snapshot in snapshots])

    def record_histories(self, histories: Sequence[NewHistory]) -> int:
        """Store many observations of each of some subjects and return how many were new.

        It does what `record` does, and is many times faster where nothing of a subject stands
        among its new observations. InvalidInputError as in `record`.
        """
        given = [one for one in histories if one.instants]
        if not given:
            return 0
        self._rewriter.claim()
        fits = self._rewriter.fits(given)
        fitting = list(compress(given, fits))
        if fitting:
            self._rewriter.add(fitting)
            subjects = [one.subject_id for one in fitting]
            self._days.changed(subjects, min(one.instants[0] for one in fitting))
        rows = [row for one, fit in zip(given, fits, strict=True) if not fit for row in _rows(one)]
        return sum(len(one.instants) for one in fitting) + self._insert(rows)

    def delete(self, subject_id: str, start: datetime, end: datetime) -> int:
        """Remove the snapshots of a subject from `start` to `end`, both included.

        Returns how many there were. Recording others in the same transaction corrects them.
        """
        self._rewriter.claim()
        low, high = to_micros(start), to_micros(end)
        oldest = next(self._histories.of(subject_id, low, high, limit=1), None)
        if oldest is None:
            return 0
        count = self._rewriter.delete(subject_id, low, high)
        self._days.changed([subject_id], oldest.at)
        return count

    def top(
        self,
        scope: Scope,
        metric: str,
        *,
        days: int,
        limit: int,
        platform: Platform | None = None,
        kind: SubjectKind | None = None,
    ) -> Ranking:
        """Return who grew most over the last `days` UTC days that are over, the most first.

        Growth is what stood at the end of the last of these days less what stood at the end of the
        day before them; a subject of which either is unknown is not ranked.
        """
        platforms = list(Platform) if platform is None else [platform]
        kinds = list(SubjectKind) if kind is None else [kind]
        return self._days.top(
            scope, metric, days=days, limit=limit, platforms=platforms, kinds=kinds
        )

    def _insert(self, rows: Sequence[NewRow]) -> int:
        added = self._histories.insert(rows)
        if added:
            oldest = min(at for _, at, *_ in rows)
            if oldest < self._today:
                self._days.changed(list({row[0] for row in rows if row[1] < self._today}), oldest)
        return added

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
        low, high = whole(opt_micros(start), opt_micros(end))
        if bucketing is Bucketing.LATEST:
            newest = self._histories.newest_naming(subject_id, metric, low, high)
            return Page([] if newest is None else [_point(newest, metric)], None)
        after = _read_cursor(cursor)
        if bucketing is Bucketing.DAY and after is not None:  # that day is given: on with the next
            low, after = max(low, (growing.day_number(after[0]) + 1) * growing.DAY_MICROS), None
        every = self._histories.of(subject_id, low, high, after=after)
        with closing(every):  # type: ignore[type-var]
            points: Iterator[Observation] = (one for one in every if metric in one.metrics)
            if bucketing is Bucketing.DAY:
                points = growing.last_of_days(
                    (one.at, one) for one in points if one.metrics[metric] is not None
                )
            rows = list(islice(points, limit + 1))
        next_cursor = None
        if len(rows) > limit:
            rows.pop()
            next_cursor = encode_cursor(rows[-1].at, rows[-1].id)
        return Page([_point(row, metric) for row in rows], next_cursor)

    def values(
        self,
        subject_id: str,
        metric: str,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> Values:
        """Return all points of one metric as two columns: instants in microseconds, and values.

        They are those of a `raw` series, without an object a point.
        """
        return self._histories.values(
            subject_id, metric, *whole(opt_micros(start), opt_micros(end))
        )

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
        found = self.values(subject_id, metric, start=start, end=end)
        return growing.compute(
            (at, value) for at, value in zip(*found, strict=True) if value is not None
        )

    def metrics_of(self, subject_id: str) -> Sequence[str]:
        """Return the names of the metrics a subject has, sorted."""
        return sorted(self._histories.names([subject_id]))

    def names(self, subject_ids: Sequence[str]) -> set[str]:
        """Return the names of the metrics that any of the subjects has."""
        return self._histories.names(subject_ids)

    def latest(self, subject_ids: Sequence[str]) -> Mapping[str, Snapshot]:
        """Return each subject's newest snapshot; one without any is absent."""
        return {found[0]: _snapshot(*found) for found in self._histories.newest(subject_ids, 1)}

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
        found: Sequence[Found] | None
        if start is None and end is None:
            found = self._histories.newest(subject_ids, 1)
        else:
            low, high = whole(opt_micros(start), opt_micros(end))
            found = self._histories.within(subject_ids, low, high, _MOST_NUMBERED)
        if found is None:
            raise InvalidInputError(
                f"there are more than {_MOST_NUMBERED} rows between these dates", field="start"
            )
        return [(one.id, _snapshot(subject_id, one)) for subject_id, one in found]

    def histories(
        self, subject_ids: Sequence[str], *, per_subject: int = 100
    ) -> Mapping[str, Sequence[Snapshot]]:
        """Return each subject's newest snapshots, oldest first, in one query."""
        histories: dict[str, list[Snapshot]] = {subject_id: [] for subject_id in subject_ids}
        for subject_id, one in self._histories.newest(subject_ids, per_subject):
            histories[subject_id].append(_snapshot(subject_id, one))
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
        low, high = whole(opt_micros(start), opt_micros(end))
        found = self._histories.of(subject_id, low, high, after=after, limit=limit)
        return [((one.at, one.id), _snapshot(subject_id, one)) for one in found]


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


def _rows(history: NewHistory) -> Iterator[NewRow]:
    names = list(history.metrics)
    for at, *values in zip(history.instants, *history.metrics.values(), strict=True):
        written = write_metrics(dict(zip(names, values, strict=True)))
        yield (
            history.subject_id,
            at,
            digest(written),
            0,
            written,
            None,
            None,
            history.source,
            None,
        )


def _point(one: Observation, metric: str) -> Point:
    estimates = read_estimates(one.estimates)
    return Point(
        at=from_micros(one.at),
        value=one.metrics[metric],
        source=one.source,
        as_of=opt_instant(one.as_of),
        estimate=estimates.get(metric) if estimates else None,
    )


def _snapshot(subject_id: str, one: Observation) -> Snapshot:
    return Snapshot(
        subject_id=subject_id,
        at=from_micros(one.at),
        metrics=one.metrics,
        source=one.source,
        as_of=opt_instant(one.as_of),
        estimates=read_estimates(one.estimates),
    )


def _read_cursor(cursor: str | None) -> Key | None:
    if cursor is None:
        return None
    try:
        at, row_id = decode_cursor(cursor, int, int)
    except BadCursorError as error:
        raise InvalidInputError("The cursor is not one of this list", field="cursor") from error
    return int(at), int(row_id)
