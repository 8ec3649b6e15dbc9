from collections.abc import AsyncIterator, Iterator

import pytest
from tests.support.fakes.bluesky import FakeBluesky

from bellwether.connectors.platforms.bluesky.connector import BlueskyConnector


@pytest.fixture
def fake() -> Iterator[FakeBluesky]:
    with FakeBluesky() as fake:
        yield fake


@pytest.fixture
async def bluesky(fake: FakeBluesky) -> AsyncIterator[BlueskyConnector]:
    connector = BlueskyConnector(base_url=fake.base_url, seconds=2)
    yield connector
    await connector.aclose()
