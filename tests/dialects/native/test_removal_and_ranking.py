from datetime import UTC, datetime, timedelta

import httpx
import pytest
from tests.support.server import Server

from bellwether.engine.facade import Engine
from bellwether.engine.metrics.days import DayPages
from bellwether.engine.metrics.packer import Packer
from bellwether.model.requests import NewSnapshot

_FEW_DAYS = 6


@pytest.fixture
def videos(client: httpx.Client, server: Server) -> list[str]:
    """Three tracked videos with a number a day; each grows faster than the one before."""
    ids = []
    for name in ("dQw4w9WgXcQ", "abcdefghijk", "ABCDEFGHIJK"):
        body = {"url": f"https://www.youtube.com/watch?v={name}"}
        ids.append(client.post("/api/v1/trackers", json=body).json()["data"][0])
    subjects = [row["tracker"]["subject_id"] for row in ids]
    now = server.container.clock.now()
    rows = [
        NewSnapshot(subject, now - timedelta(days=ago), {"views": 1000 - ago * rate}, "replay")
        for rate, subject in enumerate(subjects, 1)
        for ago in range(1, _FEW_DAYS)
    ]
    server.container.units.write_now(lambda engine: engine.metrics.record(rows))
    return subjects


def _work(server: Server) -> None:
    clock, database = server.container.clock, server.container.database
    for step in (
        lambda c: Packer(c, clock, most_hot=1).step(),
        lambda c: DayPages(c, clock).step(),
    ):
        while database.submit_write(step).result():
            pass


def test_who_grew_most_comes_first(client: httpx.Client, server: Server, videos: list[str]) -> None:
    _work(server)
    asked: dict[str, str | int] = {"metric": "views", "days": 3, "limit": 2}
    answer = client.get("/api/v1/growth/top", params=asked)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    today = server.container.clock.now().date()
    assert body["from"] == (today - timedelta(days=4)).isoformat()
    assert body["to"] == (today - timedelta(days=1)).isoformat()
    assert body["metric"] == "views"
    assert [(one["id"], one["net_change"]) for one in body["data"]] == [
        (videos[2], 9),
        (videos[1], 6),
    ]
    first = body["data"][0]
    assert (first["kind"], first["platform"]) == ("content", "youtube")
    assert (first["external_id"], first["first"], first["last"]) == ("ABCDEFGHIJK", 988, 997)
    assert first["pct_change"] == 0.9109
    for name, value in (("platform", "tiktok"), ("kind", "creator"), ("days", 30)):
        found = client.get("/api/v1/growth/top", params=asked | {name: value}).json()
        assert found["data"] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "metric"),
        ({"metric": "a b"}, "metric"),
        ({"metric": "views", "days": 0}, "days"),
        ({"metric": "views", "limit": 1001}, "limit"),
        ({"metric": "views", "platform": "nowhere"}, "platform"),
        ({"metric": "views", "cursor": "x"}, "cursor"),
    ],
)
def test_a_ranking_that_cannot_be_is_refused(
    client: httpx.Client, query: dict[str, str], field: str
) -> None:
    refused = client.get("/api/v1/growth/top", params=query)
    assert refused.status_code == 400
    assert field in refused.text


@pytest.mark.parametrize("state", ["rows", "packed"])
def test_what_was_observed_between_two_days_is_removed(
    client: httpx.Client, server: Server, videos: list[str], state: str
) -> None:
    if state == "packed":
        _work(server)
    today = server.container.clock.now().astimezone(UTC).date()
    asked = {
        "platform": "youtube",
        "id": "dQw4w9WgXcQ",
        "from": (today - timedelta(days=3)).isoformat(),
        "to": (today - timedelta(days=2)).isoformat(),
    }
    removed = client.delete("/api/v1/series", params=asked)
    assert removed.status_code == 200, removed.text
    assert removed.json() == {
        "id": videos[0],
        "platform": "youtube",
        "external_id": "dQw4w9WgXcQ",
        "kind": "content",
        "removed": 2,
    }
    assert client.delete("/api/v1/series", params=asked).json()["removed"] == 0
    series = {"platform": "youtube", "id": "dQw4w9WgXcQ", "metric": "views"}
    left = client.get("/api/v1/series", params=series).json()["data"]
    assert [point["value"] for point in left] == [995, 996, 999]
    at = datetime.combine(today - timedelta(days=2), datetime.min.time(), UTC)
    fixed = [NewSnapshot(videos[0], at, {"views": 7}, "import")]

    def correct(engine: Engine) -> int:
        return engine.metrics.delete(videos[0], at, at) + engine.metrics.record(fixed)

    assert server.container.units.write_now(correct) == 1
    left = client.get("/api/v1/series", params=series).json()["data"]
    assert [point["value"] for point in left] == [995, 996, 7, 999]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"from": None}, 400),
        ({"to": None}, 400),
        ({"from": "2026-05-01", "to": "2026-04-01"}, 400),
        ({"id": "notthereatall"}, 404),
    ],
)
def test_a_removal_that_is_not_clear_is_refused(
    client: httpx.Client, videos: list[str], change: dict[str, str | None], status: int
) -> None:
    asked = {"platform": "youtube", "id": videos[0], "from": "2020-01-01", "to": "2030-01-01"}
    query = {name: value for name, value in (asked | change).items() if value is not None}
    assert client.delete("/api/v1/series", params=query).status_code == status
    series = {"platform": "youtube", "id": videos[0], "metric": "views"}
    assert len(client.get("/api/v1/series", params=series).json()["data"]) == _FEW_DAYS - 1
