"""The numbers of managed accounts and their posts, as they were recorded."""

from collections.abc import Mapping, Sequence

from bellwether.engine.metrics.service import MetricsService
from bellwether.engine.publishing.accounts import AccountService
from bellwether.engine.publishing.service import PublishingService
from bellwether.model.accounts import AccountFilter
from bellwether.model.posts import PostFilter, StatFilter, StatRow
from bellwether.model.tenants import Scope


class StatService:
    """Reads rows of numbers; nobody is asked for new ones."""

    def __init__(
        self, accounts: AccountService, publishing: PublishingService, metrics: MetricsService
    ) -> None:
        self._accounts = accounts
        self._publishing = publishing
        self._metrics = metrics

    def of_accounts(
        self, scope: Scope, accounts: AccountFilter, wanted: StatFilter | None = None
    ) -> Sequence[StatRow]:
        """Return rows of the accounts meant: the newest of each, or all between dates."""
        found = self._accounts.list(scope, accounts)
        return self._rows({one.creator_id: one.id for one in found}, wanted or StatFilter())

    def of_posts(
        self, scope: Scope, posts: PostFilter, wanted: StatFilter | None = None
    ) -> Sequence[StatRow]:
        """Return rows of the posts meant that are out: the newest of each, or all between dates."""
        found = self._publishing.posts(scope, posts)
        owners = {one.content_id: one.id for one in found if one.content_id is not None}
        return self._rows(owners, wanted or StatFilter())

    def _rows(self, owners: Mapping[str, str], wanted: StatFilter) -> Sequence[StatRow]:
        found = self._metrics.numbered(list(owners), start=wanted.start, end=wanted.end)
        return [
            StatRow(
                id=str(number),
                owner_id=owners[snapshot.subject_id],
                at=snapshot.at,
                metrics=snapshot.metrics,
                source=snapshot.source,
            )
            for number, snapshot in found
        ]
