"""Answers about the account."""

from typing import cast

from bellwether.dialects.influtics.found import Used
from bellwether.dialects.influtics.render import render_instant
from bellwether.dialects.influtics.wire import RequestMeta
from bellwether.dialects.influtics.wire_account import (
    AccountLimits,
    AccountLimitsResponse,
    AccountUsage,
    AccountUsageResponse,
    CallUsage,
    CreditUsage,
    RateLimits,
    UsageSummary,
    VendorPlan,
    VideoUsage,
)
from bellwether.model.tenants import Plan, PlanName


def render_usage(used: Used, elapsed_ms: int, request_id: str) -> AccountUsageResponse:
    """Return what was used."""
    history = [CallUsage(render_instant(one.at), one.endpoint, one.credits) for one in used.history]
    own = used.plan.name is PlanName.OWN
    summary = UsageSummary(
        plan=None if own else cast("VendorPlan", used.plan.name.value),
        is_unlimited=own,
        videos=VideoUsage(used.plan.tracked_videos, used.videos),
        credits=CreditUsage(used.balance.total, used.balance.used),
    )
    return AccountUsageResponse(
        success=True,
        data=AccountUsage(history, summary),
        meta=RequestMeta(elapsed_ms, request_id),
    )


def render_limits(plan: Plan, elapsed_ms: int, request_id: str) -> AccountLimitsResponse:
    """Return what the plan limits; the other windows are not enforced."""
    limits = RateLimits(
        requests_per_minute=plan.calls_per_minute,
        requests_per_hour=None,
        requests_per_day=None,
        requests_per_month=None,
        burst_allowance=None,
        videos_per_minute=plan.videos_per_minute,
    )
    return AccountLimitsResponse(
        success=True, data=AccountLimits(limits), meta=RequestMeta(elapsed_ms, request_id)
    )
