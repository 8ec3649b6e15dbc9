"""Mistakes about webhooks, and strangers, get a clear answer and change nothing."""

from typing import Any

import httpx
import pytest
from tests.support.native_webhooks import URL, create_endpoint, emit, listed, scope_of
from tests.support.server import Caller, Server

from bellwether.model.tenants import Environment

UNKNOWN = "01a1fcc1-5c2e-71ff-9a3f-ca5d2b7546f5"

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
    good = create_endpoint(client)
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
    path = f"/api/v1/endpoints/{create_endpoint(client)['id']}"
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
    endpoint = create_endpoint(owner)
    emit(server, owner, 1)
    (delivery,) = listed(owner, "/api/v1/deliveries")
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
            assert listed(other, f"/api/v1/{path}") == []
    assert listed(owner, "/api/v1/deliveries") == [delivery]
    teammate = caller("acme")
    assert listed(teammate, "/api/v1/deliveries") == [delivery]


def test_nobody_without_a_key_has_an_address_looked_up(server: Server) -> None:
    with httpx.Client(base_url=server.url) as stranger:
        for body in ({"url": "https://no-such-host.invalid/"}, {"url": "http://127.0.0.1/"}):
            answer = stranger.post("/api/v1/endpoints", json=body)
            assert (answer.status_code, answer.json()["error"]["field"]) == (401, None)


def test_no_more_endpoints_than_there_may_be(client: httpx.Client, server: Server) -> None:
    scope = scope_of(client)

    def fill(engine: Any) -> None:
        for _ in range(200):
            engine.webhooks.create(scope, url=URL)

    server.container.units.write_now(fill)
    answer = client.post("/api/v1/endpoints", json={"url": URL})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "limit_exceeded")
