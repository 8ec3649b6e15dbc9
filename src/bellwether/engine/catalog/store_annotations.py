"""The SQL of annotations and tags."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from bellwether.engine.catalog.store import Values
from bellwether.engine.catalog.tables import annotations, subject_tags, tags
from bellwether.model.tenants import Scope


class AnnotationStore:
    """Reads and writes what people wrote, on one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._insert = (
            postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        )

    def rows(self, subject_ids: Sequence[str]) -> Sequence[Row[Any]]:
        """Return the annotations of subjects."""
        wanted = select(annotations).where(annotations.c.subject_id.in_(subject_ids))
        return self._connection.execute(wanted).fetchall()

    def tags_of(self, subject_ids: Sequence[str]) -> Sequence[tuple[str, str]]:
        """Return (subject id, tag's name), each subject's in order."""
        wanted = (
            select(subject_tags.c.subject_id, tags.c.name)
            .join(tags, tags.c.id == subject_tags.c.tag_id)
            .where(subject_tags.c.subject_id.in_(subject_ids))
            .order_by(subject_tags.c.subject_id, subject_tags.c.position)
        )
        return [(row.subject_id, row.name) for row in self._connection.execute(wanted)]

    def put(self, subject_id: str, values: Values) -> None:
        """Set columns of a subject's annotation, made when new, and keep others from it."""
        self._connection.execute(
            self._insert(annotations)
            .values(subject_id=subject_id, **values)
            .on_conflict_do_update(index_elements=["subject_id"], set_=values)
        )

    def make_tags(self, scope: Scope, rows: Sequence[Values]) -> int:
        """Add tags (id, key, name) that are not there and return how many those were."""
        if not rows:
            return 0
        owner = {"workspace_id": scope.workspace_id, "environment": scope.environment.value}
        # In one order everywhere, so that two transactions wait for each other at most one way.
        ordered = sorted(rows, key=lambda row: str(row["key"]))
        made = self._connection.execute(
            self._insert(tags)
            .values([{**owner, **row} for row in ordered])
            .on_conflict_do_nothing(index_elements=["workspace_id", "environment", "key"])
            .returning(tags.c.id)
        )
        return len(made.fetchall())

    def set_tags(self, scope: Scope, subject_id: str, keys: Sequence[str]) -> None:
        """Make the tags with these keys, which are there, a subject's only ones, in order."""
        self._connection.execute(
            delete(subject_tags).where(subject_tags.c.subject_id == subject_id)
        )
        if not keys:
            return
        wanted = (
            select(tags.c.id, tags.c.key)
            .where(tags.c.workspace_id == scope.workspace_id)
            .where(tags.c.environment == scope.environment.value)
            .where(tags.c.key.in_(keys))
        )
        places = {key: place for place, key in enumerate(keys)}
        self._connection.execute(
            subject_tags.insert(),
            [
                {"subject_id": subject_id, "tag_id": row.id, "position": places[row.key]}
                for row in self._connection.execute(wanted)
            ],
        )
