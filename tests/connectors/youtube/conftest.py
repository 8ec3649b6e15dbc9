from collections.abc import AsyncIterator, Iterator

import pytest
from tests.support.fakes.youtube import FakeYouTube

from bellwether.connectors.platforms.youtube.connector import YouTubeConnector


@pytest.fixture
def fake() -> Iterator[FakeYouTube]:
    with FakeYouTube() as fake:
        yield fake


@pytest.fixture
async def youtube(fake: FakeYouTube) -> AsyncIterator[YouTubeConnector]:
    connector = YouTubeConnector(api_key=fake.key, base_url=fake.base_url, seconds=2)
    yield connector
    await connector.aclose()
