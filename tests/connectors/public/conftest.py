from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from tests.support.fakes.dailymotion import FakeDailymotion
from tests.support.fakes.proxy import FakeProxy, Reply
from tests.support.fakes.tiktok import FakeTikTok

from bellwether.connectors.public.connector import PublicConnector


@pytest.fixture
def dailymotion() -> FakeDailymotion:
    return FakeDailymotion()


@pytest.fixture
def tiktok() -> FakeTikTok:
    return FakeTikTok()


@pytest.fixture
def proxy(tmp_path: Path, dailymotion: FakeDailymotion, tiktok: FakeTikTok) -> Iterator[FakeProxy]:
    def site(host: str, path: str, body: str) -> Reply:
        return (tiktok if "tiktok" in host else dailymotion)(host, path, body)

    with FakeProxy(tmp_path, site) as proxy:
        yield proxy


Make = Callable[..., PublicConnector]


@pytest.fixture
async def make(proxy: FakeProxy) -> AsyncIterator[Make]:
    """Makes connectors whose every request ends at the fake."""
    made: list[PublicConnector] = []

    def build(**options: object) -> PublicConnector:
        given = {"proxy": proxy.url, "check_certificates": False, "seconds": 10.0} | options
        connector = PublicConnector(**given)  # type: ignore[arg-type]
        made.append(connector)
        return connector

    yield build
    for connector in made:
        await connector.aclose()
