"""What people write beside the contents they track."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class WorkStatus(StrEnum):
    """How far the work behind a content is, as its owner says."""

    TO_DO = "to do"
    RUNNING = "running"
    ENDED = "ended"


class AnnotationField(StrEnum):
    """The parts of an annotation."""

    NOTES = "notes"
    BUDGET = "budget"
    CAMPAIGN = "campaign"
    STATUS = "status"
    TAGS = "tags"


@dataclass(frozen=True, slots=True)
class Annotation:
    """What stands beside one content. `budget` is money with two decimals, in no currency of ours.

    `tags` are in the order they were given.
    """

    notes: str | None = None
    budget: Decimal | None = None
    campaign: str | None = None
    status: WorkStatus | None = None
    tags: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class AnnotationChanges:
    """New values for the `fields` named; None, or no tags, clears."""

    fields: frozenset[AnnotationField]
    values: Annotation


@dataclass(frozen=True, slots=True)
class TagCounts:
    """How many of the tags given were known already, and how many were made."""

    matched: int
    created: int
