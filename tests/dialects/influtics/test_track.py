import base64
from datetime import datetime, timedelta

import httpx
from tests.support.server import Caller, Server

from bellwether.model.tenants import Environment

_VIDEO = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"


def _rows(client: httpx.Client, *urls: str) -> list[dict[str, object]]:
    response = client.post("/v1/videos/track", json={"urls": urls})
    assert response.status_code == 200, response.text
    body = response.json()
    rows: list[dict[str, object]] = body["data"]["results"]
    statuses = [row["status"] for row in rows]
    assert body["meta"]["summary"] == {
        "total": len(urls),
        "tracked": statuses.count("tracked"),
        "already_tracked": statuses.count("already_tracked"),
        "errors": statuses.count("error"),
    }
    assert [row["index"] for row in rows] == list(range(len(urls)))
    return rows


def test_one_bad_link_fails_no_other_and_order_is_kept(client: httpx.Client) -> None:
    rows = _rows(client, "nonsense", _VIDEO, "", "https://www.instagram.com/p/ABC123DEF456/")
    assert [row["status"] for row in rows] == ["error", "tracked", "error", "tracked"]
    for row in (rows[0], rows[2]):
        assert (row["platform"], row["video_id"], row["external_video_id"]) == (None, None, None)
        assert isinstance(row["error"], str)
        assert row["error"]
    assert [row["url"] for row in rows][:2] == ["nonsense", _VIDEO]


_NOT_VIDEOS = (
    "https://vimeo.com/76979871",
    "https://www.youtube.com/@mkbhd",
    "https://www.youtube.com/playlist?list=PLBCF2DAC6FFB574DE",
    "https://www.instagram.com/natgeo/",
    "https://www.instagram.com/stories/natgeo/3107461234567890123/",
    "https://example.com/video/1",
    "http://[::1",
    "ftp://youtu.be/dQw4w9WgXcQ",
    "https://youtu.be/\x00dQw4w9WgXcQ",
    "a" * 10_000,
)


def test_what_is_not_a_video_of_the_three_platforms_is_a_row_error(client: httpx.Client) -> None:
    rows = _rows(client, *_NOT_VIDEOS)
    assert {row["status"] for row in rows} == {"error"}
    assert [row["url"] for row in rows] == list(_NOT_VIDEOS)


def test_the_second_of_two_equal_videos_is_already_tracked_under_the_same_id(
    client: httpx.Client,
) -> None:
    rows = _rows(client, _VIDEO, "https://youtu.be/dQw4w9WgXcQ?t=3")
    assert [row["status"] for row in rows] == ["tracked", "already_tracked"]
    assert rows[0]["video_id"] == rows[1]["video_id"]
    assert [row["status"] for row in _rows(client, _VIDEO)] == ["already_tracked"]


def test_fifty_links_are_tracked_in_one_request(client: httpx.Client) -> None:
    urls = [f"https://www.tiktok.com/@someone/video/{7_000_000_000 + n}" for n in range(50)]
    rows = _rows(client, *urls)
    assert {row["status"] for row in rows} == {"tracked"}
    assert len({row["video_id"] for row in rows}) == 50
    assert [row["url"] for row in rows] == urls


def test_tracking_is_daily_for_thirty_days(client: httpx.Client) -> None:
    _rows(client, _VIDEO)
    (tracker,) = client.get("/api/v1/trackers", params={"dialect": "influtics"}).json()["data"]
    assert tracker["cron"].split()[2:] == ["*", "*", "*"]
    created = datetime.fromisoformat(tracker["created_at"])
    span = datetime.fromisoformat(tracker["expires_at"]) - created
    assert abs(span - timedelta(days=30)) < timedelta(seconds=10)


def test_a_short_link_shows_the_address_it_leads_to(client: httpx.Client) -> None:
    short = "https://vm.tiktok.com/ZMabcdef1/"
    first, again = _rows(client, short, short)
    assert first["status"] == "tracked"
    assert "vm.tiktok.com" not in str(first["url"])
    assert again["video_id"] == first["video_id"]


def test_a_live_short_link_to_nowhere_is_a_row_error_that_keeps_the_address(
    caller: Caller,
) -> None:
    client = caller(environment=Environment.LIVE)
    short = "https://tiktok.com.invalid/t/ZMabcdef1/"
    (row,) = _rows(client, short)
    assert row["status"] == "error"
    assert row["url"] == short


def test_the_body_is_read_by_its_content_whatever_its_type_says(client: httpx.Client) -> None:
    body = b'\xef\xbb\xbf{"urls": ["%s"], "unknown": 1}' % _VIDEO.encode()
    for headers in ({"Content-Type": "application/x-www-form-urlencoded"}, {}):
        response = client.post("/v1/videos/track", content=body, headers=headers)
        assert response.status_code == 200


def test_repeated_slashes_collapse(client: httpx.Client, server: Server) -> None:
    response = client.post(f"{server.url}//v1///videos/track//", json={"urls": [_VIDEO]})
    assert response.status_code == 200


def test_a_key_is_accepted_as_bearer_bare_and_basic(client: httpx.Client, server: Server) -> None:
    made = server.container.units.write_now(
        lambda engine: engine.tenants.create_key("acme elsewhere", Environment.SANDBOX)
    )
    basic = base64.b64encode(f"{made.key.client_id}:{made.secret}".encode()).decode()
    for header in (f"Bearer {made.token}", f"bearer  {made.token}", made.token, f"Basic {basic}"):
        answer = client.get("/v1/videos/stats", headers={"Authorization": header})
        assert answer.status_code == 200, header
