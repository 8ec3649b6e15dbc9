"""Endpoints, events and deliveries through the native API."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import get_args

import httpx
import pytest
from tests.support.native_webhooks import create_endpoint, emit, listed, scope_of
from tests.support.server import Server

from bellwether.app.container import open_container
from bellwether.app.settings import read_settings
from bellwether.dialects.native import wire_webhooks as wire
from bellwether.dialects.native.work_webhooks import MOST_PORTIONS
from bellwether.kit.signing import secret_bytes
from bellwether.model.webhooks import DeliveryState, EndpointState, EventType


def test_the_words_of_the_api_are_those_of_the_engine() -> None:
    types = {one.value for one in EventType}
    assert set(get_args(wire.AnyEventName)) == types
    assert set(get_args(wire.EventName)) == types - {"test"}
    assert set(get_args(wire.EndpointStateName)) == {one.value for one in EndpointState}
    assert set(get_args(wire.DeliveryStateName)) == {one.value for one in DeliveryState}


def test_every_dialect_that_is_offered_can_be_sent(tmp_path: Path) -> None:
    container = open_container(read_settings({"data": tmp_path}, {}))
    assert set(get_args(wire.DialectName)) == set(container.deliverer._sender._renderers)
    container.close()


def test_an_endpoint_shows_its_secret_when_it_is_made_and_never_again(
    client: httpx.Client,
) -> None:
    made = create_endpoint(client)
    assert secret_bytes(made.pop("secret"))
    assert made["name"] == "8.8.8.8"
    assert (made["events"], made["dialect"], made["state"]) == ([], "native", "active")
    assert made["disabled_reason"] is None
    answer = client.get(f"/api/v1/endpoints/{made['id']}")
    assert answer.json() == {"data": made}
    assert client.get("/api/v1/endpoints").json() == {"data": [made], "next_cursor": None}


def test_endpoints_are_listed_in_pages_in_the_order_of_their_making(client: httpx.Client) -> None:
    for name in ("one", "two", "three"):
        create_endpoint(client, name=name)
    first = client.get("/api/v1/endpoints?limit=2").json()
    second = client.get(f"/api/v1/endpoints?limit=2&cursor={first['next_cursor']}").json()
    assert [one["name"] for one in first["data"] + second["data"]] == ["one", "two", "three"]
    assert second["next_cursor"] is None


def test_an_endpoint_is_changed_paused_resumed_and_deleted(client: httpx.Client) -> None:
    path = f"/api/v1/endpoints/{create_endpoint(client)['id']}"
    changed = client.patch(
        path, json={"url": "https://8.8.4.4/other", "name": "other", "events": ["run.failed"]}
    )
    assert changed.status_code == 200, changed.text
    mine = changed.json()["data"]
    assert (mine["url"], mine["name"]) == ("https://8.8.4.4/other", "other")
    assert mine["events"] == ["run.failed"]
    assert client.patch(path, json={"state": "paused"}).json()["data"]["state"] == "paused"
    assert client.post(f"{path}/test").status_code == 409
    assert client.patch(path, json={"state": "active"}).json()["data"]["state"] == "active"
    assert client.patch(path, json={"events": []}).json()["data"]["events"] == []
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404
    assert client.get("/api/v1/endpoints").json()["data"] == []


@pytest.mark.parametrize("body", [None, {}, {"grace_hours": 0}, {"grace_hours": 0.5}])
def test_a_secret_is_rotated_with_a_grace_or_without(
    client: httpx.Client, server: Server, body: Mapping[str, float] | None
) -> None:
    made = create_endpoint(client)
    scope = scope_of(client)
    path = f"/api/v1/endpoints/{made['id']}/rotate"
    answer = client.post(path) if body is None else client.post(path, json=body)
    assert answer.status_code == 200, answer.text
    rotated = answer.json()["data"]
    valid = server.container.units.read_now(lambda e: e.webhooks.secrets(scope, made["id"]))
    assert rotated["secret"] != made["secret"]
    older = [] if body == {"grace_hours": 0} else [made["secret"]]
    assert list(valid) == [rotated["secret"], *older]


def test_a_test_is_put_in_line_and_can_be_followed(client: httpx.Client) -> None:
    endpoint = create_endpoint(client, events=["run.failed"])
    answer = client.post(f"/api/v1/endpoints/{endpoint['id']}/test")
    assert answer.status_code == 202
    delivery = answer.json()["data"]
    assert (delivery["event_type"], delivery["state"], delivery["attempts"]) == (
        "test",
        "pending",
        0,
    )
    found = client.get(f"/api/v1/deliveries/{delivery['id']}").json()
    assert found == {"data": delivery, "attempts": []}
    event = client.get(f"/api/v1/events/{delivery['event_id']}").json()["data"]
    assert event["data"]["endpoint_id"] == endpoint["id"]


def test_deliveries_are_found_by_endpoint_state_type_tracker_and_time(
    client: httpx.Client, server: Server
) -> None:
    one, two = create_endpoint(client), create_endpoint(client)
    emit(server, client, 1, 2, tracker="t1")
    emit(server, client, 3, tracker="t2")
    path = "/api/v1/deliveries"
    everything = listed(client, path)
    assert len(everything) == 6
    assert len(listed(client, path, endpoint_id=one["id"])) == 3
    assert len(listed(client, path, endpoint_id=two["id"], tracker_id="t1")) == 2
    assert len(listed(client, path, state="pending")) == 6
    assert listed(client, path, state="failed") == []
    assert listed(client, path, event_type="run.failed") == []
    at = everything[0]["created_at"]
    assert len(listed(client, path, **{"from": everything[-1]["created_at"], "to": at})) == 6
    late = (datetime.fromisoformat(at) + timedelta(microseconds=1)).isoformat()
    assert listed(client, path, **{"from": late}) == []
    assert len(listed(client, path, to=at[:10])) == 6
    assert listed(client, path, endpoint_id="%00") == []
    first = client.get(f"{path}?limit=4").json()
    rest = client.get(f"{path}?limit=4&cursor={first['next_cursor']}").json()
    assert first["data"] + rest["data"] == everything


def test_events_are_listed_newest_first_with_what_they_say(
    client: httpx.Client, server: Server
) -> None:
    emit(server, client, 0)
    assert listed(client, "/api/v1/events") == []
    create_endpoint(client)
    emit(server, client, 1)
    (event,) = listed(client, "/api/v1/events")
    assert event["data"] == {"number": 1}
    assert (event["type"], event["run_id"], event["at"]) == (
        "run.succeeded",
        "run-1",
        "2026-03-02T09:30:00Z",
    )
    assert client.get(f"/api/v1/events/{event['id']}").json() == {"data": event}
    assert listed(client, "/api/v1/events", type="run.failed") == []
    assert listed(client, "/api/v1/events", tracker_id="other") == []
    assert len(listed(client, "/api/v1/events", type="run.succeeded", tracker_id="t")) == 1


def _finish(server: Server, client: httpx.Client, state: DeliveryState) -> None:
    """Let deliveries come to an end without a deliverer."""
    scope = scope_of(client)
    with server.container.database.engine.begin() as connection:
        connection.exec_driver_sql(
            f"UPDATE deliveries SET state = '{state}' WHERE workspace_id = '{scope.workspace_id}'"
        )


def test_a_delivery_is_replayed_under_the_same_event_once_it_is_over(
    client: httpx.Client, server: Server
) -> None:
    create_endpoint(client)
    emit(server, client, 1)
    (first,) = listed(client, "/api/v1/deliveries")
    path = f"/api/v1/deliveries/{first['id']}/replay"
    assert client.post(path).status_code == 409
    _finish(server, client, DeliveryState.FAILED)
    answer = client.post(path)
    assert answer.status_code == 202, answer.text
    again = answer.json()["data"]
    assert (again["event_id"], again["replay"]) == (first["event_id"], 1)
    assert again["id"] != first["id"]


def test_a_span_is_replayed_and_says_how_many_are_in_line_again(
    client: httpx.Client, server: Server
) -> None:
    path = f"/api/v1/endpoints/{create_endpoint(client)['id']}/replay"
    emit(server, client, *range(5))
    assert client.post(path).json() == {"data": {"queued": 0}, "next_cursor": None}
    _finish(server, client, DeliveryState.FAILED)
    assert client.post(path, json={"to": "2020-01-01"}).json()["data"] == {"queued": 0}
    assert client.post(path, json={"from": "2999-01-01"}).json()["data"] == {"queued": 0}
    answer = client.post(path)
    assert (answer.status_code, answer.json()["data"]) == (202, {"queued": 5})
    _finish(server, client, DeliveryState.SUCCEEDED)
    assert client.post(path).json()["data"] == {"queued": 0}
    order = {"only_failed": False, "to": "9999-12-31"}
    assert client.post(path, json=order).json()["data"] == {"queued": 5}


def test_a_span_longer_than_one_call_takes_goes_on_with_its_cursor(
    client: httpx.Client, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST_PORTIONS > 1
    monkeypatch.setattr("bellwether.dialects.native.work_webhooks.MOST_PORTIONS", 1)
    path = f"/api/v1/endpoints/{create_endpoint(client)['id']}/replay"
    emit(server, client, *range(1500))
    _finish(server, client, DeliveryState.FAILED)
    first = client.post(path).json()
    assert first["data"] == {"queued": 1000}
    second = client.post(path, json={"cursor": first["next_cursor"]}).json()
    assert second == {"data": {"queued": 500}, "next_cursor": None}
