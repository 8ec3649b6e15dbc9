"""Time zones: names that are the same on every machine, and wall clocks that jump."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

_SECOND = timedelta(seconds=1)
_SAMPLE = timedelta(hours=12)
"""No zone changes its offset twice within this."""


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """Return every accepted time zone name, as the IANA database spells them.

    The list comes from our own copy of the database, since a machine's folder may hold files
    that are no zones, or know fewer of them.
    """
    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())


@lru_cache(maxsize=1)
def _spellings() -> dict[str, str]:
    return {name.casefold(): name for name in zone_names()}


@lru_cache(maxsize=1024)
def find_zone(name: str) -> ZoneInfo:
    """Return a time zone by its exact name; raise LookupError with a plain message."""
    if name in zone_names():
        return ZoneInfo(name)
    near = _spellings().get(name.casefold())
    hint = f"; did you mean {near}?" if near else ", write one such as Europe/Berlin or UTC"
    raise LookupError(f'there is no time zone "{name[:64]}"{hint}')


def wall_of(instant: datetime, zone: ZoneInfo) -> datetime:
    """Return what a clock on the wall of this zone shows, as a naive datetime."""
    return instant.astimezone(zone).replace(tzinfo=None)


def offset_of(instant: datetime, zone: ZoneInfo) -> timedelta:
    """Return how far the zone's wall clock is ahead of UTC at an instant."""
    return wall_of(instant, zone) - instant.astimezone(UTC).replace(tzinfo=None)


def first_change(zone: ZoneInfo, after: datetime, until: datetime) -> datetime | None:
    """Return the first instant in (after, until] at which the zone's offset changes, or None."""
    low, offset = after, offset_of(after, zone)
    while low < until:
        high = min(low + _SAMPLE, until)
        if offset_of(high, zone) != offset:
            return _bisect(zone, low, high, offset)
        low = high
    return None


def _bisect(zone: ZoneInfo, low: datetime, high: datetime, offset: timedelta) -> datetime:
    """Return the first whole second in (low, high] whose offset is another than `offset`."""
    low = low.replace(microsecond=0)
    high = high.replace(microsecond=0) + (_SECOND if high.microsecond else timedelta())
    while high - low > _SECOND:
        middle = low + (high - low) // _SECOND // 2 * _SECOND
        if offset_of(middle, zone) == offset:
            low = middle
        else:
            high = middle
    return high


def earliest_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the first UTC instant at which the wall clock shows `wall` or has jumped past it.

    A time shown twice means its first showing; a time never shown means the moment of the jump.
    """
    early = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if wall_of(early, zone) == wall:
        return early
    # In a gap the two folds lie on either side of the jump, in reverse order.
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return first_change(zone, before, early) or early
