"""A server on each store whose clock stands still until it is moved, and a fleet of accounts."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.support.contract import assert_shape
from tests.support.server import Server, running
from tests.support.steered import SteeredClock

from bellwether.app.secret_key import make_sealer
from bellwether.connectors.publishers import Publishers
from bellwether.connectors.sandbox.connector import SandboxConnector
from bellwether.connectors.sandbox.publisher import SandboxPublisher
from bellwether.engine.publishing.tasks import PublishingWorker
from bellwether.kit.ids import new_id

START = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
VIDEO = "https://storage.example.com/video.mp4"


@pytest.fixture(scope="session")
def clock() -> SteeredClock:
    """The clock of both servers."""
    return SteeredClock(START)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, clock: SteeredClock
) -> Iterator[Server]:
    """A server that runs the api role alone, shared: each test has workspaces of its own."""
    if request.param == "sqlite":
        folder: Path = tmp_path_factory.mktemp("ugcinc")
        with running(f"sqlite:///{folder / 'bellwether.sqlite'}", clock) as running_server:
            yield running_server
        return
    postgres = request.getfixturevalue("postgres")
    name = "ugcinc_" + new_id().replace("-", "")
    with running(postgres.create(name), clock) as running_server:
        yield running_server
    postgres.drop(name)


@dataclass
class Fleet:
    """A caller of the dialect, whose every answer is held to the contract."""

    client: httpx.Client
    server: Server

    def ask(self, path: str, body: object = None, *, code: int = 200) -> Any:
        """Send a request and return `data`, or the message of a failure."""
        sent = {} if body is None else {"json": body}
        response = self.client.post(path, **sent)  # type: ignore[arg-type]
        assert response.status_code == code, response.text
        answer = assert_shape("ugcinc", "POST", path, response)
        assert answer["code"] == code
        return answer["data"] if code == 200 else answer["message"]

    def account(self, platform: str = "tiktok", **labels: str) -> str:
        """Make an account of a name of its own and return its id."""
        name = f"u{new_id().replace('-', '')[-20:]}"
        made = self.ask(
            "/accounts/create", {"accounts": [{"platform": platform, "username": name, **labels}]}
        )
        account_id: str = made["accounts"][0]["id"]
        return account_id

    def video(self, account_id: str, **more: object) -> str:
        """Make a video post and return its id."""
        body = {"accountId": account_id, "videoUrl": VIDEO, **more}
        post_id: str = self.ask("/post/video", body)["id"]
        return post_id

    def publish_due(self) -> int:
        """Do what is due, also of other tests, and return how many acts were looked at."""
        return asyncio.run(self._publish_due())

    async def _publish_due(self) -> int:
        container = self.server.container
        sealer = make_sealer(container.settings)
        publishers = Publishers([SandboxPublisher(SandboxConnector(container.clock))])
        worker = PublishingWorker(
            container.database, container.clock, publishers, sealer, container.client
        )
        done = 0
        while some := await worker.step():
            done += some
        return done


@pytest.fixture
def fleet(client: httpx.Client, server: Server, clock: SteeredClock) -> Fleet:
    """A fleet without accounts, at the start of time."""
    clock.go_to(START)
    return Fleet(client, server)
