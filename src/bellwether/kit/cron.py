"""Five-field cron schedules in any time zone, right across clock changes.

The calendar (which wall-clock minutes match) is cronsim's; which instant a wall-clock minute
is, is decided here, because cronsim's own walk through a zone misses runs where clocks move by
half an hour and may answer an instant in the past within a repeated hour. The rules are in
docs/cron.md.
"""

import threading
from bisect import bisect_right, insort
from collections.abc import Iterable
from copy import copy
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from cronsim import CronSim, CronSimError

from bellwether.kit.cron_fields import CronError, canonical
from bellwether.kit.wall_clock import earliest_instant, find_zone, first_change, wall_of

__all__ = ["CronError", "Schedule", "daily_at"]

_SECOND = timedelta(seconds=1)
_WINDOW = timedelta(hours=48)
"""More than any two offsets differ, so that a jump this far short of a match passes none."""
_OVER = "this schedule does not fire again"
_PLANS = 4096
_SPANS = 128
_PROBE = datetime(2000, 1, 1)  # noqa: DTZ001  a wall clock has no zone


class _Plan:
    """One parsed expression in one zone, with the runs it has already worked out.

    A run that was computed for one instant is the answer for every instant from there up to the
    run itself, so spans (from, run) are kept, not single answers.
    """

    def __init__(self, expression: str, zone: str) -> None:
        self._fields = canonical(expression)
        try:
            self._zone = find_zone(zone)
        except LookupError as error:
            raise CronError(str(error.args[0]), "timezone") from None
        minute, hour, *_ = self._fields.split()
        self._fixed = not minute.startswith("*") and not hour.startswith("*")
        try:
            self._calendar = CronSim(self._fields, _PROBE)
        except CronSimError:
            # The fields are well formed by now: what is left is a day that no month has.
            raise CronError("this schedule never fires: no month has that day", "cron") from None
        self._match_after(_PROBE)
        self._lock = threading.Lock()
        self._runs: list[datetime] = []
        self._starts: dict[datetime, datetime] = {}

    def next_after(self, instant: datetime) -> datetime:
        with self._lock:
            place = bisect_right(self._runs, instant)
            if place < len(self._runs):
                run = self._runs[place]
                if self._starts[run] <= instant:
                    return run
        try:
            run = self._fixed_after(instant) if self._fixed else self._every_after(instant)
        except OverflowError:
            raise CronError(_OVER, "cron") from None
        with self._lock:
            self._remember(instant, run)
        return run

    def _remember(self, instant: datetime, run: datetime) -> None:
        known = self._starts.get(run)
        if known is None:
            if len(self._runs) >= _SPANS:
                self._runs.clear()
                self._starts.clear()
            insort(self._runs, run)
        if known is None or instant < known:
            self._starts[run] = instant

    def _match_after(self, wall: datetime) -> datetime:
        """Return the first wall-clock minute that matches, strictly after `wall`."""
        calendar = copy(self._calendar)
        calendar.dt = wall.replace(microsecond=0)
        try:
            return next(calendar)
        except (StopIteration, OverflowError, ValueError):
            # cronsim gives up after 50 years; the calendar itself ends with the year 9999.
            raise CronError(_OVER, "cron") from None

    def _fixed_after(self, instant: datetime) -> datetime:
        """Follow the wall clock: once where a time is shown twice, at the jump where it is not."""
        wall = wall_of(instant, self._zone)
        while True:
            wall = self._match_after(wall)
            run = earliest_instant(wall, self._zone)
            # Within a repeated hour the first showing of a later minute may be in the past.
            if run > instant:
                return run

    def _every_after(self, instant: datetime) -> datetime:
        """Follow real time: every minute that really passes and whose wall clock matches."""
        cursor = instant
        wall = wall_of(cursor, self._zone)
        while True:
            match = self._match_after(wall)
            run = cursor + (match - wall_of(cursor, self._zone))
            near = min(run, cursor + _WINDOW)
            change = first_change(self._zone, cursor, near)
            if change is not None:
                cursor = change
                wall = wall_of(cursor, self._zone) - _SECOND
            elif near == run:
                return run
            else:
                # No wall clock shows a match before `match`: go on shortly before it.
                cursor = max(near, run - _WINDOW)
                wall = wall_of(cursor, self._zone)


@lru_cache(maxsize=_PLANS)
def _plan(expression: str, zone: str) -> _Plan:
    return _Plan(expression, zone)


class Schedule:
    """A five-field cron expression in a time zone.

    Raise CronError with field "cron" if the expression is not five fields or never fires, with
    field "timezone" if there is no such zone. Parsing and recent answers are shared between
    equal schedules of one process, so making one again costs a dictionary look-up. Safe to use
    from several threads.
    """

    __slots__ = ("_plan", "expression", "zone")

    def __init__(self, expression: str, zone: str = "UTC") -> None:
        self._plan = _plan(expression, zone)
        self.expression = expression
        self.zone = zone

    def __repr__(self) -> str:
        return f"Schedule({self.expression!r}, {self.zone!r})"

    def next_after(self, instant: datetime) -> datetime:
        """Return the first run strictly after an instant, in UTC.

        `instant` carries a time zone (ValueError otherwise). Raise CronError if nothing is left
        to fire before the calendar ends, in the year 9999.
        """
        if instant.tzinfo is None:
            raise ValueError("an instant carries a time zone")
        if instant.tzinfo is not UTC:
            instant = instant.astimezone(UTC)
        return self._plan.next_after(instant)

    def upcoming(self, start: datetime, count: int) -> list[datetime]:
        """Return the next `count` runs strictly after `start`, in UTC, oldest first."""
        runs: list[datetime] = []
        instant = start
        for _ in range(count):
            instant = self.next_after(instant)
            runs.append(instant)
        return runs

    def local(self, instants: Iterable[datetime]) -> list[datetime]:
        """Return instants as datetimes with the offset that the schedule's zone has at each."""
        zone = find_zone(self.zone)
        return [instant.astimezone(zone) for instant in instants]


def daily_at(instant: datetime, zone: str = "UTC") -> str:
    """Return the expression that fires every day at the minute this instant has in the zone.

    Raise CronError with field "timezone" if there is no such zone.
    """
    try:
        local = wall_of(instant, find_zone(zone))
    except LookupError as error:
        raise CronError(str(error.args[0]), "timezone") from None
    return f"{local.minute} {local.hour} * * *"
