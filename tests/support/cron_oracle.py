"""What a cron schedule means, worked out the slow way: one minute after the other.

Shares nothing with the code under test: fields are sets of numbers from the start, and every
minute of the span is looked at.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Field:
    """A field as it is written, the values it stands for, and whether it starts with a star."""

    text: str
    values: frozenset[int]

    @property
    def star(self) -> bool:
        return self.text.startswith("*")


@dataclass(frozen=True)
class Expression:
    """Five fields: minute, hour, day of month, month, day of week (0 is Sunday)."""

    minute: Field
    hour: Field
    day: Field
    month: Field
    weekday: Field

    @property
    def text(self) -> str:
        fields = (self.minute, self.hour, self.day, self.month, self.weekday)
        return " ".join(field.text for field in fields)

    def matches(self, wall: datetime) -> bool:
        if wall.minute not in self.minute.values or wall.hour not in self.hour.values:
            return False
        if wall.month not in self.month.values:
            return False
        by_day = wall.day in self.day.values
        by_weekday = (wall.weekday() + 1) % 7 in self.weekday.values
        if self.day.star or self.weekday.star:
            return by_day and by_weekday
        return by_day or by_weekday


def runs(expression: Expression, zone: str, start: datetime, end: datetime) -> list[datetime]:
    """Return every run in (start, end], by looking at every minute around that span."""
    walls = _walls(zone, start - timedelta(hours=26), end + timedelta(hours=26))
    if expression.minute.star or expression.hour.star:
        found = [at for at, wall in walls if expression.matches(wall)]
    else:
        found = _once_each(expression, walls)
    return [at for at in found if start < at <= end]


def _walls(zone: str, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """Return every UTC minute from start to end with what the wall clock shows then."""
    info = ZoneInfo(zone)
    at = start.replace(second=0, microsecond=0)
    walls = []
    while at <= end:
        walls.append((at, at.astimezone(info).replace(tzinfo=None)))
        at += _MINUTE
    return walls


def _once_each(expression: Expression, walls: list[tuple[datetime, datetime]]) -> list[datetime]:
    """Return the runs of a job that follows the wall clock: its furthest reading counts.

    A reading that was seen before is skipped, and readings that were jumped over count at the
    moment of the jump.
    """
    found: list[datetime] = []
    furthest = walls[0][1] - _MINUTE
    for at, wall in walls:
        reading = furthest + _MINUTE
        due = False
        while reading <= wall:
            due = due or expression.matches(reading)
            reading += _MINUTE
        furthest = max(furthest, wall)
        if due:
            found.append(at)
    return found


def utc(text: str) -> datetime:
    """Return the UTC instant of an ISO text without an offset."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
