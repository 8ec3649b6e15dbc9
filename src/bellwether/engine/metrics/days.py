"""Values as they stood at the ends of UTC days, many subjects side by side, for ranking them.

All of it is derived from observations. A page knows up to which day it is right; what changes an
earlier day moves that back, and pages are brought up to date in the background. Who asks for a day
that a page has not reached gets it computed from the observations.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from heapq import nlargest
from operator import sub

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

_SUBJECTS = 512
"""How many subjects a page has: what is computed in one transaction."""
_DAYS = 100
"""How many days of a page are computed in one transaction."""

State = dict[str, list[Number | None]]
"""Metric to values by slot; None is "never said so far"."""
Cells = Mapping[int, Sequence[tuple[str, int, Number]]]
"""Day to (metric, slot, last value of the day)."""


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
            (page.id, name, day, pack_column(values))
            for day, state in self._advance(page, until)
            for name, values in state.items()
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
        best: list[tuple[Number, int, int, Number, Number]] = []
        for page in pages:
            if page.right_until >= end:
                pair = packed.get((page.id, start)), packed.get((page.id, end))
                if pair[0] is None or pair[1] is None:
                    continue
                first, last = unpack_column(pair[0]), unpack_column(pair[1])
            else:
                first, last = self._computed(page, metric, start, end)
            best += _largest(page.id, first, last, limit)
        best = nlargest(limit, best)
        return Ranking(day_date(start), day_date(end), [self._gain(*one) for one in best])

    def _gain(self, change: Number, page: int, slot: int, first: Number, last: Number) -> Gain:
        subject_id = self._store.at(-page, -slot)
        return Gain(subject_id, first, last, change, pct_change(first, last))

    def _computed(
        self, page: Page, metric: str, start: int, end: int
    ) -> tuple[Sequence[Number | None], Sequence[Number | None]]:
        """Return one metric of a page at the ends of two days, where it is behind the second."""
        first: Sequence[Number | None] = []
        last: Sequence[Number | None] = []
        if start <= page.right_until:
            first = dict(self._state(page.id, start)).get(metric, [])
        for day, state in self._advance(page, end):
            last = state.get(metric, [])
            if day == start:
                first = list(last)
        return first, last

    def _state(self, page_id: int, day: int) -> State:
        return {name: list(unpack_column(body)) for name, body in self._store.state(page_id, day)}

    def _advance(self, page: Page, until: int) -> Iterator[tuple[int, State]]:
        """Yield the days after those of which a page is right with what stood at their ends."""
        subjects = self._store.subjects(page.id)
        state = self._state(page.id, page.right_until)
        for values in state.values():
            values.extend([None] * (len(subjects) - len(values)))
        cells = self._cells(subjects, page.right_until + 1, until)
        for day in range(page.right_until + 1, until + 1):
            for name, slot, value in cells.get(day, ()):
                if name not in state:
                    state[name] = [None] * len(subjects)
                state[name][slot] = value
            yield day, state

    def _cells(self, subjects: Sequence[str], first: int, last: int) -> Cells:
        """Return the last values of days, from what was observed in them."""
        start, end = first * DAY_MICROS, (last + 1) * DAY_MICROS - 1
        slots = {subject_id: slot for slot, subject_id in enumerate(subjects)}
        found: dict[str, dict[str, dict[int, Number]]] = defaultdict(lambda: defaultdict(dict))
        rows, blocks = self._histories.apart(subjects, start, end)
        for block in blocks:
            for name, values in last_of_days(block.body, start, end).items():
                found[block.subject_id][name].update(values)
        for subject_id, one in rows:
            for name, value in one.metrics.items():
                if value is not None:
                    found[subject_id][name][one.at // DAY_MICROS] = value
        cells: dict[int, list[tuple[str, int, Number]]] = defaultdict(list)
        for subject_id, metrics in found.items():
            slot = slots[subject_id]
            for name, values in metrics.items():
                for day, value in values.items():
                    cells[day].append((name, slot, value))
        return cells


def _largest(
    page_id: int, first: Sequence[Number | None], last: Sequence[Number | None], limit: int
) -> Sequence[tuple[Number, int, int, Number, Number]]:
    """Return the largest differences as (change, -page, -slot, first, last)."""
    if None in first or None in last:
        pairs = zip(first, last, strict=False)
        changes: Iterator[tuple[Number, int]] = (
            (after - before, -slot)
            for slot, (before, after) in enumerate(pairs)
            if before is not None and after is not None
        )
    else:
        changes = zip(map(sub, last, first), range(0, -len(first), -1), strict=False)
    return [
        (change, -page_id, slot, first[-slot], last[-slot])  # type: ignore[misc]
        for change, slot in nlargest(limit, changes)
    ]
