"""With a live key posts go out on the platforms, and their media are fetched once."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from tests.dialects.ugcinc.conftest import Fleet
from tests.support.fakes.instagram import FakeInstagram
from tests.support.fakes.server import LoopbackServer
from tests.support.fakes.tiktok_api import FakeTikTokApi
from tests.support.server import Server, running

from bellwether.kit.clock import SystemClock
from bellwether.kit.ids import new_id
from bellwether.model.tenants import Environment

_VIDEO = b"\x00\x00\x00\x18ftypmp42" + bytes(range(256)) * 40
_HUGE = 2 << 30
_SECONDS = 30


@dataclass
class Storage:
    """A server of files: a good video, a huge one, a page, and nothing else."""

    fetched: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        routes = [Route("/{name}", self._file, methods=["GET", "HEAD"])]
        self._server = LoopbackServer(Starlette(routes=routes))

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.__exit__(kind, error, trace)

    def url(self, name: str) -> str:
        """Return the address of a file."""
        return f"{self._server.origin}/{name}"

    async def _file(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name == "huge.mp4":
            headers = {"Content-Length": str(_HUGE), "Content-Type": "video/mp4"}
            return Response(headers=headers)
        if name == "page.html":
            return Response(b"<html>", media_type="text/html")
        if name not in {"video.mp4", "lies.mp4"}:
            return Response(status_code=404)
        if request.method == "GET":
            self.fetched[name] += 1
        body = _VIDEO if name == "video.mp4" else b"<html>no video</html>"
        return Response(body, media_type="video/mp4")


@dataclass(frozen=True)
class Outside:
    """The platforms and the storage."""

    instagram: FakeInstagram
    tiktok: FakeTikTokApi
    storage: Storage


@pytest.fixture(scope="module")
def outside() -> Iterator[Outside]:
    """Everything outside, on this machine."""
    with FakeInstagram() as instagram, FakeTikTokApi() as tiktok, Storage() as storage:
        instagram.polls = tiktok.polls = 0  # seconds pass between two looks
        yield Outside(instagram, tiktok, storage)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, outside: Outside
) -> Iterator[Server]:
    """A server that works, whose platforms are those outside."""
    settings: dict[str, Any] = {
        "roles": "api,worker",
        "allow_loopback": True,
        "instagram_base_url": outside.instagram.base_url,
        "tiktok_base_url": outside.tiktok.base_url,
    }
    if request.param == "sqlite":
        folder: Path = tmp_path_factory.mktemp("live")
        with running(f"sqlite:///{folder / 'live.sqlite'}", SystemClock(), **settings) as served:
            yield served
        return
    postgres = request.getfixturevalue("postgres")
    name = "live_" + new_id().replace("-", "")
    with running(postgres.create(name), SystemClock(), **settings) as served:
        yield served
    postgres.drop(name)


@pytest.fixture
def live(server: Server) -> Iterator[Fleet]:
    """A live fleet without accounts."""
    token = server.key(f"live {new_id()}", Environment.LIVE)
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=server.url, headers=headers) as client:
        yield Fleet(client, server)


def _instagram(live: Fleet, outside: Outside) -> str:
    theirs = outside.instagram.add_account("ann", followers=7)
    account = {"platform": "instagram", "username": "ann", "external_id": theirs.id}
    made = live.ask(
        "/accounts/create", {"accounts": [account | {"access_token": theirs.token, "tag": "a"}]}
    )
    assert made["accounts"][0]["status"] == "ready"
    account_id: str = made["accounts"][0]["id"]
    return account_id


def _ended(live: Fleet, post: str) -> Any:
    deadline = time.monotonic() + _SECONDS
    (shown,) = live.ask("/post", {"postIds": [post]})
    while shown["status"] in {"scheduled", "pending"}:
        assert time.monotonic() < deadline, shown
        time.sleep(0.1)
        (shown,) = live.ask("/post", {"postIds": [post]})
    return shown


def test_a_video_goes_out_on_instagram_and_its_numbers_are_read(
    live: Fleet, outside: Outside
) -> None:
    account = _instagram(live, outside)
    before = outside.storage.fetched["video.mp4"]
    body = {"accountId": account, "videoUrl": outside.storage.url("video.mp4"), "caption": "Out"}
    post = _ended(live, live.ask("/post/video", body)["id"])
    assert (post["status"], post["error"]) == ("complete", None)
    theirs = outside.instagram.posts[-1]
    assert theirs.caption == "Out"
    assert post["social_id"] in {theirs.id, theirs.shortcode}
    assert outside.storage.fetched["video.mp4"] == before + 1
    (file,) = live.ask("/media", {"tag": "a"})
    assert (file["post_id"], file["account_id"]) == (post["id"], account)
    assert (file["type"], file["content_type"], file["size"]) == ("video", "video/mp4", len(_VIDEO))
    assert (file["name"], file["url"]) == ("video.mp4", body["videoUrl"])
    assert live.ask("/media", {"ids": [file["id"]]}) == [file]
    assert live.ask("/media", {"ids": ["nobody"]}) == live.ask("/media", {"tag": "b"}) == []
    theirs.likes = 41
    fetched = live.ask("/stats/refresh", {"accountId": account})
    assert fetched["account_stats"]["followers"] == 7
    assert fetched["account_stats"]["source"] == "instagram"
    assert [row["likes"] for row in fetched["post_stats"]] == [41]


def test_an_account_without_access_waits_for_it(live: Fleet, outside: Outside) -> None:
    theirs = outside.tiktok.add_account("bob", followers=3)
    made = live.ask("/accounts/create", {"accounts": [{"platform": "tiktok", "username": "bob"}]})
    account = made["accounts"][0]["id"]
    assert made["accounts"][0]["status"] == "setup"
    video = {"accountId": account, "videoUrl": outside.storage.url("video.mp4")}
    assert "accountId" in live.ask("/post/video", video, code=409)
    access = {"accountId": account, "access_token": theirs.token}
    for wrong, code, name in (
        ({}, 400, "external_id"),
        ({"access_token": ""}, 400, "access_token"),
        ({"external_id": theirs.open_id, "token_expires_at": "soon"}, 400, "token_expires_at"),
        ({"external_id": theirs.open_id, "accountId": "nobody"}, 404, "accountId"),
    ):
        assert name in live.ask("/accounts/access", access | wrong, code=code)
    answer = live.ask("/accounts/access", access | {"external_id": theirs.open_id})
    assert answer["account"]["status"] == "ready"
    assert theirs.token not in live.client.post("/accounts").text
    assert live.ask("/post/video", video)["status"] == "pending"
    assert live.ask("/stats/refresh", {"accountId": account})["account_stats"]["followers"] == 3


def test_media_that_cannot_be_published_are_named_and_nothing_is_queued(
    live: Fleet, outside: Outside
) -> None:
    account = _instagram(live, outside)
    for name, code in (("huge.mp4", 413), ("page.html", 400), ("missing.mp4", 400)):
        url = outside.storage.url(name)
        body = {"accountId": account, "videoUrl": url}
        assert "videoUrl" in live.ask("/post/video", body, code=code)
        slides = {"accountId": account, "imageUrls": [url]}
        assert "imageUrls" in live.ask("/post/slideshow", slides, code=code)
    assert live.ask("/post") == live.ask("/media") == []
    lies = {"accountId": account, "videoUrl": outside.storage.url("lies.mp4")}
    post = _ended(live, live.ask("/post/video", lies)["id"])
    assert post["status"] == "failed"
    assert post["error"]


def test_what_the_official_apis_cannot_do_is_told(live: Fleet, outside: Outside) -> None:
    account = _instagram(live, outside)
    edit = {"accountId": account, "nickName": "New"}
    assert "accountId" in live.ask("/accounts/update-social", edit, code=400)
    assert live.ask("/tasks") == []
