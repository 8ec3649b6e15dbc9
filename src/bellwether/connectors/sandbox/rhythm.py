"""How attention passes: days that count more and less, and waves.

`flow` turns time into "days' worth of attention". It never falls, so a count made of it never
falls either, and it is computed for any instant without walking there: each term is either an
interpolation between knots that depend on the day's number alone, or a count of finished waves.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import accumulate

from bellwether.connectors.sandbox.mixing import mix, unit
from bellwether.kit.clock import to_micros

_START = datetime(2014, 1, 1, tzinfo=UTC)  # the simulated network began; nothing is older
_EPOCH = to_micros(_START)
_DAY = 86_400_000_000

# Parts of 384: the hours of a day. Quiet at night, busy in the evening.
_HOURS = (
    8, 6, 4, 3, 3, 4, 6, 10, 13, 14, 16, 18, 21, 21, 19, 18, 19, 22, 25, 29, 32, 31, 26, 16,
)  # fmt: skip
_WEEKS = (
    (0.85, 0.85, 0.9, 0.95, 1.15, 1.2, 1.1),  # entertainment: the weekend
    (1.15, 1.2, 1.15, 1.1, 1.0, 0.7, 0.7),  # work: the week
    (0.95, 0.95, 0.95, 1.0, 1.05, 1.0, 1.1),  # everybody
    (0.8, 0.85, 0.85, 0.9, 1.0, 1.25, 1.35),  # families
)
_BY_HOUR = (0, *accumulate(_HOURS))
_BY_DAY = tuple((0.0, *accumulate(week)) for week in _WEEKS)
_JITTER = 0.6  # of a day; less than the quietest day's weight, so that no day runs backwards

WAVE_EVERY = 256.0
"""Days; in each such stretch, attention comes in one wave."""
_LATEST_WAVE = 200.0
_MOMENTS = 1024
"""Zones and kinds of week at instants that are asked about again and again, as in a batch."""


def days(instant: datetime) -> float:
    """Return days since the network began; before that, 0."""
    return max(0, to_micros(instant) - _EPOCH) / _DAY


def instant_of(day: float) -> datetime:
    """Return the instant, to the nearest second, of a number of days since the network began."""
    return _START + timedelta(0, int(day * 86400.0 + 0.5))


def to_the_second(day: float) -> float:
    """Cut a number of days to whole seconds: contents come out on the second."""
    return int(day * 86400.0) / 86400.0


def flow(day: float, key: int) -> float:
    """Return the attention that has passed since the network began, in average days.

    `key` chooses the time zone, the kind of week and the ups and downs.
    """
    number, share, whole, weight = _moment(day, key & 127)
    before = unit(mix(key, number)) * _JITTER
    after = unit(mix(key, number + 1)) * _JITTER
    return whole + before + (weight + after - before) * share


@lru_cache(maxsize=_MOMENTS)
def _moment(day: float, rhythm: int) -> tuple[int, float, float, float]:
    """Return what an instant is to all who share a time zone and a kind of week.

    That is the local day's number and how much of it has passed, the attention of all days before
    it, and the weight of the day itself.
    """
    local = day + (rhythm & 31) / 32.0
    number = int(local)
    kind = rhythm >> 5
    week, weekday = divmod(number, 7)
    whole = 7.0 * week + _BY_DAY[kind][weekday]
    return number, _passed(local - number), whole, _WEEKS[kind][weekday]


def _passed(fraction: float) -> float:
    hours = fraction * 24.0
    hour = int(hours)
    return (_BY_HOUR[hour] + _HOURS[hour] * (hours - hour)) / 384.0


def waves(day: float, key: int, length: float) -> float:
    """Return how many waves have passed, counting the one on its way as a fraction.

    A wave is half over after `length` days and then fades.
    """
    stretch = int(day / WAVE_EVERY)
    inside = day - stretch * WAVE_EVERY
    start = unit(mix(key, -1 - stretch)) * _LATEST_WAVE
    if inside <= start:
        return float(stretch)
    return stretch + rise(inside - start, length) / rise(WAVE_EVERY - start, length)


def rise(age: float, half: float) -> float:
    """Return the share in [0, 1) of a crowd that has come after `age` days; half after `half`."""
    return age / (age + half)
