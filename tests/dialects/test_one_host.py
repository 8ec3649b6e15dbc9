"""All dialects on one host: no path is two dialects', and each words errors under its own."""

import re
from collections.abc import Callable
from typing import Any

import httpx
from starlette.routing import compile_path
from tests.support.server import Caller, Server

from bellwether.app.asgi import DIALECTS

_VALUE = "1"
_ROUTES = [
    (dialect.name, operation.method, operation.path)
    for dialect in DIALECTS
    for operation in dialect.operations
]


def test_no_request_is_meant_for_two_dialects() -> None:
    patterns = [(name, method, path, compile_path(path)[0]) for name, method, path in _ROUTES]
    for name, method, path in _ROUTES:
        example = re.sub(r"\{\w+\}", _VALUE, path)
        meant = {
            (other, theirs)
            for other, verb, theirs, pattern in patterns
            if verb == method and pattern.match(example)
        }
        assert {other for other, _ in meant} == {name}, (method, path, meant)


def test_errors_are_worded_by_whoever_owns_the_path(caller: Caller) -> None:
    client = caller()
    shapes: dict[str, Callable[[Any], bool]] = {
        "/v1/datamarts/x/y": lambda body: body["error_code"] == "NOT_FOUND",
        "/v1/authentication/nothing": lambda body: body["status"] == "error",
        "/v1/datamartsandmore": lambda body: body["success"] is False,
        "/v1/nothing": lambda body: body["error"]["code"] == "NOT_FOUND",
        "/api/v1/nothing": lambda body: body["error"]["code"] == "not_found",
        "/ylytic/nothing": lambda body: body["error"]["code"] == "not_found",
    }
    for path, has_shape in shapes.items():
        answer = client.get(path)
        assert answer.status_code == 404, path
        assert has_shape(answer.json()), (path, answer.text)


def test_the_ways_of_one_dialect_to_send_a_token_are_not_all_dialects(
    server: Server,
) -> None:
    token = server.key()
    with httpx.Client(base_url=server.url) as client:
        for said in (token, f"Bearer {token}"):
            for path in ("/v1/datamarts", "/api/v1/trackers", "/v1/videos/stats"):
                assert client.get(path, headers={"Authorization": said}).status_code == 200
        said = f"api:{token}"
        assert client.get("/v1/datamarts", headers={"Authorization": said}).status_code == 200
        answer = client.get("/api/v1/trackers", headers={"Authorization": said})
        assert answer.status_code == 401


def test_a_slash_in_a_value_is_one_only_where_paths_stay_encoded(caller: Caller) -> None:
    client = caller()
    assert client.get("/api%2Fv1%2Ftrackers").status_code == 200  # as before: decoded, then matched
    encoded = client.get("/v1/datamarts/1%2Fuser_points")
    assert encoded.status_code == 404
    assert encoded.json()["error_code"] == "NOT_FOUND"
