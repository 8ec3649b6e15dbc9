"""A deliverer as a process of its own, for tests that kill it: `URL KEY`."""

import asyncio
import sys

from bellwether.engine.webhooks.tasks import Deliverer
from bellwether.kit.clock import SystemClock
from bellwether.kit.http import GuardedClient
from bellwether.kit.sealing import Sealer
from bellwether.storage.database import open_database


async def main(url: str, key: str) -> None:
    client = GuardedClient(allow_loopback=True)
    deliverer = Deliverer(open_database(url), SystemClock(), client, Sealer(lambda: [key]))
    await deliverer.run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
