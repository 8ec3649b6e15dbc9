"""Events, deliveries and attempts, page by page and filtered."""

from datetime import timedelta

from tests.support.loopback import Loopback
from tests.support.webhooks import RECEIVER, Post

from bellwether.kit.http import GuardedClient
from bellwether.model.tenants import Scope
from bellwether.model.webhooks import (
    Delivery,
    DeliveryFilter,
    DeliveryState,
    Event,
    EventType,
)


def every_delivery(post: Post, scope: Scope, wanted: DeliveryFilter) -> list[Delivery]:
    found: list[Delivery] = []
    cursor = None
    while True:
        page = post.read(
            lambda e, at=cursor: e.webhooks.list_deliveries(scope, wanted, limit=3, cursor=at)  # type: ignore[misc]
        )
        assert len(page.items) <= 3
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


def every_event(post: Post, scope: Scope, wanted: DeliveryFilter) -> list[Event]:
    found: list[Event] = []
    cursor = None
    while True:
        page = post.read(
            lambda e, at=cursor: e.webhooks.list_events(scope, wanted, limit=3, cursor=at)  # type: ignore[misc]
        )
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


def test_deliveries_and_events_are_found_by_every_filter(post: Post, scope: Scope) -> None:
    one = post.subscribe(scope).endpoint
    two = post.subscribe(scope, RECEIVER, EventType.RUN_FAILED).endpoint
    for hour in range(4):
        kinds = (EventType.RUN_SUCCEEDED, EventType.RUN_FAILED)
        post.emit(
            *(
                post.happened(scope, hour, tracker=tracker, kind=kind)
                for tracker in ("a", "b")
                for kind in kinds
            )
        )
        post.pass_time(hours=1)
    counts = [
        (DeliveryFilter(), 24, 16),
        (DeliveryFilter(endpoint_id=one.id), 16, 16),
        (DeliveryFilter(endpoint_id=two.id), 8, 16),
        (DeliveryFilter(event_type=EventType.RUN_FAILED), 16, 8),
        (DeliveryFilter(tracker_id="a"), 12, 8),
        (DeliveryFilter(tracker_id="nobody"), 0, 0),
        (DeliveryFilter(tracker_id="\x00"), 0, 0),
        (DeliveryFilter(state=DeliveryState.SUCCEEDED), 0, 16),
        (DeliveryFilter(start=post.start + timedelta(hours=1)), 18, 12),
        (DeliveryFilter(end=post.start + timedelta(hours=1)), 6, 4),
    ]
    for wanted, deliveries, events in counts:
        found = every_delivery(post, scope, wanted)
        assert len(found) == len({d.id for d in found}) == deliveries, wanted
        assert [d.created_at for d in found] == sorted((d.created_at for d in found), reverse=True)
        told = every_event(post, scope, wanted)
        assert len(told) == len({e.id for e in told}) == events, wanted
        assert [e.at for e in told] == sorted((e.at for e in told), reverse=True)


def test_events_of_one_moment_are_listed_in_the_order_in_which_they_happened(
    post: Post, scope: Scope
) -> None:
    post.subscribe(scope)
    post.emit(*(post.happened(scope, number) for number in range(40)))
    found = every_event(post, scope, DeliveryFilter())
    assert [event.data["number"] for event in found] == list(reversed(range(40)))


async def test_attempts_are_listed_oldest_first_page_by_page(
    post: Post, scope: Scope, client: GuardedClient, receiver: Loopback
) -> None:
    receiver.page("/in", status=500)
    post.subscribe(scope, f"{receiver.base}/in")
    post.emit(post.happened(scope))
    deliverer = post.deliverer(client, schedule=[1] * 6)
    for _ in range(7):
        await post.told(deliverer)
        post.pass_time(seconds=1)
    (delivery,) = post.deliveries(scope)
    seen, cursor = [], None
    while True:
        page = post.read(
            lambda e, at=cursor: e.webhooks.list_attempts(  # type: ignore[misc]
                scope, delivery.id, limit=3, cursor=at
            )
        )
        seen += [attempt.at for attempt in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == [post.start + timedelta(seconds=n) for n in range(7)]
