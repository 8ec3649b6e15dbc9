"""The webhook: where it points, and what arrives there."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.support.loopback import Loopback
from tests.support.server import Caller, Server, running
from tests.support.steered import World

from bellwether.kit.clock import SystemClock
from bellwether.kit.ids import new_id
from bellwether.kit.signing import verify

_ROOT = "/ylytic/api/v1/rt_tracking"
_WEBHOOK = f"{_ROOT}/webhook"
_RECEIVER = "https://93.184.215.14/hook"


def test_the_secret_is_shown_once(world: World, client: httpx.Client) -> None:
    assert client.get(_WEBHOOK).status_code == 404
    made = client.put(_WEBHOOK, json={"url": _RECEIVER}).json()
    assert made["secret"].startswith("whsec_")
    shown = {
        "url": _RECEIVER,
        "status": "active",
        "status_reason": None,
        "created_at": "2023-12-22 10:10:03.814000",
    }
    assert made == shown | {"secret": made["secret"]}
    assert client.get(_WEBHOOK).json() == shown | {"secret": None}
    assert client.put(_WEBHOOK, json={"url": _RECEIVER}).json() == shown | {"secret": None}


def test_another_address_replaces_the_first(world: World, client: httpx.Client) -> None:
    client.put(_WEBHOOK, json={"url": _RECEIVER})
    moved = client.put(_WEBHOOK, json={"url": f"{_RECEIVER}/new"}).json()
    assert (moved["url"], moved["secret"]) == (f"{_RECEIVER}/new", None)
    assert client.get(_WEBHOOK).json()["url"] == f"{_RECEIVER}/new"


def test_a_deleted_webhook_is_gone(world: World, client: httpx.Client) -> None:
    client.put(_WEBHOOK, json={"url": _RECEIVER})
    assert client.delete(_WEBHOOK).json() == {"status": "success"}
    assert client.delete(_WEBHOOK).status_code == 404
    assert client.get(_WEBHOOK).status_code == 404
    assert client.put(_WEBHOOK, json={"url": _RECEIVER}).json()["secret"] is not None


def test_nobody_else_sees_or_changes_it(world: World, client: httpx.Client, caller: Caller) -> None:
    client.put(_WEBHOOK, json={"url": _RECEIVER})
    stranger = caller("stranger")
    assert stranger.get(_WEBHOOK).status_code == 404
    assert stranger.delete(_WEBHOOK).status_code == 404
    assert stranger.put(_WEBHOOK, json={"url": f"{_RECEIVER}/theirs"}).json()["secret"]
    assert client.get(_WEBHOOK).json()["url"] == _RECEIVER


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"url": None},
        {"url": ""},
        {"url": "nonsense"},
        {"url": "ftp://93.184.215.14/hook"},
        {"url": "http://127.0.0.1:9000/hook"},
        {"url": "http://[::1]/hook"},
        {"url": "http://10.0.0.8/hook"},
        {"url": "http://169.254.169.254/latest/meta-data/"},
        {"url": "http://93.184.215.14:22/"},
        {"url": "https://user:secret@93.184.215.14/hook"},
        {"url": "https://93.184.215.14/" + "a" * 3000},
        {"url": "https://93.184.215.14/a b"},
    ],
)
def test_an_address_that_may_not_be_called_is_refused(
    world: World, client: httpx.Client, body: dict[str, Any]
) -> None:
    answer = client.put(_WEBHOOK, json=body)
    assert answer.status_code == 400, answer.text
    assert (answer.json()["status"], answer.json()["error"]["field"]) == ("error", "url")
    assert client.get(_WEBHOOK).status_code == 404


async def _until(done: Callable[[], Any]) -> Any:
    async with asyncio.timeout(20):
        while not (found := await asyncio.to_thread(done)):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return found


def _tracked(server: Server, headers: dict[str, str], url: str) -> tuple[str, str]:
    """Point the webhook at a URL, track a post, and return the secret and the post's path."""
    with httpx.Client(base_url=server.url, headers=headers) as client:
        secret: str = client.put(_WEBHOOK, json={"url": url}).json()["secret"]
        body = {"connector": "instagram", "shortcode": "C1JjTC-STpl", "handle": "brut.india"}
        assert client.post(f"{_ROOT}/posts", json=body).is_success
    return secret, f"{_ROOT}/posts/C1JjTC-STpl"


async def test_a_look_arrives_signed_and_is_counted(tmp_path: Path) -> None:
    async with Loopback() as receiver:
        receiver.on("/hook", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        store = f"sqlite:///{tmp_path / 'bellwether.sqlite'}"
        with running(
            store, roles="api,scheduler,deliverer", allow_loopback=True, data=tmp_path
        ) as server:
            headers = {"Authorization": f"Bearer {server.key(new_id())}"}
            secret, path = await asyncio.to_thread(
                _tracked, server, headers, f"{receiver.base}/hook"
            )

            def told() -> dict[str, Any] | None:
                insights: dict[str, Any] = httpx.get(server.url + path, headers=headers).json()[
                    "event_insights"
                ]
                return insights if insights["webhooks_success_total"] else None

            insights = await _until(told)
        (arrived,) = receiver.received
    verify(arrived.headers, arrived.body, [secret], SystemClock().now())
    payload = json.loads(arrived.body)
    assert (payload["type"], payload["identifier"]) == ("post_insights", "C1JjTC-STpl")
    assert payload["insights"]
    names = ("total", "this_month", "today")
    assert [insights[f"webhooks_success_{name}"] for name in names] == [1, 1, 1]
    assert insights["events_creatorwise_posts_this_month"] == [
        {"brut.india": 1, "webhook_success": 1}
    ]
