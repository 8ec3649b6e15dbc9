"""Calls that carry tokens, bodies and uploads, and what is known when they fail."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from tests.support.fakes.server import LoopbackServer

from bellwether.connectors.base import ConnectorError
from bellwether.connectors.publishers import LostAnswerError
from bellwether.connectors.transport import Call, Transport
from bellwether.model.readings import FailureReason

_SEEN: list[dict[str, Any]] = []


async def _answer(request: Request) -> Response:
    body = await request.body()
    _SEEN.append({"method": request.method, "headers": dict(request.headers), "body": body})
    name = request.path_params["name"]
    if name == "slow":
        await asyncio.sleep(3)
    if name == "large":
        return Response(bytes(5000))
    if name == "away":
        return Response(status_code=302, headers={"location": "/api/other"})
    return JSONResponse({"ok": True}, int(name) if name.isdigit() else 200)


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    route = Route("/api/{name}", _answer, methods=["GET", "POST", "PUT"])
    with LoopbackServer(Starlette(routes=[route])) as server:
        yield f"{server.origin}/api"


@pytest.fixture
async def transport(base_url: str) -> AsyncIterator[Transport]:
    _SEEN.clear()
    transport = Transport(platform="Test", base_url=base_url, seconds=1.0, max_bytes=4000)
    yield transport
    await transport.aclose()


async def _pieces() -> AsyncIterator[bytes]:
    yield b"one"
    yield b"two"


async def test_a_token_goes_as_a_header_and_is_never_shown(transport: Transport) -> None:
    call = Call("POST", "x", [("fields", "id")], token="s3cret", body={"caption": "é"})
    assert "s3cret" not in repr(call)
    assert (await transport.call(call)).ok
    (seen,) = _SEEN
    assert seen["headers"]["authorization"] == "Bearer s3cret"
    assert seen["headers"]["content-type"].startswith("application/json")
    assert seen["body"].decode() == '{"caption":"é"}'


async def test_an_upload_has_the_length_that_was_said(transport: Transport) -> None:
    headers = {"Content-Length": "6", "Content-Type": "video/mp4"}
    assert (await transport.call(Call("PUT", "x", headers=headers, content=_pieces()))).ok
    (seen,) = _SEEN
    assert seen["body"] == b"onetwo"
    assert seen["headers"]["content-length"] == "6"
    assert "transfer-encoding" not in seen["headers"]
    assert seen["headers"]["content-type"] == "video/mp4"


@pytest.mark.parametrize("name", ["slow", "large"])
@pytest.mark.parametrize("act", [True, False])
async def test_an_act_without_an_answer_may_have_been_done(
    transport: Transport, name: str, *, act: bool
) -> None:
    with pytest.raises(ConnectorError) as caught:
        await transport.call(Call("POST", name, act=act))
    assert isinstance(caught.value, LostAnswerError) is act
    assert len(_SEEN) == 1


async def test_an_act_that_reached_nobody_was_surely_not_done() -> None:
    nobody = Transport(platform="Test", base_url="http://127.0.0.1:9", seconds=2)
    with pytest.raises(ConnectorError) as caught:
        await nobody.call(Call("POST", "x", act=True))
    await nobody.aclose()
    assert not isinstance(caught.value, LostAnswerError)
    assert caught.value.failed.reason is FailureReason.PLATFORM_ERROR


async def test_an_address_from_the_platform_is_called_where_it_is_as_safe_as_ours(
    transport: Transport, base_url: str
) -> None:
    assert (await transport.call(Call("PUT", f"{base_url}/upload", content=b"x"))).ok
    with pytest.raises(ConnectorError) as caught:
        await transport.call(Call("PUT", "http://upload.example.com/x", content=b"x"))
    assert caught.value.failed.reason is FailureReason.CHANGED_FORMAT
    assert len(_SEEN) == 1


async def test_redirects_are_answers_and_tokens_do_not_follow_them(transport: Transport) -> None:
    answer = await transport.call(Call("GET", "away", token="s3cret"))
    assert (answer.status, answer.ok) == (302, False)
    assert len(_SEEN) == 1


@pytest.mark.parametrize("status", [400, 429, 500])
async def test_any_status_is_an_answer(transport: Transport, status: int) -> None:
    assert (await transport.call(Call("POST", str(status), act=True))).status == status
