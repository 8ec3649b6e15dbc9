"""A worker in a process of its own, to be killed: `python -m ... DATABASE BASE_URL KEY`.

It works on Instagram with short leases and little patience, until it is killed.
"""

import asyncio
import sys

from bellwether.app.container import open_container
from bellwether.app.settings import read_settings
from bellwether.engine.publishing.tasks import PublishingWorker
from bellwether.kit.http import GuardedClient
from bellwether.kit.sealing import Sealer

LEASE_S = 1.0
SETTLE_S = 0.5


async def main(database_url: str, base_url: str, key: str) -> None:
    given = {"database": database_url, "instagram_base_url": base_url, "secret_key": key}
    container = open_container(read_settings(given, {}))
    worker = PublishingWorker(
        container.database,
        container.clock,
        container.publishers,
        Sealer(lambda: [key]),
        GuardedClient(allow_loopback=True),
        lease_seconds=LEASE_S,
        settle_seconds=SETTLE_S,
        poll_seconds=0.05,
    )
    await worker.run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
