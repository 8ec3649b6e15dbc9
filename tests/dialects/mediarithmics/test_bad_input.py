"""What is wrong with an activity is said in this dialect's words, on both ways activities take.

Nothing of it is stored but the bad row, which can be listed, mended and taken after all.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import httpx
import pytest
from tests.dialects.mediarithmics.conftest import Mart, ok, refused
from tests.support.server import Caller

from bellwether.model.tenants import Environment

_WHO = b'"$user_agent_id": "vec:1"'
_NOW_MS = 1_700_000_000_000


class Bad(NamedTuple):
    """One mistake, and what its answer names."""

    body: bytes
    names: str
    status: int = 400
    code: str = "INVALID_INPUT"


def _touch(more: str | bytes = b"") -> bytes:
    added = more.encode() if isinstance(more, str) else more
    return b'{"$type": "TOUCH", ' + _WHO + (b", " + added if added else b"") + b"}"


def _deep(levels: int) -> bytes:
    return b"[" * levels + b"]" * levels


_BAD = (
    Bad(b" ", "body"),
    Bad(b"$type=TOUCH", "JSON"),
    Bad(b'{"$type": "TOUCH"', "JSON"),
    Bad(b"[]", "body"),
    Bad(b'"TOUCH"', "body"),
    Bad(b"{}", "$type"),
    Bad(b"{" + _WHO + b"}", "$type"),
    Bad(b'{"$type": "VISIT", ' + _WHO + b"}", "$type"),
    Bad(b'{"$type": 7, ' + _WHO + b"}", "$type"),
    Bad(b'{"$type": "TOUCH"}', "$user_identifiers"),
    Bad(b'{"$type": "TOUCH", "$user_identifiers": []}', "$user_identifiers"),
    Bad(_touch('"$session_status": "OPEN"'), "$session_status"),
    Bad(_touch('"$ts": "yesterday"'), "$ts"),
    Bad(_touch('"$ts": 1.5'), "$ts"),
    Bad(_touch('"$ts": -1'), "$ts"),
    Bad(_touch('"$ts": true'), "$ts"),
    Bad(_touch('"$ts": 4102444800000'), "$ts"),
    Bad(_touch('"$ts": 99999999999999999999999'), "$ts"),
    Bad(_touch('"$ttl": -1'), "$ttl"),
    Bad(_touch('"$unique_key": 7'), "$unique_key"),
    Bad(_touch('"$unique_key": ""'), "$unique_key"),
    Bad(_touch('"$events": {}'), "$events"),
    Bad(_touch('"$events": ["x"]'), "$events"),
    Bad(_touch('"$events": [{}]'), "$event_name"),
    Bad(_touch('"$events": [{"$event_name": ""}]'), "$event_name"),
    Bad(_touch('"$events": [{"$event_name": "x", "$properties": []}]'), "$properties"),
    Bad(_touch('"$events": [{"$event_name": "x", "$ts": 4102444800000}]'), "$ts"),
    Bad(_touch('"$events": [{"$event_name": "$set_user_choice"}]'), "$processing_id"),
    Bad(_touch(b'"$events": [' + b",".join([b'{"$event_name": "x"}'] * 10_000) + b"]"), "$events"),
    Bad(_touch('"$user_identifiers": [{"$type": "USER_AGENT", "$user_agent_id": "vec:2"}]'),
        "$user_agent_id"),
    Bad(_touch('"$user_identifiers": [{"$type": "USER_PHONE"}]'), "$type"),
    Bad(_touch('"$user_identifiers": "vec:1"'), "$user_identifiers"),
    Bad(_touch('"a": NaN'), "JSON"),
    Bad(_touch('"a": Infinity'), "JSON"),
    Bad(_touch('"a": 1e999'), "out of range"),
    Bad(_touch('"a": 1, "a": 2'), "a"),
    Bad(_touch('"o": {"b": {"c": 1, "c": 1}}'), "c"),
    Bad(_touch(_WHO), "$user_agent_id"),
    Bad(_touch('"a": "\\ud800"'), "JSON"),
    Bad(_touch(b'"a": "\xff"'), "JSON"),
    Bad(_touch(b'"a": ' + _deep(1000)), "nest"),
    Bad(_touch(b'"a": ' + _deep(100_000)), "nest"),
    Bad(_touch(b'"a": "' + b"x" * 1_000_000 + b'"'), "", 413, "TOO_LARGE"),
)  # fmt: skip


def _fast(mart: Mart, body: bytes) -> httpx.Response:
    return mart.ask("POST", "/user_activities", content=body)


def _ordinary(mart: Mart, body: bytes) -> httpx.Response:
    return mart.ask("POST", "/user_activities", content=iter([body]))  # chunked, of no known length


@pytest.mark.parametrize("send", [_fast, _ordinary])
def test_every_mistake_is_named_and_kept_as_a_bad_row(
    mart: Mart, send: Callable[[Mart, bytes], httpx.Response]
) -> None:
    for bad in _BAD:
        refused(send(mart, bad.body), bad.status, bad.code, bad.names)
    rows = mart.ask("GET", "/rejected_activities", params={"max_results": 1000}).json()
    assert rows["total"] == len(_BAD)
    assert all(row["error"] and row["error_code"] and row["id"] for row in rows["data"])
    refused(mart.ask("GET", "/user_points/user_agent_id=vec:1"), 404, "NOT_FOUND")


def test_both_ways_answer_alike(mart: Mart) -> None:
    for bad in _BAD:
        if bad.status != 400:
            continue
        fast, ordinary = _fast(mart, bad.body).json(), _ordinary(mart, bad.body).json()
        assert fast | {"error_id": ""} == ordinary | {"error_id": ""}
    body = _touch('"$unique_key": "k", "$ts": 1700000000000, "x": [1, 2.50, "é", null]')
    answers = [_fast(mart, body), _ordinary(mart, body), _fast(mart, body)]
    assert len({answer.content for answer in answers}) == 1
    assert ok(answers[0])["x"] == [1, 2.5, "é", None]


def test_the_same_key_is_taken_once_and_other_content_refused(mart: Mart) -> None:
    first = mart.send(user_agent_id="vec:1", unique_key="k", x=1)
    assert mart.send(user_agent_id="vec:1", unique_key="k", x=1) == first
    other = {"$type": "TOUCH", "$user_agent_id": "vec:1", "$unique_key": "k", "x": 2}
    refused(mart.ask("POST", "/user_activities", json=other), 409, "CONFLICT", "$unique_key")
    assert len(mart.get("/user_points/user_agent_id=vec:1/user_activities")) == 1


def test_a_refused_activity_is_taken_after_all(mart: Mart) -> None:
    refused(_fast(mart, _touch('"$ttl": -1, "x": "keep me"')), 400, "INVALID_INPUT")
    refused(_fast(mart, b"nonsense"), 400, "INVALID_INPUT")
    listed = mart.get("/rejected_activities")
    nonsense, typo = listed
    assert nonsense["body"] == "nonsense"
    assert (typo["field"], typo["source"]) == ("$ttl", "request")
    path = f"/rejected_activities/{typo['id']}"
    assert mart.get(path) == typo
    refused(mart.ask("POST", f"{path}/replay"), 400, "INVALID_INPUT", "$ttl")
    assert mart.get(path) == typo
    mended = json.loads(typo["body"]) | {"$ttl": 0}
    taken = ok(mart.ask("POST", f"{path}/replay", json=mended))
    assert (taken["x"], taken["$unique_key"]) == ("keep me", typo["id"])
    refused(mart.ask("GET", path), 404, "NOT_FOUND")
    refused(mart.ask("POST", f"{path}/replay", json=mended), 404, "NOT_FOUND")
    (shown,) = mart.get("/user_points/user_agent_id=vec:1/user_activities")
    assert shown["x"] == "keep me"
    assert ok(mart.ask("DELETE", f"/rejected_activities/{nonsense['id']}")) == {"deleted": 1}
    assert mart.get("/rejected_activities") == []
    for nothing in ("x", "01a1fcc1-5c2e-71ff-9a3f-ca5d2b7546f5", "%00", "a" * 500):
        refused(mart.ask("GET", f"/rejected_activities/{nothing}"), 404, "NOT_FOUND")


def test_paths_and_methods_that_are_not_there_have_this_shape_too(mart: Mart) -> None:
    client, base = mart.client, f"/v1/datamarts/{mart.id}"
    for path in (
        "/nothing",
        "/user_points",
        "/user_points/user_agent_id=vec:1/user_segments",
        "/user_points/user_agent_id=vec:1/user_profiles/compartment=7",
        "/user_points/user_agent_id=vec:1/user_choices/processing_id=",
    ):
        refused(client.get(base + path), 404, "NOT_FOUND")
    refused(client.put(f"{base}/user_activities", json={}), 405, "METHOD_NOT_ALLOWED")
    refused(client.get(f"{base}/user_activities"), 405, "METHOD_NOT_ALLOWED")
    refused(client.delete("/v1/datamarts"), 405, "METHOD_NOT_ALLOWED")
    big = b"x" * 2_000_000
    path = f"{base}/user_points/user_agent_id=vec:1/user_choices/processing_id=1"
    refused(client.put(path, content=big), 413, "TOO_LARGE")
    doubled = client.get(f"/v1//datamarts//{mart.id}/")
    assert ok(doubled)["id"] == str(mart.id)


def test_bad_parameters_are_named(mart: Mart) -> None:
    mart.send(user_agent_id="vec:1")
    activities = "/user_points/user_agent_id=vec:1/user_activities"
    for query, names in (
        ("max_results=0", "max_results"),
        ("max_results=1001", "max_results"),
        ("first_result=-1", "first_result"),
        ("first_result=x", "first_result"),
        ("filter=x", "filter"),
        ("filters=x", "filters"),
        ("filters=name%3D%3Dx", "filters"),
        ("filters=start_ts%3D%3Dsoon", "filters"),
    ):
        refused(mart.ask("GET", f"{activities}?{query}"), 400, "INVALID_INPUT", names)
    for selector in (
        "42",
        "user_point_id=42",
        "user_agent_id=",
        "email=x",
        "user_account_id=%FF",
        "compartment_id=7",
    ):
        answer = mart.ask("GET", f"/user_points/{selector}/user_activities")
        refused(answer, 400, "INVALID_INPUT", "userPointSelector")


def test_nobody_reaches_a_datamart_that_is_not_his(
    mart: Mart, make_mart: Callable[[httpx.Client], Mart], caller: Caller
) -> None:
    mart.send(user_agent_id="vec:1")
    mart.put("/user_points/user_agent_id=vec:1/user_choices/processing_id=1",
             {"$choice_acceptance_value": True})  # fmt: skip
    _fast(mart, b"bad")
    point = mart.get("/user_points/user_agent_id=vec:1")["id"]
    reject = mart.get("/rejected_activities")[0]["id"]
    stranger, live = caller("other"), caller("acme", Environment.LIVE)
    own = make_mart(stranger)
    body: Mapping[str, Any] = {"$type": "TOUCH", "$user_agent_id": "vec:1"}
    calls: list[tuple[str, str, object]] = [
        ("POST", "/user_activities", body),
        ("GET", "", None),
        ("GET", "/user_points/user_agent_id=vec:1", None),
        ("GET", f"/user_points/{point}/user_identifiers", None),
        ("GET", f"/user_timelines/{point}/user_activities", None),
        ("DELETE", f"/user_timelines/{point}/user_activities", None),
        ("GET", "/user_points/user_agent_id=vec:1/user_profiles", None),
        ("GET", "/user_points/user_agent_id=vec:1/user_choices/processing_id=1", None),
        ("PUT", "/user_points/user_agent_id=vec:1/user_choices/processing_id=1",
         {"$choice_acceptance_value": False}),
        ("POST", "/user_identifiers_association_declarations", {"identifiers": [
            {"$type": "USER_AGENT", "$user_agent_id": "vec:1"}]}),
        ("GET", f"/rejected_activities/{reject}", None),
        ("POST", f"/rejected_activities/{reject}/replay", body),
        ("GET", "/user_point_erasures", None),
    ]  # fmt: skip
    for client in (stranger, live):
        nowhere = Mart(mart.id + 1_000_000, client)
        for method, path, sent in calls:
            there = Mart(mart.id, client).ask(method, path, json=sent)
            nothing = nowhere.ask(method, path, json=sent)
            refused(there, 404, "NOT_FOUND")
            refused(nothing, 404, "NOT_FOUND")
            assert there.json() | {"error_id": ""} == nothing.json() | {"error_id": ""}
    # Through a datamart of his own the stranger finds none of the others' people and rows either.
    for method, path, sent in calls[2:9]:
        if method == "GET":
            refused(own.ask(method, path, json=sent), 404, "NOT_FOUND")
    refused(own.ask("GET", f"/rejected_activities/{reject}"), 404, "NOT_FOUND")
    assert [one["id"] for one in ok(stranger.get("/v1/datamarts"))] == [str(own.id)]
    assert ok(live.get("/v1/datamarts")) == []
    choices = mart.get("/user_points/user_agent_id=vec:1/user_choices")
    assert [one["$choice_acceptance_value"] for one in choices] == [True]
    teammate = Mart(mart.id, caller("acme"))
    assert teammate.get("/user_points/user_agent_id=vec:1")["id"] == point
