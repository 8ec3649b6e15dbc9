"""Growth computed naively, as an oracle: every field on its own, from the whole list."""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from itertools import pairwise
from typing import Any

from bellwether.model.metrics import Growth


def naive_growth(points: list[tuple[datetime, int]]) -> dict[str, Any]:
    """Compute every field on its own, from the whole list, as the documentation words it."""
    values = [value for _, value in points]
    steps = [(b[1] - a[1], b[0]) for a, b in pairwise(points)]
    days: dict[date, int] = {}
    for at, value in points:
        days[at.date()] = value
    span = []
    if points:
        day = points[0][0].date()
        while day <= points[-1][0].date():
            span.append(day)
            day += timedelta(days=1)
    largest = max((step for step, _ in steps), default=None)
    percent = None
    if values and values[0] != 0:
        with localcontext(prec=80):
            exact = Decimal(values[-1] - values[0]) * 100 / Decimal(values[0])
            percent = float(exact.quantize(Decimal("0.0001"), rounding=ROUND_HALF_EVEN))
    return {
        "snapshots": len(values),
        "first_at": points[0][0] if points else None,
        "last_at": points[-1][0] if points else None,
        "first": values[0] if values else None,
        "last": values[-1] if values else None,
        "net_change": values[-1] - values[0] if values else None,
        "pct_change": percent,
        "min": min(values, default=None),
        "max": max(values, default=None),
        "max_step": largest,
        "max_step_at": next((at for step, at in steps if step == largest), None),
        "decreasing_steps": len([1 for step, _ in steps if step < 0]),
        "unchanged_steps": len([1 for step, _ in steps if step == 0]),
        "missing_days": tuple(day for day in span if day not in days),
        "daily_last": days,
    }


def as_dict(growth: Growth) -> dict[str, Any]:
    """Return the fields of a computed growth."""
    return {name: getattr(growth, name) for name in Growth.__dataclass_fields__}
