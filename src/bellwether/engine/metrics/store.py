"""SQL of the metrics room, for both stores."""

import json
from collections.abc import Generator, Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Select,
    Text,
    any_,
    bindparam,
    cast,
    func,
    select,
)

from bellwether.engine.metrics.canonical import name_in_json, read_estimates, read_metrics
from bellwether.engine.metrics.tables import snapshots
from bellwether.kit.clock import from_micros, opt_instant
from bellwether.model.metrics import Snapshot

NewRow = tuple[str, int, int, int, str, str | None, int | None, str, str | None]
"""subject_id, at, digest, ordinal, metrics, estimates, as_of, source, run_id"""
Row = Any
Key = tuple[int, int]
"""Where a page ended: instant in microseconds, and our id."""

Values = dict[str, object]
_Query = Select[*tuple[Any, ...]]

_STREAM = {"yield_per": 5000}
_INSERT_SQLITE = """
INSERT INTO snapshots
    (subject_id, at, digest, ordinal, metrics, estimates, as_of, source, run_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (subject_id, at, digest, ordinal) DO NOTHING
"""

# One statement a batch: arrays travel and parse several times faster than rows.
_INSERT_POSTGRESQL = """
INSERT INTO snapshots
    (subject_id, at, digest, ordinal, metrics, estimates, as_of, source, run_id)
SELECT * FROM unnest(
    %s::text[], %s::bigint[], %s::bigint[], %s::int[], %s::text[],
    %s::text[], %s::bigint[], %s::text[], %s::text[]
)
ON CONFLICT (subject_id, at, digest, ordinal) DO NOTHING
"""

# The newest few of each subject: one short walk of the index (subject_id, at) for each.
_NEWEST_SQLITE = """
SELECT s.* FROM json_each(?) AS wanted CROSS JOIN snapshots AS s
WHERE s.id IN (
    SELECT id FROM snapshots WHERE subject_id = wanted.value ORDER BY at DESC, id DESC LIMIT ?
)
ORDER BY s.subject_id, s.at, s.id
"""
_NEWEST_POSTGRESQL = """
SELECT s.* FROM unnest(%s::text[]) AS wanted (subject_id) CROSS JOIN LATERAL (
    SELECT * FROM snapshots WHERE subject_id = wanted.subject_id ORDER BY at DESC, id DESC LIMIT %s
) AS s
ORDER BY s.subject_id, s.at, s.id
"""

_NAMES_SQLITE = """
SELECT DISTINCT field.key FROM json_each(?) AS wanted
CROSS JOIN snapshots AS s ON s.subject_id = wanted.value, json_each(s.metrics) AS field
"""
_NAMES_POSTGRESQL = """
SELECT DISTINCT json_object_keys(s.metrics::json)
FROM snapshots AS s WHERE s.subject_id = ANY(%s::text[])
"""


class MetricsStore:
    """Reads and writes snapshots of subjects that were found in their workspace before."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._postgresql = connection.dialect.name == "postgresql"

    def insert(self, rows: Sequence[NewRow]) -> int:
        """Store the rows that are not there yet and return how many they were."""
        if not rows:
            return 0
        if self._postgresql:
            columns = tuple(list(column) for column in zip(*rows, strict=True))
            return self._connection.exec_driver_sql(_INSERT_POSTGRESQL, columns).rowcount
        return self._connection.exec_driver_sql(_INSERT_SQLITE, list(rows)).rowcount

    def points(
        self,
        subject_id: str,
        name: str,
        start: int | None,
        end: int | None,
        *,
        after: Key | None = None,
        limit: int | None = None,
    ) -> Generator[Row, None, None]:
        """Yield id, at, metrics, source, as_of, estimates of the snapshots that name a metric.

        They come ordered by (at, id), with `start` and `end` included, read as they are consumed.
        """
        values = _said(start=start, end=end, most=limit)
        if after is not None:
            values["after_at"], values["after_id"] = after
        query = _naming(self._postgresql, frozenset(values), newest=False)
        return self._stream(query, {"subject": subject_id, "name": name_in_json(name), **values})

    def newest_point(self, subject_id: str, name: str, start: int | None, end: int | None) -> Row:
        """Return the newest snapshot that names a metric, in the columns of `points`, or None."""
        values = _said(start=start, end=end, most=1)
        query = _naming(self._postgresql, frozenset(values), newest=True)
        values |= {"subject": subject_id, "name": name_in_json(name)}
        return self._connection.execute(query, values).first()

    def newest(self, subject_ids: Sequence[str], count: int) -> Iterable[Snapshot]:
        """Return up to `count` newest snapshots of each subject, oldest first."""
        ids = sorted(set(subject_ids))
        if not ids:
            return []
        if self._postgresql:
            found = self._connection.exec_driver_sql(_NEWEST_POSTGRESQL, (ids, count))
        else:
            found = self._connection.exec_driver_sql(_NEWEST_SQLITE, (json.dumps(ids), count))
        return [_snapshot(row) for row in found]

    def newest_numbered(self, subject_ids: Sequence[str]) -> Sequence[tuple[int, Snapshot]]:
        """Return the newest snapshot of each subject with its number."""
        ids = sorted(set(subject_ids))
        if not ids:
            return []
        statement, given = (
            (_NEWEST_POSTGRESQL, (ids, 1))
            if self._postgresql
            else (_NEWEST_SQLITE, (json.dumps(ids), 1))
        )
        found = self._connection.exec_driver_sql(statement, given)
        return [(row.id, _snapshot(row)) for row in found]

    def within(
        self, subject_ids: Sequence[str], start: int | None, end: int | None, limit: int
    ) -> Sequence[tuple[int, Snapshot]]:
        """Return up to `limit` snapshots of subjects with their numbers, oldest first."""
        query = _within(select(snapshots).where(self._is_among(subject_ids)), start, end, None)
        query = query.order_by(snapshots.c.at, snapshots.c.id).limit(limit)
        return [(row.id, _snapshot(row)) for row in self._connection.execute(query)]

    def _is_among(self, subject_ids: Sequence[str]) -> ColumnElement[bool]:
        """Return the condition, with the ids as one value: there may be more than parameters."""
        if self._postgresql:
            return snapshots.c.subject_id == any_(cast(list(subject_ids), ARRAY(Text)))
        ids = func.json_each(json.dumps(list(subject_ids))).table_valued("value")
        return snapshots.c.subject_id.in_(select(ids.c.value))

    def names(self, subject_ids: Sequence[str]) -> set[str]:
        """Return the names of the metrics that any snapshot of the subjects has."""
        ids = list(subject_ids)
        if self._postgresql:
            found = self._connection.exec_driver_sql(_NAMES_POSTGRESQL, (ids,))
        else:
            found = self._connection.exec_driver_sql(_NAMES_SQLITE, (json.dumps(ids),))
        return {row[0] for row in found}

    def page(
        self, subject_id: str, start: int | None, end: int | None, after: Key | None, limit: int
    ) -> Sequence[tuple[Key, Snapshot]]:
        """Return up to `limit` snapshots of one subject ordered by (at, id), each with its key."""
        s = snapshots.c
        query = select(s.id, s.subject_id, s.at, s.metrics, s.estimates, s.as_of, s.source).where(
            s.subject_id == subject_id
        )
        query = _within(query, start, end, after).order_by(s.at, s.id).limit(limit)
        return [((row.at, row.id), _snapshot(row)) for row in self._connection.execute(query)]

    def _stream(self, query: _Query, values: Values) -> Generator[Row, None, None]:
        result = self._connection.execute(query, values, execution_options=_STREAM)
        try:
            yield from result
        finally:
            result.close()


@cache
def _naming(postgresql: bool, said: frozenset[str], *, newest: bool) -> _Query:  # noqa: FBT001
    """Return the query for snapshots that name a metric, within the bounds that are `said`.

    There are a few of them, each built once: making one costs as much as running it.
    """
    table = snapshots.c
    find = func.strpos if postgresql else func.instr
    query = select(
        table.id, table.at, table.metrics, table.source, table.as_of, table.estimates
    ).where(
        table.subject_id == bindparam("subject"),
        # Values are numbers and nulls, so a quoted name before a colon is a name.
        find(table.metrics, bindparam("name", type_=Text)) > 0,
    )
    if "start" in said:
        query = query.where(table.at >= bindparam("start"))
    if "end" in said:
        query = query.where(table.at <= bindparam("end"))
    if "after_at" in said:
        at = bindparam("after_at", type_=BigInteger)
        query = query.where(table.at >= at, (table.at > at) | (table.id > bindparam("after_id")))
    order = (table.at.desc(), table.id.desc()) if newest else (table.at, table.id)
    query = query.order_by(*order)
    return query.limit(bindparam("most", type_=Integer)) if "most" in said else query


def _said(**values: int | None) -> Values:
    return {name: value for name, value in values.items() if value is not None}


def _within(query: _Query, start: int | None, end: int | None, after: Key | None) -> _Query:
    table = snapshots.c
    if start is not None:
        query = query.where(table.at >= start)
    if end is not None:
        query = query.where(table.at <= end)
    if after is not None:
        at, row_id = after
        query = query.where(table.at >= at, (table.at > at) | (table.id > row_id))
    return query


def _snapshot(row: Row) -> Snapshot:
    return Snapshot(
        subject_id=row.subject_id,
        at=from_micros(row.at),
        metrics=read_metrics(row.metrics),
        source=row.source,
        as_of=opt_instant(row.as_of),
        estimates=read_estimates(row.estimates),
    )
