"""An event's way to a receiver that takes it."""

import json

import pytest
from tests.support.loopback import Loopback
from tests.support.webhooks import Post

from bellwether.kit.http import GuardedClient
from bellwether.kit.signing import verify
from bellwether.model.tenants import Scope
from bellwether.model.webhooks import DeliveryState, EventType


async def test_a_receiver_is_told_once_and_can_verify_it(
    post: Post, scope: Scope, client: GuardedClient, receiver: Loopback
) -> None:
    made = post.subscribe(scope, f"{receiver.base}/in?from=us")
    assert post.emit(post.happened(scope, 7)) == 1
    deliverer = post.deliverer(client)
    assert await deliverer.step() == 1
    assert await deliverer.step() == 0
    (request,) = receiver.received
    assert (request.method, request.path) == ("POST", "/in?from=us")
    assert request.headers["content-type"] == "application/json"
    message_id = verify(request.headers, request.body, [made.secret], post.clock.real_now())
    (delivery,) = post.deliveries(scope)
    assert delivery.event_id == message_id
    assert request.body == (
        b'{"type": "run.succeeded", "timestamp": "2026-03-02T09:30:00.000000Z",'
        b' "data": {"number": 7, "tracker": "t"}}'
    )
    assert delivery.state is DeliveryState.SUCCEEDED
    assert (delivery.attempts, delivery.last_status, delivery.last_error) == (1, 200, None)
    assert delivery.finished_at == post.clock.now()
    assert delivery.next_attempt_at is None
    (attempt,) = post.attempts(scope, delivery.id)
    assert (attempt.status, attempt.error, attempt.response_excerpt) == (200, None, "hello")
    assert attempt.duration_ms >= 0


async def test_each_subscriber_is_told_what_it_subscribed_to_and_nothing_else(
    post: Post, scope: Scope, client: GuardedClient, receiver: Loopback
) -> None:
    for path in ("/all", "/failures", "/both"):
        receiver.page(path)
    post.subscribe(scope, f"{receiver.base}/all")
    post.subscribe(scope, f"{receiver.base}/failures", EventType.RUN_FAILED)
    post.subscribe(scope, f"{receiver.base}/both", EventType.RUN_FAILED, EventType.RUN_SUCCEEDED)
    post.subscribe(post.scope("other"), f"{receiver.base}/other")
    events = [
        post.happened(scope, number, kind=kind)
        for number, kind in enumerate(
            (EventType.RUN_SUCCEEDED, EventType.RUN_FAILED, EventType.TRACKER_EXPIRED)
        )
    ]
    assert post.emit(*events) == 3 + 1 + 2
    await post.told(post.deliverer(client))
    got: dict[str, list[int]] = {}
    for request in receiver.received:
        got.setdefault(request.path, []).append(json.loads(request.body)["data"]["number"])
    assert got == {"/all": [0, 1, 2], "/failures": [1], "/both": [0, 1]}


async def test_what_nobody_wants_leaves_no_trace(post: Post, scope: Scope) -> None:
    assert post.emit(post.happened(scope)) == 0
    post.subscribe(scope, "https://hooks.example.com/", EventType.RUN_FAILED)
    assert post.emit(post.happened(scope)) == 0
    assert post.read(lambda e: e.webhooks.list_events(scope)).items == []


async def test_every_attempt_and_every_endpoint_has_the_same_bytes_and_id(
    post: Post, scope: Scope, client: GuardedClient, receiver: Loopback
) -> None:
    receiver.page("/down", status=500)
    post.subscribe(scope, f"{receiver.base}/in")
    post.subscribe(scope, f"{receiver.base}/down")
    post.emit(post.happened(scope, 1, tracker="Zoë \u2028 😀"))
    deliverer = post.deliverer(client)
    await post.told(deliverer)
    post.pass_time(seconds=60)
    await post.told(deliverer)
    assert len(receiver.received) == 3
    assert len({request.body for request in receiver.received}) == 1
    assert len({request.headers["webhook-id"] for request in receiver.received}) == 1
    stamps = [int(request.headers["webhook-timestamp"]) for request in receiver.received]
    assert stamps[2] - stamps[0] == 60
    assert receiver.received[0].body.isascii()


async def test_a_test_goes_to_one_endpoint_whatever_it_subscribed_to(
    post: Post, scope: Scope, client: GuardedClient, receiver: Loopback
) -> None:
    made = post.subscribe(scope, f"{receiver.base}/in", EventType.RUN_FAILED)
    post.subscribe(scope, f"{receiver.base}/other")
    post.write(lambda e: e.webhooks.send_test(scope, made.endpoint.id))
    await post.told(post.deliverer(client))
    (request,) = receiver.received
    assert json.loads(request.body)["type"] == "test"
    assert request.path == "/in"


async def test_an_event_that_is_taken_back_is_never_told(
    post: Post, scope: Scope, client: GuardedClient, receiver: Loopback
) -> None:
    post.subscribe(scope, f"{receiver.base}/in")

    def fail(engine: object) -> None:
        engine.webhooks.emit([post.happened(scope)])  # type: ignore[attr-defined]
        raise RuntimeError("something else failed")

    with pytest.raises(RuntimeError):
        post.write(fail)
    assert await post.deliverer(client).step() == 0
    assert receiver.received == []
