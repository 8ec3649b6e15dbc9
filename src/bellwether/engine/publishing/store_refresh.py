"""SQL of refreshes: whose numbers are to be fetched, and when that was done last."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bellwether.engine.publishing.rows import POST, is_id
from bellwether.engine.publishing.store_accounts import in_scope, matching
from bellwether.engine.publishing.tables import acts, managed_accounts, refreshes
from bellwether.model.accounts import AccountFilter
from bellwether.model.tenants import Scope


class RefreshStore:
    """Accounts and posts as a refresh needs them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def accounts(self, scope: Scope, wanted: AccountFilter) -> Sequence[Row[Any]]:
        """Return accounts with what gives access to them."""
        found = select(managed_accounts).where(matching(scope, wanted))
        return self._connection.execute(found.order_by(managed_accounts.c.id)).all()

    def posts(
        self, scope: Scope, accounts: AccountFilter, ids: Sequence[str] | None
    ) -> Sequence[Any]:
        """Return the posts that are out and known to their platform by an id."""
        found = (
            select(acts.c.id, acts.c.account_id, acts.c.content_id, acts.c.social_id)
            .join(managed_accounts, managed_accounts.c.id == acts.c.account_id)
            .where(matching(scope, accounts), acts.c.kind == POST)
            .where(acts.c.content_id.is_not(None), acts.c.social_id.is_not(None))
        )
        if ids is not None:
            found = found.where(acts.c.id.in_([one for one in ids if is_id(one)]))
        return self._connection.execute(found.order_by(acts.c.id)).all()

    def named(self, scope: Scope, ids: Sequence[str]) -> Mapping[str, str | None]:
        """Return the platform's ids of posts by ours; those that are not there are absent."""
        found = (
            select(acts.c.id, acts.c.social_id)
            .join(managed_accounts, managed_accounts.c.id == acts.c.account_id)
            .where(in_scope(scope), acts.c.kind == POST)
            .where(acts.c.id.in_([one for one in ids if is_id(one)]))
        )
        return {row.id: row.social_id for row in self._connection.execute(found)}

    def book(self, scope: Scope, org_group: str, now: int, earliest: int) -> int | None:
        """Note that a group is refreshed now; return when it last was where that is too lately.

        Of two at the same moment one is told of the other.
        """
        values = {
            "workspace_id": scope.workspace_id,
            "environment": scope.environment.value,
            "org_group": org_group,
        }
        insert_ = postgresql.insert if self._postgresql else sqlite.insert
        statement = insert_(refreshes).values(**values, at=now)
        booked = statement.on_conflict_do_update(
            index_elements=list(values), set_={"at": now}, where=refreshes.c.at <= earliest
        ).returning(refreshes.c.at)  # the count of rows is not told by every driver
        if self._connection.execute(booked).first() is not None:
            return None
        columns = refreshes.c
        last = select(columns.at).where(*(columns[name] == value for name, value in values.items()))
        at: int = self._connection.execute(last).scalar_one()
        return at

    @property
    def _postgresql(self) -> bool:
        return self._connection.dialect.name == "postgresql"

    def due(self, now: int, later: int, limit: int) -> Sequence[Row[Any]]:
        """Take accounts whose numbers are due with their own access, and put them off."""
        found = (
            select(managed_accounts)
            .where(managed_accounts.c.refresh_at <= now)
            .order_by(managed_accounts.c.refresh_at)
            .limit(limit)
        )
        if self._postgresql:
            found = found.with_for_update(skip_locked=True)
        taken = self._connection.execute(found).all()
        self.put_off([row.id for row in taken], later)
        return taken

    def name(self, account_id: str, nick_name: str | None, avatar_url: str | None) -> None:
        """Fill in what an account's profile says where nothing is known yet."""
        columns = managed_accounts.c
        self._connection.execute(
            update(managed_accounts)
            .where(columns.id == account_id)
            .values(
                nick_name=func.coalesce(columns.nick_name, nick_name),
                avatar_url=func.coalesce(columns.avatar_url, avatar_url),
            )
        )

    def put_off(self, account_ids: Sequence[str], until: int) -> None:
        """Set when numbers are fetched next."""
        if account_ids:
            self._connection.execute(
                update(managed_accounts)
                .where(managed_accounts.c.id.in_(account_ids))
                .values(refresh_at=until)
            )
