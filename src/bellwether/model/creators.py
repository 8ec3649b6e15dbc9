"""Orders to track a creator together with what was published newest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bellwether.model.catalog import Creator
from bellwether.model.metrics import Snapshot
from bellwether.model.platforms import Kind
from bellwether.model.readings import ContentReading, CreatorReading
from bellwether.model.refs import Ref
from bellwether.model.tracking import Tracker


@dataclass(frozen=True, slots=True)
class CreatorOrder:
    """Track a creator's profile, and the newest `contents` of the given kinds for a while.

    Each content newly tracked costs `credits_each`, debited under the name of `endpoint`.
    """

    ref: Ref
    dialect: str
    contents: int
    kinds: frozenset[Kind]
    follow: timedelta
    credits_each: int
    endpoint: str


@dataclass(frozen=True, slots=True)
class FoundCreator:
    """What the sources said of a creator and of the newest contents."""

    profile: CreatorReading
    contents: Sequence[ContentReading]


@dataclass(frozen=True, slots=True)
class TrackedCreator:
    """A creator that is tracked, with what is known of it; `contents` are tracked, too."""

    tracker: Tracker
    creator: Creator
    newest: Snapshot | None
    contents: int
