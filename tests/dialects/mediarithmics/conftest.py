"""A server on each store that takes activities and works them in, with a datamart for each test."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.support.server import Caller, Server, running

from bellwether.kit.ids import new_id
from bellwether.model.tenants import Scope


@dataclass(frozen=True)
class Mart:
    """A datamart of its own, and a client that reaches it. Paths begin behind its id."""

    id: int
    client: httpx.Client

    def ask(self, method: str, path: str, **sent: Any) -> httpx.Response:
        """Send a request."""
        return self.client.request(method, f"/v1/datamarts/{self.id}{path}", **sent)

    def get(self, path: str, **sent: Any) -> Any:
        """Read what is there."""
        return ok(self.ask("GET", path, **sent))

    def put(self, path: str, body: object, **sent: Any) -> Any:
        """Write what is to be there."""
        return ok(self.ask("PUT", path, json=body, **sent))

    def send(self, **fields: object) -> Any:
        """Send an activity; names are written without the `$`."""
        body = {"$type": "TOUCH", **{f"${name}": value for name, value in fields.items()}}
        return ok(self.ask("POST", "/user_activities", json=body))


def ok(answer: httpx.Response) -> Any:
    """Return what an answer holds, which must not be an error."""
    assert answer.status_code == 200, (answer.request.url, answer.text)
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert body["status"] == "ok"
    return body["data"]


def refused(answer: httpx.Response, status: int, code: str, names: str = "") -> None:
    """Check that an answer is an error of this dialect whose message names the field."""
    assert answer.status_code == status, (answer.request.url, answer.text)
    body = answer.json()
    assert set(body) == {"status", "error", "error_code", "error_id"}
    assert (body["status"], body["error_code"]) == ("error", code), body
    assert body["error_id"] == answer.headers["x-request-id"]
    assert names in body["error"], body
    assert len(body["error"]) < 400


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server with the roles api and worker, shared."""
    settings: dict[str, Any] = {"roles": "api worker", "request_signatures": True}
    if request.param == "sqlite":
        folder: Path = tmp_path_factory.mktemp("mics")
        with running(f"sqlite:///{folder / 'b.sqlite'}", data=folder, **settings) as here:
            yield here
        return
    postgres = request.getfixturevalue("postgres")
    folder = tmp_path_factory.mktemp("mics")
    name = "mics_" + new_id().replace("-", "")
    with running(postgres.create(name), data=folder, **settings) as here:
        yield here
    postgres.drop(name)


@pytest.fixture
def make_mart(server: Server) -> Callable[[httpx.Client], Mart]:
    """Makes a datamart that a client reaches."""

    def make(client: httpx.Client) -> Mart:
        token = client.headers["Authorization"].removeprefix("Bearer ")

        def work(engine: Any) -> int:
            scope: Scope = engine.tenants.authenticate_token(token).scope
            made: int = engine.datamarts.create(scope, new_id(), compartment_id="1162").id
            return made

        return Mart(server.container.units.write_now(work), client)

    return make


@pytest.fixture
def mart(make_mart: Callable[[httpx.Client], Mart], caller: Caller) -> Mart:
    """A datamart of this test alone."""
    return make_mart(caller())
