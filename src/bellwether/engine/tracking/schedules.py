"""When a tracker's next tick is."""

from datetime import datetime

from bellwether.kit.clock import from_micros, to_micros
from bellwether.kit.cron import CronError, Schedule, daily_at
from bellwether.model.errors import InvalidInputError
from bellwether.model.tracking import Aspect

_LONGEST = {"cron": 200, "timezone": 64}  # what the columns hold


_REMEMBERED = 16_384

_STORIES = "0 */6 * * *"  # stories live for 24 hours: four looks a day see each of them


def default_cron(aspect: Aspect, created_at: datetime, zone: str) -> str:
    """Return the schedule of a tracker that names none.

    Daily at the minute of its creation; every six hours for stories.
    """
    try:
        return _STORIES if aspect is Aspect.STORIES else daily_at(created_at, zone)
    except CronError as error:
        raise InvalidInputError(str(error), field=error.field) from error


def first_tick(cron: str, zone: str, after: datetime) -> datetime:
    """Return the first tick after an instant, checking what a caller asked for.

    InvalidInputError (`cron` or `timezone`) for what is not a schedule or never fires.
    """
    for field, text in (("cron", cron), ("timezone", zone)):
        if len(text) > _LONGEST[field]:
            raise InvalidInputError(f"longer than {_LONGEST[field]} characters", field=field)
    try:
        return Schedule(cron, zone).next_after(after)
    except CronError as error:
        raise InvalidInputError(str(error), field=error.field) from error


def next_tick(cron: str, zone: str, after: datetime) -> datetime | None:
    """Return a stored schedule's next tick, None when nothing is left to fire.

    Nothing is left at the end of the calendar, or when the machine has forgotten the time zone:
    either is no reason to lose what was just observed.
    """
    try:
        return Schedule(cron, zone).next_after(after)
    except CronError:
        return None


class Upcoming:
    """Next ticks, remembered while they are ahead: many trackers share a schedule.

    Instants are microseconds. For one thread.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[int, int]] = {}

    def after(self, cron: str, zone: str, now: int) -> int | None:
        """Return `next_tick`."""
        known = self._known.get((cron, zone))
        if known is not None:
            since, tick = known
            # What comes next after an instant does so until it is there.
            if since <= now < tick:
                return tick
        found = next_tick(cron, zone, from_micros(now))
        if found is None:
            return None
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        tick = to_micros(found)
        self._known[cron, zone] = now, tick
        return tick
