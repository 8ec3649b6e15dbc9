"""Endpoints, events and deliveries through the native API."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import httpx
import pytest
from tests.support.server import Caller, Server

from bellwether.app.container import open_container
from bellwether.app.settings import read_settings
from bellwether.dialects.native import wire_webhooks as wire
from bellwether.dialects.native.work_webhooks import MOST_PORTIONS
from bellwether.kit.signing import secret_bytes
from bellwether.model.tenants import Environment, Scope
from bellwether.model.webhooks import DeliveryState, EndpointState, EventType, NewEvent

URL = "https://8.8.8.8/in"  # an address, so that no name is looked up
AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
UNKNOWN = "01a1fcc1-5c2e-71ff-9a3f-ca5d2b7546f5"


def _create(client: httpx.Client, **body: object) -> dict[str, Any]:
    answer = client.post("/api/v1/endpoints", json={"url": URL, **body})
    assert answer.status_code == 201, answer.text
    endpoint: dict[str, Any] = answer.json()["data"]
    return endpoint


def _scope(client: httpx.Client) -> Scope:
    mine = client.get("/api/v1/workspace").json()["data"]
    return Scope(mine["id"], Environment(mine["environment"]))


def _emit(server: Server, client: httpx.Client, *numbers: int, tracker: str = "t") -> None:
    scope = _scope(client)
    events = [
        NewEvent(scope, EventType.RUN_SUCCEEDED, AT, {"number": number}, tracker, f"run-{number}")
        for number in numbers
    ]
    server.container.units.write_now(lambda engine: engine.webhooks.emit(events))


def _list(client: httpx.Client, path: str, **asked: Any) -> list[dict[str, Any]]:
    answer = client.get(path, params=asked)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["data"]
    return rows


def test_the_words_of_the_api_are_those_of_the_engine() -> None:
    types = {one.value for one in EventType}
    assert set(get_args(wire.AnyEventName)) == types
    assert set(get_args(wire.EventName)) == types - {"test"}
    assert set(get_args(wire.EndpointStateName)) == {one.value for one in EndpointState}
    assert set(get_args(wire.DeliveryStateName)) == {one.value for one in DeliveryState}


def test_every_dialect_that_is_offered_can_be_sent(tmp_path: Any) -> None:
    container = open_container(read_settings({"data": tmp_path}, {}))
    assert set(get_args(wire.DialectName)) == set(container.deliverer._sender._renderers)
    container.close()


def test_an_endpoint_shows_its_secret_when_it_is_made_and_never_again(
    client: httpx.Client,
) -> None:
    made = _create(client)
    assert secret_bytes(made.pop("secret"))
    assert made["name"] == "8.8.8.8"
    assert (made["events"], made["dialect"], made["state"]) == ([], "native", "active")
    assert made["disabled_reason"] is None
    answer = client.get(f"/api/v1/endpoints/{made['id']}")
    assert answer.json() == {"data": made}
    assert client.get("/api/v1/endpoints").json() == {"data": [made], "next_cursor": None}


def test_endpoints_are_listed_in_pages_in_the_order_of_their_making(client: httpx.Client) -> None:
    for name in ("one", "two", "three"):
        _create(client, name=name)
    first = client.get("/api/v1/endpoints?limit=2").json()
    second = client.get(f"/api/v1/endpoints?limit=2&cursor={first['next_cursor']}").json()
    assert [one["name"] for one in first["data"] + second["data"]] == ["one", "two", "three"]
    assert second["next_cursor"] is None


def test_an_endpoint_is_changed_paused_resumed_and_deleted(client: httpx.Client) -> None:
    path = f"/api/v1/endpoints/{_create(client)['id']}"
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
    made = _create(client)
    scope = _scope(client)
    path = f"/api/v1/endpoints/{made['id']}/rotate"
    answer = client.post(path) if body is None else client.post(path, json=body)
    assert answer.status_code == 200, answer.text
    rotated = answer.json()["data"]
    valid = server.container.units.read_now(lambda e: e.webhooks.secrets(scope, made["id"]))
    assert rotated["secret"] != made["secret"]
    older = [] if body == {"grace_hours": 0} else [made["secret"]]
    assert list(valid) == [rotated["secret"], *older]


def test_a_test_is_put_in_line_and_can_be_followed(client: httpx.Client) -> None:
    endpoint = _create(client, events=["run.failed"])
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
    one, two = _create(client), _create(client)
    _emit(server, client, 1, 2, tracker="t1")
    _emit(server, client, 3, tracker="t2")
    path = "/api/v1/deliveries"
    everything = _list(client, path)
    assert len(everything) == 6
    assert len(_list(client, path, endpoint_id=one["id"])) == 3
    assert len(_list(client, path, endpoint_id=two["id"], tracker_id="t1")) == 2
    assert len(_list(client, path, state="pending")) == 6
    assert _list(client, path, state="failed") == []
    assert _list(client, path, event_type="run.failed") == []
    at = everything[0]["created_at"]
    assert len(_list(client, path, **{"from": everything[-1]["created_at"], "to": at})) == 6
    late = (datetime.fromisoformat(at) + timedelta(microseconds=1)).isoformat()
    assert _list(client, path, **{"from": late}) == []
    assert len(_list(client, path, to=at[:10])) == 6
    assert _list(client, path, endpoint_id="%00") == []
    first = client.get(f"{path}?limit=4").json()
    rest = client.get(f"{path}?limit=4&cursor={first['next_cursor']}").json()
    assert first["data"] + rest["data"] == everything


def test_events_are_listed_newest_first_with_what_they_say(
    client: httpx.Client, server: Server
) -> None:
    _emit(server, client, 0)
    assert _list(client, "/api/v1/events") == []
    _create(client)
    _emit(server, client, 1)
    (event,) = _list(client, "/api/v1/events")
    assert event["data"] == {"number": 1}
    assert (event["type"], event["run_id"], event["at"]) == (
        "run.succeeded",
        "run-1",
        "2026-03-02T09:30:00Z",
    )
    assert client.get(f"/api/v1/events/{event['id']}").json() == {"data": event}
    assert _list(client, "/api/v1/events", type="run.failed") == []
    assert _list(client, "/api/v1/events", tracker_id="other") == []
    assert len(_list(client, "/api/v1/events", type="run.succeeded", tracker_id="t")) == 1


def _finish(server: Server, client: httpx.Client, state: DeliveryState) -> None:
    """Let deliveries come to an end without a deliverer."""
    scope = _scope(client)
    with server.container.database.engine.begin() as connection:
        connection.exec_driver_sql(
            f"UPDATE deliveries SET state = '{state}' WHERE workspace_id = '{scope.workspace_id}'"
        )


def test_a_delivery_is_replayed_under_the_same_event_once_it_is_over(
    client: httpx.Client, server: Server
) -> None:
    _create(client)
    _emit(server, client, 1)
    (first,) = _list(client, "/api/v1/deliveries")
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
    path = f"/api/v1/endpoints/{_create(client)['id']}/replay"
    _emit(server, client, *range(5))
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
    path = f"/api/v1/endpoints/{_create(client)['id']}/replay"
    _emit(server, client, *range(1500))
    _finish(server, client, DeliveryState.FAILED)
    first = client.post(path).json()
    assert first["data"] == {"queued": 1000}
    second = client.post(path, json={"cursor": first["next_cursor"]}).json()
    assert second == {"data": {"queued": 500}, "next_cursor": None}


_BAD_URLS = (
    "http://127.0.0.1:9/in",
    "http://localhost/in",
    "http://[::1]/in",
    "http://10.0.0.1/in",
    "http://192.168.1.1/in",
    "http://169.254.169.254/latest/meta-data",
    "http://[::ffff:10.0.0.1]/in",
    "http://0x7f000001/in",
    "http://2130706433/in",
    "https://8.8.8.8:22/in",
    "https://user:secret@8.8.8.8/in",
    "https://user@8.8.8.8/in",
    "ftp://8.8.8.8/in",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "8.8.8.8/in",
    "//8.8.8.8/in",
    "https://",
    "https:///in",
    "https://8.8.8.8:99999/in",
    "https://8.8.8.8\\@10.0.0.1/in",
    "https://8.8.8.8/a b",
    "https://8.8.8.8/\n",
    "https://8.8.8.8/" + "a" * 2000,
    "",
    "nonsense",
    "https://no-such-host.invalid/in",
)


@pytest.mark.parametrize("url", _BAD_URLS)
def test_an_address_that_may_not_be_called_is_refused_with_the_reason(
    client: httpx.Client, url: str
) -> None:
    good = _create(client)
    for answer in (
        client.post("/api/v1/endpoints", json={"url": url}),
        client.patch(f"/api/v1/endpoints/{good['id']}", json={"url": url}),
    ):
        assert answer.status_code == 400, (url, answer.text)
        error = answer.json()["error"]
        assert (error["code"], error["field"]) == ("invalid_input", "url")
        assert error["message"]
    (kept,) = client.get("/api/v1/endpoints").json()["data"]
    assert kept["url"] == URL


_BAD_BODIES = (
    ({"name": "no url"}, "url"),
    ({"url": 7}, "url"),
    ({"url": URL, "events": ["run.exploded"]}, "events"),
    ({"url": URL, "events": ["test"]}, "events"),
    ({"url": URL, "events": "run.failed"}, "events"),
    ({"url": URL, "dialect": "insightiq"}, "dialect"),
    ({"url": URL, "name": "x" * 201}, "name"),
    ({"url": URL, "name": "a\u0000b"}, "name"),
    ({"url": URL, "secret": "mine"}, "secret"),
)


def test_a_mistake_in_an_order_is_named_and_changes_nothing(client: httpx.Client) -> None:
    for body, field in _BAD_BODIES:
        answer = client.post("/api/v1/endpoints", json=body)
        assert answer.status_code == 400, (body, answer.text)
        assert answer.json()["error"]["field"] == field, answer.text
    assert client.get("/api/v1/endpoints").json()["data"] == []
    path = f"/api/v1/endpoints/{_create(client)['id']}"
    for method, where, sent, field in (
        ("PATCH", path, {}, "body"),
        ("PATCH", path, {"state": "disabled"}, "state"),
        ("PATCH", path, {"name": "x" * 201}, "name"),
        ("POST", f"{path}/rotate", {"grace_hours": -1}, "grace_hours"),
        ("POST", f"{path}/rotate", {"grace_hours": 721}, "grace_hours"),
        ("POST", f"{path}/rotate", {"hours": 1}, "hours"),
        ("POST", f"{path}/replay", {"from": "soon"}, "from"),
        ("POST", f"{path}/replay", {"from": "2026-02-02", "to": "2026-02-01"}, "from"),
        ("POST", f"{path}/replay", {"to": "9999-12-32"}, "to"),
        ("POST", f"{path}/replay", {"cursor": "nonsense"}, "cursor"),
    ):
        answer = client.request(method, where, json=sent)
        assert answer.status_code == 400, (where, sent, answer.text)
        assert answer.json()["error"]["field"] == field, answer.text


def test_a_bad_filter_is_named(client: httpx.Client) -> None:
    for query, field in (
        ("deliveries?state=lost", "state"),
        ("deliveries?event_type=run.exploded", "event_type"),
        ("deliveries?from=yesterday", "from"),
        ("deliveries?limit=0", "limit"),
        ("deliveries?cursor=nonsense", "cursor"),
        ("deliveries?endpoint=x", "endpoint"),
        ("events?type=x", "type"),
        ("events?cursor=WzFd", "cursor"),
        ("endpoints?cursor=nonsense", "cursor"),
    ):
        answer = client.get(f"/api/v1/{query}")
        assert answer.status_code == 400, (query, answer.text)
        assert answer.json()["error"]["field"] == field, answer.text


_OF_ONE = (
    ("GET", "/api/v1/endpoints/{endpoint}"),
    ("PATCH", "/api/v1/endpoints/{endpoint}"),
    ("DELETE", "/api/v1/endpoints/{endpoint}"),
    ("POST", "/api/v1/endpoints/{endpoint}/rotate"),
    ("POST", "/api/v1/endpoints/{endpoint}/test"),
    ("POST", "/api/v1/endpoints/{endpoint}/replay"),
    ("GET", "/api/v1/events/{event}"),
    ("GET", "/api/v1/deliveries/{delivery}"),
    ("POST", "/api/v1/deliveries/{delivery}/replay"),
)


def _call(client: httpx.Client, method: str, path: str) -> httpx.Response:
    return client.request(method, path, json={"name": "x"} if method == "PATCH" else None)


@pytest.mark.parametrize("unknown", [UNKNOWN, "x", "%20", "'%20OR%201=1", "%00", "a" * 99])
def test_an_unknown_id_is_not_found_whatever_it_looks_like(
    client: httpx.Client, unknown: str
) -> None:
    for method, path in _OF_ONE:
        answer = _call(
            client, method, path.format(endpoint=unknown, event=unknown, delivery=unknown)
        )
        assert answer.status_code == 404, (method, path, answer.text)
        assert answer.json()["error"]["code"] == "not_found"


def test_a_stranger_and_another_environment_see_and_change_nothing(
    caller: Caller, server: Server
) -> None:
    owner = caller("acme")
    endpoint = _create(owner)
    _emit(server, owner, 1)
    (delivery,) = _list(owner, "/api/v1/deliveries")
    ids = {"endpoint": endpoint["id"], "event": delivery["event_id"], "delivery": delivery["id"]}
    for other in (caller("other"), caller("acme", Environment.LIVE)):
        for method, path in _OF_ONE:
            assert _call(other, method, path.format(**ids)).status_code == 404, (method, path)
        for path in (
            "endpoints",
            "events",
            "deliveries",
            f"deliveries?endpoint_id={endpoint['id']}",
        ):
            assert _list(other, f"/api/v1/{path}") == []
    assert _list(owner, "/api/v1/deliveries") == [delivery]
    teammate = caller("acme")
    assert _list(teammate, "/api/v1/deliveries") == [delivery]


def test_nobody_without_a_key_has_an_address_looked_up(server: Server) -> None:
    with httpx.Client(base_url=server.url) as stranger:
        for body in ({"url": "https://no-such-host.invalid/"}, {"url": "http://127.0.0.1/"}):
            answer = stranger.post("/api/v1/endpoints", json=body)
            assert (answer.status_code, answer.json()["error"]["field"]) == (401, None)


def test_no_more_endpoints_than_there_may_be(client: httpx.Client, server: Server) -> None:
    scope = _scope(client)

    def fill(engine: Any) -> None:
        for _ in range(200):
            engine.webhooks.create(scope, url=URL)

    server.container.units.write_now(fill)
    answer = client.post("/api/v1/endpoints", json={"url": URL})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "limit_exceeded")
