"""Telling again: one delivery, or a range of them."""

from collections.abc import Sequence
from datetime import datetime

import pytest
from tests.support.loopback import Loopback
from tests.support.webhooks import Post

from bellwether.kit.http import GuardedClient
from bellwether.model.errors import ConflictError, NotFoundError
from bellwether.model.tenants import Scope
from bellwether.model.webhooks import DeliveryState, EndpointChanges, EndpointState


def replay(
    post: Post,
    scope: Scope,
    endpoint_id: str,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    only_failed: bool = True,
) -> Sequence[int]:
    """Replay a range as callers do, portion by portion; return how many each was."""
    counts, cursor = [], None
    while True:
        portion = post.write(
            lambda e, at=cursor: e.webhooks.replay_range(  # type: ignore[misc]
                scope,
                endpoint_id,
                start=start,
                end=end,
                only_failed=only_failed,
                cursor=at,
            )
        )
        counts.append(portion.count)
        cursor = portion.next_cursor
        if cursor is None:
            return counts


async def test_one_is_told_again_with_the_same_bytes_under_the_same_id(
    post: Post, scope: Scope, client: GuardedClient, receiver: Loopback
) -> None:
    post.subscribe(scope, f"{receiver.base}/in")
    post.emit(post.happened(scope))
    deliverer = post.deliverer(client)
    await post.told(deliverer)
    post.pass_time(days=3)
    (first,) = post.deliveries(scope)
    again = post.write(lambda e: e.webhooks.replay(scope, first.id))
    assert (again.replay, again.state, again.attempts) == (1, DeliveryState.PENDING, 0)
    assert again.id != first.id
    await post.told(deliverer)
    one, two = receiver.received
    assert one.body == two.body
    assert one.headers["webhook-id"] == two.headers["webhook-id"]
    assert one.headers["webhook-timestamp"] != two.headers["webhook-timestamp"]
    third = post.write(lambda e: e.webhooks.replay(scope, again.id))
    assert third.replay == 2
    assert post.deliveries(scope)[0] == first


async def test_what_still_waits_or_has_no_receiver_is_not_replayed(
    post: Post, scope: Scope, client: GuardedClient, receiver: Loopback
) -> None:
    endpoint = post.subscribe(scope, f"{receiver.base}/in").endpoint
    post.emit(post.happened(scope))
    (delivery,) = post.deliveries(scope)
    with pytest.raises(ConflictError):
        post.write(lambda e: e.webhooks.replay(scope, delivery.id))
    receiver.page("/in", status=410)
    await post.told(post.deliverer(client))
    with pytest.raises(ConflictError):  # disabled
        post.write(lambda e: e.webhooks.replay(scope, delivery.id))
    with pytest.raises(ConflictError):
        post.write(lambda e: e.webhooks.replay_range(scope, endpoint.id))
    active = EndpointChanges(state=EndpointState.ACTIVE)
    post.write(lambda e: e.webhooks.update(scope, endpoint.id, active))
    assert post.write(lambda e: e.webhooks.replay(scope, delivery.id)).replay == 1
    post.write(lambda e: e.webhooks.delete(scope, endpoint.id))
    with pytest.raises(NotFoundError):
        post.write(lambda e: e.webhooks.replay(scope, delivery.id))


async def test_a_range_replays_what_failed_in_it_once_and_in_order(
    post: Post, scope: Scope, client: GuardedClient, receiver: Loopback
) -> None:
    receiver.page("/in", status=500)
    endpoint = post.subscribe(scope, f"{receiver.base}/in").endpoint
    other = post.subscribe(scope, f"{receiver.base}/other").endpoint
    deliverer = post.deliverer(client, schedule=())
    for n in range(6):
        if n == 5:
            receiver.page("/in")
        post.emit(post.happened(scope, n))
        await post.told(deliverer)
        post.pass_time(hours=1)
    receiver.received.clear()
    start, end = (post.start.replace(hour=hour) for hour in (10, 14))  # events 1 to 4
    assert replay(post, scope, endpoint.id, start=start, end=end) == [4]
    assert replay(post, scope, endpoint.id, start=start, end=end) == [0]  # they wait already
    await post.told(deliverer)
    mine = [request for request in receiver.received if request.path == "/in"]
    assert [b'"number": %d,' % n in one.body for n, one in enumerate(mine, start=1)] == [True] * 4
    assert replay(post, scope, endpoint.id, start=start, end=end) == [0]  # told in the end
    assert replay(post, scope, endpoint.id) == [1]  # the very first
    assert replay(post, scope, endpoint.id, only_failed=False) == [5]
    assert {one.replay for one in post.deliveries(scope, endpoint=other.id)} == {0}


async def test_a_long_range_takes_many_small_portions_and_ends_though_more_arrives(
    post: Post, scope: Scope
) -> None:
    endpoint = post.subscribe(scope).endpoint
    post.emit(*(post.happened(scope, n, tracker=str(n % 7)) for n in range(250)))
    with post.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE deliveries SET state = 'failed'")
        connection.exec_driver_sql("DELETE FROM lanes")
    first = post.write(lambda e: e.webhooks.replay_range(scope, endpoint.id, limit=100))
    assert first.count == 100
    post.emit(*(post.happened(scope, 1000 + n) for n in range(50)))
    counts, cursor = [], first.next_cursor
    while cursor is not None:
        portion = post.write(
            lambda e, at=cursor: e.webhooks.replay_range(  # type: ignore[misc]
                scope, endpoint.id, limit=100, cursor=at
            )
        )
        counts.append(portion.count)
        cursor = portion.next_cursor
    assert sum(counts) == 150
    replayed = [one for one in post.deliveries(scope) if one.replay]
    assert len(replayed) == len({one.event_id for one in replayed}) == 250
    numbers = [post.event(scope, one.event_id).data["number"] for one in replayed]
    assert numbers == list(range(250))


async def test_a_paused_endpoint_takes_replays_and_keeps_them(
    post: Post, scope: Scope, client: GuardedClient, receiver: Loopback
) -> None:
    endpoint = post.subscribe(scope, f"{receiver.base}/in").endpoint
    post.emit(post.happened(scope))
    deliverer = post.deliverer(client)
    await post.told(deliverer)
    pause = EndpointChanges(state=EndpointState.PAUSED)
    post.write(lambda e: e.webhooks.update(scope, endpoint.id, pause))
    assert replay(post, scope, endpoint.id, only_failed=False) == [1]
    assert await deliverer.step() == 0
    assert len(receiver.received) == 1
