"""Reading instants as files write them: ISO dates and times, months, and epoch numbers."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

_ISO = re.compile(
    r"([0-9]{4})[-/]([0-9]{1,2})(?:[-/]([0-9]{1,2})"
    r"(?:[Tt ]\s*([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2})(?:[.,]([0-9]{1,9}))?)?"
    r"\s*(Z|z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)?)?)?",
    re.ASCII,
)
_COMPACT = re.compile(r"([12][0-9]{3})([0-9]{2})([0-9]{2})(?:([0-9]{2})([0-9]{2})([0-9]{2}))?")
_EPOCH = re.compile(r"([0-9]{9,19})(?:\.([0-9]{1,9}))?")
_EPOCH_UNITS = {9: 10**6, 10: 10**6, 12: 10**3, 13: 10**3, 15: 1, 16: 1}
_START = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST = 64


def read_instant(text: str, zone: str | tzinfo = "UTC") -> datetime:
    """Read an instant and return it in UTC.

    Understood are `2022-03-01`, `2022-03-01 12:30`, `2017-10-16T22:59Z`, seconds and fractions (to
    the microsecond), offsets, `/` for `-`, months (`2022-03` is their first day), `20220301`,
    `20220301123000`, and epoch seconds, milliseconds or microseconds. Text without an offset is in
    `zone` (an IANA name or a tzinfo); an hour that occurs twice there is the first, a day without
    a midnight begins with its first instant. Raises ValueError, saying what is wrong, for anything
    else, for impossible dates and for hours that the zone skips.
    """
    stripped = text.strip()
    if not stripped or len(stripped) > _LONGEST:
        what = f"{stripped[:20]}..." if stripped else "an empty text"
        raise ValueError(f"not an instant: {what}")
    place = _zone(zone) if isinstance(zone, str) else zone
    match = _ISO.fullmatch(stripped) or _COMPACT.fullmatch(stripped)
    if match is None:
        return _from_epoch(stripped)
    parts: list[str | None] = [*match.groups(), None, None]
    year, month, day, hour, minute, second, fraction, offset = parts[:8]
    try:
        naive = datetime(  # noqa: DTZ001  the zone follows below
            int(year or 0),
            int(month or 0),
            int(day or 1),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            int((fraction or "0").ljust(6, "0")[:6]),
        )
        return _in_utc(naive, _offset(offset) if offset else place, check=hour is not None)
    except OverflowError as error:
        raise ValueError(f"not an instant: {stripped} is out of range") from error
    except ValueError as error:
        raise ValueError(f"not an instant: {stripped} ({error})") from error


@lru_cache(maxsize=64)
def _zone(name: str) -> tzinfo:
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError) as error:
        raise ValueError(f"unknown time zone: {name}") from error


def _offset(text: str) -> tzinfo:
    if text in {"Z", "z", "UTC", "GMT"}:
        return UTC
    hours, minutes = int(text[1:3]), int(text[3:].lstrip(":") or 0)
    if minutes > 59:  # noqa: PLR2004
        raise ValueError("the offset's minutes must be in 0..59")
    delta = timedelta(hours=hours, minutes=minutes)
    return timezone(-delta if text[0] == "-" else delta)


def _in_utc(naive: datetime, zone: tzinfo, *, check: bool) -> datetime:
    if zone is UTC:
        return naive.replace(tzinfo=UTC)
    instant = naive.replace(tzinfo=zone).astimezone(UTC)
    if check and instant.astimezone(zone).replace(tzinfo=None) != naive:
        raise ValueError(f"{zone} skips this hour")
    return instant


def _from_epoch(text: str) -> datetime:
    match = _EPOCH.fullmatch(text)
    unit = _EPOCH_UNITS.get(len(match[1])) if match else None
    if match is None or unit is None or (match[2] and unit == 1):
        raise ValueError(f"not an instant: {text}")
    fraction = int((match[2] or "0").ljust(9, "0")) * unit // 10**9
    return _START + timedelta(microseconds=int(match[1]) * unit + fraction)
