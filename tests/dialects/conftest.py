"""A running server on each store, and callers of it."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.support.server import Caller, Server, running

from bellwether.kit.ids import new_id
from bellwether.model.tenants import Environment, PlanName


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server that runs the api role alone, shared: each test has workspaces of its own."""
    if request.param == "sqlite":
        folder: Path = tmp_path_factory.mktemp("server")
        with running(f"sqlite:///{folder / 'bellwether.sqlite'}") as running_server:
            yield running_server
        return
    postgres = request.getfixturevalue("postgres")
    name = "server_" + new_id().replace("-", "")
    with running(postgres.create(name)) as running_server:
        yield running_server
    postgres.drop(name)


@pytest.fixture
def caller(server: Server) -> Iterator[Caller]:
    """Makes HTTP clients with a key of a workspace, which belongs to this test alone."""
    clients: list[httpx.Client] = []
    mine = new_id()

    def make(
        workspace: str = "acme",
        environment: Environment = Environment.SANDBOX,
        plan: PlanName | None = None,
    ) -> httpx.Client:
        token = server.key(f"{workspace} {mine}", environment, plan)
        client = httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {token}"})
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def client(caller: Caller) -> httpx.Client:
    """A client with a sandbox key of a workspace without limits."""
    return caller()
