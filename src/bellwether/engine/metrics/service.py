"""Snapshots and what is computed from them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from bellwether.kit.clock import Clock
from bellwether.model.metrics import Growth, Point, Snapshot
from bellwether.model.paging import Page
from bellwether.model.requests import Bucketing, NewSnapshot


class MetricsService:
    """Numbers over time. Subjects are found in their workspace before their ids come here."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def record(self, snapshots: Sequence[NewSnapshot]) -> int:
        """Store observations in one batch and return how many were new.

        One that is stored already (same subject, instant, numbers and ordinal) changes nothing.
        """
        raise NotImplementedError

    def series(
        self,
        subject_id: str,
        metric: str,
        *,
        bucketing: Bucketing = Bucketing.RAW,
        start: datetime | None = None,
        end: datetime | None = None,
        limit: int = 1000,
        cursor: str | None = None,
    ) -> Page[Point]:
        """Return points of one metric, oldest first, `start` and `end` included."""
        raise NotImplementedError

    def growth(
        self,
        subject_id: str,
        metric: str,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> Growth:
        """Compute growth from the stored points that have a value."""
        raise NotImplementedError

    def metrics_of(self, subject_id: str) -> Sequence[str]:
        """Return the names of the metrics a subject has, sorted."""
        raise NotImplementedError

    def latest(self, subject_ids: Sequence[str]) -> Mapping[str, Snapshot]:
        """Return each subject's newest snapshot."""
        raise NotImplementedError

    def histories(
        self, subject_ids: Sequence[str], *, per_subject: int = 100
    ) -> Mapping[str, Sequence[Snapshot]]:
        """Return each subject's newest snapshots, oldest first, in one query."""
        raise NotImplementedError
