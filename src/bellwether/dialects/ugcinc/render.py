"""Answers about accounts, tasks and numbers."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast

from msgspec import UNSET

from bellwether.dialects.ugcinc import wire, wire_stats
from bellwether.model.accounts import ManagedAccount
from bellwether.model.posts import Edit, Refreshed, StatRow, Task, Unfetched
from bellwether.model.readings import COMMENTS, FOLLOWERS, FOLLOWING, LIKES, SAVES, SHARES, VIEWS


def render_instant(instant: datetime) -> str:
    """Return an instant as theirs are written: UTC, milliseconds, Z."""
    utc = instant.astimezone(UTC)
    return utc.strftime("%Y-%m-%dT%H:%M:%S.") + f"{utc.microsecond // 1000:03d}Z"


def render_opt_instant(instant: datetime | None) -> str | None:
    """Return an instant, or None."""
    return None if instant is None else render_instant(instant)


def render_account(account: ManagedAccount) -> wire.UgcAccount:
    """Return one account."""
    details = account.details
    return wire.UgcAccount(
        id=account.id,
        type=_platform(account),
        tag=account.tag,
        org_group=account.org_group,
        user_group=account.user_group,
        username=account.username,
        nick_name=account.nick_name,
        pfp_url=account.avatar_url,
        status=account.state.value,
        description=_text(details, "description"),
        keywords=_text(details, "keywords"),
        profiles=_text(details, "profiles"),
        warmup_enabled=False,
        warmup_version=None,
        created_at=render_instant(account.created_at),
    )


def render_accounts(accounts: Sequence[ManagedAccount]) -> wire.UgcAccounts:
    """Return accounts."""
    return wire.UgcAccounts(data=[render_account(one) for one in accounts])


def render_created(accounts: Sequence[ManagedAccount]) -> wire.CreatedAccountsResponse:
    """Return accounts that were just made."""
    rows = [
        wire.CreatedAccount(
            id=one.id,
            tier=_text(one.details, "tier"),
            status=one.state.value,
            platform=_platform(one),
            username=one.username,
        )
        for one in accounts
    ]
    message = f"Successfully created {len(rows)} account(s)"
    data = wire.CreatedAccounts(message, successful=len(rows), failed=0, accounts=rows)
    return wire.CreatedAccountsResponse(data=data)


def render_account_tasks(tasks: Sequence[Task]) -> wire.AccountTasks:
    """Return tasks as `/accounts/status` does."""
    rows = [
        wire.AccountTask(
            id=one.id,
            account_id=one.account_id,
            type=one.type.value,
            status=one.state.value,
            scheduled_time=render_opt_instant(one.scheduled_at),
            edit_profile_info=_edit(one.edit),
            created_at=render_instant(one.created_at),
            error=one.error,
        )
        for one in tasks
    ]
    return wire.AccountTasks(data=rows)


def render_tasks(tasks: Sequence[Task]) -> wire.UgcTasks:
    """Return tasks as `/tasks` does."""
    rows = [
        wire.UgcTask(
            id=one.id,
            account_id=one.account_id,
            type=one.type.value,
            status=one.state.value,
            scheduled_time=render_opt_instant(one.scheduled_at),
            duration=None,
            keywords=None,
            edit_profile_info=_edit(one.edit),
            created_at=render_instant(one.created_at),
            error=one.error,
        )
        for one in tasks
    ]
    return wire.UgcTasks(data=rows)


def _edit(edit: Edit | None) -> wire.EditProfileInfo | None:
    if edit is None:
        return None
    return wire.EditProfileInfo(
        avatarUrl=UNSET if edit.avatar_url is None else edit.avatar_url,
        nickName=UNSET if edit.nick_name is None else edit.nick_name,
        bio=UNSET if edit.bio is None else edit.bio,
    )


def render_account_stat(row: StatRow) -> wire_stats.AccountStat:
    """Return one row of an account."""
    numbers = row.metrics
    return wire_stats.AccountStat(
        id=row.id,
        account_id=row.owner_id,
        followers=numbers.get(FOLLOWERS),
        following=numbers.get(FOLLOWING),
        views=numbers.get(VIEWS),
        likes=numbers.get(LIKES),
        created_at=render_instant(row.at),
        source=row.source,
    )


def render_post_stat(row: StatRow) -> wire_stats.PostStat:
    """Return one row of a post."""
    numbers = row.metrics
    return wire_stats.PostStat(
        id=row.id,
        post_id=row.owner_id,
        views=numbers.get(VIEWS),
        likes=numbers.get(LIKES),
        comments=numbers.get(COMMENTS),
        shares=numbers.get(SHARES),
        saves=numbers.get(SAVES),
        created_at=render_instant(row.at),
        source=row.source,
    )


def render_account_stats(rows: Sequence[StatRow]) -> wire_stats.AccountStats:
    """Return rows of accounts."""
    return wire_stats.AccountStats(data=[render_account_stat(one) for one in rows])


def render_post_stats(rows: Sequence[StatRow]) -> wire_stats.PostStats:
    """Return rows of posts."""
    return wire_stats.PostStats(data=[render_post_stat(one) for one in rows])


def render_refreshed_account(found: Refreshed) -> wire_stats.RefreshedStatsResponse:
    """Return the fetched rows of one account and its posts."""
    data = wire_stats.RefreshedStats(
        account_stats=render_account_stat(found.account_stats[0]),
        post_stats=[render_post_stat(one) for one in found.post_stats],
        post_stats_count=len(found.post_stats),
        errors=_failures(found.failed_posts, "post_id") or UNSET,
    )
    return wire_stats.RefreshedStatsResponse(data=data)


def render_refreshed_all(found: Refreshed) -> wire_stats.RefreshedStatsResponse:
    """Return the fetched rows of all accounts, and whose could not be had."""
    data = wire_stats.RefreshedStats(
        account_stats=[render_account_stat(one) for one in found.account_stats],
        post_stats=[render_post_stat(one) for one in found.post_stats],
        post_stats_count=len(found.post_stats),
        accounts_refreshed=len(found.account_stats),
        accounts_failed=len(found.failed_accounts),
        total_accounts=found.accounts_total,
        errors=[
            *_failures(found.failed_accounts, "account_id"),
            *_failures(found.failed_posts, "post_id"),
        ],
    )
    return wire_stats.RefreshedStatsResponse(message="Stats refresh completed", data=data)


def _failures(failed: Sequence[Unfetched], name: str) -> list[wire_stats.RefreshFailure]:
    rows: list[dict[str, Any]] = [{"error": one.message, name: one.owner_id} for one in failed]
    return [wire_stats.RefreshFailure(**row) for row in rows]


def _platform(account: ManagedAccount) -> wire.Platform:
    return cast("wire.Platform", account.platform.value)


def _text(details: Mapping[str, object], name: str) -> str | None:
    value = details.get(name)
    return value if isinstance(value, str) else None
