"""Fetching the numbers of managed accounts and their posts now, each with its own access."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from bellwether.connectors.base import Capability, Connector
from bellwether.connectors.publishers import Publishers
from bellwether.engine.catalog.service import CatalogService
from bellwether.engine.metrics.service import MetricsService
from bellwether.engine.publishing.accesses import access_of
from bellwether.engine.publishing.store_refresh import RefreshStore
from bellwether.engine.tracking.calls import Caller
from bellwether.engine.tracking.outcomes import Lane, Outcome
from bellwether.kit.clock import Clock, from_micros, to_micros
from bellwether.kit.sealing import SealBrokenError, Sealer
from bellwether.model.accounts import AccountFilter
from bellwether.model.errors import InvalidInputError, NotFoundError, TooSoonError
from bellwether.model.platforms import Platform
from bellwether.model.posts import PostFilter, Refreshed, StatRow, Unfetched
from bellwether.model.publishers import Access
from bellwether.model.readings import ContentReading, CreatorReading, Failed
from bellwether.model.requests import NewSnapshot
from bellwether.model.tenants import Scope
from bellwether.model.tracking import Aspect
from bellwether.storage.database import Database, read, write

EVERY = timedelta(hours=1)
"""How often all accounts of a workspace, or of one of its groups, may be refreshed at once."""

_AT_ONCE = 8


class Target(NamedTuple):
    """A post to be read: its id, the catalog's and the platform's."""

    id: str
    content_id: str
    social_id: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """One account and what is to be read of it. `error` says why it cannot be."""

    id: str
    creator_id: str
    platform: Platform
    access: Access | None = field(default=None, repr=False)
    error: str = "it has given no access yet"
    profile: bool = True
    posts: Sequence[Target] = ()


@dataclass(slots=True)
class _Found:
    """What was read so far, by the catalog's ids; `owners` are ours."""

    creators: dict[str, CreatorReading] = field(default_factory=dict)
    contents: dict[str, ContentReading] = field(default_factory=dict)
    account_owners: dict[str, str] = field(default_factory=dict)
    post_owners: dict[str, str] = field(default_factory=dict)
    failed_accounts: list[Unfetched] = field(default_factory=list)
    failed_posts: list[Unfetched] = field(default_factory=list)


class Refresher:
    """Asks platforms for numbers and appends what they say; `deadline_s` bounds each call."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        sealer: Sealer,
        publishers: Publishers,
        *,
        deadline_s: float = 30.0,
    ) -> None:
        self._database = database
        self._clock = clock
        self._sealer = sealer
        self._publishers = publishers
        self._caller = Caller(deadline_s)

    async def account(self, scope: Scope, account_id: str) -> Refreshed:
        """Refresh an account and its posts; NotFoundError (`account_id`)."""
        wanted = await self._wanted(scope, AccountFilter(ids=[account_id]), PostFilter())
        if not wanted:
            raise NotFoundError("no such account", field="account_id")
        return await self._refresh(scope, wanted)

    async def accounts(self, scope: Scope, accounts: AccountFilter) -> Refreshed:
        """Refresh the accounts meant, without their posts; NotFoundError (`account_ids`)."""
        wanted = await self._wanted(scope, accounts, None)
        if accounts.ids is not None:
            missing = set(accounts.ids) - {one.id for one in wanted}
            if missing:
                raise NotFoundError(f"no such account: {min(missing)[:100]}", field="account_ids")
        return await self._refresh(scope, wanted)

    async def posts(self, scope: Scope, posts: PostFilter) -> Refreshed:
        """Refresh the posts meant, without their accounts.

        NotFoundError (`post_ids`) for one named that is not there, InvalidInputError (`post_ids`)
        for one named that has no id on its platform yet.
        """

        def find(connection: Connection) -> Sequence[Wanted]:
            store = RefreshStore(connection)
            self._check_named(store, scope, posts)
            return self._read(store, scope, posts.accounts, posts, profile=False)

        return await self._refresh(scope, await read(self._database, find))

    async def everything(self, scope: Scope, org_group: str | None = None) -> Refreshed:
        """Refresh all accounts (of a group) and their posts, once an hour at most.

        TooSoonError with the seconds until then.
        """
        now = self._clock.real_now()

        def book(connection: Connection) -> int | None:
            return RefreshStore(connection).book(
                scope, org_group or "", to_micros(now), to_micros(now - EVERY)
            )

        last = await write(self._database, book)
        if last is not None:
            again = from_micros(last) + EVERY
            whose = "this group" if org_group else "all accounts"
            raise TooSoonError(
                f"{whose} can be refreshed once an hour; again at {again:%Y-%m-%d %H:%M} UTC",
                field="org_group" if org_group else None,
                retry_after=max(1, int((again - now).total_seconds()) + 1),
            )
        wanted = await self._wanted(scope, AccountFilter(org_group=org_group), PostFilter())
        return await self._refresh(scope, wanted)

    async def _wanted(
        self, scope: Scope, accounts: AccountFilter, posts: PostFilter | None
    ) -> Sequence[Wanted]:
        return await read(
            self._database,
            lambda connection: self._read(
                RefreshStore(connection), scope, accounts, posts, profile=True
            ),
        )

    def _read(
        self,
        store: RefreshStore,
        scope: Scope,
        accounts: AccountFilter,
        posts: PostFilter | None,
        *,
        profile: bool,
    ) -> Sequence[Wanted]:
        targets: dict[str, list[Target]] = {}
        if posts is not None:
            for row in store.posts(scope, accounts, posts.ids):
                target = Target(row.id, row.content_id, row.social_id)
                targets.setdefault(row.account_id, []).append(target)
        wanted = []
        for row in store.accounts(scope, accounts):
            if not profile and row.id not in targets:
                continue
            one = Wanted(
                id=row.id,
                creator_id=row.creator_id,
                platform=Platform(row.platform),
                profile=profile,
                posts=targets.get(row.id, ()),
            )
            try:
                access = access_of(row, self._sealer)
            except SealBrokenError as error:
                wanted.append(replace(one, error=str(error)))
            else:
                wanted.append(replace(one, access=access))
        return wanted

    def _check_named(self, store: RefreshStore, scope: Scope, posts: PostFilter) -> None:
        if posts.ids is None:
            return
        known = store.named(scope, posts.ids)
        for post_id in posts.ids:
            if post_id not in known:
                raise NotFoundError(f"no such post: {post_id[:100]}", field="post_ids")
            if known[post_id] is None:
                raise InvalidInputError(
                    f"post {post_id} has no social_id yet: it is not out", field="post_ids"
                )

    async def _refresh(self, scope: Scope, wanted: Sequence[Wanted]) -> Refreshed:
        found = _Found()
        gate = asyncio.Semaphore(_AT_ONCE)

        async def one(account: Wanted) -> None:
            async with gate:
                await self._ask(scope, account, found)

        await asyncio.gather(*(one(account) for account in wanted))
        rows = await write(self._database, lambda connection: self._record(connection, found))
        return Refreshed(
            account_stats=[row for row in rows if row.owner_id in found.account_owners.values()],
            post_stats=[row for row in rows if row.owner_id in found.post_owners.values()],
            failed_accounts=found.failed_accounts,
            failed_posts=found.failed_posts,
            accounts_total=len(wanted),
        )

    async def _ask(self, scope: Scope, account: Wanted, found: _Found) -> None:
        publisher = self._publishers.find(scope.environment, account.platform)
        if publisher is None or account.access is None:
            why = account.error if publisher else f"nobody here reads {account.platform}"
            self._fail(account, why, found)
            return
        reader = publisher.reader(account.access)
        if account.profile:
            lane = Lane(scope.environment, account.platform, Aspect.PROFILE)
            (outcome,) = await self._caller.call(reader, lane, [account.access.account])
            if isinstance(outcome, CreatorReading):
                found.creators[account.creator_id] = outcome
                found.account_owners[account.creator_id] = account.id
            else:
                found.failed_accounts.append(Unfetched(account.id, _why(outcome)))
        lane = Lane(scope.environment, account.platform, Aspect.CONTENT)
        for batch in _batches(account, reader):
            outcomes = await self._caller.call(reader, lane, [each.social_id for each in batch])
            for target, outcome in zip(batch, outcomes, strict=True):
                if isinstance(outcome, ContentReading):
                    found.contents[target.content_id] = outcome
                    found.post_owners[target.content_id] = target.id
                else:
                    found.failed_posts.append(Unfetched(target.id, _why(outcome)))

    def _fail(self, account: Wanted, why: str, found: _Found) -> None:
        if account.profile:
            found.failed_accounts.append(Unfetched(account.id, why))
        found.failed_posts.extend(Unfetched(target.id, why) for target in account.posts)

    def _record(self, connection: Connection, found: _Found) -> Sequence[StatRow]:
        now = self._clock.now()
        readings: Mapping[str, CreatorReading | ContentReading] = {
            **found.creators,
            **found.contents,
        }
        metrics = MetricsService(connection, self._clock)
        metrics.record(
            [
                NewSnapshot(
                    subject_id=subject_id,
                    at=now,
                    metrics=reading.metrics,
                    source=reading.source,
                    as_of=reading.as_of,
                    estimates=reading.estimates,
                )
                for subject_id, reading in readings.items()
            ]
        )
        catalog = CatalogService(connection, self._clock)
        catalog.learn_creators(found.creators)
        catalog.learn_contents(found.contents)
        store = RefreshStore(connection)
        for creator_id, reading in sorted(found.creators.items()):
            avatar_url = reading.details.get("avatar_url")
            store.name(
                found.account_owners[creator_id],
                reading.name,
                avatar_url if isinstance(avatar_url, str) else None,
            )
        owners = {**found.account_owners, **found.post_owners}
        return [
            StatRow(str(number), owners[one.subject_id], one.at, one.metrics, one.source)
            for number, one in metrics.numbered(list(readings))
        ]


def _batches(account: Wanted, reader: Connector) -> Sequence[Sequence[Target]]:
    operations = reader.declaration.operations.get(account.platform, {})
    operation = operations.get(Capability.CONTENT)
    size = 1 if operation is None else operation.batch_size
    return [account.posts[at : at + size] for at in range(0, len(account.posts), size)]


def _why(outcome: Outcome) -> str:
    return outcome.message if isinstance(outcome, Failed) else "the answer was not understood"
