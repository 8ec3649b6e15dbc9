"""How often trackers ran, and how often a webhook told of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

KeyT = TypeVar("KeyT", str, date)


@dataclass(frozen=True, slots=True)
class Tally:
    """So many runs ended; `told` of them were told to at least one endpoint with success."""

    runs: int = 0
    told: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.runs + other.runs, self.told + other.told)


NOTHING = Tally()


@dataclass(frozen=True, slots=True)
class RunInsights:
    """The runs of some trackers, by the UTC day on which they ended.

    `by_day` has this month's days with runs, in order; `by_creator` this month's runs by the
    creator's handle, in order.
    """

    total: Tally = NOTHING
    this_month: Tally = NOTHING
    today: Tally = NOTHING
    by_day: Mapping[date, Tally] = field(default_factory=dict)
    by_creator: Mapping[str, Tally] = field(default_factory=dict)


def add_up(parts: Iterable[RunInsights]) -> RunInsights:
    """Return the insights of several groups of trackers together."""
    whole = RunInsights()
    for part in parts:
        whole = RunInsights(
            total=whole.total + part.total,
            this_month=whole.this_month + part.this_month,
            today=whole.today + part.today,
            by_day=_merge(whole.by_day, part.by_day),
            by_creator=_merge(whole.by_creator, part.by_creator),
        )
    return whole


def _merge(left: Mapping[KeyT, Tally], right: Mapping[KeyT, Tally]) -> Mapping[KeyT, Tally]:
    keys: list[KeyT] = sorted(set(left) | set(right))
    return {key: left.get(key, NOTHING) + right.get(key, NOTHING) for key in keys}
