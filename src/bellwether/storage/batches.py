"""Many rows in few statements and steps on SQLite.

A statement that is run once for each row, or that gives one row after the other, gives up and takes
back the interpreter's lock each time, which beside a busy event loop costs more than the row does.
"""

from collections.abc import Sequence
from itertools import chain
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection

T = TypeVar("T")
_LARGEST = 256
"""Rows a statement. Times the columns of a row, far fewer values than SQLite takes (32,766)."""


def insert_rows(
    connection: Connection, insert: str, rows: Sequence[tuple[Any, ...]], suffix: str = ""
) -> int:
    """Run `insert` ("INSERT INTO t (a, b)") with all rows and return how many it stored.

    `suffix` comes after the values. The sizes of statements are powers of two, so that there are
    few of them and the driver keeps each prepared.
    """
    stored, start, size = 0, 0, _LARGEST
    while start < len(rows):
        while size > len(rows) - start:
            size //= 2
        chunk = rows[start : start + size]
        row = f"({', '.join('?' * len(chunk[0]))})"
        statement = f"{insert} VALUES {', '.join([row] * size)}{suffix}"
        stored += connection.exec_driver_sql(statement, tuple(chain.from_iterable(chunk))).rowcount
        start += size
    return stored


def fetch_rows(
    connection: Connection,
    columns: str,
    rest: str,
    parameters: Sequence[Any],
    decoder: "msgspec.json.Decoder[list[T]]",
) -> list[T]:
    """Return what `SELECT columns rest` gives, in its order, as one value that C code takes apart.

    For whole numbers and texts: a fraction would lose its last digits.
    """
    statement = f"SELECT json_group_array(json_array({columns})) FROM ({rest})"  # noqa: S608
    found = connection.exec_driver_sql(statement, tuple(parameters)).scalar_one()
    return decoder.decode(found)
