"""Routes of the account: what is used, and what may be."""

from collections.abc import Sequence

from bellwether.dialects.framework.operations import Call, Operation, Reply
from bellwether.dialects.influtics.render_account import render_limits, render_usage
from bellwether.dialects.influtics.wire_account import AccountLimitsResponse, AccountUsageResponse
from bellwether.dialects.influtics.work import read_usage


async def _usage(call: Call[None, None]) -> Reply:
    used = await call.read(read_usage)
    return Reply(render_usage(used, call.elapsed_ms, call.request_id))


async def _limits(call: Call[None, None]) -> Reply:
    principal = await call.authenticate()
    return Reply(render_limits(principal.plan, call.elapsed_ms, call.request_id))


ACCOUNT: Sequence[Operation] = (
    Operation(
        method="GET",
        path="/v1/account/usage",
        name="account-usage",
        handler=_usage,
        summary="Read what was used: credits of the last 30 days by call, videos, and the plan",
        answers={200: AccountUsageResponse},
    ),
    Operation(
        method="GET",
        path="/v1/account/limits",
        name="account-limits",
        handler=_limits,
        summary="Read the key's rate limits",
        answers={200: AccountLimitsResponse},
    ),
)
