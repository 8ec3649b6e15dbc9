"""Time is bounded on a connection that is used again, too, where one alarm serves many requests."""

import asyncio
import time
from collections.abc import Callable

import pytest
import uvloop
from tests.kit.http.test_kept import OK, Keeping

from bellwether.kit.http import FetchRefusedError, GuardedClient

LOOPS = [asyncio.new_event_loop, uvloop.new_event_loop]


async def ask(client: GuardedClient, url: str, seconds: float) -> int:
    answer = await client.request("POST", url, content=b"ping", max_bytes=9, seconds=seconds)
    return answer.status


def answering(*pieces: bytes | None) -> Keeping:
    """Answer the first requests with these, and nothing to those after."""
    left = list(pieces)

    async def answer(writer: asyncio.StreamWriter, _number: int) -> None:
        if left and (piece := left.pop(0)) is not None:
            writer.write(piece)
            await writer.drain()

    return Keeping(answer)


async def refused_in(client: GuardedClient, url: str, seconds: float) -> float:
    began = time.monotonic()
    with pytest.raises(FetchRefusedError) as refused:
        await ask(client, url, seconds)
    assert refused.value.reason == "timeout"
    assert refused.value.message == f"no answer within {seconds:g} s"
    return time.monotonic() - began


@pytest.mark.parametrize("make_loop", LOOPS)
@pytest.mark.parametrize("before", [0.1, 40.0], ids=["shorter before", "longer before"])
def test_each_request_has_its_own_time(
    make_loop: Callable[[], asyncio.AbstractEventLoop], before: float
) -> None:
    async def try_it() -> None:
        client = GuardedClient(allow_loopback=True, idle_s=5)
        async with answering(OK, OK).running() as server:
            assert await ask(client, server.base, before) == 200
            assert await ask(client, server.base, before) == 200
            assert 0.2 < await refused_in(client, server.base, 0.3) < 20
            assert server.connections == 1
            await client.aclose()

    with asyncio.Runner(loop_factory=make_loop) as runner:
        runner.run(try_it())


async def test_an_answer_that_begins_and_does_not_end_is_bounded_too() -> None:
    client = GuardedClient(allow_loopback=True, idle_s=5)
    async with answering(OK, b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n").running() as server:
        assert await ask(client, server.base, 40) == 200
        assert 0.2 < await refused_in(client, server.base, 0.3) < 20
        assert server.connections == 1
        await client.aclose()


async def test_an_alarm_set_for_an_earlier_request_does_not_end_a_later_one() -> None:
    async def slowly(writer: asyncio.StreamWriter, _number: int) -> None:
        await asyncio.sleep(0.5)
        writer.write(OK)

    client = GuardedClient(allow_loopback=True, idle_s=5)
    async with Keeping(slowly).running() as server:
        for _ in range(4):
            assert await ask(client, server.base, 1.8) == 200
        assert server.connections == 1
        await client.aclose()
