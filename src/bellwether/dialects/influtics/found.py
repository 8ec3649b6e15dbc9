"""What the engine found for this dialect, on its way from `work` to `render`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bellwether.model.annotations import Annotation, TagCounts
from bellwether.model.catalog import Content
from bellwether.model.credits import Balance, Usage
from bellwether.model.metrics import Snapshot
from bellwether.model.tenants import Plan
from bellwether.model.tracking import Tracker


@dataclass(frozen=True, slots=True)
class FoundVideos:
    """A page of tracked videos, of `total`, with what is known of them by subject."""

    trackers: Sequence[Tracker]
    total: int
    contents: Mapping[str, Content]
    histories: Mapping[str, Sequence[Snapshot]]
    annotations: Mapping[str, Annotation]


@dataclass(frozen=True, slots=True)
class ChangedVideo:
    """A video that was written beside."""

    tracker: Tracker
    tags: TagCounts


@dataclass(frozen=True, slots=True)
class Used:
    """What a scope has used of its plan."""

    plan: Plan
    videos: int
    balance: Balance
    history: Sequence[Usage]
