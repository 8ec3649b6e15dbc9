"""Writing records as CSV or JSON lines, so that an import reads them back exactly."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any, TextIO

import msgspec

from bellwether.engine.exports.tasks import SNAPSHOT_FIELDS, Record

METRIC = "metric:"
"""How the name of a metric's column begins in CSV."""

_NULL = "null"
_encoder = msgspec.json.Encoder(order="sorted")


def write_jsonl(records: Iterable[Record], out: TextIO) -> Iterator[int]:
    """Write one object a line, and yield 1 for each."""
    for record in records:
        facts = {name: _plain(value) for name, value in record.items()}
        out.write(msgspec.json.encode(facts).decode() + "\n")
        yield 1


def write_csv(records: Iterable[Record], fields: Sequence[str], out: TextIO) -> Iterator[int]:
    """Write a header and a row for each record, and yield 1 for each. Objects are JSON."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(fields)
    for record in records:
        writer.writerow([_cell(record[name]) for name in fields])
        yield 1


def write_snapshots_csv(
    records: Iterable[Record], metrics: Sequence[str], out: TextIO
) -> Iterator[int]:
    """Write snapshots with a column for each metric.

    `null` is a metric that was asked for and not said, an empty cell one that was not asked for.
    """
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*SNAPSHOT_FIELDS, *(METRIC + name for name in metrics), "estimates"])
    for record in records:
        numbers = record["metrics"]
        writer.writerow(
            [
                *(_cell(record[name]) for name in SNAPSHOT_FIELDS),
                *(_number(numbers, name) for name in metrics),
                _cell(record["estimates"]),
            ]
        )
        yield 1


def _number(numbers: Mapping[str, object], name: str) -> str:
    if name not in numbers:
        return ""
    value = numbers[name]
    return _NULL if value is None else _encoder.encode(value).decode()


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return _encoder.encode(dict(value)).decode() if value else ""
    return _plain(value)
