"""A running server on each store, and callers of it."""

from collections.abc import Iterator

import httpx
import pytest
from tests.support.server import Caller, Server, running

from bellwether.model.tenants import Environment, PlanName


@pytest.fixture
def server(database_url: str) -> Iterator[Server]:
    """A server that runs the api role alone."""
    with running(database_url) as running_server:
        yield running_server


@pytest.fixture
def caller(server: Server) -> Iterator[Caller]:
    """Makes HTTP clients with a key of a workspace."""
    clients: list[httpx.Client] = []

    def make(
        workspace: str = "acme",
        environment: Environment = Environment.SANDBOX,
        plan: PlanName | None = None,
    ) -> httpx.Client:
        token = server.key(workspace, environment, plan)
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
