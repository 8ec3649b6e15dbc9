from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from tests.support.contract import assert_shape
from tests.support.server import Server

from bellwether.model.readings import FailureReason
from bellwether.model.requests import NewSnapshot

_START = datetime(2025, 6, 30, 8, 26, 3, 730104, tzinfo=UTC)
_URLS = {
    "tiktok": "https://www.tiktok.com/@someone/video/7000000001",
    "instagram": "https://www.instagram.com/reel/ABC123DEF456/",
    "youtube": "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
}


@pytest.fixture
def ids(client: httpx.Client) -> Mapping[str, str]:
    """One tracked video a platform: its id by platform."""
    response = client.post("/v1/videos/track", json={"urls": list(_URLS.values())})
    return {row["platform"]: row["video_id"] for row in response.json()["data"]["results"]}


def _record(server: Server, video_id: str, *metrics: Mapping[str, int | None]) -> None:
    snapshots = [
        NewSnapshot(video_id, _START + timedelta(days=day), numbers, "sandbox")
        for day, numbers in enumerate(metrics)
    ]
    server.container.units.write_now(lambda engine: engine.metrics.record(snapshots))


def _stats(client: httpx.Client, **query: str | int) -> list[dict[str, object]]:
    response = client.get("/v1/videos/stats", params=query)
    assert response.status_code == 200, response.text
    body = assert_shape("influtics", "GET", "/v1/videos/stats", response)
    rows: list[dict[str, object]] = body["data"]["data"]
    return rows


def test_numbers_and_their_history_are_shown(
    server: Server, client: httpx.Client, ids: Mapping[str, str]
) -> None:
    first = {"views": 100, "likes": 10, "comments": 1, "shares": None}
    second = {"views": 200, "likes": 9, "comments": 2, "shares": 3}
    _record(server, ids["tiktok"], first, second)

    (row,) = _stats(client, platform="tiktok")

    assert row["video_id"] == ids["tiktok"]
    assert row["external_video_id"] == "7000000001"
    numbers = {name: row[name] for name in ("views", "likes", "comments", "reposts", "cpm", "er")}
    assert numbers == {
        "views": 200, "likes": 9, "comments": 2, "reposts": 3, "cpm": None, "er": 7.0
    }  # fmt: skip
    assert row["stats_last_updated"] == "2025-07-01 08:26:03.730104+00"
    assert row["source"] == "sandbox"
    assert row["stats"] == {
        "views": {"2025-06-30 08:26:03.730104+00": 100, "2025-07-01 08:26:03.730104+00": 200},
        "likes": {"2025-06-30 08:26:03.730104+00": 10, "2025-07-01 08:26:03.730104+00": 9},
        "comments": {"2025-06-30 08:26:03.730104+00": 1, "2025-07-01 08:26:03.730104+00": 2},
        "reposts": {"2025-07-01 08:26:03.730104+00": 3},
    }


def test_what_is_not_known_is_null(
    server: Server, client: httpx.Client, ids: Mapping[str, str]
) -> None:
    _record(server, ids["youtube"], {"views": 100, "likes": None, "comments": 0})
    (row,) = _stats(client, platform="youtube")
    assert (row["views"], row["likes"], row["comments"], row["reposts"]) == (100, None, 0, None)
    assert row["er"] is None
    (row,) = _stats(client, platform="instagram")
    assert (row["views"], row["stats_last_updated"], row["source"]) == (None, None, None)


def test_rows_are_sorted_with_unknown_numbers_last(
    server: Server, client: httpx.Client, ids: Mapping[str, str]
) -> None:
    _record(server, ids["tiktok"], {"views": 5})
    _record(server, ids["youtube"], {"views": 50})
    for order, expected in (
        ("desc", ["youtube", "tiktok", "instagram"]),
        ("asc", ["tiktok", "youtube", "instagram"]),
    ):
        rows = _stats(client, sort="views", order=order)
        assert [row["platform"] for row in rows] == expected


def test_pages_add_up(client: httpx.Client, ids: Mapping[str, str]) -> None:
    seen = []
    for offset, more in ((0, True), (2, False), (4, False)):
        response = client.get("/v1/videos/stats", params={"limit": 2, "offset": offset})
        page = response.json()["data"]
        assert page["pagination"] == {
            "total": 3, "limit": 2, "offset": offset, "has_more": more
        }  # fmt: skip
        seen += [row["video_id"] for row in page["data"]]
    assert sorted(seen) == sorted(ids.values())


def test_statuses_tell_apart_what_goes_well_what_fails_and_what_is_over(
    server: Server, client: httpx.Client, ids: Mapping[str, str]
) -> None:
    trackers = {row["platform"]: row["id"] for row in client.get("/api/v1/trackers").json()["data"]}
    past = {"expires_at": "2020-01-01T00:00:00Z"}
    assert client.patch(f"/api/v1/trackers/{trackers['youtube']}", json=past).is_success
    _fail(server, trackers["tiktok"])
    for status, platform in (
        ("active", "instagram"),
        ("failed", "tiktok"),
        ("completed", "youtube"),
    ):
        assert [row["platform"] for row in _stats(client, status=status)] == [platform]


def _fail(server: Server, tracker_id: str) -> None:
    with server.container.database.engine.begin() as connection:
        connection.exec_driver_sql(
            f"UPDATE trackers SET failure_reason = '{FailureReason.PRIVATE}'"
            f" WHERE id = '{tracker_id}'"
        )


def test_rows_are_found_by_the_creators_name(client: httpx.Client, ids: Mapping[str, str]) -> None:
    assert [row["platform"] for row in _stats(client, blogger_username="@SomeOne")] == ["tiktok"]
    assert _stats(client, blogger_username="nobody") == []
