"""What the routes of this dialect ask of the engine, each in one unit of work."""

from collections.abc import Callable, Sequence

from bellwether.dialects.framework.links import Links
from bellwether.dialects.influtics.found import ChangedVideo, FoundVideos, Used
from bellwether.dialects.influtics.parse import (
    CREDITS_A_VIDEO,
    DIALECT,
    ById,
    Row,
    WhichVideo,
    make_orders,
)
from bellwether.engine.facade import Engine
from bellwether.kit.clock import Clock
from bellwether.model.annotations import AnnotationChanges
from bellwether.model.errors import NotFoundError
from bellwether.model.requests import ContentFilter, Tracked
from bellwether.model.tenants import Principal
from bellwether.model.tracking import Tracker


def track_videos(
    rows: Sequence[Row], links: Links, clock: Clock, request_id: str
) -> Callable[[Engine, Principal], Sequence[Tracked]]:
    """Track the videos among the rows and pay for those that are new.

    LimitExceededError comes before CreditsExhaustedError, and that before RateLimitedError.
    """
    orders = make_orders(rows, clock.now())

    def work(engine: Engine, principal: Principal) -> Sequence[Tracked]:
        tracked = engine.tracking.track(principal.scope, principal.plan, orders)
        engine.credits.debit(
            principal.scope,
            principal.plan,
            [one.tracker.id for one in tracked if one.created],
            each=CREDITS_A_VIDEO,
            endpoint="/v1/videos/track",
            request_id=request_id,
        )
        links.pay(engine, principal)
        return tracked

    return work


def find_videos(wanted: ContentFilter) -> Callable[[Engine, Principal], FoundVideos]:
    """Find a page of tracked videos with what is known of them."""

    def work(engine: Engine, principal: Principal) -> FoundVideos:
        return _found(engine, principal, engine.tracking.list_contents(principal.scope, wanted))

    return work


def find_video(which: WhichVideo) -> Callable[[Engine, Principal], FoundVideos]:
    """Find one tracked video with what is known of it, else NotFoundError (`video_id`)."""

    def work(engine: Engine, principal: Principal) -> FoundVideos:
        return _found(engine, principal, ([_video(engine, principal, which)], 1))

    return work


def change_video(
    which: WhichVideo, changes: AnnotationChanges
) -> Callable[[Engine, Principal], ChangedVideo]:
    """Change what is written beside a tracked video, else NotFoundError (`video_id`)."""

    def work(engine: Engine, principal: Principal) -> ChangedVideo:
        tracker = _video(engine, principal, which)
        counts = engine.annotations.change(principal.scope, tracker.subject_id, changes)
        return ChangedVideo(tracker, counts)

    return work


def _found(
    engine: Engine, principal: Principal, listed: tuple[Sequence[Tracker], int]
) -> FoundVideos:
    trackers, total = listed
    ids = [tracker.subject_id for tracker in trackers]
    return FoundVideos(
        trackers,
        total,
        engine.catalog.contents(principal.scope, ids),
        engine.metrics.histories(ids),
        engine.annotations.of(ids),
    )


def _video(engine: Engine, principal: Principal, which: WhichVideo) -> Tracker:
    """Return the tracker of a video; of several with one external id, that made last."""
    scope = principal.scope
    if isinstance(which, ById):
        ids = list(engine.catalog.contents(scope, [which.id]))
    else:
        ids = [one.id for one in engine.catalog.contents_by_external_id(scope, which.id)]
    wanted = ContentFilter(dialect=DIALECT, subject_ids=ids, limit=1)
    trackers, _ = engine.tracking.list_contents(scope, wanted)
    if not trackers:
        raise NotFoundError("No video with this id is tracked", field="video_id")
    return trackers[0]


def read_usage(engine: Engine, principal: Principal) -> Used:
    """Read what was used."""
    scope, plan = principal.scope, principal.plan
    return Used(
        plan=plan,
        videos=engine.tracking.tracked_videos(scope),
        balance=engine.credits.balance(scope, plan),
        history=engine.credits.history(scope),
    )
