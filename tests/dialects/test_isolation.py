"""Standing personas: the owner, a teammate, a stranger, and the owner's other environment."""

from collections.abc import Mapping
from datetime import UTC, datetime

import httpx
import pytest
from tests.support.server import Caller, Server, settled

from bellwether.model.requests import NewSnapshot
from bellwether.model.tenants import Environment

_VIDEO = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
_LISTS = (
    "/api/v1/trackers",
    "/api/v1/runs",
    "/api/v1/contents",
    "/api/v1/creators",
)


@pytest.fixture
def personas(caller: Caller) -> Mapping[str, httpx.Client]:
    """Clients by persona."""
    return {
        "owner": caller("acme"),
        "teammate": caller("acme"),
        "stranger": caller("other"),
        "live": caller("acme", Environment.LIVE),
    }


@pytest.fixture
def owned(personas: Mapping[str, httpx.Client], server: Server) -> Mapping[str, str]:
    """What the owner has: a video tracked through Influtics and a creator through native."""
    owner = personas["owner"]
    video = owner.post("/v1/videos/track", json={"urls": [_VIDEO]}).json()["data"]["results"][0]
    body = {"url": "https://www.youtube.com/@mkbhd", "stories": "0 * * * *"}
    row = owner.post("/api/v1/trackers", json=body).json()["data"][0]
    at = datetime(2025, 1, 1, tzinfo=UTC)
    snapshots = [
        NewSnapshot(video["video_id"], at, {"views": 7}, "sandbox"),
        NewSnapshot(row["tracker"]["subject_id"], at, {"followers": 9}, "sandbox"),
    ]
    server.container.units.write_now(lambda engine: engine.metrics.record(snapshots))
    return {
        "content": video["video_id"],
        "creator": row["tracker"]["subject_id"],
        "tracker": row["tracker"]["id"],
    }


def _reads(owned: Mapping[str, str]) -> list[str]:
    numbers = "platform=youtube&metric=views&id="
    return [
        f"/api/v1/trackers/{owned['tracker']}",
        f"/api/v1/trackers/{owned['tracker']}/runs",
        f"/api/v1/contents/{owned['content']}",
        f"/api/v1/creators/{owned['creator']}",
        f"/api/v1/series?{numbers}{owned['content']}",
        f"/api/v1/series?{numbers}dQw4w9WgXcQ",
        f"/api/v1/growth?{numbers}{owned['creator']}",
        f"/api/v1/growth?{numbers}mkbhd",
    ]


def test_a_teammate_sees_what_the_owner_sees(
    personas: Mapping[str, httpx.Client], owned: Mapping[str, str]
) -> None:
    for path in _reads(owned):
        answers = [personas[who].get(path) for who in ("owner", "teammate")]
        assert [answer.status_code for answer in answers] == [200, 200], path
        assert settled(answers[0].json()) == settled(answers[1].json())
    rows = personas["teammate"].get("/v1/videos/stats").json()["data"]["data"]
    assert [row["views"] for row in rows] == [7]


@pytest.mark.parametrize("who", ["stranger", "live"])
def test_nobody_else_sees_or_changes_anything(
    personas: Mapping[str, httpx.Client], owned: Mapping[str, str], who: str
) -> None:
    other, owner = personas[who], personas["owner"]
    before = settled(owner.get("/api/v1/trackers").json())
    tracker = f"/api/v1/trackers/{owned['tracker']}"
    for path in _reads(owned):
        assert other.get(path).status_code == 404, path
    for path in _LISTS:
        assert other.get(path).json()["data"] == [], path
    assert other.get("/v1/videos/stats").json()["data"]["pagination"]["total"] == 0
    assert other.get(f"/api/v1/runs?tracker_id={owned['tracker']}").json()["data"] == []
    for answer in (
        other.patch(tracker, json={"state": "paused"}),
        other.delete(tracker),
        other.post(f"{tracker}/run"),
    ):
        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == "not_found"
    # The cursor of another workspace's list leads nowhere either.
    cursor = owner.get("/api/v1/trackers?limit=1").json()["next_cursor"]
    assert other.get(f"/api/v1/trackers?cursor={cursor}").json()["data"] == []
    assert settled(owner.get("/api/v1/trackers").json()) == before


def _fleet(client: httpx.Client) -> list[object]:
    """Return everything that UGC Inc's lists show."""
    paths = ("/accounts", "/accounts/status", "/tasks", "/post", "/stats/accounts", "/stats/posts")
    return [client.post(path).json()["data"] for path in (*paths, "/comment", "/media")]


@pytest.mark.parametrize("who", ["stranger", "live"])
def test_nobody_else_acts_through_an_account(
    personas: Mapping[str, httpx.Client], who: str
) -> None:
    other, owner = personas[who], personas["owner"]
    account = {"platform": "tiktok", "username": "owners"}
    made = owner.post("/accounts/create", json={"accounts": [account]}).json()["data"]
    mine = made["accounts"][0]["id"]
    order = {"accountId": mine, "videoUrl": "https://storage.example.com/video.mp4"}
    post = owner.post("/post/video", json=order).json()["data"]["id"]
    before = _fleet(owner)
    assert [len(rows) for rows in before[:4]] == [1, 0, 0, 1]  # type: ignore[arg-type]
    assert _fleet(personas["teammate"]) == before
    assert _fleet(other) == [[]] * len(before)
    for path, body in (
        ("/accounts/update-info", {"accountId": mine, "tag": "theirs"}),
        ("/accounts/update-social", {"accountId": mine, "bio": "theirs"}),
        ("/post/video", order),
        ("/post/status", {"postId": post}),
        ("/post/update", {"postId": post, "caption": "theirs"}),
        ("/post/delete", {"postIds": [post]}),
        ("/stats/refresh", {"accountId": mine}),
        ("/accounts/stats/refresh", {"accountIds": [mine]}),
        ("/post/stats/refresh", {"postIds": [post]}),
        ("/comment/create", {"accountId": mine, "postUrl": "x", "commentText": "x"}),
    ):
        answer = other.post(path, json=body)
        assert answer.status_code == 404, (path, answer.text)
    assert _fleet(owner) == before


def test_the_same_video_tracked_by_two_workspaces_is_two_contents(
    personas: Mapping[str, httpx.Client], owned: Mapping[str, str]
) -> None:
    answer = personas["stranger"].post("/v1/videos/track", json={"urls": [_VIDEO]})
    row = answer.json()["data"]["results"][0]
    assert row["status"] == "tracked"
    assert row["video_id"] != owned["content"]
    stats = personas["stranger"].get("/v1/videos/stats").json()["data"]["data"]
    assert [one["views"] for one in stats] == [None]
