"""The outermost layer, with a dialect made for the test."""

import asyncio
import json
from collections.abc import Callable, Sequence
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bellwether.dialects.framework.body import decode_body, read_body
from bellwether.dialects.framework.edge import Edge
from bellwether.dialects.framework.operations import Call, Dialect, Operation, Reply
from bellwether.dialects.framework.problems import BodyTimeoutError
from bellwether.dialects.framework.services import Limits, Services
from bellwether.dialects.native.routes import NATIVE
from bellwether.dialects.native.wire import NewTrackers
from bellwether.kit.clock import SystemClock
from bellwether.model.errors import BellwetherError, InvalidInputError, TooLargeError

_LIMITS = Limits(body_bytes=1000, body_seconds=0.05)


def _client(handler: Callable[[Call[Any, Any]], Any]) -> httpx.AsyncClient:
    operation = Operation(
        method="GET",
        path="/test/thing",
        handler=handler,
        name="thing",
        summary="",
        answers={200: None},
        public=True,
    )
    dialect = Dialect(
        name="test",
        title="",
        prefixes=("/test",),
        operations=(operation,),
        rules=NATIVE.rules,
        problem_type=NATIVE.problem_type,
        render_problem=NATIVE.render_problem,
    )
    unused: Any = None
    services = Services(
        units=unused,
        clock=SystemClock(),
        resolver=unused,
        limits=_LIMITS,
        health=unused,
        sources=unused,
        wake=unused,
        check_receiver=unused,
        media=unused,
        refresher=unused,
        activities=unused,
    )
    edge: Any = Edge([dialect], dialect, services)
    return httpx.AsyncClient(transport=httpx.ASGITransport(edge), base_url="http://test")


async def test_what_nobody_foresaw_is_a_500_that_tells_nothing_but_its_id(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def fail(call: Call[Any, Any]) -> Reply:
        raise RuntimeError("the password is hunter2")

    async with _client(fail) as client:
        answer = await client.get("/test/thing")

    assert answer.status_code == 500
    error = answer.json()["error"]
    assert error["code"] == "internal"
    assert error["request_id"] == answer.headers["x-request-id"]
    assert "hunter2" not in answer.text
    printed = capsys.readouterr()
    assert error["request_id"] in printed.out + printed.err


async def test_an_error_code_without_a_row_is_an_internal_one() -> None:
    class NovelError(BellwetherError):
        code = "novel"

    async def fail(call: Call[Any, Any]) -> Reply:
        raise NovelError("new")

    async with _client(fail) as client:
        answer = await client.get("/test/thing")
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "internal")


async def test_every_request_has_an_id_of_its_own() -> None:
    async def fine(call: Call[Any, Any]) -> Reply:
        return Reply(status=204)

    async with _client(fine) as client:
        ids = {(await client.get("/test//thing/")).headers["x-request-id"] for _ in range(3)}
    assert len(ids) == 3


def _receive(chunks: Sequence[bytes], *, ends: bool = True) -> Any:
    left = list(chunks)

    async def receive() -> dict[str, object]:
        if left:
            more = len(left) > 1 or not ends
            return {"type": "http.request", "body": left.pop(0), "more_body": more}
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    return receive


async def test_a_body_is_bounded_in_size_whatever_it_announces_and_in_time() -> None:
    assert await read_body({"headers": []}, _receive([b"ab", b"c"]), _LIMITS) == b"abc"
    with pytest.raises(TooLargeError):
        await read_body({"headers": []}, _receive([b"a" * 600] * 2), _LIMITS)
    announced = [(b"content-length", b"1001")]
    with pytest.raises(TooLargeError):
        await read_body({"headers": announced}, _receive([b""]), _LIMITS)
    with pytest.raises(BodyTimeoutError):
        await read_body({"headers": []}, _receive([b"a"], ends=False), _LIMITS)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
_FIELDS = st.dictionaries(st.sampled_from([*NewTrackers.__struct_fields__, "x"]), _JSON, max_size=4)


@given(st.binary(max_size=200) | (_JSON | _FIELDS).map(lambda value: json.dumps(value).encode()))
@settings(max_examples=200, deadline=None)
def test_any_body_is_read_or_refused_with_a_field(raw: bytes) -> None:
    try:
        decode_body(raw, NewTrackers)
    except InvalidInputError as error:
        told = (error.field, error.message)
    else:
        told = ("none", "none")
    assert all(told)
    msgspec.json.encode(told)
