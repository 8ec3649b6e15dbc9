"""Plain SQL that runs on both stores, with whole lists in one parameter.

`?` marks a parameter. `{texts}` and `{numbers}` after a column stand for "is one of the list given
as the next parameter".
"""

import json
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, CursorResult, Row
from sqlalchemy.exc import DBAPIError

Rows = Sequence[tuple[Any, ...]]
_STREAM = {"yield_per": 5000}
_IN_JSON = "IN (SELECT value FROM json_each(?))"


@cache
def _spelled(statement: str, postgresql: bool) -> str:  # noqa: FBT001
    if postgresql:
        listed = statement.replace("{texts}", "= ANY(?::text[])")
        return listed.replace("{numbers}", "= ANY(?::bigint[])").replace("?", "%s")
    return statement.replace("{texts}", _IN_JSON).replace("{numbers}", _IN_JSON)


@cache
def _insert(head: str, types: str, tail: str, postgresql: bool) -> str:  # noqa: FBT001
    names = types.split()
    if not postgresql:
        return f"{head} VALUES ({', '.join('?' * len(names))}) {tail}"
    listed = ", ".join(f"%s::{name}[]" for name in names)
    return f"{head} SELECT * FROM unnest({listed}) {tail}"  # noqa: S608  our own words


class Sql:
    """Runs statements on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._postgresql = connection.dialect.name == "postgresql"

    def run(self, statement: str, *parameters: Any) -> CursorResult[*tuple[Any, ...]]:
        """Run one statement; a list among the parameters travels whole."""
        spelled = _spelled(statement, self._postgresql)
        return self._connection.exec_driver_sql(spelled, self._values(parameters))

    def stream(self, statement: str, *parameters: Any) -> Iterator[Row[*tuple[Any, ...]]]:
        """Yield the rows of a query, read as they are consumed."""
        result = self._connection.exec_driver_sql(
            _spelled(statement, self._postgresql),
            self._values(parameters),
            execution_options=_STREAM,
        )
        try:
            yield from result
        finally:
            result.close()

    def fetch(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Run a query straight on the driver, where SQLAlchemy would take longer than the query."""
        spelled = _spelled(statement, self._postgresql)
        cursor = self._connection.connection.cursor()
        try:
            cursor.execute(spelled, self._values(parameters))
            found = list(cursor.fetchall())
        except Exception as error:
            driver: Any = self._connection.dialect.dbapi
            raise DBAPIError.instance(
                spelled, None, error, driver.Error, dialect=self._connection.dialect
            ) from error
        finally:
            cursor.close()
        return found

    def _values(self, parameters: tuple[Any, ...]) -> tuple[Any, ...]:
        if self._postgresql:
            return parameters
        return tuple(json.dumps(each) if isinstance(each, list) else each for each in parameters)

    def run_many(self, statement: str, rows: Rows) -> None:
        """Run one statement for each row, in one call."""
        if rows:
            spelled = _spelled(statement, self._postgresql)
            self._connection.exec_driver_sql(spelled, list(rows))

    def insert(self, head: str, types: str, rows: Rows, tail: str = "") -> None:
        """Insert rows in one call; `types` are PostgreSQL's of the columns, in order."""
        if not rows:
            return
        statement = _insert(head, types, tail, self._postgresql)
        if self._postgresql:
            columns = tuple(list(column) for column in zip(*rows, strict=True))
            self._connection.exec_driver_sql(statement, columns)
        else:
            self._connection.exec_driver_sql(statement, list(rows))
