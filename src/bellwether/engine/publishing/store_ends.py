"""SQL of what follows when acts end, across workspaces."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, delete, select, update

from bellwether.engine.publishing.store_accounts import AccountStore
from bellwether.engine.publishing.tables import managed_accounts, media_chunks, media_files
from bellwether.model.accounts import AccountState
from bellwether.model.posts import Edit


class EndStore:
    """Accounts and files of acts that have ended."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._accounts = AccountStore(connection)

    def owners(self, account_ids: Iterable[str]) -> Mapping[str, str]:
        """Return the names of accounts by their ids."""
        columns = managed_accounts.c
        found = select(columns.id, columns.key).where(columns.id.in_(sorted(account_ids)))
        return {row.id: row.key for row in self._connection.execute(found)}

    def drop_bytes(self, act_ids: Sequence[str]) -> None:
        """Delete the bytes that were fetched for acts; what they were stays."""
        if not act_ids:
            return
        self._connection.execute(delete(media_chunks).where(media_chunks.c.act_id.in_(act_ids)))
        self._connection.execute(
            update(media_files).where(media_files.c.act_id.in_(act_ids)).values(kept=False)
        )

    def keep_edit(self, account_id: str, edit: Edit, now: int) -> None:
        """Note what an account's profile says from now on."""
        values = {
            "nick_name": edit.nick_name,
            "bio": edit.bio,
            "avatar_url": edit.avatar_url,
        }
        self._connection.execute(
            update(managed_accounts)
            .where(managed_accounts.c.id == account_id)
            .values(
                updated_at=now,
                **{name: value for name, value in values.items() if value is not None},
            )
        )

    def take_back_edit(self, account_id: str, begun: int, before: Mapping[str, int | None]) -> None:
        """Give fields that were not edited after all the instants of their last edits back."""
        self._accounts.take_back_edit(account_id, begun, before)

    def revoke(self, account_ids: Sequence[str], now: int) -> None:
        """Note that the access of accounts is not accepted any more."""
        self._accounts.set_state(account_ids, AccountState.REVOKED, now)
