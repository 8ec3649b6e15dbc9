"""What a scheduler writes is told at once, not when the deliverer looks next."""

import asyncio
from pathlib import Path

from tests.support.loopback import Loopback
from tests.support.tracking import House, order
from tests.support.webhooks import Post

from bellwether.app.container import open_container
from bellwether.app.settings import read_settings
from bellwether.connectors.sandbox.connector import SandboxConnector
from bellwether.kit.http import GuardedClient

NEVER_S = 600.0


async def test_a_deliverer_is_woken_by_what_was_recorded(
    post: Post, client: GuardedClient, receiver: Loopback
) -> None:
    house = House(post.database, post.manual)
    scope = house.scope()
    post.subscribe(scope, f"{receiver.base}/in")
    scheduler = house.scheduler(SandboxConnector(post.clock))
    deliverer = post.deliverer(client, poll_seconds=NEVER_S)
    scheduler.on_written = deliverer.wake
    stop = asyncio.Event()
    running = asyncio.create_task(deliverer.run(stop))
    while deliverer.last_beat is None:  # noqa: ASYNC110  it looks once, and then sleeps
        await asyncio.sleep(0.01)
    house.track_one(scope, order("abc"))
    assert await scheduler.step() == 1
    async with asyncio.timeout(10):
        while not receiver.received:  # noqa: ASYNC110  nothing else says so
            await asyncio.sleep(0.01)
    stop.set()
    await running


async def test_a_process_wires_its_scheduler_to_its_deliverer(tmp_path: Path) -> None:
    container = open_container(read_settings({"data": tmp_path}, {}))
    assert container.scheduler.on_written == container.deliverer.wake
    await container.aclose()
