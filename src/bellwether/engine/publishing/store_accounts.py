"""SQL of managed accounts."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, insert, or_, select, update

from bellwether.engine.publishing.rows import POST, is_id
from bellwether.engine.publishing.tables import acts, managed_accounts
from bellwether.model.accounts import AccountFilter, AccountState
from bellwether.model.tenants import Scope

_EDITED = {
    "nick_name": managed_accounts.c.name_edited_at,
    "bio": managed_accounts.c.bio_edited_at,
    "avatar_url": managed_accounts.c.avatar_edited_at,
}
"""Where a field's last edit is kept."""


def in_scope(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that an account belongs to a scope."""
    return and_(
        managed_accounts.c.workspace_id == scope.workspace_id,
        managed_accounts.c.environment == scope.environment.value,
    )


def matching(scope: Scope, wanted: AccountFilter) -> ColumnElement[bool]:
    """Return the condition that an account is one of those meant."""
    columns = managed_accounts.c
    conditions = [in_scope(scope)]
    if wanted.ids is not None:
        conditions.append(columns.id.in_([one for one in wanted.ids if is_id(one)]))
    named = {
        columns.tag: wanted.tag,
        columns.org_group: wanted.org_group,
        columns.user_group: wanted.user_group,
        columns.platform: wanted.platform and wanted.platform.value,
    }
    conditions += [column == value for column, value in named.items() if value is not None]
    return and_(*conditions)


class AccountStore:
    """Accounts of a scope."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def taken(self, scope: Scope, names: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
        """Return which (platform, key) are there already."""
        columns = managed_accounts.c
        found = select(columns.platform, columns.key).where(
            in_scope(scope), columns.key.in_([key for _, key in names])
        )
        return {(row.platform, row.key) for row in self._connection.execute(found)}

    def add(self, rows: Sequence[Mapping[str, object]]) -> None:
        """Add accounts."""
        if rows:
            self._connection.execute(insert(managed_accounts), list(rows))

    def get(self, scope: Scope, account_id: str, *, lock: bool = False) -> Row[Any] | None:
        """Find an account; with `lock` nobody else changes it until the commit."""
        if not is_id(account_id):
            return None
        found = select(managed_accounts).where(in_scope(scope), managed_accounts.c.id == account_id)
        if lock:
            found = found.with_for_update()
        return self._connection.execute(found).one_or_none()

    def find(self, scope: Scope, wanted: AccountFilter) -> Sequence[Row[Any]]:
        """Return accounts, oldest first."""
        found = select(managed_accounts).where(matching(scope, wanted))
        return self._connection.execute(found.order_by(managed_accounts.c.id)).all()

    def change(self, scope: Scope, account_id: str, values: Mapping[str, object]) -> None:
        """Set columns of an account."""
        self._connection.execute(
            update(managed_accounts)
            .where(in_scope(scope), managed_accounts.c.id == account_id)
            .values(**values)
        )

    def begin_edits(
        self, scope: Scope, account_id: str, now: int, earliest: Mapping[str, int]
    ) -> bool:
        """Begin the cool-downs of all fields, or of none where one was edited too lately.

        `earliest` holds, by field, the instant after which an edit was too late a moment ago.
        """
        columns = [_EDITED[name] for name in earliest]
        free = [or_(_EDITED[name].is_(None), _EDITED[name] <= at) for name, at in earliest.items()]
        done = self._connection.execute(
            update(managed_accounts)
            .where(in_scope(scope), managed_accounts.c.id == account_id, *free)
            .values({column.name: now for column in columns})
        )
        return done.rowcount == 1

    def take_back_edit(self, account_id: str, begun: int, before: Mapping[str, int | None]) -> None:
        """Give fields back the instants of their last edits, unless they were edited again."""
        for name, at in before.items():
            column = _EDITED[name]
            self._connection.execute(
                update(managed_accounts)
                .where(managed_accounts.c.id == account_id, column == begun)
                .values({column.name: at})
            )

    def waiting(self, account_ids: Sequence[str]) -> Mapping[str, int]:
        """Count the posts that each of some accounts has before it."""
        found = select(acts.c.account_id).where(
            acts.c.account_id.in_(account_ids), acts.c.kind == POST, acts.c.due_at.is_not(None)
        )
        counts = dict.fromkeys(account_ids, 0)
        for row in self._connection.execute(found):
            counts[row.account_id] += 1
        return counts

    def set_state(self, account_ids: Sequence[str], state: AccountState, now: int) -> None:
        """Set the state of accounts of any scope."""
        if account_ids:
            self._connection.execute(
                update(managed_accounts)
                .where(managed_accounts.c.id.in_(account_ids))
                .values(state=state.value, updated_at=now)
            )


def edited_at(row: Row[Any], name: str) -> int | None:
    """Return when a field of an account was last edited."""
    at: int | None = row._mapping[_EDITED[name].name]  # noqa: SLF001  SQLAlchemy's public name
    return at
