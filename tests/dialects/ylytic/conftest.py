"""A server on each store whose clock stands still until it is moved."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.support.server import Server, running
from tests.support.steered import SteeredClock, World

from bellwether.kit.ids import new_id

START = datetime(2023, 12, 22, 10, 10, 3, 814000, tzinfo=UTC)


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
        folder: Path = tmp_path_factory.mktemp("ylytic")
        with running(f"sqlite:///{folder / 'bellwether.sqlite'}", clock) as running_server:
            yield running_server
        return
    postgres = request.getfixturevalue("postgres")
    name = "ylytic_" + new_id().replace("-", "")
    with running(postgres.create(name), clock) as running_server:
        yield running_server
    postgres.drop(name)


@pytest.fixture
def world(server: Server, clock: SteeredClock) -> Iterator[World]:
    """The server at the instant at which the documents' creator is made."""
    clock.go_to(START)
    steered = World(server, clock)
    yield steered
    steered.forget()
