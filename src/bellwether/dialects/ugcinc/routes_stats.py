"""Routes of numbers: what was recorded, and what the platforms say now."""

from collections.abc import Sequence
from typing import Any

from bellwether.dialects.framework.operations import Call, Operation, Reply
from bellwether.dialects.ugcinc import parse, render, wire_stats, work
from bellwether.model.errors import ConflictError, NotFoundError, TooSoonError
from bellwether.model.posts import PostFilter


async def _accounts(call: Call[wire_stats.AccountStatsRequest, None]) -> Reply:
    body = call.body
    accounts = parse.read_labels(body, body.accountIds)
    span = parse.read_span(body.startDate, body.endDate)
    reading = work.account_stats(accounts, span)
    return await call.read(work.shown(reading, render.render_account_stats))


async def _posts(call: Call[wire_stats.PostStatsRequest, None]) -> Reply:
    body = call.body
    span = parse.read_span(body.startDate, body.endDate)
    reading = work.post_stats(PostFilter(ids=body.postIds), span)
    return await call.read(work.shown(reading, render.render_post_stats))


async def _refresh_accounts(call: Call[wire_stats.RefreshAccountStatsRequest, None]) -> Reply:
    accounts = parse.read_labels(call.body, call.body.accountIds)
    principal = await call.authenticate()
    found = await call.services.refresher.accounts(principal.scope, accounts)
    work.check_refreshed(found)
    return await _kept(call, Reply(render.render_account_stats(found.account_stats)))


async def _refresh_posts(call: Call[wire_stats.RefreshPostStatsRequest, None]) -> Reply:
    principal = await call.authenticate()
    posts = PostFilter(ids=call.body.postIds)
    found = await call.services.refresher.posts(principal.scope, posts)
    work.check_refreshed(found)
    return await _kept(call, Reply(render.render_post_stats(found.post_stats)))


async def _refresh(call: Call[wire_stats.RefreshStatsRequest, None]) -> Reply:
    principal = await call.authenticate()
    body, refresher = call.body, call.services.refresher
    if body.accountId is not None:
        found = await refresher.account(principal.scope, body.accountId)
        work.check_refreshed(found)
        return await _kept(call, Reply(render.render_refreshed_account(found)))
    group = parse.read_labels(body).org_group
    found = await refresher.everything(principal.scope, group)
    return await _kept(call, Reply(render.render_refreshed_all(found)))


async def _kept(call: Call[Any, None], reply: Reply) -> Reply:
    """Keep an answer with the request's key, however large: asking again would fetch again."""
    if call.ticket is None:
        return reply
    return await call.write(lambda _engine, _principal: reply, lambda kept: kept)


def _read_accounts(path: str, name: str, summary: str) -> Operation:
    return Operation(
        method="POST",
        path=path,
        name=name,
        handler=_accounts,
        summary=summary,
        description="The newest row of each account; with dates all rows between them.",
        body=wire_stats.AccountStatsRequest,
        may_be_empty=True,
        answers={200: wire_stats.AccountStats},
    )


def _read_posts(path: str, name: str, summary: str) -> Operation:
    return Operation(
        method="POST",
        path=path,
        name=name,
        handler=_posts,
        summary=summary,
        description="The newest row of each post; with dates all rows between them.",
        body=wire_stats.PostStatsRequest,
        may_be_empty=True,
        answers={200: wire_stats.PostStats},
    )


STATS: Sequence[Operation] = (
    _read_accounts("/stats/accounts", "get-account-stats", "Read numbers of accounts"),
    _read_accounts(
        "/accounts/stats", "get-account-stats-v107", "Read numbers of accounts, as 1.0.7 asks"
    ),
    _read_posts("/stats/posts", "get-post-stats", "Read numbers of posts"),
    _read_posts("/post/stats", "get-post-stats-v107", "Read numbers of posts, as 1.0.7 asks"),
    Operation(
        method="POST",
        path="/stats/refresh",
        name="refresh-stats",
        handler=_refresh,
        summary="Fetch the numbers of an account and its posts now, or of all accounts",
        description="All accounts, or those of a group: at most once an hour.",
        body=wire_stats.RefreshStatsRequest,
        may_be_empty=True,
        answers={200: wire_stats.RefreshedStatsResponse},
        errors=(ConflictError, NotFoundError, TooSoonError),
    ),
    Operation(
        method="POST",
        path="/accounts/stats/refresh",
        name="refresh-account-stats-v107",
        handler=_refresh_accounts,
        summary="Fetch the numbers of accounts now, as 1.0.7 asks",
        body=wire_stats.RefreshAccountStatsRequest,
        may_be_empty=True,
        answers={200: wire_stats.AccountStats},
        errors=(NotFoundError,),
    ),
    Operation(
        method="POST",
        path="/post/stats/refresh",
        name="refresh-post-stats-v107",
        handler=_refresh_posts,
        summary="Fetch the numbers of posts now, as 1.0.7 asks",
        body=wire_stats.RefreshPostStatsRequest,
        may_be_empty=True,
        answers={200: wire_stats.PostStats},
        errors=(NotFoundError,),
    ),
)
