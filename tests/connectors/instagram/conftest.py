from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest
from tests.support.fakes.instagram import FakeInstagram
from tests.support.fakes.instagram_state import FakeAccount

from bellwether.connectors.platforms.instagram.publisher import InstagramPublisher
from bellwether.kit.clock import ManualClock
from bellwether.model.platforms import Platform
from bellwether.model.publishers import Access


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 3, 1, 12, tzinfo=UTC))


@pytest.fixture
def fake(clock: ManualClock) -> Iterator[FakeInstagram]:
    with FakeInstagram(clock=clock) as fake:
        yield fake


@pytest.fixture
def account(fake: FakeInstagram) -> FakeAccount:
    return fake.add_account("ann", followers=1234)


@pytest.fixture
def access(account: FakeAccount) -> Access:
    return Access(Platform.INSTAGRAM, account.id, account.token, "ann")


@pytest.fixture
async def publisher(fake: FakeInstagram, clock: ManualClock) -> AsyncIterator[InstagramPublisher]:
    publisher = InstagramPublisher(base_url=fake.base_url, seconds=2, clock=clock)
    yield publisher
    await publisher.aclose()
