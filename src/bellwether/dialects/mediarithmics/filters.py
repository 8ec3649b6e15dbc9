"""The `filters` of a timeline: `$type==TOUCH|EMAIL,start_ts==1700000000000`.

A comma is "and" between fields, a bar is "or" between the values of one.
"""

from collections.abc import Sequence

from bellwether.model.errors import InvalidInputError
from bellwether.model.people import TimelineFilter

FIELDS = ("$unique_key", "$type", "$channel_id", "start_ts", "end_ts")
_MOST_VALUES = 100
_LAST_TS = 10**15


def read_filters(text: str | None) -> TimelineFilter:
    """Return which activities are wanted; InvalidInputError (`filters`) says what is wrong."""
    found: dict[str, Sequence[str]] = {}
    for part in (text or "").split(","):
        if not part.strip():
            continue
        name, equals, values = part.strip().partition("==")
        if not equals:
            raise _wrong(f"{_short(part)} is not a field, == and a value")
        if name not in FIELDS:
            raise _wrong(f"there is no field {_short(name)}; there are {', '.join(FIELDS)}")
        if name in found:
            raise _wrong(f"{name} stands there twice")
        found[name] = _values(name, values)
    return TimelineFilter(
        unique_keys=found.get("$unique_key"),
        types=found.get("$type"),
        channels=found.get("$channel_id"),
        start_ts=_instant("start_ts", found.get("start_ts")),
        end_ts=_instant("end_ts", found.get("end_ts")),
    )


def _values(name: str, text: str) -> Sequence[str]:
    values = tuple(dict.fromkeys(text.split("|")))
    if not all(values):
        raise _wrong(f"{name} has an empty value")
    if len(values) > _MOST_VALUES:
        raise _wrong(f"{name} has more than {_MOST_VALUES} values")
    return values


def _instant(name: str, values: Sequence[str] | None) -> int | None:
    if values is None:
        return None
    text = values[0]
    if len(values) > 1 or not (text.isascii() and text.isdecimal() and int(text[:19]) <= _LAST_TS):
        raise _wrong(f"{name} is one number of milliseconds since 1970")
    return int(text)


def _wrong(what: str) -> InvalidInputError:
    return InvalidInputError(f"filters: {what}", field="filters")


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:60] + "…")  # noqa: PLR2004
