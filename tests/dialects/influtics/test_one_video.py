"""One video is read by our id and by the platform's, and by nobody else."""

from collections.abc import Mapping
from datetime import UTC, datetime

import httpx
import pytest
from tests.support.contract import assert_shape
from tests.support.server import Caller, Server

from bellwether.model.requests import NewSnapshot
from bellwether.model.tenants import Environment

_VIDEO = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
_EXTERNAL = "dQw4w9WgXcQ"


@pytest.fixture
def video(client: httpx.Client) -> str:
    """The id of a tracked video."""
    answer = client.post("/v1/videos/track", json={"urls": [_VIDEO]}).json()
    video_id: str = answer["data"]["results"][0]["video_id"]
    return video_id


def _get(client: httpx.Client, kind: str, name: str) -> Mapping[str, object]:
    response = client.get(f"/v1/videos/{kind}/{name}")
    assert response.status_code == 200, response.text
    template = "id" if kind == "by-id" else "external_id"
    body = assert_shape("influtics", "GET", f"/v1/videos/{kind}/{{{template}}}", response)
    row: Mapping[str, object] = body["data"]
    return row


def test_both_ids_give_the_row_of_the_list(
    server: Server, client: httpx.Client, video: str
) -> None:
    snapshot = NewSnapshot(video, datetime(2025, 7, 1, tzinfo=UTC), {"views": 7}, "sandbox")
    server.container.units.write_now(lambda engine: engine.metrics.record([snapshot]))

    (listed,) = client.get("/v1/videos/stats").json()["data"]["data"]

    assert listed["views"] == 7
    assert _get(client, "by-id", video) == listed
    assert _get(client, "by-external-id", _EXTERNAL) == listed


def test_of_two_platforms_with_one_id_the_video_tracked_last_is_found(client: httpx.Client) -> None:
    tiktok = "https://www.tiktok.com/@someone/video/7300000001"
    instagram = "https://www.instagram.com/p/7300000001/"
    for url, platform in ((tiktok, "tiktok"), (instagram, "instagram")):
        client.post("/v1/videos/track", json={"urls": [url]})
        assert _get(client, "by-external-id", "7300000001")["platform"] == platform


@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_what_is_not_tracked_here_is_video_not_found(client: httpx.Client, method: str) -> None:
    client.post("/api/v1/trackers", json={"url": "https://youtu.be/aaaaaaaaaaa"})
    (native,) = client.get("/api/v1/contents").json()["data"]
    unknown = ("01a1fcc1-5c2e-71ff-9a3f-ca5d2b7546f5", "x", "%20", "%00", "%F0%9F%92%A9", "a" * 999)
    for kind, names in (
        ("by-id", (*unknown, native["id"], _EXTERNAL)),
        ("by-external-id", (*unknown, "aaaaaaaaaaa")),
    ):
        for name in names:
            body = {"json": {"notes": "x"}} if method == "PATCH" else {}
            response = client.request(method, f"/v1/videos/{kind}/{name}", **body)  # type: ignore[arg-type]
            assert response.status_code == 404, (kind, name, response.text)
            assert response.json()["error"]["code"] == "VIDEO_NOT_FOUND"
            assert "field" not in response.json()["error"]


def test_a_teammate_finds_the_video_and_nobody_else(caller: Caller) -> None:
    owner, teammate = caller("acme"), caller("acme")
    others = [caller("other"), caller("acme", Environment.LIVE)]
    answer = owner.post("/v1/videos/track", json={"urls": [_VIDEO]}).json()
    video = answer["data"]["results"][0]["video_id"]
    assert owner.patch(f"/v1/videos/by-id/{video}", json={"notes": "ours"}).is_success

    assert _get(teammate, "by-id", video)["notes"] == "ours"
    for other in others:
        for path in (f"by-id/{video}", f"by-external-id/{_EXTERNAL}"):
            assert other.get(f"/v1/videos/{path}").status_code == 404
            assert other.patch(f"/v1/videos/{path}", json={"notes": "theirs"}).status_code == 404
    assert _get(owner, "by-id", video)["notes"] == "ours"
