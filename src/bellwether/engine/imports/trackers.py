"""Trackers in a file: reading a row, and finding what its URL names."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from bellwether.engine.imports import cells
from bellwether.engine.imports.files import ABSENT, Cell, RowError
from bellwether.engine.imports.service import TrackerOrder
from bellwether.model.refs import Resolved
from bellwether.model.requests import TrackRequest
from bellwether.model.tracking import Aspect, TrackerState

Resolve = Callable[[Sequence[str]], Sequence[Resolved]]

OPTIONAL = ("cron", "timezone", "expires_at", "days", "aspect", "dialect", "state")
"""The columns that are read when they are there; the URL's is named by the caller."""

_ASPECTS = {aspect.value: aspect for aspect in Aspect}
_STATES = {state.value: state for state in TrackerState}
_LONGEST_DAYS = 36_500


@dataclass(frozen=True, slots=True)
class TrackerDefaults:
    """What holds for rows that do not say: `days` 0 is for ever."""

    cron: str | None
    timezone: str
    days: int
    dialect: str


@dataclass(frozen=True, slots=True)
class ReadTracker:
    """A row that was read, before its URL is resolved."""

    url: str
    cron: str | None
    timezone: str
    expires_at: datetime | None
    aspect: Aspect | None
    dialect: str
    paused: bool


class TrackerReader:
    """Reads rows of one file."""

    def __init__(
        self,
        there: Sequence[str],
        url_column: str,
        defaults: TrackerDefaults,
        now: datetime,
        zone: tzinfo,
    ) -> None:
        self.columns = [url_column, *(name for name in OPTIONAL if name in there)]
        self._url_column = url_column
        self._defaults = defaults
        self._now = now
        self._zone = zone

    def read(self, row: Sequence[Cell]) -> ReadTracker:
        """Read the cells of `columns`. Raises RowError naming the column at fault."""
        named = dict(zip(self.columns, row, strict=True))
        url = cells.optional_text(named[self._url_column], self._url_column)
        if url is None:
            raise RowError(self._url_column, "is empty")
        aspect, state = _text(named, "aspect"), _text(named, "state")
        return ReadTracker(
            url=url,
            cron=_text(named, "cron") or self._defaults.cron,
            timezone=_text(named, "timezone") or self._defaults.timezone,
            expires_at=self._expiry(named),
            aspect=cells.choice(aspect, "aspect", _ASPECTS) if aspect else None,
            dialect=_text(named, "dialect", longest=20) or self._defaults.dialect,
            paused=bool(state) and cells.choice(state, "state", _STATES) is TrackerState.PAUSED,
        )

    def _expiry(self, named: Mapping[str, Cell]) -> datetime | None:
        """Return when a row's tracker ends: what it says, else what holds for all rows.

        Where there is a column `expires_at` and no number of days, an empty cell means never, as
        in an export.
        """
        if _text(named, "expires_at"):
            return cells.instant(named["expires_at"], "expires_at", self._zone)
        days = self._defaults.days
        if _text(named, "days"):
            value, _ = cells.number(named["days"], "days", ".")
            if not isinstance(value, int) or not 0 <= value <= _LONGEST_DAYS:
                raise RowError("days", f"must be whole and between 0 and {_LONGEST_DAYS}")
            days = value
        elif "expires_at" in named:
            return None
        return self._now + timedelta(days=days) if days else None


def _text(named: Mapping[str, Cell], name: str, longest: int = 200) -> str | None:
    return cells.optional_text(named.get(name, ABSENT), name, longest)


def orders(
    rows: Sequence[ReadTracker], resolve: Resolve, url_column: str
) -> Sequence[TrackerOrder | RowError]:
    """Find out what the URLs name and return the order of each row, or what is wrong with it."""
    found = resolve([row.url for row in rows])
    return [_order(row, each, url_column) for row, each in zip(rows, found, strict=True)]


def _order(row: ReadTracker, resolved: Resolved, url_column: str) -> TrackerOrder | RowError:
    ref = resolved.ref
    if ref is None or resolved.error is not None:
        message = resolved.error.message if resolved.error else "names nothing that is known"
        return RowError(url_column, message)
    aspect = row.aspect or (Aspect.CONTENT if ref.is_content else Aspect.PROFILE)
    request = TrackRequest(
        ref=ref,
        dialect=row.dialect,
        aspect=aspect,
        cron=row.cron,
        timezone=row.timezone,
        expires_at=row.expires_at,
    )
    return TrackerOrder(request, paused=row.paused)
