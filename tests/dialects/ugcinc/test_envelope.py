"""Whatever is asked, the answer has the four keys, and its status is its code."""

import httpx
import pytest
from tests.dialects.ugcinc.conftest import Fleet
from tests.support.server import Server

from bellwether.dialects.framework.endpoint import word_problem
from bellwether.dialects.ugcinc.routes import UGCINC
from bellwether.dialects.ugcinc.wire import UgcError
from bellwether.model.errors import BellwetherError

_PATHS = [operation.path for operation in UGCINC.operations]
_EMPTY = [operation.path for operation in UGCINC.operations if operation.name.startswith("get-")]


def _envelope(response: httpx.Response) -> str:
    body = response.json()
    assert list(body) == ["ok", "code", "message", "data"]
    assert body["code"] == response.status_code
    assert body["ok"] is (response.status_code == 200)
    assert (body["data"] is None) is not body["ok"]
    message: str = body["message"]
    assert message
    return message


def test_every_route_is_a_post(fleet: Fleet) -> None:
    assert {operation.method for operation in UGCINC.operations} == {"POST"}
    for path in _PATHS:
        for method in ("GET", "PUT", "DELETE", "PATCH"):
            answer = fleet.client.request(method, path)
            assert answer.status_code == 405, (method, path)
            assert answer.headers["allow"] == "OPTIONS, POST"
            _envelope(answer)


@pytest.mark.parametrize("path", _PATHS)
def test_no_body_is_an_empty_object(fleet: Fleet, path: str) -> None:
    nothing = fleet.client.post(path)
    empty = fleet.client.post(path, content=b"{}")
    assert nothing.status_code in {200, 400, 429}
    assert "empty" not in _envelope(nothing)
    if path != "/stats/refresh":  # once an hour
        assert _envelope(nothing) == _envelope(empty)


@pytest.mark.parametrize("path", _PATHS)
def test_what_is_no_object_is_refused(fleet: Fleet, path: str) -> None:
    for raw in (b"{", b"[]", b"null", b"7", b'"x"', b"\xff", b'{"a":' + b"[" * 100_000):
        answer = fleet.client.post(path, content=raw)
        assert answer.status_code == 400, raw[:10]
        assert "body" in _envelope(answer)
    large = fleet.client.post(path, content=b'{"tag": "' + b"a" * 1_048_576 + b'"}')
    assert large.status_code == 413
    _envelope(large)


@pytest.mark.parametrize("path", ["/accounts", "/post/video", "/stats/refresh", "/comment/status"])
def test_who_has_no_key_is_told_nothing_else(server: Server, path: str) -> None:
    with httpx.Client(base_url=server.url) as stranger:
        for headers in ({}, {"Authorization": "Bearer wrong"}):
            for raw in (b"", b"{}", b"[", b'{"accountId": 7}'):
                answer = stranger.post(path, content=raw, headers=headers)
                assert answer.status_code == 401
                _envelope(answer)


def test_paths_that_are_not_there_belong_to_the_dialect(fleet: Fleet) -> None:
    for path in ("/accounts/nothing", "/post/a/b", "/stats", "/media/file/x", "/tasks/1"):
        answer = fleet.client.post(path, json={})
        assert answer.status_code == 404
        _envelope(answer)


def test_a_body_is_read_whatever_its_type_and_with_keys_nobody_knows(fleet: Fleet) -> None:
    account = fleet.account(tag="a")
    for kind in ("application/x-www-form-urlencoded", "text/plain"):
        answer = fleet.client.post(
            "/accounts//", content=b'\xef\xbb\xbf {"tag": "a", "page": 1}',
            headers={"Content-Type": kind},
        )  # fmt: skip
        assert [one["id"] for one in answer.json()["data"]] == [account]


@pytest.mark.parametrize("path", _EMPTY)
def test_null_is_as_good_as_left_out(fleet: Fleet, path: str) -> None:
    (operation,) = (one for one in UGCINC.operations if one.path == path)
    assert operation.body is not None
    names = operation.body.__struct_encode_fields__
    if path in {"/post/status", "/comment/status"}:
        return
    assert fleet.ask(path, dict.fromkeys(names)) == fleet.ask(path)


def test_every_error_has_the_envelope_and_names_its_field_once() -> None:
    for code, rule in UGCINC.rules.items():
        kind = type("_Error", (BellwetherError,), {"code": code})
        for message, field, told in (
            ("it is wrong", None, "it is wrong"),
            ("it is wrong", "scheduled_at", "postTime: it is wrong"),
            ("it is wrong", "media_urls[3]", "mediaUrls[3]: it is wrong"),
            ("postTime is wrong", "scheduled_at", "postTime is wrong"),
            ("Nickname is too new", "nick_name", "Nickname is too new"),
        ):
            reply = word_problem(UGCINC, kind(message, field=field), "id")
            assert reply.status == rule.status
            assert reply.content == UgcError(ok=False, code=rule.status, message=told, data=None)
