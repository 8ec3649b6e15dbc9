"""The shapes of the account calls."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from bellwether.dialects.influtics.wire import Count, RequestMeta

VendorPlan = Literal["free", "pro", "business"]


class CallUsage(msgspec.Struct):
    """What one call cost."""

    created_at: str
    endpoint: str
    credits_used: Annotated[int, Meta(description="Negative: given back for an earlier call")]


class VideoUsage(msgspec.Struct):
    """Tracked videos; `limit` null is unlimited."""

    limit: Count | None
    used: Count


class CreditUsage(msgspec.Struct):
    """Credits; `total` null is unlimited. What is left is `total` - `used`."""

    total: Count | None
    used: Count


class UsageSummary(msgspec.Struct):
    """What is used of the plan; null is one that sets no limits."""

    plan: VendorPlan | None
    is_unlimited: bool
    videos: VideoUsage
    credits: CreditUsage


class AccountUsage(msgspec.Struct):
    """What was used in the last 30 days, call by call, newest first; and what is used in all."""

    usage_history: list[CallUsage]
    summary: UsageSummary


class AccountUsageResponse(msgspec.Struct):
    """The answer about usage."""

    success: Literal[True]
    data: AccountUsage
    meta: RequestMeta


class RateLimits(msgspec.Struct):
    """Limits of one key; null is one that is not enforced. `videos_per_minute` is ours."""

    requests_per_minute: Count | None
    requests_per_hour: Count | None
    requests_per_day: Count | None
    requests_per_month: Count | None
    burst_allowance: Count | None
    videos_per_minute: Count | None


class AccountLimits(msgspec.Struct):
    """The limits of the key that asks."""

    rate_limits: RateLimits


class AccountLimitsResponse(msgspec.Struct):
    """The answer about limits."""

    success: Literal[True]
    data: AccountLimits
    meta: RequestMeta
