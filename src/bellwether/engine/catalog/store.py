"""The SQL of the catalog room. Batches are cut so that no statement has too many parameters."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any

import msgspec
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Insert,
    Row,
    Select,
    Table,
    bindparam,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from bellwether.engine.catalog.tables import contents, creators
from bellwether.model.platforms import Platform
from bellwether.model.tenants import Scope

Values = dict[str, Any]
"""Column to value."""

Told = tuple[str, str | None, str | None, str | None, int | None, str | None, float | None, str]
"""Our id of a content, and what a source told of it: address, title, handle of its creator, when it
came out (microseconds), thumbnail, length, and the source."""

_CHUNK = 500
_CREATOR_KEY = ("workspace_id", "environment", "platform", "key")
_CONTENT_KEY = ("workspace_id", "environment", "platform", "external_id")


# What every request runs is built once: making a statement costs more than running it.
def _named(table: Table, *columns: str) -> Select[Any]:
    names: BindParameter[str] = bindparam("names", expanding=True)
    return select(table).where(
        *_here(table),
        table.c.platform == bindparam("platform"),
        or_(*(table.c[column].in_(names) for column in columns)),
    )


def _here(table: Table) -> Sequence[ColumnElement[bool]]:
    return (
        table.c.workspace_id == bindparam("workspace_id"),
        table.c.environment == bindparam("environment"),
    )


def _by_id(table: Table) -> Select[Any]:
    return select(table).where(table.c.id.in_(bindparam("ids", expanding=True)))


@cache
def _add(kind: str, table: Table, unique: tuple[str, ...]) -> Insert:
    insert = postgresql.insert if kind == "postgresql" else sqlite.insert
    return insert(table).on_conflict_do_nothing(index_elements=unique)


_CREATORS_NAMED = _named(creators, "key", "external_id", "handle")
_CONTENTS_NAMED = _named(contents, "external_id")
_BY_ID = {table.name: _by_id(table) for table in (creators, contents)}
_BY_ID_WITHIN = {table.name: _by_id(table).where(*_here(table)) for table in (creators, contents)}


# What a run compares with what it heard, whole batches in one statement.
_LEARNED = {
    "contents": (
        "SELECT id, url, title, creator_handle, published_at, thumbnail_url, duration_s, source,"
        " details FROM contents WHERE id IN ({ids})"
    ),
    "creators": (
        "SELECT id, external_id, handle, name, url, source, details, platform, key"
        " FROM creators WHERE id IN ({ids})"
    ),
}


# Nearly always nothing is new: what is told travels to the store, and what differs comes back.
_DIFFERING = """
SELECT told.id FROM {told} JOIN contents ON contents.id = told.id
WHERE {differs}
"""
_TOLD = tuple(
    "id url title creator_handle published_at thumbnail_url duration_s source".split()  # noqa: SIM905
)
_TOLD_TYPES = ["text", "text", "text", "text", "bigint", "text", "float8", "text"]
_EXTRACTED = ", ".join(f"json_extract(value, '$[{n}]') AS {name}" for n, name in enumerate(_TOLD))
_DIFFERING_SQLITE = _DIFFERING.format(
    told=f"(SELECT {_EXTRACTED} FROM json_each(?)) AS told",  # noqa: S608  our own words
    differs=" OR ".join(
        f"(told.{name} IS NOT NULL AND told.{name} IS NOT contents.{name})" for name in _TOLD[1:]
    ),
)
_DIFFERING_POSTGRESQL = _DIFFERING.format(
    told=f"unnest({', '.join(f'%s::{kind}[]' for kind in _TOLD_TYPES)})"
    f" AS told ({', '.join(_TOLD)})",
    differs=" OR ".join(
        f"(told.{name} IS NOT NULL AND told.{name} IS DISTINCT FROM contents.{name})"
        for name in _TOLD[1:]
    ),
)


class CatalogStore:
    """Reads and writes creators and contents on one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def creators_named(
        self, scope: Scope, platform: Platform, names: Iterable[str]
    ) -> Sequence[Row[Any]]:
        """Return creators of which any name is the key, the platform's id or the handle.

        Those updated last come last.
        """
        found: dict[str, Row[Any]] = {}
        for chunk in _chunks(names):
            values = _place(scope, platform=platform.value, names=chunk)
            found.update((row.id, row) for row in self._connection.execute(_CREATORS_NAMED, values))
        return sorted(found.values(), key=lambda row: (row.updated_at, row.id))

    def contents_named(
        self, scope: Scope, platform: Platform, external_ids: Iterable[str]
    ) -> Sequence[Row[Any]]:
        """Return contents by the platform's ids."""
        found: list[Row[Any]] = []
        for chunk in _chunks(external_ids):
            values = _place(scope, platform=platform.value, names=chunk)
            found.extend(self._connection.execute(_CONTENTS_NAMED, values))
        return found

    def contents_anywhere(self, scope: Scope, external_id: str) -> Sequence[Row[Any]]:
        """Return contents by the platform's id, of every platform."""
        statement = select(contents).where(
            *_within(contents, scope),
            contents.c.platform.in_([platform.value for platform in Platform]),  # for the index
            contents.c.external_id == external_id,
        )
        return self._connection.execute(statement).fetchall()

    def add_creators(self, rows: Sequence[Values]) -> None:
        """Add creators, except where another transaction was first."""
        self._add(creators, rows, _CREATOR_KEY)

    def add_contents(self, rows: Sequence[Values]) -> None:
        """Add contents, except where another transaction was first."""
        self._add(contents, rows, _CONTENT_KEY)

    def creators_by_id(self, ids: Iterable[str], scope: Scope | None = None) -> Sequence[Row[Any]]:
        """Return creators by our ids, of any workspace where no scope is given."""
        return self._by_id(creators, ids, scope)

    def contents_by_id(self, ids: Iterable[str], scope: Scope | None = None) -> Sequence[Row[Any]]:
        """Return contents by our ids, of any workspace where no scope is given."""
        return self._by_id(contents, ids, scope)

    def contents_told_otherwise(self, told: Sequence[Told]) -> set[str]:
        """Return the ids of those contents of which a fact is stored otherwise than it is told."""
        if self._connection.dialect.name == "postgresql":
            columns = tuple(list(column) for column in zip(*told, strict=True))
            found = self._connection.exec_driver_sql(_DIFFERING_POSTGRESQL, columns)
        else:
            rows = msgspec.json.encode(told).decode()
            found = self._connection.exec_driver_sql(_DIFFERING_SQLITE, (rows,))
        return {row[0] for row in found}

    def learned(self, table: str, ids: Iterable[str]) -> Iterable[Row[Any]]:
        """Return id and facts of `contents` or `creators` by our ids, of any workspace."""
        wanted = list(ids)
        if self._connection.dialect.name == "postgresql":
            statement = _LEARNED[table].replace("{ids}", "SELECT unnest(%s::text[])")
            return self._connection.exec_driver_sql(statement, (wanted,))
        statement = _LEARNED[table].replace("{ids}", "SELECT value FROM json_each(?)")
        return self._connection.exec_driver_sql(statement, (json.dumps(wanted),))

    def list_creators(
        self, scope: Scope, platform: Platform | None, limit: int, before: str | None
    ) -> Sequence[Row[Any]]:
        """Return creators, newest first, from after the one with the id `before`."""
        return self._list(creators, scope, platform, limit, before)

    def list_contents(
        self, scope: Scope, platform: Platform | None, limit: int, before: str | None
    ) -> Sequence[Row[Any]]:
        """Return contents, newest first, from after the one with the id `before`."""
        return self._list(contents, scope, platform, limit, before)

    def change_creators(self, changes: Mapping[str, Values]) -> None:
        """Set columns of creators by our id."""
        self._change(creators, changes)

    def change_contents(self, changes: Mapping[str, Values]) -> None:
        """Set columns of contents by our id."""
        self._change(contents, changes)

    def _add(self, table: Table, rows: Sequence[Values], unique: Sequence[str]) -> None:
        if not rows:
            return
        # In one order everywhere, so that two transactions wait for each other at most one way.
        ordered = sorted(rows, key=lambda row: [row[name] for name in unique])
        self._connection.execute(_add(self._connection.dialect.name, table, tuple(unique)), ordered)

    def _by_id(self, table: Table, ids: Iterable[str], scope: Scope | None) -> Sequence[Row[Any]]:
        found: list[Row[Any]] = []
        for chunk in _chunks(ids):
            if scope is None:
                found.extend(self._connection.execute(_BY_ID[table.name], {"ids": chunk}))
            else:
                values = _place(scope, ids=chunk)
                found.extend(self._connection.execute(_BY_ID_WITHIN[table.name], values))
        return found

    def _list(
        self, table: Table, scope: Scope, platform: Platform | None, limit: int, before: str | None
    ) -> Sequence[Row[Any]]:
        statement = select(table).where(*_within(table, scope, platform))
        if before is not None:
            statement = statement.where(table.c.id < before)
        return self._connection.execute(
            statement.order_by(table.c.id.desc()).limit(limit)
        ).fetchall()

    def _change(self, table: Table, changes: Mapping[str, Values]) -> None:
        """Update row by row in one round trip for each set of columns, in the order of ids."""
        groups: dict[tuple[str, ...], list[Values]] = {}
        for row_id in sorted(changes):
            values = changes[row_id]
            groups.setdefault(tuple(sorted(values)), []).append({"row_id": row_id, **values})
        for columns, rows in groups.items():
            statement = update(table).where(table.c.id == bindparam("row_id"))
            self._connection.execute(
                statement.values({name: bindparam(name) for name in columns}), rows
            )


def _place(scope: Scope, **values: object) -> Values:
    return {
        "workspace_id": scope.workspace_id,
        "environment": scope.environment.value,
        **values,
    }


def _within(
    table: Table, scope: Scope, platform: Platform | None = None
) -> Sequence[ColumnElement[bool]]:
    conditions = [
        table.c.workspace_id == scope.workspace_id,
        table.c.environment == scope.environment.value,
    ]
    if platform is not None:
        conditions.append(table.c.platform == platform.value)
    return conditions


def _chunks(items: Iterable[str]) -> Iterator[list[str]]:
    unique = iter(dict.fromkeys(items))
    while chunk := list(islice(unique, _CHUNK)):
        yield chunk
