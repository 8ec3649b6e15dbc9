"""Deliverers that stop, stall or are killed: at least once, and never twice at a time."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from tests.support.loopback import Loopback
from tests.support.webhooks import KEY, Gate, Post

from bellwether.engine.webhooks.tables import lanes
from bellwether.kit.clock import ManualClock, SystemClock
from bellwether.kit.http import GuardedClient
from bellwether.model.tenants import Scope
from bellwether.model.webhooks import DeliveryState
from bellwether.storage.database import Database

ROOT = Path(__file__).parents[3]


async def test_what_one_holds_no_other_sends_until_the_lease_is_over(
    post: Post, scope: Scope, client: GuardedClient, receiver: Loopback
) -> None:
    gate = Gate()
    receiver.on("/in", gate)
    post.subscribe(scope, f"{receiver.base}/in")
    post.emit(post.happened(scope, 1), post.happened(scope, 2))
    stalled = asyncio.create_task(post.deliverer(client, lease_seconds=60).step())
    await gate.asked.wait()
    post.pass_time(seconds=59)
    assert await post.deliverer(client).step() == 0
    post.pass_time(seconds=1)
    gate.open.set()  # answers the second deliverer, and the first only after it
    await post.told(post.deliverer(client))
    await stalled
    first, second = post.deliveries(scope)
    assert first.state is second.state is DeliveryState.SUCCEEDED
    ids = [request.headers["webhook-id"] for request in receiver.received]
    assert set(ids) == {first.event_id, second.event_id}
    assert len(post.attempts(scope, first.id)) == first.attempts


async def test_one_whose_lease_was_lost_records_an_attempt_and_changes_nothing(
    post: Post, scope: Scope, client: GuardedClient, receiver: Loopback
) -> None:
    slow, quick = Gate(), Gate()
    receiver.on("/in", slow)
    post.subscribe(scope, f"{receiver.base}/in")
    post.emit(post.happened(scope))
    stalled = asyncio.create_task(post.deliverer(client, lease_seconds=60).step())
    await slow.asked.wait()
    post.pass_time(seconds=60)
    receiver.on("/in", quick)
    quick.open.set()
    await post.told(post.deliverer(client))
    (done,) = post.deliveries(scope)
    assert (done.state, done.attempts) == (DeliveryState.SUCCEEDED, 1)
    slow.status = b"500 No"
    slow.open.set()
    await stalled
    (delivery,) = post.deliveries(scope)
    assert (delivery.state, delivery.last_status) == (DeliveryState.SUCCEEDED, 200)
    assert delivery.attempts == 2
    assert [one.status for one in post.attempts(scope, delivery.id)] == [200, 500]


async def test_one_told_to_stop_lets_go_of_what_it_holds(
    post: Post, scope: Scope, client: GuardedClient, receiver: Loopback
) -> None:
    gate = Gate()
    receiver.on("/in", gate)
    post.subscribe(scope, f"{receiver.base}/in")
    post.emit(*(post.happened(scope, tracker=str(n)) for n in range(30)))
    stop = asyncio.Event()
    running = asyncio.create_task(post.deliverer(client, grace_seconds=0.05).run(stop))
    await gate.asked.wait()
    stop.set()
    async with asyncio.timeout(5):
        await running
    gate.open.set()
    # Another takes over at once; no lease has to run out.
    await post.told(post.deliverer(client))
    assert post.deliveries(scope, state=DeliveryState.PENDING) == []
    with post.database.engine.connect() as connection:
        assert connection.execute(lanes.select()).all() == []


async def test_one_that_is_killed_between_sending_and_recording_sends_again_under_the_same_id(
    database: Database, database_url: str, client: GuardedClient, receiver: Loopback
) -> None:
    post = Post(database, SystemClock())
    scope = post.scope()
    gate = Gate()
    receiver.on("/in", gate)
    post.subscribe(scope, f"{receiver.base}/in")
    post.emit(post.happened(scope, 1), post.happened(scope, 2))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.deliverer", database_url, KEY, cwd=ROOT
    )
    async with asyncio.timeout(30):
        await gate.asked.wait()
    os.kill(process.pid, signal.SIGKILL)
    await process.wait()
    gate.open.set()
    assert [one.attempts for one in post.deliveries(scope)] == [0, 0]
    assert await post.deliverer(client).step() == 0  # the dead one's lease still stands
    later = ManualClock(post.clock.real_now())
    post.clock = later
    post.manual = later
    post.pass_time(seconds=60)
    await post.told(post.deliverer(client))
    first, second = post.deliveries(scope)
    assert first.state is second.state is DeliveryState.SUCCEEDED
    ids = [request.headers["webhook-id"] for request in receiver.received]
    assert ids == [first.event_id, first.event_id, second.event_id]
    assert len({request.body for request in receiver.received[:2]}) == 1
