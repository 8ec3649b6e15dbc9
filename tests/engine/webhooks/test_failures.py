"""Receivers that do not take it: what is retried, when, and what it looks like."""

import asyncio
import ssl
from collections.abc import Sequence
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from tests.support.certificates import server_context
from tests.support.loopback import Answer, Loopback
from tests.support.webhooks import Post

from bellwether.kit.http import GuardedClient
from bellwether.model.tenants import Scope
from bellwether.model.webhooks import DeliveryState, EndpointChanges, EndpointState


def in_turn(*answers: bytes) -> Answer:
    """Answer each request with the next, and the last for ever."""
    left = list(answers)

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(left.pop(0) if len(left) > 1 else left[0])
        await writer.drain()

    return answer


def status(code: int, headers: str = "") -> bytes:
    return f"HTTP/1.1 {code} Said\r\n{headers}Content-Length: 4\r\n\r\nbody".encode()


async def test_it_is_tried_again_on_schedule_until_it_is_taken(
    post: Post, scope: Scope, client: GuardedClient, receiver: Loopback
) -> None:
    receiver.on("/in", in_turn(status(500), status(503), status(404), status(204)))
    post.subscribe(scope, f"{receiver.base}/in")
    post.emit(post.happened(scope))
    deliverer = post.deliverer(client)
    for number, wait in enumerate((60, 300, 21_600), start=1):
        await post.told(deliverer)
        assert len(receiver.received) == number
        (delivery,) = post.deliveries(scope)
        assert delivery.state is DeliveryState.PENDING
        assert delivery.next_attempt_at == post.clock.real_now() + timedelta(seconds=wait)
        post.pass_time(seconds=wait - 1)
        await post.told(deliverer)
        assert len(receiver.received) == number
        post.pass_time(seconds=1)
    await post.told(deliverer)
    (delivery,) = post.deliveries(scope)
    assert (delivery.state, delivery.attempts) == (DeliveryState.SUCCEEDED, 4)
    attempts = post.attempts(scope, delivery.id)
    assert [one.status for one in attempts] == [500, 503, 404, 204]
    assert [one.error for one in attempts] == ["answered 500", "answered 503", "answered 404", None]
    assert attempts[0].response_excerpt == "body"


async def test_after_the_last_attempt_it_has_failed_and_the_next_of_its_lane_goes_on(
    post: Post, scope: Scope, client: GuardedClient, receiver: Loopback
) -> None:
    receiver.on("/in", in_turn(status(500), status(500), status(200)))
    post.subscribe(scope, f"{receiver.base}/in")
    post.emit(post.happened(scope, 1), post.happened(scope, 2))
    deliverer = post.deliverer(client, schedule=(10,))
    await post.told(deliverer)
    post.pass_time(seconds=10)
    await post.told(deliverer)
    first, second = post.deliveries(scope)
    assert (first.state, first.attempts, first.last_status) == (DeliveryState.FAILED, 2, 500)
    assert first.next_attempt_at is None
    assert first.finished_at == post.clock.now()
    assert (second.state, second.attempts) == (DeliveryState.SUCCEEDED, 1)


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
async def test_a_redirect_is_a_failure_and_is_not_followed(
    post: Post, scope: Scope, client: GuardedClient, receiver: Loopback, code: int
) -> None:
    receiver.redirect("/moved", f"{receiver.base}/in", code)
    post.subscribe(scope, f"{receiver.base}/moved")
    post.emit(post.happened(scope))
    await post.told(post.deliverer(client))
    assert [request.path for request in receiver.received] == ["/moved"]
    (delivery,) = post.deliveries(scope)
    assert (delivery.state, delivery.last_status) == (DeliveryState.PENDING, code)
    assert "redirect" in (delivery.last_error or "")


async def test_410_disables_the_endpoint_and_cancels_what_waits(
    post: Post, scope: Scope, client: GuardedClient, receiver: Loopback
) -> None:
    receiver.on("/gone", in_turn(status(410), status(200)))
    endpoint = post.subscribe(scope, f"{receiver.base}/gone").endpoint
    other = post.subscribe(scope, f"{receiver.base}/in").endpoint
    post.emit(*(post.happened(scope, number) for number in range(3)))
    await post.told(post.deliverer(client))
    disabled = post.endpoint(scope, endpoint.id)
    assert disabled.state is EndpointState.DISABLED
    assert "410" in (disabled.disabled_reason or "")
    mine = post.deliveries(scope, endpoint=endpoint.id)
    assert [one.state.value for one in mine] == ["failed", "cancelled", "cancelled"]
    assert post.emit(post.happened(scope, 4)) == 1  # the other one only
    await post.told(post.deliverer(client))
    assert len(post.deliveries(scope, state=DeliveryState.SUCCEEDED, endpoint=other.id)) == 4
    active = EndpointChanges(state=EndpointState.ACTIVE)
    again = post.write(lambda e: e.webhooks.update(scope, endpoint.id, active))
    assert (again.state, again.disabled_reason) == (EndpointState.ACTIVE, None)
    assert post.emit(post.happened(scope, 5)) == 2
    await post.told(post.deliverer(client))
    assert post.deliveries(scope, endpoint=endpoint.id)[-1].state is DeliveryState.SUCCEEDED


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("120", 120),
        ("5", 60),  # no sooner than the schedule
        (format_datetime(Post.start + timedelta(seconds=900), usegmt=True), 900),
        ("999999999999999999999999", 86_400),
        ("-5", 60),
        ("soon", 60),
        ("Mon, 99 Foo 2026 09:30:00 GMT", 60),
    ],
)
async def test_retry_after_is_honoured_within_a_day(
    post: Post, scope: Scope, client: GuardedClient, receiver: Loopback, *, header: str, wait: int
) -> None:
    receiver.on("/in", in_turn(status(429, f"Retry-After: {header}\r\n"), status(200)))
    post.subscribe(scope, f"{receiver.base}/in")
    post.emit(post.happened(scope))
    deliverer = post.deliverer(client)
    await post.told(deliverer)
    post.pass_time(seconds=wait - 1)
    await post.told(deliverer)
    assert len(receiver.received) == 1
    post.pass_time(seconds=1)
    await post.told(deliverer)
    assert len(receiver.received) == 2


async def test_one_who_asks_to_be_left_alone_is_left_alone_by_every_lane(
    post: Post, scope: Scope, client: GuardedClient, receiver: Loopback
) -> None:
    receiver.on("/in", in_turn(status(429, "Retry-After: 600\r\n"), status(200)))
    post.subscribe(scope, f"{receiver.base}/in")
    post.emit(*(post.happened(scope, n, tracker=str(n)) for n in range(50)))
    deliverer = post.deliverer(client, at_once=1)
    await post.told(deliverer)
    post.pass_time(seconds=599)
    await post.told(deliverer)
    assert len(receiver.received) == 1
    post.pass_time(seconds=1)
    await post.told(deliverer)
    assert len(receiver.received) == 51
    assert post.deliveries(scope, state=DeliveryState.PENDING) == []


async def test_an_endpoint_that_fails_for_days_is_disabled_where_that_is_wanted(
    post: Post, scope: Scope, client: GuardedClient, receiver: Loopback
) -> None:
    receiver.page("/down", status=500)
    endpoint = post.subscribe(scope, f"{receiver.base}/down").endpoint
    deliverer = post.deliverer(client, disable_after=timedelta(days=5))
    lenient = post.deliverer(client)

    async def fail(days: float) -> EndpointState:
        post.emit(post.happened(scope, tracker=None))
        await post.told(deliverer if days else lenient)
        post.pass_time(days=days)
        return post.endpoint(scope, endpoint.id).state

    assert await fail(4) is EndpointState.ACTIVE
    receiver.page("/down", status=200)
    assert await fail(0.5) is EndpointState.ACTIVE  # one success, and the count starts anew
    receiver.page("/down", status=500)
    for _ in range(5):
        assert await fail(1) is EndpointState.ACTIVE
    assert await fail(0) is EndpointState.ACTIVE  # never disabled by one who does not want to
    assert await fail(1) is EndpointState.DISABLED
    assert "5 days" in (post.endpoint(scope, endpoint.id).disabled_reason or "")
    assert post.deliveries(scope, state=DeliveryState.PENDING) == []


async def test_who_closes_without_an_answer_or_talks_nonsense_has_not_taken_it(
    post: Post, scope: Scope, client: GuardedClient, receiver: Loopback
) -> None:
    receiver.on("/close", b"")
    receiver.on("/half", b"HTTP/1.1 200 OK\r\nContent-Len")
    receiver.on("/nonsense", b"\x00\xff\x00 what is this\r\n\r\n")
    receiver.on("/zero", b"HTTP/1.1 500 No\r\nContent-Length: 3\r\n\r\na\x00\xff")
    for path in ("/close", "/half", "/nonsense", "/zero"):
        post.subscribe(scope, receiver.base + path)
    async with Loopback() as away:
        nobody = away.base
    post.subscribe(scope, nobody)
    post.emit(post.happened(scope))
    await post.told(post.deliverer(client))
    deliveries = post.deliveries(scope)
    assert len(deliveries) == 5
    for delivery in deliveries:
        assert delivery.state is DeliveryState.PENDING
        assert delivery.last_error
    excerpts = [post.attempts(scope, one.id)[0].response_excerpt for one in deliveries]
    assert sorted(str(one) for one in excerpts) == ["None"] * 4 + ["a\ufffd\ufffd"]


async def test_a_bad_certificate_is_a_failure_and_nothing_is_sent(
    post: Post, scope: Scope, tmp_path: Path
) -> None:
    context, chain = server_context(tmp_path, "hooks.example.com")

    async def local(_host: str) -> Sequence[str]:
        return ["127.0.0.1"]

    trusting = ssl.create_default_context(cafile=str(chain))
    doubting = GuardedClient(allow_loopback=True, lookup=local)
    knowing = GuardedClient(allow_loopback=True, lookup=local, tls=trusting)
    async with Loopback(tls=context) as server:
        server.page("/in")
        post.subscribe(scope, f"https://hooks.example.com:{server.port}/in")
        post.emit(post.happened(scope))
        await post.told(post.deliverer(doubting))
        (delivery,) = post.deliveries(scope)
        assert delivery.last_error is not None
        assert "certificate" in delivery.last_error.lower()
        assert server.received == []
        post.pass_time(seconds=60)
        await post.told(post.deliverer(knowing))
        assert len(server.received) == 1
    await doubting.aclose()
    await knowing.aclose()
