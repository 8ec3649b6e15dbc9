"""A write with an Idempotency-Key is done once, in every dialect."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from tests.support.server import Caller, Server

from bellwether.app.asgi import DIALECTS
from bellwether.dialects.framework.once import WRITES
from bellwether.engine.tenants.tables_answers import answers
from bellwether.kit.ids import new_id
from bellwether.model.tenants import Environment, PlanName

_VIDEO = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
_OTHER = "https://www.youtube.com/watch?v=9bZkp7q19f0"
_KEYS = "Idempotency-Key"
_AGAIN = "Idempotency-Replayed"

Body = Callable[[str], dict[str, Any]]
_TRACKING: dict[str, tuple[str, Body]] = {
    "native": ("/api/v1/trackers", lambda url: {"url": url}),
    "influtics": ("/v1/videos/track", lambda url: {"urls": [url]}),
    "ylytic": (
        "/ylytic/api/v1/rt_tracking/posts",
        lambda url: {"connector": "youtube", "shortcode": url, "cron expression": "0 5 * * *"},
    ),
    "ugcinc": (
        "/accounts/create",
        lambda url: {"accounts": [{"platform": "tiktok", "username": url[-11:].lower()}]},
    ),
}

_TRIED_ELSEWHERE = {"mediarithmics"}
"""Dialects that write but track nothing; their own tests send keys."""


def _same(first: httpx.Response, second: httpx.Response) -> None:
    assert second.content == first.content
    assert second.status_code == first.status_code
    assert second.headers["Content-Type"] == first.headers["Content-Type"]
    assert _AGAIN not in first.headers
    assert second.headers[_AGAIN] == "true"
    assert second.headers["X-Request-Id"] != first.headers["X-Request-Id"]


def _trackers(client: httpx.Client) -> int:
    return len(client.get("/api/v1/trackers").json()["data"])


def test_every_dialect_that_tracks_is_tried_here() -> None:
    writing = {one.name for one in DIALECTS if any(op.method in WRITES for op in one.operations)}
    assert writing == set(_TRACKING) | _TRIED_ELSEWHERE


@pytest.mark.parametrize("dialect", sorted(_TRACKING))
def test_the_same_request_gets_the_first_answer_byte_for_byte(
    client: httpx.Client, dialect: str
) -> None:
    path, body = _TRACKING[dialect]
    headers = {_KEYS: "one"}
    first = client.post(path, json=body(_VIDEO), headers=headers)
    assert first.status_code in {200, 201}, first.text
    second = client.post(path, json=body(_VIDEO), headers=headers)
    _same(first, second)
    # A slash more, another connection or another content type make it no other request.
    with httpx.Client(base_url=client.base_url, headers=client.headers) as other:
        kinds = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        raw = first.request.content
        _same(first, other.post(f"{path.replace('/v1/', '/v1//')}/", content=raw, headers=kinds))
    assert _trackers(client) == 1


@pytest.mark.parametrize("dialect", sorted(_TRACKING))
def test_a_key_used_with_another_body_is_refused_in_the_shape_of_the_dialect(
    client: httpx.Client, dialect: str
) -> None:
    path, body = _TRACKING[dialect]
    assert client.post(path, json=body(_VIDEO), headers={_KEYS: "one"}).is_success
    other = client.post(path, json=body(_OTHER), headers={_KEYS: "one"})
    assert other.status_code == 422
    told = other.json()
    if dialect == "ugcinc":  # it has no codes but the status
        assert (told["ok"], told["code"]) == (False, 422)
    else:
        assert told["error"]["code"].lower() == "idempotency_conflict"
    assert _AGAIN not in other.headers
    nonsense = client.post(path, content=b"{", headers={_KEYS: "one"})
    assert nonsense.status_code == 422
    assert client.post(path, json=body(_VIDEO), headers={_KEYS: "one"}).headers[_AGAIN] == "true"
    assert _trackers(client) == 1


def test_a_key_used_with_another_path_method_or_query_is_refused(client: httpx.Client) -> None:
    made = client.post("/api/v1/trackers", json={"url": _VIDEO}, headers={_KEYS: "one"})
    path = f"/api/v1/trackers/{made.json()['data'][0]['tracker']['id']}"
    for method, other in (("PATCH", path), ("DELETE", path), ("POST", "/api/v1/trackers?x=1")):
        answer = client.request(method, other, json={"url": _VIDEO}, headers={_KEYS: "one"})
        assert answer.status_code == 422, (method, other)
    assert _trackers(client) == 1


def test_a_deletion_sent_again_is_told_that_it_is_done_and_not_that_nothing_is_there(
    client: httpx.Client,
) -> None:
    made = client.post("/api/v1/trackers", json={"url": _VIDEO})
    path = f"/api/v1/trackers/{made.json()['data'][0]['tracker']['id']}"
    answers = [client.delete(path, headers={_KEYS: "gone"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [204] * 3
    assert [answer.headers.get(_AGAIN) for answer in answers] == [None, "true", "true"]
    assert client.delete(path).status_code == 404


def test_keys_of_other_workspaces_and_environments_are_others(caller: Caller) -> None:
    callers = [caller("a"), caller("b"), caller("a", Environment.LIVE)]
    for client in callers:
        answer = client.post("/api/v1/trackers", json={"url": _VIDEO}, headers={_KEYS: "one"})
        assert (answer.status_code, answer.headers.get(_AGAIN)) == (201, None)
    # Two keys of one workspace and environment share theirs.
    again = caller("a").post("/api/v1/trackers", json={"url": _VIDEO}, headers={_KEYS: "one"})
    assert again.headers[_AGAIN] == "true"


@pytest.mark.parametrize("key", ["", "a b", "é", "a" * 256, "a\tb"])
def test_a_key_that_is_no_key_is_refused(client: httpx.Client, key: str) -> None:
    headers = {_KEYS.encode(): key.encode("latin-1")}
    answer = client.post("/api/v1/trackers", json={"url": _VIDEO}, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == _KEYS
    assert _trackers(client) == 0


def test_two_keys_in_one_request_are_refused_and_the_longest_is_taken(
    client: httpx.Client,
) -> None:
    two = [(_KEYS, "one"), (_KEYS, "two")]
    assert client.post("/api/v1/trackers", json={"url": _VIDEO}, headers=two).status_code == 400
    longest = {_KEYS: "~" * 255}
    answers = [
        client.post("/api/v1/trackers", json={"url": _VIDEO}, headers=longest) for _ in range(2)
    ]
    assert answers[1].headers[_AGAIN] == "true"


def test_whoever_has_no_good_key_is_told_nothing_of_what_is_kept(client: httpx.Client) -> None:
    assert client.post("/api/v1/trackers", json={"url": _VIDEO}, headers={_KEYS: "one"}).is_success
    for key in ("one", "", "a b"):
        headers = {_KEYS: key, "Authorization": "Bearer bw_sandbox_wrong"}
        assert client.post("/api/v1/trackers", json={}, headers=headers).status_code == 401


def test_what_reads_takes_no_notice_of_the_header(client: httpx.Client) -> None:
    for _ in range(2):
        answer = client.get("/api/v1/trackers", headers={_KEYS: "not a key"})
        assert (answer.status_code, answer.headers.get(_AGAIN)) == (200, None)


def test_a_post_that_only_reads_is_answered_again_too(client: httpx.Client) -> None:
    first, second = (
        client.post("/api/v1/resolve", json={"urls": [_VIDEO]}, headers={_KEYS: "r"})
        for _ in range(2)
    )
    _same(first, second)


def test_what_the_work_refuses_for_good_is_answered_again(caller: Caller) -> None:
    client = caller(plan=PlanName.FREE)
    path = f"/api/v1/trackers/{new_id()}"
    _same(*(client.delete(path, headers={_KEYS: "404"}) for _ in range(2)))
    many = {"urls": [f"https://youtu.be/{number:010}A" for number in range(26)]}
    full = {_KEYS: "403"}
    _same(*(client.post("/api/v1/trackers", json=many, headers=full) for _ in range(2)))
    assert client.post("/api/v1/trackers", json={"url": _VIDEO}, headers=full).status_code == 422


def test_a_request_whose_work_never_began_may_be_corrected_under_its_key(
    client: httpx.Client,
) -> None:
    for wrong in (b"{", b"[]", b'{"url": 1}', b'{"unknown": 1}'):
        answer = client.post("/api/v1/trackers", content=wrong, headers={_KEYS: "one"})
        assert (answer.status_code, answer.headers.get(_AGAIN)) == (400, None)
    right = client.post("/api/v1/trackers", json={"url": _VIDEO}, headers={_KEYS: "one"})
    assert right.status_code == 201


def test_an_answer_with_a_secret_is_given_again_and_not_kept_in_clear(
    client: httpx.Client, server: Server
) -> None:
    order = {"url": "https://93.184.216.34/hook", "name": "orders"}
    headers = {_KEYS: new_id()}
    first = client.post("/api/v1/endpoints", json=order, headers=headers)
    assert first.status_code == 201, first.text
    _same(first, client.post("/api/v1/endpoints", json=order, headers=headers))
    assert len(client.get("/api/v1/endpoints").json()["data"]) == 1
    kept = select(answers.c.body).where(answers.c.key == headers[_KEYS])
    read = server.container.database.submit_read(lambda c: c.execute(kept).scalar_one())
    body = bytes(read.result())
    assert body
    assert first.json()["data"]["secret"].encode() not in body
    assert b"orders" not in body


def test_a_rate_error_is_not_kept_and_leaves_the_key_free(caller: Caller) -> None:
    client = caller(plan=PlanName.PRO)
    for _ in range(20):
        assert client.post("/v1/videos/track", json={"urls": [_VIDEO]}).status_code == 200
    for _ in range(2):
        answer = client.post("/v1/videos/track", json={"urls": [_VIDEO]}, headers={_KEYS: "one"})
        assert (answer.status_code, answer.headers.get(_AGAIN)) == (429, None)
    # The same key of ours with another body: no answer was given to the first.
    answer = client.post("/v1/videos/track", json={"urls": [_OTHER]}, headers={_KEYS: "one"})
    assert answer.status_code == 429


def test_an_answer_given_again_costs_no_rate_and_shows_none(caller: Caller) -> None:
    client = caller(plan=PlanName.PRO)
    answers = [
        client.post("/v1/videos/track", json={"urls": [_VIDEO]}, headers={_KEYS: "one"})
        for _ in range(30)
    ]
    assert {answer.status_code for answer in answers} == {200}
    assert answers[0].headers["RateLimit-Remaining"] == "19"
    assert not any("RateLimit-Remaining" in answer.headers for answer in answers[1:])
    fresh = client.post("/v1/videos/track", json={"urls": [_VIDEO]})
    assert fresh.headers["RateLimit-Remaining"] == "18"


@pytest.mark.parametrize("dialect", sorted(_TRACKING))
def test_of_many_twins_at_once_exactly_one_is_worked_on(client: httpx.Client, dialect: str) -> None:
    path, body = _TRACKING[dialect]

    def send(number: int) -> httpx.Response:
        which = number % 2
        return client.post(path, json=body((_VIDEO, _OTHER)[which]), headers={_KEYS: f"k{which}"})

    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(send, range(40)))
    assert {answer.status_code for answer in answers} <= {200, 201}
    bodies = {answer.content for answer in answers}
    first = [answer for answer in answers if _AGAIN not in answer.headers]
    assert len(bodies) == len(first) == _trackers(client) == 2
