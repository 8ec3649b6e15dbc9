"""The shapes of numbers: null is not known, never 0."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from bellwether.dialects.ugcinc.wire import (
    AccountIds,
    Count,
    Done,
    EndDate,
    Instant,
    OrgGroup,
    PostIds,
    StartDate,
    Tag,
    UserGroup,
)
from bellwether.model.readings import Number

Source = Annotated[
    str, Meta(description="Ours: where the numbers came from, `sandbox` if simulated")
]


class AccountStatsRequest(msgspec.Struct):
    """Which rows of accounts to read: the newest of each without dates, all in them otherwise."""

    accountIds: AccountIds = None  # noqa: N815  theirs
    startDate: StartDate = None  # noqa: N815
    endDate: EndDate = None  # noqa: N815
    tag: Tag = None
    org_group: OrgGroup = None
    user_group: UserGroup = None


class RefreshAccountStatsRequest(msgspec.Struct):
    """Whose numbers to fetch."""

    accountIds: AccountIds = None  # noqa: N815
    tag: Tag = None
    org_group: OrgGroup = None
    user_group: UserGroup = None


class AccountStat(msgspec.Struct):
    """What was said of an account at an instant."""

    id: str
    account_id: str
    followers: Number | None
    following: Number | None
    views: Number | None
    likes: Number | None
    created_at: Instant
    source: Source


class AccountStats(Done, kw_only=True):
    """The answer with rows of accounts."""

    data: list[AccountStat]


class PostStatsRequest(msgspec.Struct):
    """Which rows of posts to read: the newest of each without dates, all in them otherwise."""

    postIds: PostIds = None  # noqa: N815
    startDate: StartDate = None  # noqa: N815
    endDate: EndDate = None  # noqa: N815


class RefreshPostStatsRequest(msgspec.Struct):
    """Whose numbers to fetch. Left out: those of all posts that are out."""

    postIds: PostIds = None  # noqa: N815


class PostStat(msgspec.Struct):
    """What was said of a post at an instant."""

    id: str
    post_id: str
    views: Number | None
    likes: Number | None
    comments: Number | None
    shares: Number | None
    saves: Number | None
    created_at: Instant
    source: Source


class PostStats(Done, kw_only=True):
    """The answer with rows of posts."""

    data: list[PostStat]


class RefreshStatsRequest(msgspec.Struct):
    """Whose numbers to fetch: one account's with its posts, or everybody's at most once an hour."""

    accountId: Annotated[  # noqa: N815
        str | None, Meta(description="This account; every account when left out")
    ] = None
    org_group: OrgGroup = None


class RefreshFailure(msgspec.Struct):
    """Whose numbers could not be fetched, and why."""

    error: str
    account_id: str | UnsetType = UNSET
    post_id: str | UnsetType = UNSET


class RefreshedStats(msgspec.Struct):
    """What was fetched: `account_stats` is one row for one account, a list for all of them."""

    account_stats: AccountStat | list[AccountStat]
    post_stats: list[PostStat]
    post_stats_count: Count
    accounts_refreshed: Count | UnsetType = UNSET
    accounts_failed: Count | UnsetType = UNSET
    total_accounts: Count | UnsetType = UNSET
    errors: list[RefreshFailure] | UnsetType = UNSET


class RefreshedStatsResponse(Done, kw_only=True):
    """The answer with what was fetched."""

    data: RefreshedStats
