"""Endpoints that are paused, changed, rotated or deleted while something waits or is under way."""

import asyncio
from datetime import timedelta

from tests.support.loopback import Loopback
from tests.support.webhooks import Gate, Post

from bellwether.engine.webhooks.tables import lanes
from bellwether.kit.http import GuardedClient
from bellwether.kit.signing import verify
from bellwether.model.tenants import Scope
from bellwether.model.webhooks import DeliveryState, EndpointChanges, EndpointState

PAUSE = EndpointChanges(state=EndpointState.PAUSED)
RESUME = EndpointChanges(state=EndpointState.ACTIVE)


async def test_a_paused_endpoint_is_told_nothing_and_everything_once_it_is_resumed(
    post: Post, scope: Scope, client: GuardedClient, receiver: Loopback
) -> None:
    endpoint = post.subscribe(scope, f"{receiver.base}/in").endpoint
    deliverer = post.deliverer(client)
    post.write(lambda e: e.webhooks.update(scope, endpoint.id, PAUSE))
    assert post.emit(*(post.happened(scope, n) for n in range(12))) == 12
    assert await deliverer.step() == 0
    post.write(lambda e: e.webhooks.update(scope, endpoint.id, RESUME))
    await post.told(deliverer)
    bodies = [request.body for request in receiver.received]
    assert [b'"number": %d,' % n in body for n, body in enumerate(bodies)] == [True] * 12
    assert len(bodies) == 12


async def test_a_changed_url_is_where_the_next_attempt_goes(
    post: Post, scope: Scope, client: GuardedClient, receiver: Loopback
) -> None:
    receiver.page("/old", status=500)
    endpoint = post.subscribe(scope, f"{receiver.base}/old").endpoint
    post.emit(post.happened(scope))
    deliverer = post.deliverer(client)
    await post.told(deliverer)
    moved = EndpointChanges(url=f"{receiver.base}/in")
    post.write(lambda e: e.webhooks.update(scope, endpoint.id, moved))
    post.pass_time(seconds=60)
    await post.told(deliverer)
    assert [request.path for request in receiver.received] == ["/old", "/in"]


async def test_a_deleted_endpoint_is_told_nothing_more(
    post: Post, scope: Scope, client: GuardedClient, receiver: Loopback
) -> None:
    endpoint = post.subscribe(scope, f"{receiver.base}/in").endpoint
    post.emit(*(post.happened(scope, n, tracker=str(n % 3)) for n in range(9)))
    post.write(lambda e: e.webhooks.delete(scope, endpoint.id))
    assert await post.deliverer(client).step() == 0
    assert receiver.received == []
    deliveries = post.deliveries(scope, endpoint=endpoint.id)
    assert [one.state for one in deliveries] == [DeliveryState.CANCELLED] * 9
    assert {one.last_error for one in deliveries} == {"the endpoint was deleted"}
    assert {one.next_attempt_at for one in deliveries} == {None}


async def test_one_deleted_while_it_is_being_told_stays_cancelled_and_the_attempt_is_logged(
    post: Post, scope: Scope, client: GuardedClient, receiver: Loopback
) -> None:
    gate = Gate()
    receiver.on("/in", gate)
    endpoint = post.subscribe(scope, f"{receiver.base}/in").endpoint
    post.emit(post.happened(scope, 1), post.happened(scope, 2))
    working = asyncio.create_task(post.deliverer(client).step())
    await gate.asked.wait()
    post.write(lambda e: e.webhooks.delete(scope, endpoint.id))
    gate.open.set()
    await working
    first, second = post.deliveries(scope)
    assert (first.state, first.attempts) == (DeliveryState.CANCELLED, 1)
    assert [one.status for one in post.attempts(scope, first.id)] == [200]
    assert second.state is DeliveryState.CANCELLED
    with post.database.engine.connect() as connection:
        assert connection.execute(lanes.select()).all() == []


async def test_a_secret_rotated_in_mid_flight_is_verified_by_old_and_new_receivers(
    post: Post, scope: Scope, client: GuardedClient, receiver: Loopback
) -> None:
    receiver.page("/in", status=500)
    made = post.subscribe(scope, f"{receiver.base}/in")
    post.emit(post.happened(scope))
    deliverer = post.deliverer(client)
    await post.told(deliverer)
    post.pass_time(seconds=30)
    rotated = post.write(
        lambda e: e.webhooks.rotate_secret(scope, made.endpoint.id, grace=timedelta(minutes=3))
    )
    post.pass_time(seconds=30)
    await post.told(deliverer)
    post.pass_time(seconds=300)
    await post.told(deliverer)
    before, within, after = receiver.received
    assert len({before.body, within.body, after.body}) == 1
    stamps = [post.start + timedelta(seconds=seconds) for seconds in (0, 60, 360)]
    verify(before.headers, before.body, [made.secret], stamps[0])
    assert len(within.headers["webhook-signature"].split()) == 2
    for secret in (made.secret, rotated.secret):
        verify(within.headers, within.body, [secret], stamps[1])
    assert len(after.headers["webhook-signature"].split()) == 1
    verify(after.headers, after.body, [rotated.secret], stamps[2])


async def test_a_pause_takes_hold_within_a_chain_of_deliveries(
    post: Post, scope: Scope, client: GuardedClient, receiver: Loopback
) -> None:
    gate = Gate()
    receiver.on("/in", gate)
    endpoint = post.subscribe(scope, f"{receiver.base}/in").endpoint
    post.emit(*(post.happened(scope, n) for n in range(100)))
    working = asyncio.create_task(post.deliverer(client).step())
    await gate.asked.wait()
    post.write(lambda e: e.webhooks.update(scope, endpoint.id, PAUSE))
    gate.open.set()
    await working
    assert len(receiver.received) <= 8
    assert len(post.deliveries(scope, state=DeliveryState.PENDING)) >= 92
