"""The five fields of a cron expression: what is accepted, and one spelling of it."""

import re
from dataclasses import dataclass

MAX_LENGTH = 200
"""An expression longer than this is refused unread."""

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_NUMBER = re.compile(r"[0-9]{1,3}")
_STEP = re.compile(r"[0-9]{1,9}")


class CronError(ValueError):
    """A schedule that cannot be kept; `field` is "cron" or "timezone"."""

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


@dataclass(frozen=True, slots=True)
class _Field:
    """One of the five: its name in messages, its bounds, and the names its values may have."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()
    first: int = 0

    def value(self, text: str) -> int:
        if not text:
            raise CronError(f"{self.name}: a value is missing", "cron")
        if text in self.names:
            return self.names.index(text) + self.first
        if not _NUMBER.fullmatch(text):
            allowed = f"a number from {self.low} to {self.high}"
            if self.names:
                allowed += f" or a name from {self.names[0]} to {self.names[-1]}"
            raise CronError(f'{self.name}: "{text}" is not {allowed}', "cron")
        number = int(text)
        if not self.low <= number <= self.high:
            raise CronError(
                f"{self.name}: {number} is out of range, it goes from {self.low} to {self.high}",
                "cron",
            )
        return number

    def item(self, text: str) -> str:
        """Return one list item in plain numbers, with the end of an open step written out."""
        span, slash, step_text = text.partition("/")
        step = self._step(step_text) if slash else None
        suffix = f"/{step}" if slash else ""
        if span == "*":
            return f"*{suffix}"
        first, dash, last = span.partition("-")
        low = self.value(first)
        if not dash:
            high = self.high if slash else low
        else:
            high = self.value(last)
            if high < low:
                raise CronError(
                    f'{self.name}: the range "{span}" runs backwards; write two ranges', "cron"
                )
        # A range of one value is that value; a step over it changes nothing.
        return str(low) if low == high else f"{low}-{high}{suffix}"

    def _step(self, text: str) -> int:
        if not _STEP.fullmatch(text):
            raise CronError(f'{self.name}: the step "{text}" is not a number', "cron")
        step = int(text)
        if step == 0:
            raise CronError(f"{self.name}: a step of 0 never moves on", "cron")
        return step


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of month", 1, 31),
    _Field("month", 1, 12, _MONTHS, 1),
    _Field("day of week", 0, 7, _DAYS),
)


def canonical(expression: str) -> str:
    """Return the expression in numbers, one blank between fields, open steps written out.

    `0/5 * * * MON-FRI` becomes `0-59/5 * * * 1-5`. Stars are kept as written, since a leading
    star decides how the two day fields combine. Raise CronError where it is not five fields of
    values, names, ranges, lists and steps.
    """
    if len(expression) > MAX_LENGTH:
        raise CronError(f"a cron expression has at most {MAX_LENGTH} characters", "cron")
    if not expression.isascii() or not expression.replace("\t", " ").isprintable():
        raise CronError("a cron expression is one line of plain ASCII characters", "cron")
    parts = expression.upper().split()
    if len(parts) != len(_FIELDS):
        raise CronError(
            "a cron expression has five fields (minute, hour, day of month, month, day of week), "
            f"this one has {len(parts)}",
            "cron",
        )
    return " ".join(
        ",".join(field.item(item) for item in part.split(","))
        for field, part in zip(_FIELDS, parts, strict=True)
    )
