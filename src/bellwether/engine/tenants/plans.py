"""The plans a workspace can be on, and what each allows."""

from bellwether.model.tenants import Plan, PlanName

DEFAULT_PLAN = PlanName.OWN
"""The plan of a workspace made without naming one: your own server sets no limits."""

_CALLS_PER_MINUTE = 20
_VIDEOS_PER_MINUTE = 1000


def _limited(name: PlanName, title: str, tracked_videos: int, credits_: int) -> Plan:
    return Plan(
        name=name,
        title=title,
        tracked_videos=tracked_videos,
        calls_per_minute=_CALLS_PER_MINUTE,
        videos_per_minute=_VIDEOS_PER_MINUTE,
        credits=credits_,
    )


PLANS = {
    PlanName.FREE: _limited(PlanName.FREE, "Free", 25, 750),
    PlanName.PRO: _limited(PlanName.PRO, "Pro", 1_000, 30_000),
    PlanName.BUSINESS: _limited(PlanName.BUSINESS, "Business", 10_000, 300_000),
    PlanName.OWN: Plan(
        name=PlanName.OWN,
        title="Own",
        tracked_videos=None,
        calls_per_minute=None,
        videos_per_minute=None,
        credits=None,
    ),
}
"""Every plan by its name."""
