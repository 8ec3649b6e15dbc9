"""Creators tracked together with what they published newest: asked for now, done by a job."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from bellwether.engine.catalog.service import CatalogService
from bellwether.engine.creators.payloads import KIND, write_payload
from bellwether.engine.credits.service import CreditService
from bellwether.engine.metrics.service import MetricsService
from bellwether.engine.tracking.service import TrackingService
from bellwether.jobs.queue import JobQueue
from bellwether.kit.clock import Clock
from bellwether.model.creators import CreatorOrder, FoundCreator, TrackedCreator
from bellwether.model.errors import (
    ConflictError,
    CreditsExhaustedError,
    LimitExceededError,
    NotFoundError,
)
from bellwether.model.jobs import Job
from bellwether.model.platforms import Platform
from bellwether.model.readings import ContentReading
from bellwether.model.refs import Ref
from bellwether.model.requests import ContentFilter, NamedFilter, TrackRequest
from bellwether.model.tenants import Plan, Scope
from bellwether.model.tracking import Aspect, Tracker, TrackerState

_RETRY_AFTER_S = 86_400


class CreatorService:
    """Orders to track creators, and what became of them."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._clock = clock
        self._jobs = JobQueue(connection, clock)
        self._catalog = CatalogService(connection, clock)
        self._metrics = MetricsService(connection, clock)
        self._credits = CreditService(connection, clock)
        self._tracking = TrackingService(connection, clock, self._catalog, self._metrics)

    def order(self, scope: Scope, plan: Plan, order: CreatorOrder, request_id: str) -> Job:
        """Ask for a creator to be tracked; a job that is at it already is returned as it is.

        As many contents as are asked for must fit the plan and the credits, whatever will be
        found: LimitExceededError, CreditsExhaustedError. ConflictError (`username`) with the
        tracker's id in its details when the creator is tracked already.
        """
        present = self._tracker(scope, order.dialect, order.ref.platform, [order.ref.id])
        if present is not None and present.state is not TrackerState.EXPIRED:
            raise ConflictError(
                "This creator is tracked already",
                field="username",
                details={"tracked_account_id": present.id},
            )
        key = f"{order.dialect} {order.ref.platform} {order.ref.id}"
        waiting = self._jobs.unfinished(scope, KIND, key)
        if waiting is not None:
            return waiting
        self._check_room(scope, plan, order)
        return self._jobs.add(scope, KIND, write_payload(order, request_id), key=key)

    def job(self, scope: Scope, job_id: str) -> Job:
        """Return a job made by `order`, else NotFoundError."""
        job = self._jobs.get(scope, job_id)
        if job.kind != KIND:
            raise NotFoundError("no such job", field="id")
        return job

    def find(self, scope: Scope, dialect: str, platform: Platform, name: str) -> TrackedCreator:
        """Return a tracked creator by handle or by the platform's id, else NotFoundError."""
        tracker = self._tracker(scope, dialect, platform, [name, name.lower()])
        if tracker is None:
            raise NotFoundError("No creator of this name is tracked", field="username")
        creator = self._catalog.creators(scope, [tracker.subject_id])[tracker.subject_id]
        handle = creator.handle or creator.key
        wanted = ContentFilter(dialect=dialect, platform=platform, creator_handle=handle, limit=1)
        return TrackedCreator(
            tracker=tracker,
            creator=creator,
            newest=self._metrics.latest([tracker.subject_id]).get(tracker.subject_id),
            contents=self._tracking.list_contents(scope, wanted)[1],
        )

    def track(
        self, scope: Scope, plan: Plan, order: CreatorOrder, found: FoundCreator, request_id: str
    ) -> dict[str, object]:
        """Track what was found and pay for the contents newly tracked; return the job's result.

        LimitExceededError and CreditsExhaustedError when they do not fit any more.
        """
        now = self._clock.now()
        profile = TrackRequest(ref=order.ref, dialect=order.dialect, aspect=Aspect.PROFILE)
        wanted = [profile, *_content_orders(order, found.contents, now)]
        creator, *contents = self._tracking.track(scope, plan, wanted)
        new = [one.tracker.id for one in contents if one.created]
        self._credits.debit(
            scope,
            plan,
            new,
            each=order.credits_each,
            endpoint=order.endpoint,
            request_id=request_id,
        )
        self._catalog.learn_creators({creator.tracker.subject_id: found.profile})
        self._catalog.learn_contents(
            {
                one.tracker.subject_id: reading
                for one, reading in zip(contents, found.contents, strict=True)
            }
        )
        return {
            "tracker_id": creator.tracker.id,
            "creator_id": creator.tracker.subject_id,
            "contents": len(contents),
            "new_contents": len(new),
        }

    def _tracker(
        self, scope: Scope, dialect: str, platform: Platform, names: Sequence[str]
    ) -> Tracker | None:
        wanted = NamedFilter(dialect=dialect, aspect=Aspect.PROFILE, names=names, platform=platform)
        try:
            return self._tracking.find_named(scope, wanted)
        except NotFoundError:
            return None

    def _check_room(self, scope: Scope, plan: Plan, order: CreatorOrder) -> None:
        if plan.tracked_videos is not None:
            used = self._tracking.tracked_videos(scope)
            if used + order.contents > plan.tracked_videos:
                raise LimitExceededError(
                    f"Video limit reached. Your {plan.title} plan allows {plan.tracked_videos} "
                    f"tracked videos. Current usage: {used}, asked for: {order.contents}"
                )
        needed = order.contents * order.credits_each
        available = self._credits.balance(scope, plan).available
        if available is not None and available < needed:
            raise CreditsExhaustedError(
                f"Not enough credits: {needed} needed, {available} available",
                retry_after=_RETRY_AFTER_S,
            )


def _content_orders(
    order: CreatorOrder, readings: Sequence[ContentReading], now: datetime
) -> Sequence[TrackRequest]:
    return [
        TrackRequest(
            ref=Ref(
                platform=reading.platform,
                kind=reading.kind,
                id=reading.id,
                url=reading.url or order.ref.url,
                handle=reading.creator_handle or order.ref.handle,
            ),
            dialect=order.dialect,
            aspect=Aspect.CONTENT,
            expires_at=now + order.follow,
        )
        for reading in readings
    ]
