"""Reading the cells of a row: text, numbers, instants. Each raises RowError for what is wrong."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Any, TypeVar

import msgspec

from bellwether.engine.imports.files import ABSENT, Cell, RowError
from bellwether.kit.instants import read_instant
from bellwether.kit.numbers import LARGEST, DecimalMark, read_number
from bellwether.model.errors import InvalidInputError
from bellwether.model.readings import Estimate, Number

PRINTED = "printed"
"""The method of an estimate that was written in short."""

LONGEST_ID = 200
_LONGEST_SHOWN = 80
_FAST = 18
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_METRIC = re.compile(r"[a-z][a-z0-9_]{0,39}")
T = TypeVar("T")


def check_metric(name: str, field: str) -> str:
    """Return a metric's name, or raise InvalidInputError naming the option."""
    if not _METRIC.fullmatch(name):
        raise InvalidInputError(
            f"{name!r} is no name for a metric: use small letters, digits and underscores, "
            "beginning with a letter, at most 40",
            field=field,
        )
    return name


def shown(cell: Cell) -> str:
    """Return a cell as a message may show it."""
    text = repr(cell)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


def optional_text(cell: Cell, field: str, longest: int = 2000) -> str | None:
    """Return text without blanks around it; None when there is none."""
    if cell is ABSENT or cell is None:
        return None
    if type(cell) is int:
        cell = str(cell)
    if not isinstance(cell, str):
        raise RowError(field, f"not a text: {shown(cell)}")
    text = cell.strip()
    if len(text) > longest:
        raise RowError(field, f"longer than {longest} characters")
    if _UNSTORABLE.search(text):
        raise RowError(field, "not UTF-8 text, or with a NUL in it")
    return text or None


def identifier(cell: Cell, field: str) -> str:
    """Return an id exactly as it stands, without blanks around it."""
    text = optional_text(cell, field, LONGEST_ID)
    if text is None:
        raise RowError(field, "is empty")
    return text


@lru_cache(maxsize=65536)
def _instant(text: str, zone: tzinfo) -> datetime:
    found = read_instant(text, zone)
    if not _EARLIEST <= found < _LATEST:
        raise ValueError(f"not between 1970 and 2200: {text}")
    return found


def instant(cell: Cell, field: str, zone: tzinfo) -> datetime:
    """Return the instant that a cell names, in UTC; text without an offset is in `zone`."""
    if type(cell) in {int, float}:
        cell = str(cell)
    if not isinstance(cell, str):
        raise RowError(field, "is empty" if cell is None or cell is ABSENT else "not an instant")
    try:
        return _instant(cell, zone)
    except ValueError as error:
        raise RowError(field, "is empty" if not cell.strip() else str(error)) from None


def optional_instant(cell: Cell, field: str, zone: tzinfo) -> datetime | None:
    """Return the instant that a cell names, None when it is empty."""
    if cell is ABSENT or cell is None or cell == "":
        return None
    return instant(cell, field, zone)


def number(
    cell: Cell, field: str, decimal: DecimalMark
) -> tuple[Number | None, tuple[Number, Number] | None]:
    """Return a number, None where there is none, with the range it stands for if printed."""
    if type(cell) is str:
        if len(cell) <= _FAST and cell.isdecimal() and cell.isascii():  # nearly every cell
            return int(cell), None
        if not cell:
            return None, None
        try:
            found = read_number(cell, decimal=decimal)
        except ValueError as error:
            raise RowError(field, str(error)) from None
        if found is None:
            return None, None
        return found.value, ((found.low, found.high) if found.low != found.high else None)
    if cell is None or cell is ABSENT:
        return None, None
    if type(cell) is float or (type(cell) is int and abs(cell) <= LARGEST):
        return cell, None
    raise RowError(field, f"not a number: {shown(cell)}")


def exact_number(cell: Cell, field: str) -> Number | None:
    """Return the number of an exported cell: JSON, so that nothing is open to two readings."""
    if isinstance(cell, str):
        return decoded(cell, field, _decode_number)
    return number(cell, field, ".")[0]


_decode_number: "msgspec.json.Decoder[Number | None]" = msgspec.json.Decoder(Number | None)
_decode_metrics = msgspec.json.Decoder(dict[str, Number | None])
_decode_estimates = msgspec.json.Decoder(dict[str, Estimate])
_decode_object = msgspec.json.Decoder(dict[str, Any])


def decoded(cell: str, field: str, decoder: "msgspec.json.Decoder[T]") -> T:
    """Return what JSON in a cell holds."""
    try:
        return decoder.decode(cell)
    except (ValueError, RecursionError) as error:
        raise RowError(field, f"{error}: {shown(cell)}") from None


def _mapping(cell: Cell, field: str, decoder: "msgspec.json.Decoder[dict[str, T]]") -> dict[str, T]:
    if cell is ABSENT or cell is None or cell == "":
        return {}
    text = cell if isinstance(cell, str) else msgspec.json.encode(cell).decode()
    return decoded(text, field, decoder)


def metrics_object(cell: Cell, field: str) -> Mapping[str, Number | None]:
    """Return the numbers of an exported object."""
    found = _mapping(cell, field, _decode_metrics)
    for name in found:
        if not _METRIC.fullmatch(name):
            raise RowError(field, f"no name for a metric: {shown(name)}")
    return found


def estimates_object(cell: Cell, field: str) -> Mapping[str, Estimate]:
    """Return the estimates of an exported object or cell."""
    return _mapping(cell, field, _decode_estimates)


def details_object(cell: Cell, field: str) -> Mapping[str, object]:
    """Return the details of an exported object or cell."""
    return _mapping(cell, field, _decode_object)


def choice(cell: Cell, field: str, choices: Mapping[str, T]) -> T:
    """Return the value that a cell names, in any case."""
    text = optional_text(cell, field, LONGEST_ID)
    found = choices.get((text or "").lower())
    if found is None:
        raise RowError(field, f"not one of {', '.join(choices)}: {shown(text or '')}")
    return found
