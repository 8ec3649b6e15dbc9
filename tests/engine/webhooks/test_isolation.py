"""Receivers that hang, dribble or flood cost the others nothing and us little."""

import asyncio
import json
import time
import tracemalloc

from tests.support.loopback import Answer, Loopback
from tests.support.webhooks import Post

from bellwether.kit.http import GuardedClient
from bellwether.model.tenants import Scope
from bellwether.model.webhooks import DeliveryState

OK = b"HTTP/1.1 200 OK\r\n"


async def hang(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


def dribble(start: bytes, piece: bytes) -> Answer:
    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.02)

    return answer


async def flood(writer: asyncio.StreamWriter) -> None:
    writer.write(OK + b"Content-Length: 100000000\r\n\r\n")
    for _ in range(100):
        writer.write(b"x" * 1_000_000)
        await writer.drain()


HOSTILE: dict[str, Answer] = {
    "/hang": hang,
    "/dribble": dribble(OK + b"Content-Length: 100000\r\n\r\n", b"x"),
    "/headers": dribble(OK, b"X-More: 1\r\n"),
    "/early": dribble(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    "/flood": flood,
}


HEALTHY = 40
TRACKERS = [f"t{n}" for n in range(10)]
EACH = 3


async def test_forty_healthy_receivers_get_everything_once_in_order_and_no_later_for_ten_hostile(
    post: Post, scope: Scope, client: GuardedClient
) -> None:
    async with Loopback() as bad, Loopback() as good:
        for path, answer in HOSTILE.items():
            bad.on(path, answer)
            for _ in range(2):
                post.subscribe(scope, bad.base + path)
        for n in range(HEALTHY):
            good.page(f"/good/{n}")
            post.subscribe(scope, f"{good.base}/good/{n}")
        post.emit(*(post.happened(scope, n, tracker=t) for n in range(EACH) for t in TRACKERS))
        stop = asyncio.Event()
        # A hostile answer is waited for longer than all the healthy ones may take.
        deliverer = post.deliverer(client, timeout_s=60, grace_seconds=0.1)
        running = asyncio.create_task(deliverer.run(stop))
        began = time.monotonic()
        while len(good.received) < HEALTHY * EACH * len(TRACKERS):
            await asyncio.sleep(0.02)
            assert time.monotonic() - began < 50
        stop.set()
        await running
    for n in range(HEALTHY):
        heard = [one for one in good.received if one.path == f"/good/{n}"]
        assert len({one.headers["webhook-id"] for one in heard}) == len(heard)
        data = [json.loads(one.body)["data"] for one in heard]
        for tracker in TRACKERS:
            numbers = [one["number"] for one in data if one["tracker"] == tracker]
            assert numbers == list(range(EACH))


async def test_a_hostile_receiver_is_a_failure_in_time(
    post: Post, scope: Scope, client: GuardedClient, receiver: Loopback
) -> None:
    for path, answer in HOSTILE.items():
        if path != "/flood":
            receiver.on(path, answer)
            post.subscribe(scope, receiver.base + path)
    post.emit(post.happened(scope))
    began = time.monotonic()
    await post.told(post.deliverer(client, timeout_s=0.3))
    assert time.monotonic() - began < 30
    deliveries = post.deliveries(scope)
    assert len(deliveries) == 4
    for delivery in deliveries:
        assert delivery.state is DeliveryState.PENDING
        assert (delivery.last_error or "").partition(":")[0] in {"timeout", "connection"}
        assert post.attempts(scope, delivery.id)[0].duration_ms < 20_000


async def test_a_flood_is_cut_off_and_little_of_it_is_kept(
    post: Post, scope: Scope, client: GuardedClient, receiver: Loopback
) -> None:
    receiver.on("/flood", flood)
    post.subscribe(scope, f"{receiver.base}/flood")
    post.emit(*(post.happened(scope, n, tracker=str(n)) for n in range(4)))
    deliverer = post.deliverer(client)
    tracemalloc.start()
    await post.told(deliverer)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # The receiver, in this process too, writes a megabyte at a time to each of four.
    assert peak < 16_000_000
    for delivery in post.deliveries(scope):
        assert delivery.state is DeliveryState.SUCCEEDED  # it said 200 before it flooded
        assert post.attempts(scope, delivery.id)[0].response_excerpt == "x" * 1024


async def test_one_endpoint_gets_a_few_requests_at_a_time(
    post: Post, scope: Scope, client: GuardedClient, receiver: Loopback
) -> None:
    now, most = 0, 0

    async def slow(writer: asyncio.StreamWriter) -> None:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.01)
        now -= 1
        writer.write(OK + b"Content-Length: 0\r\n\r\n")
        await writer.drain()

    receiver.on("/slow", slow)
    post.subscribe(scope, f"{receiver.base}/slow")
    post.emit(*(post.happened(scope, tracker=str(n)) for n in range(60)))
    await post.told(post.deliverer(client))
    assert len(receiver.received) == 60
    assert most == 4


async def test_many_that_hang_leave_room_for_one_that_does_not(
    post: Post, scope: Scope, client: GuardedClient, receiver: Loopback
) -> None:
    receiver.on("/hang", hang)
    for _ in range(10):
        post.subscribe(scope, f"{receiver.base}/hang")
    healthy = post.subscribe(scope, f"{receiver.base}/in").endpoint
    trackers = [f"t{n}" for n in range(20)]
    post.emit(*(post.happened(scope, 0, tracker=t) for t in trackers))
    stop = asyncio.Event()
    # They fail once, and are known for it from then on.
    deliverer = post.deliverer(
        client, timeout_s=0.5, slots=8, schedule=(0.1,) * 20, grace_seconds=0.1
    )
    running = asyncio.create_task(deliverer.run(stop))
    await asyncio.sleep(1.5)
    for n in range(1, 4):
        post.pass_time(seconds=1)
        post.emit(*(post.happened(scope, n, tracker=t) for t in trackers))
        began = time.monotonic()
        while len(post.deliveries(scope, state=DeliveryState.SUCCEEDED)) < 20 * (n + 1):
            await asyncio.sleep(0.02)
            assert time.monotonic() - began < 20
    stop.set()
    await running
    assert {one.endpoint_id for one in post.deliveries(scope, state=DeliveryState.SUCCEEDED)} == {
        healthy.id
    }


async def test_those_that_hang_for_the_first_time_leave_room_for_one_that_has_answered(
    post: Post, scope: Scope, client: GuardedClient, receiver: Loopback
) -> None:
    receiver.on("/hang", hang)
    post.subscribe(scope, f"{receiver.base}/in")
    stop = asyncio.Event()
    deliverer = post.deliverer(client, timeout_s=60, slots=8, grace_seconds=0.1)
    running = asyncio.create_task(deliverer.run(stop))
    post.emit(post.happened(scope))
    await post.settled(scope)
    for _ in range(20):
        post.subscribe(scope, f"{receiver.base}/hang")
    for n in range(1, 4):
        post.emit(*(post.happened(scope, n, tracker=f"t{t}") for t in range(5)))
        began = time.monotonic()
        while sum(one.path == "/in" for one in receiver.received) < 1 + 5 * n:
            await asyncio.sleep(0.02)
            assert time.monotonic() - began < 20
    stop.set()
    await running
    # One each, and three quarters of all requests together.
    assert sum(one.path == "/hang" for one in receiver.received) == 6
