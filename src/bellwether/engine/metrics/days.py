"""Values as they stood at the ends of UTC days, many subjects side by side, for ranking them.

All of it is derived from observations. A page knows up to which day it is right; what changes an
earlier day moves that back, and pages are brought up to date in the background. Who asks for a day
that a page has not reached gets it computed from the observations.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from heapq import nlargest
from itertools import repeat, zip_longest
from operator import itemgetter, sub

from sqlalchemy import Connection

from bellwether.engine.metrics.growth import DAY_MICROS, day_date, day_number, pct_change
from bellwether.engine.metrics.histories import Histories
from bellwether.engine.metrics.packing import last_of_days, pack_column, unpack_column
from bellwether.engine.metrics.store_days import DayStore, Page
from bellwether.kit.clock import Clock, to_micros
from bellwether.model.metrics import Gain, Ranking
from bellwether.model.platforms import Platform, SubjectKind
from bellwether.model.readings import Number
from bellwether.model.tenants import Scope

_SUBJECTS = 256
"""How many subjects a page has: what is computed in one transaction."""
_DAYS = 50
"""How many days of a page are computed in one transaction."""

Column = Sequence[Number | None]
"""One metric of a page at the end of a day, by slot; None is "never said so far"."""
Days = Mapping[int, Number]
"""Day to its last value, in order."""


class DayPages:
    """Keeps and reads pages on one transaction. Today is never in them: it is not over."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._store = DayStore(connection)
        self._histories = Histories(connection)
        self._today = day_number(to_micros(clock.now()))

    def enrol(self, subject_ids: Sequence[str]) -> None:
        """Give places to subjects that have none."""
        for owner, newcomers in self._store.newcomers(subject_ids).items():
            firsts = self._store.first_instants(newcomers)
            waiting = [one for one in newcomers if one in firsts]
            while waiting:
                page_id, start = self._store.last_page(owner) or (None, _SUBJECTS)
                part = waiting[: _SUBJECTS - start] if start < _SUBJECTS else waiting[:_SUBJECTS]
                before = day_number(min(firsts[one] for one in part)) - 1
                if page_id is None or start >= _SUBJECTS:
                    page_id, start = self._store.add_page(owner, before), 0
                self._store.add_subjects(page_id, start, part, before)
                del waiting[: len(part)]

    def changed(self, subject_ids: Sequence[str], oldest: int) -> None:
        """Say that observations of subjects came or went, the oldest at an instant."""
        day = day_number(oldest)
        if day < self._today:
            self._store.go_back(subject_ids, day - 1)

    def step(self) -> bool:
        """Bring one page some days on; False when all are up to date."""
        page = self._store.behind(self._today - 1)
        if page is None:
            return False
        until = min(page.right_until + _DAYS, self._today - 1)
        rows = [
            (page.id, name, day, pack_column(column))
            for name, columns in self._computed(page, until).items()
            for day, column in enumerate(columns, page.right_until + 1)
            if column.count(None) < len(column)
        ]
        self._store.replace(page, until, rows)
        return True

    def top(
        self,
        scope: Scope,
        metric: str,
        *,
        days: int,
        limit: int,
        platforms: Sequence[Platform],
        kinds: Sequence[SubjectKind],
    ) -> Ranking:
        """Return who grew most over the last `days` days that are over, the most first.

        Only those whose value was known at both ends are ranked.
        """
        end = self._today - 1
        start = end - days
        pages = self._store.pages(scope, platforms, kinds)
        ready = [page.id for page in pages if page.right_until >= end]
        packed = self._store.values(ready, metric, (start, end)) if ready else {}
        firsts: list[Number | None] = []
        lasts: list[Number | None] = []
        begins: list[tuple[int, int]] = []  # where a page begins in these lists, and its id
        for page in pages:
            if page.right_until < end:
                first, last = self._ends(page, metric, start, end)
            else:
                pair = packed.get((page.id, start)), packed.get((page.id, end))
                first, last = (unpack_column(one) if one else () for one in pair)
            known = min(len(first), len(last))
            begins.append((len(firsts), page.id))
            firsts += first[:known]
            lasts += last[:known]
        best = _largest(firsts, lasts, limit)
        places = [_place(begins, index) for _, index in best]
        subjects = self._store.at(places)
        gains = [
            Gain(subjects[place], before, after, change, pct_change(before, after))
            for (change, index), place in zip(best, places, strict=True)
            if (before := firsts[index]) is not None and (after := lasts[index]) is not None
        ]
        return Ranking(day_date(start), day_date(end), gains)

    def _ends(self, page: Page, metric: str, start: int, end: int) -> tuple[Column, Column]:
        """Return one metric of a page at the ends of two days, where it is behind the second."""
        columns = self._computed(page, end).get(metric)
        if columns is None:
            return (), ()
        if start > page.right_until:
            return columns[start - page.right_until - 1], columns[-1]
        return self._state(page.id, start).get(metric, ()), columns[-1]

    def _state(self, page_id: int, day: int) -> Mapping[str, Column]:
        return {name: unpack_column(body) for name, body in self._store.state(page_id, day)}

    def _computed(self, page: Page, until: int) -> Mapping[str, Sequence[Column]]:
        """Return by metric what stood at the ends of the days after those that are right."""
        subjects = self._store.subjects(page.id)
        days = range(page.right_until + 1, until + 1)
        found = self._last_of_days(subjects, days)
        before = self._state(page.id, page.right_until)
        computed = {}
        for name in before.keys() | {name for metrics in found.values() for name in metrics}:
            standing = before.get(name, ())
            columns = [
                _carried(found.get(subject_id, {}).get(name, {}), stood, days)
                for subject_id, stood in zip_longest(subjects, standing)
            ]
            computed[name] = list(zip(*columns, strict=True))
        return computed

    def _last_of_days(
        self, subjects: Sequence[str], days: range
    ) -> Mapping[str, Mapping[str, Days]]:
        """Return by subject and metric what was observed last in each day that has a value."""
        start, end = days.start * DAY_MICROS, days.stop * DAY_MICROS - 1
        found: dict[str, dict[str, dict[int, Number]]] = defaultdict(lambda: defaultdict(dict))
        rows, blocks = self._histories.apart(subjects, start, end)
        for block in blocks:
            for name, values in last_of_days(block.body, start, end).items():
                found[block.subject_id][name].update(values)
        for subject_id, one in rows:
            for name, value in one.metrics.items():
                if value is not None:
                    found[subject_id][name][one.at // DAY_MICROS] = value
        return found


def _carried(values: Days, stood: Number | None, days: range) -> Iterable[Number | None]:
    """Return what stood at the end of each day: what was said last, in it or before."""
    if not values:
        return repeat(stood, len(days))
    if len(values) == len(days):
        return values.values()
    return [stood := values.get(day, stood) for day in days]


def _largest(firsts: Column, lasts: Column, limit: int) -> Sequence[tuple[Number, int]]:
    """Return the largest differences with their indices, an earlier one first on a tie."""
    changes: Iterable[tuple[Number, int]]
    if None in firsts or None in lasts:
        changes = (
            (after - before, -index)
            for index, (before, after) in enumerate(zip(firsts, lasts, strict=True))
            if before is not None and after is not None
        )
    else:
        changes = zip(map(sub, lasts, firsts), range(0, -len(firsts), -1), strict=True)
    return [(change, -index) for change, index in nlargest(limit, changes)]


def _place(begins: Sequence[tuple[int, int]], index: int) -> tuple[int, int]:
    """Return page and slot of an index into the values of pages side by side."""
    begin, page_id = begins[bisect_right(begins, index, key=itemgetter(0)) - 1]
    return page_id, index - begin
