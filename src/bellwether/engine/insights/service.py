"""Counters of runs and of the webhooks that told of them, computed from the rows themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection

from bellwether.engine.insights.store import ELSEWHERE, Count, InsightStore
from bellwether.kit.clock import Clock, to_micros
from bellwether.model.insights import NOTHING, RunInsights, Tally
from bellwether.model.tenants import Scope
from bellwether.model.tracking import Aspect


class InsightService:
    """How often trackers ran, and how often a webhook told of it.

    Days and months are those of UTC, as of the product's time, and a run belongs to the day on
    which it ended: what a past day counted does not change any more, except that a delivery may
    still succeed.
    """

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._store = InsightStore(connection)
        self._clock = clock

    def of_trackers(self, scope: Scope, tracker_ids: Sequence[str]) -> Mapping[str, RunInsights]:
        """Return the insights of each tracker, in one query; none of others' is counted."""
        month = _Month.around(self._clock.now())
        gathered = {tracker_id: _Gathered(month) for tracker_id in tracker_ids}
        if not gathered:
            return {}
        for count in self._store.by_tracker(scope, list(gathered), month.start, month.end):
            one = gathered[count.owner]
            one.add_day(count)
            one.add_creator(count)
        return {tracker_id: one.finish() for tracker_id, one in gathered.items()}

    def of_dialect(self, scope: Scope, dialect: str) -> Mapping[Aspect, RunInsights]:
        """Return the insights of all trackers that a dialect has now, by aspect, in one query."""
        month = _Month.around(self._clock.now())
        gathered = {aspect: _Gathered(month) for aspect in Aspect}
        for count in self._store.by_aspect(scope, dialect, month.start, month.end):
            one = gathered[Aspect(count.owner)]
            if count.day is None:
                one.add_creator(count)
            else:
                one.add_day(count)
        return {aspect: one.finish() for aspect, one in gathered.items()}


@dataclass(frozen=True, slots=True)
class _Month:
    """A month of UTC: its first instant and the next one's in microseconds, and today in it."""

    first: date
    today: date
    start: int
    end: int

    @classmethod
    def around(cls, now: datetime) -> "_Month":
        today = now.astimezone(UTC).date()
        first = today.replace(day=1)
        following = (first + timedelta(days=31)).replace(day=1)
        return cls(first, today, _micros(first), _micros(following))


def _micros(day: date) -> int:
    return to_micros(datetime(day.year, day.month, day.day, tzinfo=UTC))


class _Gathered:
    """Counts on their way to insights."""

    def __init__(self, month: _Month) -> None:
        self._month = month
        self._total = NOTHING
        self._days: dict[date, Tally] = {}
        self._creators: dict[str, Tally] = {}

    def add_day(self, count: Count) -> None:
        tally = Tally(count.runs, count.told)
        self._total += tally
        if count.day is not None and count.day != ELSEWHERE:
            day = self._month.first + timedelta(days=count.day)
            self._days[day] = self._days.get(day, NOTHING) + tally

    def add_creator(self, count: Count) -> None:
        if count.creator is not None and count.day != ELSEWHERE:
            known = self._creators.get(count.creator, NOTHING)
            self._creators[count.creator] = known + Tally(count.runs, count.told)

    def finish(self) -> RunInsights:
        return RunInsights(
            total=self._total,
            this_month=sum(self._days.values(), NOTHING),
            today=self._days.get(self._month.today, NOTHING),
            by_day=dict(sorted(self._days.items())),
            by_creator=dict(sorted(self._creators.items())),
        )
