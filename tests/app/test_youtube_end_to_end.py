"""A real server between a customer's code and the official API: from URL to growth."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from tests.support.fakes.youtube import FakeYouTube
from tests.support.server import running
from tests.support.steered import SteeredClock

from bellwether.model.tenants import Environment

_START = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
_SECONDS = 20.0
_SONG, _GONE = "dQw4w9WgXcQ", "aaaaaaaaaaa"


@pytest.fixture
def clock() -> SteeredClock:
    return SteeredClock(_START)


@pytest.fixture
def fake() -> Iterator[FakeYouTube]:
    with FakeYouTube() as fake:
        fake.add_video(_SONG, title="A song", views=1000, likes=50, comments=7)
        fake.add_video(_GONE, views=10)
        yield fake


@pytest.fixture
def client(database_url: str, fake: FakeYouTube, clock: SteeredClock) -> Iterator[httpx.Client]:
    """A customer with a live key of a server whose YouTube is the fake."""
    youtube = {"youtube_api_key": fake.key, "youtube_base_url": fake.base_url}
    with running(database_url, clock, roles="all", bluesky_enabled=False, **youtube) as server:
        key = {"Authorization": f"Bearer {server.key('acme', Environment.LIVE)}"}
        with httpx.Client(base_url=server.url, headers=key, trust_env=False) as client:
            yield client


def _growth(client: httpx.Client, metric: str = "views") -> Any:
    asked = {"platform": "youtube", "id": _SONG, "metric": metric}
    return client.get("/api/v1/growth", params=asked).json()


def _rows(client: httpx.Client, status: str) -> dict[str, Any]:
    rows = client.get("/v1/videos/stats", params={"status": status}).json()["data"]["data"]
    return {row["external_video_id"]: row for row in rows}


def _until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _SECONDS
    while not done():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def _next_day(client: httpx.Client, clock: SteeredClock) -> None:
    """Let a day pass, and the tick of that day be recorded."""
    so_far = _growth(client)["snapshots"]
    clock.go_to(clock.now() + timedelta(days=1))
    _until(lambda: _growth(client)["snapshots"] > so_far)


def test_a_youtube_video_is_tracked_from_its_url_to_its_growth(
    client: httpx.Client, fake: FakeYouTube, clock: SteeredClock
) -> None:
    urls = [f"https://youtu.be/{_SONG}?si=x", f"https://www.youtube.com/shorts/{_GONE}"]
    answer = client.post("/v1/videos/track", json={"urls": urls})
    assert [row["status"] for row in answer.json()["data"]["results"]] == ["tracked", "tracked"]
    _until(lambda: all(row["views"] is not None for row in _rows(client, "active").values()))

    fake.move(_SONG, views=1500, likes=None)
    _next_day(client, clock)
    fake.move(_SONG, views=1400)
    fake.remove(_GONE)
    _next_day(client, clock)
    _until(lambda: _GONE in _rows(client, "failed"))

    growth = _growth(client)
    assert (growth["snapshots"], growth["first"], growth["last"]) == (3, 1000, 1400)
    assert (growth["net_change"], growth["pct_change"]) == (400, 40.0)
    assert (growth["max_step"], growth["decreasing_steps"]) == (500, 1)
    assert growth["daily_last"] == {"2026-05-04": 1000, "2026-05-05": 1500, "2026-05-06": 1400}
    assert (_growth(client, "likes")["snapshots"], _growth(client, "comments")["last"]) == (1, 7)

    song = _rows(client, "active")[_SONG]
    assert (song["title"], song["source"]) == ("A song", "youtube")
    assert (song["views"], song["likes"], song["comments"]) == (1400, None, 7)
    daily = [params["id"] for resource, params in fake.requests[-2:] if resource == "videos"]
    assert {frozenset(ids.split(",")) for ids in daily} == {frozenset({_SONG, _GONE})}
