"""Trackers, their schedules and their runs."""

from collections.abc import Sequence

from sqlalchemy import Connection

from bellwether.engine.catalog.service import CatalogService
from bellwether.engine.metrics.service import MetricsService
from bellwether.kit.clock import Clock
from bellwether.model.paging import Page
from bellwether.model.platforms import Platform
from bellwether.model.requests import ContentFilter, Tracked, TrackerChanges, TrackRequest
from bellwether.model.tenants import Plan, Scope
from bellwether.model.tracking import Aspect, Run, Tracker, TrackerState


class TrackingService:
    """Standing orders to observe."""

    def __init__(
        self,
        connection: Connection,
        clock: Clock,
        catalog: CatalogService,
        metrics: MetricsService,
    ) -> None:
        self._connection = connection
        self._clock = clock
        self._catalog = catalog
        self._metrics = metrics

    def track(
        self, scope: Scope, plan: Plan, requests: Sequence[TrackRequest]
    ) -> Sequence[Tracked]:
        """Track everything asked for, in one batch and in order; the first run is due at once.

        The same thing twice, or tracked by this dialect already, is `created=False`; one that had
        expired starts anew. LimitExceededError when the new contents do not fit the plan, and
        InvalidInputError for a schedule that is not cron or never fires (fields `cron`,
        `timezone`): nothing is changed then.
        """
        raise NotImplementedError

    def tracked_videos(self, scope: Scope) -> int:
        """Count the active content trackers, as plans do."""
        raise NotImplementedError

    def get(self, scope: Scope, tracker_id: str) -> Tracker:
        """Return one tracker, else NotFoundError."""
        raise NotImplementedError

    def list_trackers(
        self,
        scope: Scope,
        *,
        platform: Platform | None = None,
        aspect: Aspect | None = None,
        state: TrackerState | None = None,
        dialect: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page[Tracker]:
        """List trackers, newest first."""
        raise NotImplementedError

    def list_contents(self, scope: Scope, wanted: ContentFilter) -> tuple[Sequence[Tracker], int]:
        """List content trackers as a dialect asks, with the total that match."""
        raise NotImplementedError

    def update(self, scope: Scope, tracker_id: str, changes: TrackerChanges) -> Tracker:
        """Change a tracker; its next tick is computed again."""
        raise NotImplementedError

    def delete(self, scope: Scope, tracker_id: str) -> None:
        """Stop and forget a tracker; what it recorded stays."""
        raise NotImplementedError

    def run_now(self, scope: Scope, tracker_id: str) -> Tracker:
        """Make a tracker due at once, outside its schedule."""
        raise NotImplementedError

    def list_runs(
        self, scope: Scope, *, tracker_id: str | None = None, limit: int = 50, cursor: str | None
    ) -> Page[Run]:
        """List runs, newest first."""
        raise NotImplementedError
