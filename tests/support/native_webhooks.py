"""Short words for tests of webhooks through the native API."""

from datetime import UTC, datetime
from typing import Any

import httpx

from bellwether.model.tenants import Environment, Scope
from bellwether.model.webhooks import EventType, NewEvent
from tests.support.server import Server

URL = "https://8.8.8.8/in"  # an address, so that no name is looked up
AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def create_endpoint(client: httpx.Client, **body: object) -> dict[str, Any]:
    answer = client.post("/api/v1/endpoints", json={"url": URL, **body})
    assert answer.status_code == 201, answer.text
    endpoint: dict[str, Any] = answer.json()["data"]
    return endpoint


def scope_of(client: httpx.Client) -> Scope:
    mine = client.get("/api/v1/workspace").json()["data"]
    return Scope(mine["id"], Environment(mine["environment"]))


def emit(server: Server, client: httpx.Client, *numbers: int, tracker: str = "t") -> None:
    scope = scope_of(client)
    events = [
        NewEvent(scope, EventType.RUN_SUCCEEDED, AT, {"number": number}, tracker, f"run-{number}")
        for number in numbers
    ]
    server.container.units.write_now(lambda engine: engine.webhooks.emit(events))


def listed(client: httpx.Client, path: str, **asked: Any) -> list[dict[str, Any]]:
    answer = client.get(path, params=asked)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["data"]
    return rows
