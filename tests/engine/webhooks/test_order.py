"""Order within a lane, and none between lanes."""

import asyncio
import json

from tests.support.loopback import Loopback
from tests.support.webhooks import Post

from bellwether.kit.http import GuardedClient
from bellwether.model.tenants import Scope
from bellwether.model.webhooks import DeliveryState


def numbers(receiver: Loopback, tracker: str) -> list[int]:
    """Return what was told of a tracker, in the order of arrival."""
    data = [json.loads(request.body)["data"] for request in receiver.received]
    return [one["number"] for one in data if one["tracker"] == tracker]


async def test_a_tracker_is_told_in_order_across_transactions(
    post: Post, scope: Scope, client: GuardedClient, receiver: Loopback
) -> None:
    post.subscribe(scope, f"{receiver.base}/in")
    for batch in range(5):
        post.emit(
            *(
                post.happened(scope, batch * 10 + n, tracker=tracker)
                for n in range(10)
                for tracker in "abc"
            )
        )
    await post.told(post.deliverer(client))
    for tracker in "abc":
        assert numbers(receiver, tracker) == list(range(50))


async def test_nothing_overtakes_one_that_is_tried_again_but_other_lanes_go_on(
    post: Post, scope: Scope, client: GuardedClient, receiver: Loopback
) -> None:
    refused: list[int] = []

    async def answer(writer: asyncio.StreamWriter) -> None:
        data = json.loads(receiver.received[-1].body)["data"]
        bad = (data["tracker"], data["number"]) == ("a", 1) and len(refused) < 2
        if bad:
            refused.append(1)
        code = b"500 No" if bad else b"200 OK"
        writer.write(b"HTTP/1.1 " + code + b"\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    receiver.on("/in", answer)
    post.subscribe(scope, f"{receiver.base}/in")
    post.emit(*(post.happened(scope, n, tracker=t) for n in range(3) for t in "ab"))
    deliverer = post.deliverer(client)
    await post.told(deliverer)
    assert numbers(receiver, "a") == [0, 1]
    assert numbers(receiver, "b") == [0, 1, 2]
    post.emit(post.happened(scope, 3, tracker="a"))  # joins the end of the line
    await post.told(deliverer)
    assert numbers(receiver, "a") == [0, 1]
    post.pass_time(seconds=60)
    await post.told(deliverer)
    post.pass_time(seconds=300)
    await post.told(deliverer)
    assert numbers(receiver, "a") == [0, 1, 1, 1, 2, 3]
    assert post.deliveries(scope, state=DeliveryState.PENDING) == []


async def test_two_deliverers_share_the_work_and_keep_the_order(
    post: Post, scope: Scope, client: GuardedClient, receiver: Loopback
) -> None:
    post.subscribe(scope, f"{receiver.base}/in")
    trackers = [f"t{n}" for n in range(20)]
    two = [post.deliverer(client), post.deliverer(client)]
    stop = asyncio.Event()
    running = [asyncio.create_task(one.run(stop)) for one in two]
    for n in range(15):
        post.emit(*(post.happened(scope, n, tracker=tracker) for tracker in trackers))
        await asyncio.sleep(0.01)
    await post.settled(scope)
    stop.set()
    await asyncio.gather(*running)
    assert len(receiver.received) == 15 * 20
    for tracker in trackers:
        assert numbers(receiver, tracker) == list(range(15))


async def test_events_emitted_at_once_by_many_are_told_in_the_order_of_their_commits(
    post: Post, scope: Scope, client: GuardedClient, receiver: Loopback
) -> None:
    post.subscribe(scope, f"{receiver.base}/in")
    futures = [
        post.database.submit_write(
            lambda c, n=n: post.engine(c).webhooks.emit(  # type: ignore[misc]
                [post.happened(scope, n, tracker=tracker) for tracker in ("a", "b")]
            )
        )
        for n in range(40)
    ]
    stop = asyncio.Event()
    running = asyncio.create_task(post.deliverer(client).run(stop))
    await asyncio.gather(*map(asyncio.wrap_future, futures))
    await post.settled(scope)
    stop.set()
    await running
    stored = [post.event(scope, one.event_id).data for one in post.deliveries(scope)]
    for tracker in ("a", "b"):
        order = [one["number"] for one in stored if one["tracker"] == tracker]
        assert set(order) == set(range(40))
        assert numbers(receiver, tracker) == order
