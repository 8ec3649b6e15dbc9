"""What passes between the scheduler's parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from bellwether.connectors.base import Capability
from bellwether.model.platforms import Platform
from bellwether.model.readings import ContentReading, CreatorReading, Failed
from bellwether.model.tenants import Environment
from bellwether.model.tracking import Aspect

CAPABILITIES = {
    Aspect.PROFILE: Capability.PROFILE,
    Aspect.STORIES: Capability.STORIES,
    Aspect.CONTENT: Capability.CONTENT,
}


class Lane(NamedTuple):
    """What shares calls, budgets and limits: one capability of one platform."""

    environment: Environment
    platform: Platform
    aspect: Aspect

    @property
    def capability(self) -> Capability:
        """What a source must be able to do to serve this lane."""
        return CAPABILITIES[self.aspect]

    def __str__(self) -> str:
        return f"{self.environment}/{self.platform}/{self.aspect}"


class Claimed(NamedTuple):
    """One tick of one tracker, held under a token. `tick` is in microseconds."""

    id: str
    workspace_id: str
    subject_id: str
    target: str
    tick: int
    attempts: int
    token: str


@dataclass(frozen=True, slots=True)
class Stories:
    """The stories a creator had up."""

    items: Sequence[ContentReading]


@dataclass(frozen=True, slots=True)
class Deferred:
    """Nobody was asked: a budget is used up until an instant of the product's time."""

    until: datetime
    message: str


Outcome = ContentReading | CreatorReading | Stories | Failed | Deferred


class Answer(NamedTuple):
    """What became of one target: what `source` said `at` an instant of the product's time."""

    outcome: Outcome
    at: datetime
    source: str | None


class Finished(NamedTuple):
    """An answer for one tracker that waits for it."""

    claimed: Claimed
    answer: Answer
