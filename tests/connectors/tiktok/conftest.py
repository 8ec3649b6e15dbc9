from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest
from tests.support.fakes.tiktok_api import FakeCreator, FakeTikTokApi

from bellwether.connectors.platforms.tiktok.publisher import TikTokPublisher
from bellwether.kit.clock import ManualClock
from bellwether.model.platforms import Platform
from bellwether.model.publishers import Access


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 3, 1, 12, tzinfo=UTC))


@pytest.fixture
def fake(clock: ManualClock) -> Iterator[FakeTikTokApi]:
    with FakeTikTokApi(clock=clock) as fake:
        yield fake


@pytest.fixture
def account(fake: FakeTikTokApi) -> FakeCreator:
    return fake.add_account("ann", followers=1234)


@pytest.fixture
def access(account: FakeCreator) -> Access:
    return Access(Platform.TIKTOK, account.open_id, account.token, "ann")


@pytest.fixture
async def publisher(fake: FakeTikTokApi, clock: ManualClock) -> AsyncIterator[TikTokPublisher]:
    publisher = TikTokPublisher(base_url=fake.base_url, seconds=2, clock=clock)
    yield publisher
    await publisher.aclose()
