"""The SQL of the catalog room. Batches are cut so that no statement has too many parameters."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, bindparam, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bellwether.engine.catalog.tables import contents, creators
from bellwether.model.platforms import Platform
from bellwether.model.tenants import Scope

Values = dict[str, Any]
"""Column to value."""

_CHUNK = 500
_CREATOR_KEY = ("workspace_id", "environment", "platform", "key")
_CONTENT_KEY = ("workspace_id", "environment", "platform", "external_id")


class CatalogStore:
    """Reads and writes creators and contents on one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._insert = (
            postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        )

    def creators_named(
        self, scope: Scope, platform: Platform, names: Iterable[str]
    ) -> Sequence[Row[Any]]:
        """Return creators of which any name is the key, the platform's id or the handle.

        Those updated last come last.
        """
        found: dict[str, Row[Any]] = {}
        for chunk in _chunks(names):
            statement = select(creators).where(
                *_within(creators, scope, platform),
                or_(*(creators.c[name].in_(chunk) for name in ("key", "external_id", "handle"))),
            )
            found.update((row.id, row) for row in self._connection.execute(statement))
        return sorted(found.values(), key=lambda row: (row.updated_at, row.id))

    def contents_named(
        self, scope: Scope, platform: Platform, external_ids: Iterable[str]
    ) -> Sequence[Row[Any]]:
        """Return contents by the platform's ids."""
        found: list[Row[Any]] = []
        for chunk in _chunks(external_ids):
            statement = select(contents).where(
                *_within(contents, scope, platform), contents.c.external_id.in_(chunk)
            )
            found.extend(self._connection.execute(statement))
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
        self._connection.execute(
            self._insert(table).on_conflict_do_nothing(index_elements=unique), ordered
        )

    def _by_id(self, table: Table, ids: Iterable[str], scope: Scope | None) -> Sequence[Row[Any]]:
        found: list[Row[Any]] = []
        for chunk in _chunks(ids):
            statement = select(table).where(table.c.id.in_(chunk))
            if scope is not None:
                statement = statement.where(*_within(table, scope))
            found.extend(self._connection.execute(statement))
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
