"""SQL of acts, as customers ask for them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, insert, or_, select, update

from bellwether.engine.publishing.outcomes import HARMLESS
from bellwether.engine.publishing.rows import is_id
from bellwether.engine.publishing.store_accounts import matching
from bellwether.engine.publishing.tables import acts, managed_accounts, media_chunks, media_files
from bellwether.model.accounts import AccountFilter
from bellwether.model.posts import ActState
from bellwether.model.tenants import Scope


def _of_kind(scope: Scope, kind: str) -> ColumnElement[bool]:
    return and_(
        acts.c.workspace_id == scope.workspace_id,
        acts.c.environment == scope.environment.value,
        acts.c.kind == kind,
    )


class ActStore:
    """Acts of a scope."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, row: Mapping[str, object]) -> None:
        """Add an act."""
        self._connection.execute(insert(acts).values(**row))

    def get(self, scope: Scope, kind: str, act_id: str) -> Row[Any] | None:
        """Find an act."""
        if not is_id(act_id):
            return None
        found = select(acts).where(_of_kind(scope, kind), acts.c.id == act_id)
        return self._connection.execute(found).one_or_none()

    def find(
        self,
        scope: Scope,
        kind: str,
        accounts: AccountFilter,
        *,
        ids: Sequence[str] | None = None,
        state: str | None = None,
        start: int | None = None,
        end: int | None = None,
        open_only: bool = False,
        limit: int | None = None,
    ) -> Sequence[Row[Any]]:
        """Return acts, the latest first; instants in microseconds, both included."""
        found = select(acts).where(_of_kind(scope, kind))
        if accounts != AccountFilter():
            mine = select(managed_accounts.c.id).where(matching(scope, accounts))
            found = found.where(acts.c.account_id.in_(mine))
        if ids is not None:
            found = found.where(acts.c.id.in_([one for one in ids if is_id(one)]))
        if state is not None:
            found = found.where(acts.c.state == state)
        if start is not None:
            found = found.where(acts.c.shown_at >= start)
        if end is not None:
            found = found.where(acts.c.shown_at <= end)
        if open_only:
            found = found.where(acts.c.due_at.is_not(None))
        found = found.order_by(acts.c.shown_at.desc(), acts.c.id.desc()).limit(limit)
        return self._connection.execute(found).all()

    def change(self, row: Row[Any], values: Mapping[str, object]) -> bool:
        """Set columns of an act that was read, unless it was changed or has begun since."""
        done = self._connection.execute(
            update(acts).where(*_untouched(row)).values(**values, revision=acts.c.revision + 1)
        )
        return done.rowcount == 1

    def delete(self, row: Row[Any]) -> bool:
        """Delete an act that was read, unless it was changed or has begun since."""
        # The act first: whoever writes about it waits for this row, and then finds none.
        kept = self._connection.execute(
            update(acts).where(*_untouched(row)).values(revision=acts.c.revision + 1)
        )
        if kept.rowcount != 1:
            return False
        self.drop_media([row.id])
        self._connection.execute(delete(acts).where(acts.c.id == row.id))
        return True

    def drop_media(self, act_ids: Sequence[str]) -> None:
        """Forget what was fetched for acts, since it is not what they show any more."""
        for table in (media_chunks, media_files):
            self._connection.execute(delete(table).where(table.c.act_id.in_(act_ids)))

    def media(
        self, scope: Scope, accounts: AccountFilter, ids: Sequence[str] | None, limit: int
    ) -> Sequence[Row[Any]]:
        """Return files that were fetched, the latest first; with `ids` only those."""
        found = select(media_files).where(
            media_files.c.workspace_id == scope.workspace_id,
            media_files.c.environment == scope.environment.value,
        )
        if accounts != AccountFilter():
            mine = select(managed_accounts.c.id).where(matching(scope, accounts))
            found = found.where(media_files.c.account_id.in_(mine))
        if ids is not None:
            found = found.where(media_files.c.id.in_([one for one in ids if is_id(one)]))
        found = found.order_by(media_files.c.id.desc()).limit(limit)
        return self._connection.execute(found).all()


def _untouched(row: Row[Any]) -> Sequence[ColumnElement[bool]]:
    harmless = [stage.value for stage in HARMLESS]
    unseen = or_(acts.c.stage.in_(harmless), acts.c.state == ActState.FAILED.value)
    return (acts.c.id == row.id, acts.c.revision == row.revision, unseen)
