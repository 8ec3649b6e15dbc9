from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from tests.support.server import Server

from bellwether.model.readings import Estimate
from bellwether.model.requests import NewSnapshot

_START = datetime(2025, 3, 1, 22, 30, tzinfo=UTC)
_VALUES: Sequence[int | None] = (0, 10, 10, None, 7, 40)


@pytest.fixture
def video(client: httpx.Client, server: Server) -> str:
    """A tracked video with observations every eight hours; the last is an estimate."""
    body = {"url": "https://www.youtube.com/watch?v=dQw4w9WgXcQ"}
    row = client.post("/api/v1/trackers", json=body).json()["data"][0]
    subject: str = row["tracker"]["subject_id"]
    snapshots = [
        NewSnapshot(
            subject,
            _START + timedelta(hours=8 * index, microseconds=index),
            {"views": value},
            "replay",
            as_of=_START if index == 1 else None,
            estimates={"views": Estimate("rounded", 35, 45)} if index == 5 else {},
        )
        for index, value in enumerate(_VALUES)
    ]
    server.container.units.write_now(lambda engine: engine.metrics.record(snapshots))
    return subject


def _get(client: httpx.Client, path: str, **query: str | int) -> dict[str, object]:
    asked = {"platform": "youtube", "metric": "views", **query}
    response = client.get(f"/api/v1/{path}", params=asked)
    assert response.status_code == 200, response.text
    body: dict[str, object] = response.json()
    return body


def _values(body: dict[str, object]) -> list[object]:
    data = body["data"]
    assert isinstance(data, list)
    return [point["value"] for point in data]


def test_a_series_is_every_observation_oldest_first(client: httpx.Client, video: str) -> None:
    by_ours, by_theirs = _get(client, "series", id=video), _get(client, "series", id="dQw4w9WgXcQ")
    assert by_ours == by_theirs
    assert _values(by_ours) == list(_VALUES)
    points = by_ours["data"]
    assert isinstance(points, list)
    assert points[0] == {
        "at": "2025-03-01T22:30:00Z", "value": 0, "source": "replay", "as_of": None,
        "estimate": None,
    }  # fmt: skip
    assert points[1]["at"] == "2025-03-02T06:30:00.000001Z"
    assert points[1]["as_of"] == "2025-03-01T22:30:00Z"
    assert points[5]["estimate"] == {"method": "rounded", "low": 35, "high": 45}


def test_a_series_is_read_by_day_and_latest_and_within_a_span(
    client: httpx.Client, video: str
) -> None:
    assert _values(_get(client, "series", id=video, by="day")) == [0, 10, 40]
    assert _values(_get(client, "series", id=video, by="latest")) == [40]
    assert _values(_get(client, "series", id=video, to="2025-03-01")) == [0]
    span = {"from": "2025-03-02", "to": "2025-03-02T20:00:00 00:00"}
    assert _values(_get(client, "series", id=video, **span)) == [10, 10]
    assert _values(_get(client, "series", id=video, metric="likes")) == []


def test_pages_of_a_series_follow_one_another(client: httpx.Client, video: str) -> None:
    seen: list[object] = []
    page = _get(client, "series", id=video, limit=4)
    seen += _values(page)
    page = _get(client, "series", id=video, limit=4, cursor=str(page["next_cursor"]))
    seen += _values(page)
    assert seen == list(_VALUES)
    assert page["next_cursor"] is None


def test_growth_is_computed_from_what_was_recorded(client: httpx.Client, video: str) -> None:
    growth = _get(client, "growth", id="dQw4w9WgXcQ", kind="content")
    assert growth == {
        "id": video,
        "platform": "youtube",
        "external_id": "dQw4w9WgXcQ",
        "kind": "content",
        "metric": "views",
        "snapshots": 5,
        "first_at": "2025-03-01T22:30:00Z",
        "last_at": "2025-03-03T14:30:00.000005Z",
        "first": 0,
        "last": 40,
        "net_change": 40,
        "pct_change": None,
        "min": 0,
        "max": 40,
        "max_step": 33,
        "max_step_at": "2025-03-03T14:30:00.000005Z",
        "decreasing_steps": 1,
        "unchanged_steps": 1,
        "missing_days": 0,
        "missing_dates": [],
        "daily_last": {"2025-03-01": 0, "2025-03-02": 10, "2025-03-03": 40},
    }
    later = _get(client, "growth", id=video, **{"from": "2025-03-02"})
    assert (later["first"], later["pct_change"]) == (10, 300.0)


def test_growth_of_nothing_is_empty_not_an_error(client: httpx.Client, video: str) -> None:
    growth = _get(client, "growth", id=video, metric="saves")
    assert (growth["snapshots"], growth["first"], growth["daily_last"]) == (0, None, {})


def test_contents_and_creators_come_with_their_newest_numbers(
    client: httpx.Client, video: str
) -> None:
    client.post("/api/v1/trackers", json={"url": "https://www.twitch.tv/shroud"})
    (content,) = client.get("/api/v1/contents").json()["data"]
    assert content == client.get(f"/api/v1/contents/{video}").json()["data"]
    assert content["latest"]["metrics"] == {"views": 40}
    assert client.get("/api/v1/contents?platform=twitch").json()["data"] == []
    (creator,) = client.get("/api/v1/creators?platform=twitch").json()["data"]
    assert creator == client.get(f"/api/v1/creators/{creator['id']}").json()["data"]
    assert (creator["key"], creator["latest"]) == ("shroud", None)


def test_the_last_day_there_is_can_be_asked_for(client: httpx.Client) -> None:
    client.post("/api/v1/trackers", json={"url": "https://youtu.be/dQw4w9WgXcQ"})
    asked = {"platform": "youtube", "id": "dQw4w9WgXcQ", "metric": "views", "to": "9999-12-31"}
    for path in ("series", "growth"):
        assert client.get(f"/api/v1/{path}", params=asked).status_code == 200
