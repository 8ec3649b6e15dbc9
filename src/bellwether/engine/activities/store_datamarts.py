"""The SQL of datamarts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select
from sqlalchemy.dialects import postgresql, sqlite

from bellwether.engine.activities.tables import activity_cursors, activity_heads, datamarts
from bellwether.kit.clock import from_micros, to_micros
from bellwether.model.activities import Datamart
from bellwether.model.tenants import Environment, Scope

_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class DatamartStore:
    """Reads and writes datamarts on one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(
        self, scope: Scope, name: str, compartment_id: str, at: datetime, datamart_id: int | None
    ) -> Datamart | None:
        """Add a datamart with an empty log; None when the name, or the id asked for, is taken."""
        values = {
            "workspace_id": scope.workspace_id,
            "environment": scope.environment.value,
            "name": name,
            "compartment_id": compartment_id,
            "created_at": to_micros(at),
        }
        if datamart_id is not None:
            values["id"] = datamart_id
        insert = _INSERT[self._connection.dialect.name](datamarts).values(values)
        statement = insert.on_conflict_do_nothing().returning(datamarts)
        row = self._connection.execute(statement).one_or_none()
        # The store's own numbers may come upon one that was asked for: it is passed over.
        while row is None and datamart_id is None and not self.has(scope, name):
            row = self._connection.execute(statement).one_or_none()
        if row is None:
            return None
        self._connection.execute(activity_heads.insert().values(datamart_id=row.id, last_seq=0))
        self._connection.execute(
            activity_cursors.insert().values(datamart_id=row.id, processed_seq=0)
        )
        return _datamart(row)

    def has(self, scope: Scope, name: str) -> bool:
        """Whether a scope has a datamart of this name."""
        wanted = select(datamarts.c.id).where(
            datamarts.c.workspace_id == scope.workspace_id,
            datamarts.c.environment == scope.environment.value,
            datamarts.c.name == name,
        )
        return self._connection.execute(wanted).one_or_none() is not None

    def find(self, scope: Scope, datamart_id: int) -> Datamart | None:
        """Find a datamart of a scope."""
        row = self._connection.execute(
            select(datamarts).where(
                datamarts.c.id == datamart_id,
                datamarts.c.workspace_id == scope.workspace_id,
                datamarts.c.environment == scope.environment.value,
            )
        ).one_or_none()
        return None if row is None else _datamart(row)

    def by_id(self, datamart_id: int) -> Datamart:
        """Return a datamart whose id our own rows named."""
        row = self._connection.execute(select(datamarts).where(datamarts.c.id == datamart_id)).one()
        return _datamart(row)

    def all(self, scope: Scope | None) -> Sequence[Datamart]:
        """List the datamarts of a scope, or all, in the order of their ids."""
        wanted = select(datamarts).order_by(datamarts.c.id)
        if scope is not None:
            wanted = wanted.where(
                datamarts.c.workspace_id == scope.workspace_id,
                datamarts.c.environment == scope.environment.value,
            )
        return [_datamart(row) for row in self._connection.execute(wanted)]


def _datamart(row: Row[*tuple[Any, ...]]) -> Datamart:
    return Datamart(
        id=row.id,
        scope=Scope(row.workspace_id, Environment(row.environment)),
        name=row.name,
        compartment_id=row.compartment_id,
        created_at=from_micros(row.created_at),
    )
