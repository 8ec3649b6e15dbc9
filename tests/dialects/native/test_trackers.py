from datetime import datetime, timedelta
from typing import Any

import httpx
from tests.support.server import Caller, settled

from bellwether.model.tenants import PlanName

_VIDEO = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
_CREATOR = "https://www.instagram.com/natgeo/"


def _create(client: httpx.Client, status: int = 201, **body: object) -> list[dict[str, Any]]:
    response = client.post("/api/v1/trackers", json=body)
    assert response.status_code == status, response.text
    rows: list[dict[str, Any]] = response.json()["data"]
    return rows


def _span(tracker: dict[str, Any]) -> timedelta:
    created = datetime.fromisoformat(tracker["created_at"])
    return datetime.fromisoformat(tracker["expires_at"]) - created


def test_what_is_not_said_is_daily_for_thirty_days(client: httpx.Client) -> None:
    (row,) = _create(client, url=_VIDEO)
    tracker = row["tracker"]
    assert (row["status"], row["stories"], row["error"]) == ("created", None, None)
    assert (tracker["aspect"], tracker["platform"], tracker["state"]) == (
        "content",
        "youtube",
        "active",
    )
    assert tracker["cron"].split()[2:] == ["*", "*", "*"]
    assert abs(_span(tracker) - timedelta(days=30)) < timedelta(seconds=10)
    assert client.get(f"/api/v1/trackers/{tracker['id']}").json()["data"]["id"] == tracker["id"]


def test_rows_keep_their_order_and_a_bad_one_fails_no_other(client: httpx.Client) -> None:
    rows = _create(client, urls=[_VIDEO, "nonsense", _CREATOR, _VIDEO])
    assert [row["index"] for row in rows] == [0, 1, 2, 3]
    assert [row["status"] for row in rows] == ["created", "error", "created", "existing"]
    assert [row["tracker"] and row["tracker"]["aspect"] for row in rows] == [
        "content",
        None,
        "profile",
        "content",
    ]
    assert rows[1]["error"]["code"] == "invalid_input"
    assert _create(client, 200, urls=[_VIDEO])[0]["status"] == "existing"


def test_a_creators_stories_have_their_own_schedule_and_expiry(client: httpx.Client) -> None:
    (row,) = _create(
        client,
        url=_CREATOR,
        cron="0 6 * * *",
        timezone="Europe/Berlin",
        expires_at=None,
        stories={"cron": "0/30 * * * *", "days": 2},
    )
    assert (row["tracker"]["cron"], row["tracker"]["timezone"]) == ("0 6 * * *", "Europe/Berlin")
    assert row["tracker"]["expires_at"] is None
    stories = row["stories"]
    assert (stories["aspect"], stories["cron"]) == ("stories", "0/30 * * * *")
    assert abs(_span(stories) - timedelta(days=2)) < timedelta(seconds=10)
    assert stories["subject_id"] == row["tracker"]["subject_id"]


def test_stories_may_be_wanted_without_saying_when(client: httpx.Client) -> None:
    (row,) = _create(client, url=_CREATOR, stories=True)
    assert row["stories"]["aspect"] == "stories"
    (row,) = _create(client, url="instagram:@other", stories=False)
    assert row["stories"] is None


def test_a_tracker_is_changed_paused_run_and_deleted(client: httpx.Client) -> None:
    (row,) = _create(client, url=_VIDEO)
    path = f"/api/v1/trackers/{row['tracker']['id']}"
    change = {"cron": "15 3 * * 1", "timezone": "UTC", "expires_at": "2031-05-06T07:08:09.5+02:00"}
    changed = client.patch(path, json=change).json()["data"]
    assert (changed["cron"], changed["expires_at"]) == ("15 3 * * 1", "2031-05-06T05:08:09.500000Z")
    assert client.patch(path, json={"expires_at": None}).json()["data"]["expires_at"] is None
    assert client.patch(path, json={"state": "paused"}).json()["data"]["state"] == "paused"
    assert client.post(f"{path}/run").status_code == 409
    assert client.patch(path, json={"state": "active"}).json()["data"]["state"] == "active"
    assert client.post(f"{path}/run").status_code == 202
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404
    assert client.delete(path).status_code == 404


def test_a_change_that_is_wrong_names_the_field_and_changes_nothing(client: httpx.Client) -> None:
    (row,) = _create(client, url=_VIDEO)
    path = f"/api/v1/trackers/{row['tracker']['id']}"
    before = settled(client.get(path).json())
    for body, field in (
        ({}, "body"),
        ({"cron": "never"}, "cron"),
        ({"cron": None}, "cron"),
        ({"timezone": "Nowhere"}, "timezone"),
        ({"state": "expired"}, "state"),
        ({"days": -1}, "days"),
        ({"days": 1, "expires_at": None}, "expires_at"),
        ({"expires_at": "2025-02-30"}, "expires_at"),
        ({"url": _VIDEO}, "url"),
    ):
        response = client.patch(path, json=body)
        assert response.status_code == 400, body
        assert response.json()["error"]["field"] == field, response.text
    assert settled(client.get(path).json()) == before


def test_pages_of_trackers_follow_one_another(client: httpx.Client) -> None:
    urls = [f"https://www.tiktok.com/@someone/video/{7_000_000_000 + n}" for n in range(7)]
    made = [row["tracker"]["id"] for row in _create(client, urls=[*urls, _CREATOR])]
    seen, cursor = [], None
    while True:
        query = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        page = client.get("/api/v1/trackers", params=query).json()
        seen += [tracker["id"] for tracker in page["data"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == sorted(made, reverse=True)
    for query, count in (
        ({"platform": "TikTok"}, 7),
        ({"aspect": "profile"}, 1),
        ({"state": "paused"}, 0),
        ({"dialect": "influtics"}, 0),
    ):
        rows = client.get("/api/v1/trackers", params=query).json()["data"]
        assert len(rows) == count, query


def test_a_plan_has_room_for_so_many_videos_and_any_number_of_creators(caller: Caller) -> None:
    client = caller(plan=PlanName.FREE)
    urls = [f"https://www.tiktok.com/@someone/video/{7_000_000_000 + n}" for n in range(26)]
    response = client.post("/api/v1/trackers", json={"urls": urls})
    assert response.status_code == 403
    assert response.json()["error"]["code"] == "limit_exceeded"
    assert client.get("/api/v1/trackers").json()["data"] == []
    _create(client, urls=[*urls[:25], _CREATOR])
    assert client.get("/api/v1/workspace").json()["data"]["usage"] == {"tracked_videos": 25}
