"""Hours of schedules in minutes: clock changes, a leap day, steps of the clock, kills and jumps.

What should have run is worked out by an oracle that looks at every minute, and by the rule for
ticks that were missed: the oldest of them runs once, and the schedule goes on from now.
"""

import random
import signal
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from bellwether.kit.clock import to_micros
from bellwether.storage.database import Database, open_database
from tests.chaos.fill import Order, fill
from tests.chaos.laws import check_laws, number_of
from tests.chaos.load import make_key
from tests.chaos.nursery import SCHEDULE, Running
from tests.chaos.process import Starter
from tests.chaos.schedule_worker import SharedClock
from tests.chaos.tally import Tally, progress
from tests.support.cron_oracle import Expression, Field, runs

_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
_BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
_RARE = ("30 1 29 2 *", "UTC")
_OFTEN = (("*/5 * * * *", "Asia/Kolkata"), ("*/15 * * * *", "Europe/Berlin"))
_DAILY = (
    ("30 2 * * *", "Europe/Berlin"),  # there is no such time on one day, and two on another
    ("0 3 * * *", "Europe/Berlin"),
    ("59 1 * * *", "Europe/London"),
    ("15 12 * * *", "Australia/Lord_Howe"),
    ("0 * * * *", "Europe/Berlin"),
    ("20 */2 * * *", "UTC"),
    ("5 0 1-31/2 * *", "UTC"),
    ("40 0 29 * 1", "Europe/Berlin"),  # a day of the month or of the week
    ("30 22 * * 0-6", "America/New_York"),
)
# Evening to morning of a leap day, and of both clock changes in Europe.
_WINDOWS = ("2028-02-28T20:00", "2028-03-25T21:00", "2028-10-28T21:00")


@dataclass(frozen=True)
class Size:
    """How many trackers, how long each of three windows is, and how often it is killed."""

    trackers: int
    window: timedelta
    kills: int
    steps: int

    @property
    def often(self) -> int:
        """How many trackers of each frequent schedule."""
        return min(max(5, self.trackers // 1000), 50)

    @property
    def daily(self) -> int:
        """How many trackers of each schedule of about once a day."""
        return min(max(10, self.trackers // 100), 1000)


SHORT = Size(600, timedelta(hours=5), kills=2, steps=3)
FULL = Size(1_000_000, timedelta(hours=8), kills=30, steps=20)

Pair = tuple[str, str]


def run(starter: Starter, url: str, folder: Path, size: Size) -> Tally:
    """Walk through the windows minute by minute, then compare with the oracle."""
    database = open_database(url)
    tally = Tally("schedules", database.kind)
    counts = dict.fromkeys(_OFTEN, size.often) | dict.fromkeys(_DAILY, size.daily)
    counts[_RARE] = max(1, size.trackers - sum(counts.values()))
    oracle = Oracle(tuple(counts))
    walk = _walk(oracle, size)
    make_key(url, "acme")
    fill(database, "acme", _orders(counts, oracle, walk[0]), walk[0])
    clock = SharedClock(folder / "clock")
    walker = _Walker(starter, database, url, folder, clock)
    walker.go(walk, size)
    tally.rounds = len(walk)
    expected = {pair: oracle.ticks(pair, walk) for pair in counts}
    _compare(database, counts, expected, tally)
    check_laws(database, tally)
    tally.acknowledged = number_of(database, "SELECT COUNT(*) FROM runs")
    tally.note(
        trackers=f"{sum(counts.values()):,}",
        simulated_hours=f"{3 * size.window / _HOUR:.0f}",
        kills=str(walker.kills),
        steps_of_an_hour=str(walker.steps),
        runs_while_stepped_back=str(walker.early),
    )
    tally.check("wrong", "something ran while the clock was stepped back", walker.early)
    database.close()
    return tally.done()


def _walk(oracle: "Oracle", size: Size) -> Sequence[datetime]:
    """Return the instants that the clock is set to: minutes in which something is due."""
    walk: list[datetime] = []
    for start in map(_utc, _WINDOWS):
        due = {
            at for pair in oracle.pairs for at in oracle.between(pair, start, start + size.window)
        }
        walk += [start, *sorted(due)]
    return walk


def _utc(text_: str) -> datetime:
    return datetime.fromisoformat(text_).replace(tzinfo=UTC)


class Oracle:
    """Which ticks schedules have, by looking at every minute."""

    def __init__(self, pairs: Sequence[Pair]) -> None:
        self.pairs = pairs
        self._read = {cron: read_expression(cron) for cron, _ in pairs}
        self._known: dict[Pair, list[tuple[datetime, datetime, Sequence[datetime]]]] = {}

    def between(self, pair: Pair, start: datetime, end: datetime) -> Sequence[datetime]:
        """Return the ticks in (start, end]."""
        found = runs(self._read[pair[0]], pair[1], start, end)
        self._known.setdefault(pair, []).append((start, end, found))
        return found

    def next(self, pair: Pair, after: datetime, horizon: datetime) -> datetime | None:
        """Return the first tick after an instant, None when there is none up to the horizon."""
        for start, end, found in self._known.get(pair, ()):  # looked at before
            if start <= after < end:
                later = found[bisect_right(found, after) :]
                if later:
                    return later[0]
                after = end
        span = timedelta(hours=6)
        while after < horizon:
            if found := self.between(pair, after, min(after + span, horizon)):
                return found[0]
            after += span
            span = min(2 * span, timedelta(days=16))
        return None

    def ticks(self, pair: Pair, walk: Sequence[datetime]) -> Sequence[datetime]:
        """Return the ticks that run when the clock is set to these instants in turn.

        Of ticks that were missed the oldest runs, and the schedule goes on from then.
        """
        ran: list[datetime] = []
        due = self.next(pair, walk[0], walk[-1])
        for at in walk:
            if due is not None and due <= at:
                ran.append(due)
                due = self.next(pair, at, walk[-1])
        return ran


def read_expression(cron: str) -> Expression:
    """Read a plain expression into sets of numbers, without the code under test."""
    fields = [
        Field(part, frozenset(_values(part, low, high)))
        for part, (low, high) in zip(cron.split(), _BOUNDS, strict=True)
    ]
    return Expression(*fields)


def _values(part: str, low: int, high: int) -> Iterator[int]:
    for one in part.split(","):
        span, _, step = one.partition("/")
        first, _, last = span.partition("-")
        if span == "*":
            first, last = str(low), str(high)
        yield from range(int(first), int(last or first) + 1, int(step or 1))


def _orders(counts: Mapping[Pair, int], oracle: Oracle, start: datetime) -> Iterator[Order]:
    """Yield trackers with their first ticks by the oracle."""
    horizon = _utc(_WINDOWS[-1]) + timedelta(days=1)
    for pair, count in counts.items():
        first = oracle.next(pair, start, horizon) or horizon + timedelta(days=400)
        yield Order(*pair, count, to_micros(first))


class _Walker:
    """Sets the clock and sees to it that what is due is done, with kills and steps between."""

    def __init__(
        self, starter: Starter, database: Database, url: str, folder: Path, clock: SharedClock
    ) -> None:
        self._starter = starter
        self._database = database
        self._arguments = (SCHEDULE, url, str(folder / "clock"))
        self._folder = folder
        self._clock = clock
        self.kills = 0
        self.steps = 0
        self.early = 0
        self._before = ""

    def go(self, walk: Sequence[datetime], size: Size) -> None:
        """Walk through the instants."""
        self._clock.set(walk[0])
        process = self._start()
        places = range(len(walk))
        kills = set(random.sample(places, min(size.kills, len(walk))))
        # An hour back only from where every tick of that hour has run.
        starts = [_utc(one) for one in _WINDOWS]
        calm = [
            place
            for place in places
            if place not in kills
            and any(_HOUR < walk[place] - start <= size.window for start in starts)
        ]
        steps = set(random.sample(calm, min(size.steps, len(calm))))
        try:
            for place in places:
                self._clock.set(walk[place])
                if place in kills:
                    time.sleep(random.uniform(0.0, 0.08))
                    process = self._restart(process)
                if place in steps:
                    self._step(walk[place], amid=place % 2 == 0)
                self._settle(walk[place])
                progress(f"{place + 1} of {len(walk)} instants, {self.kills} kills")
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()

    def _start(self) -> Running:
        return self._starter.start(self._folder / f"log{self.kills}", *self._arguments)

    def _restart(self, process: Running) -> Running:
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.kills += 1
        return self._start()

    def _step(self, instant: datetime, *, amid: bool) -> None:
        """Step the clock back an hour and forth again, amid the work or after it."""
        self.steps += 1
        if not amid:
            self._settle(instant)
        before = number_of(self._database, "SELECT COUNT(*) FROM runs")
        time.sleep(random.uniform(0.0, 0.03) if amid else 0.0)
        # Not to the microsecond: no clock shows one instant twice, and what is seen twice at one
        # instant is one observation.
        self._clock.set(instant, -_HOUR + timedelta(microseconds=self.steps))
        time.sleep(0.15)
        if not amid:
            self.early += number_of(self._database, "SELECT COUNT(*) FROM runs") - before
        self._clock.set(instant)

    def _settle(self, instant: datetime, seconds: float = 900) -> None:
        """Wait until nothing is due any more."""
        due = (
            "SELECT COUNT(*) FROM (SELECT 1 FROM trackers WHERE environment = 'sandbox'"
            " AND platform = 'youtube' AND aspect = 'content' AND priority = 1"
            f" AND due_at <= {to_micros(instant)} LIMIT 1) AS q"
        )
        deadline = time.monotonic() + seconds
        wait_s = 0.005  # a million take minutes, and asking takes its share of a core
        while number_of(self._database, due):
            if time.monotonic() > deadline:
                raise TimeoutError(f"what was due at {instant} was not done")
            progress(f"what is due at {instant:%d %B %H:%M} is being done")
            time.sleep(wait_s)
            wait_s = min(0.2, wait_s * 1.2)


def _compare(
    database: Database,
    counts: Mapping[Pair, int],
    expected: Mapping[Pair, Sequence[datetime]],
    tally: Tally,
) -> None:
    """Every tracker of a schedule has one run for each of its ticks, and none besides."""
    query = text(
        "SELECT trackers.cron, trackers.timezone, runs.tick, COUNT(*) FROM runs"
        " JOIN trackers ON trackers.id = runs.tracker_id GROUP BY 1, 2, 3"
    )
    found: Counter[tuple[str, str, int]] = Counter()
    for row in database.submit_read(lambda connection: connection.execute(query).all()).result():
        found[row[0], row[1], row[2]] = row[3]
    for pair, count in counts.items():
        for tick in expected[pair]:
            ran = found.pop((*pair, to_micros(tick)), 0)
            tally.check("lost", f"{pair} did not run at {tick}", max(0, count - ran), count)
            tally.check("double", f"{pair} ran twice at {tick}", max(0, ran - count))
    tally.check("wrong", f"runs that nobody expected: {list(found)[:3]}", sum(found.values()))
    failed = number_of(database, "SELECT COUNT(*) FROM runs WHERE state <> 'succeeded'")
    tally.check("wrong", "a run failed", failed)
