"""What the routes of this dialect ask of the engine, each in one unit of work."""

from collections.abc import Callable, Sequence

from bellwether.dialects.framework.links import Links
from bellwether.dialects.influtics.parse import Row, make_orders
from bellwether.dialects.influtics.render import FoundVideos
from bellwether.engine.facade import Engine
from bellwether.kit.clock import Clock
from bellwether.model.requests import ContentFilter, Tracked
from bellwether.model.tenants import Principal


def track_videos(
    rows: Sequence[Row], links: Links, clock: Clock
) -> Callable[[Engine, Principal], Sequence[Tracked]]:
    """Track the videos among the rows; LimitExceededError comes before RateLimitedError."""
    orders = make_orders(rows, clock.now())

    def work(engine: Engine, principal: Principal) -> Sequence[Tracked]:
        tracked = engine.tracking.track(principal.scope, principal.plan, orders)
        links.pay(engine, principal)
        return tracked

    return work


def find_videos(wanted: ContentFilter) -> Callable[[Engine, Principal], FoundVideos]:
    """Find a page of tracked videos with what is known of them."""

    def work(engine: Engine, principal: Principal) -> FoundVideos:
        listed = engine.tracking.list_contents(principal.scope, wanted)
        ids = [tracker.subject_id for tracker in listed[0]]
        return FoundVideos(
            listed,
            engine.catalog.contents(principal.scope, ids),
            engine.metrics.histories(ids),
        )

    return work
