"""Notes, budget, campaign, status and tags are written beside a video and read back exactly."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from tests.support.contract import assert_shape
from tests.support.server import Caller

_URLS = [f"https://www.tiktok.com/@someone/video/{7_400_000_000 + n}" for n in range(3)]
_NOTHING: Mapping[str, object] = {
    "notes": None,
    "budget": None,
    "campaign": None,
    "video_status": None,
    "tags": [],
}


@pytest.fixture
def videos(client: httpx.Client) -> list[str]:
    """The ids of three tracked videos."""
    answer = client.post("/v1/videos/track", json={"urls": _URLS}).json()
    return [row["video_id"] for row in answer["data"]["results"]]


def _patch(client: httpx.Client, video: str, **fields: object) -> Mapping[str, object]:
    response = client.patch(f"/v1/videos/by-id/{video}", json=fields)
    assert response.status_code == 200, response.text
    body = assert_shape("influtics", "PATCH", "/v1/videos/by-id/{id}", response)
    data: Mapping[str, object] = body["data"]
    return data


def _written(client: httpx.Client, video: str) -> Mapping[str, object]:
    row = client.get(f"/v1/videos/by-id/{video}").json()["data"]
    return {name: row[name] for name in _NOTHING}


def test_what_is_written_is_read_back_and_what_is_left_out_stays(
    client: httpx.Client, videos: list[str]
) -> None:
    assert _written(client, videos[0]) == _NOTHING

    changed = _patch(client, videos[0], notes="call them\n ", budget=1234.5, tags=["Summer", "b"])
    assert changed == {
        "video_id": videos[0],
        "external_video_id": "7400000000",
        "updated_fields": ["notes", "budget", "tags"],
        "tags_result": {"matched": 0, "created": 2},
    }
    _patch(client, videos[0], campaign="Launch", video_status="running")

    assert _written(client, videos[0]) == {
        "notes": "call them\n ",
        "budget": 1234.5,
        "campaign": "Launch",
        "video_status": "running",
        "tags": ["Summer", "b"],
    }
    assert _written(client, videos[1]) == _NOTHING


def test_null_clears(client: httpx.Client, videos: list[str]) -> None:
    _patch(client, videos[0], notes="x", budget=1, campaign="c", video_status="ended", tags=["t"])
    _patch(client, videos[0], notes=None, budget=None, campaign=None, status=None, tags=None)
    assert _written(client, videos[0]) == _NOTHING


@pytest.mark.parametrize("budget", [0, 0.01, 0.1, 0.29, 1.15, 12.3, 4503599627.37, 999999999999.99])
def test_money_is_exact(client: httpx.Client, videos: list[str], budget: float) -> None:
    _patch(client, videos[0], budget=budget)
    assert f'"budget":{float(budget)!r}' in client.get(f"/v1/videos/by-id/{videos[0]}").text


def test_tags_that_are_known_match_in_any_case_and_keep_their_first_spelling(
    client: httpx.Client, videos: list[str]
) -> None:
    _patch(client, videos[0], tags=["Summer", "summer ", "SUMMER"])
    assert _written(client, videos[0])["tags"] == ["Summer"]
    changed = _patch(client, videos[1], tags=["new", "sUmMeR"])
    assert changed["tags_result"] == {"matched": 1, "created": 1}
    assert _written(client, videos[1])["tags"] == ["new", "Summer"]
    _patch(client, videos[1], tags=["new"])
    assert _written(client, videos[1])["tags"] == ["new"]
    assert _written(client, videos[0])["tags"] == ["Summer"]


def test_tags_of_one_workspace_are_not_known_in_another(
    client: httpx.Client, caller: Caller, videos: list[str]
) -> None:
    _patch(client, videos[0], tags=["Summer"])
    other = caller("other")
    answer = other.post("/v1/videos/track", json={"urls": _URLS[:1]}).json()
    changed = _patch(other, answer["data"]["results"][0]["video_id"], tags=["summer"])
    assert changed["tags_result"] == {"matched": 0, "created": 1}
    assert other.get("/v1/videos/stats?tag=Summer").json()["data"]["pagination"]["total"] == 1


def test_lists_are_narrowed_by_campaign_and_tag(client: httpx.Client, videos: list[str]) -> None:
    _patch(client, videos[0], campaign="Launch", tags=["a", "b"])
    _patch(client, videos[1], campaign="Launch", tags=["b"])
    _patch(client, videos[2], campaign="launch")
    for query, expected in (
        ({"campaign": "Launch"}, videos[:2]),
        ({"tag": "A"}, videos[:1]),
        ({"tag": "b", "campaign": "Launch"}, videos[:2]),
        ({"tag": "c"}, []),
    ):
        page = client.get("/v1/videos/stats", params=query).json()["data"]
        assert sorted(row["video_id"] for row in page["data"]) == sorted(expected), query
        assert page["pagination"]["total"] == len(expected)


def test_status_is_another_name_of_video_status(client: httpx.Client, videos: list[str]) -> None:
    assert _patch(client, videos[0], status="to do")["updated_fields"] == ["status"]
    assert _written(client, videos[0])["video_status"] == "to do"
    _patch(client, videos[0], status="ended", video_status="ended")
    assert _written(client, videos[0])["video_status"] == "ended"


def test_a_video_is_changed_by_its_platforms_id_too(
    client: httpx.Client, videos: list[str]
) -> None:
    response = client.patch("/v1/videos/by-external-id/7400000001", json={"notes": "x"})
    assert_shape("influtics", "PATCH", "/v1/videos/by-external-id/{external_id}", response)
    assert response.json()["data"]["video_id"] == videos[1]
    assert _written(client, videos[1])["notes"] == "x"


def test_writing_beside_a_video_costs_nothing_and_keeps_its_tracking(
    client: httpx.Client, videos: list[str]
) -> None:
    before = client.get("/api/v1/trackers").json()["data"]
    _patch(client, videos[0], video_status="ended", budget=5)
    after = client.get("/api/v1/trackers").json()["data"]
    for one in (*before, *after):
        one.pop("lateness_s")
    assert before == after
    credits_used = client.get("/v1/account/usage").json()["data"]["summary"]["credits"]["used"]
    assert credits_used == 90


def test_the_same_new_tags_written_at_once_are_made_once(
    client: httpx.Client, videos: list[str]
) -> None:
    names = [f"tag {n}" for n in range(20)]

    def write(number: int) -> int:
        tags = names if number % 2 else names[::-1]
        changed = _patch(client, videos[number % 2], tags=tags)
        result = changed["tags_result"]
        assert isinstance(result, dict)
        return int(result["created"])

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(write, range(8))) == 20
    assert sorted(_written(client, videos[0])["tags"]) == sorted(names)  # type: ignore[call-overload]


_BAD: list[tuple[bytes, str]] = [
    (b"{}", "body"),
    (b'{"unknown": 1}', "body"),
    (b"[]", "body"),
    (b"", "body"),
    (b"not JSON", "body"),
    (b'{"notes": 7}', "notes"),
    (b'{"notes": "%s"}' % (b"a" * 10_001), "notes"),
    (b'{"notes": "a\\u0000b"}', "notes"),
    (b'{"budget": -0.01}', "budget"),
    (b'{"budget": 0.001}', "budget"),
    (b'{"budget": 1000000000000}', "budget"),
    (b'{"budget": 1e300}', "budget"),
    (b'{"budget": "12"}', "budget"),
    (b'{"budget": true}', "budget"),
    (b'{"campaign": ""}', "campaign"),
    (b'{"campaign": " \\n"}', "campaign"),
    (b'{"campaign": "%s"}' % (b"a" * 201), "campaign"),
    (b'{"video_status": "done"}', "video_status"),
    (b'{"status": "active"}', "status"),
    (b'{"status": "ended", "video_status": "running"}', "status"),
    (b'{"status": null, "video_status": "running"}', "status"),
    (b'{"tags": "summer"}', "tags"),
    (b'{"tags": [7]}', "tags"),
    (b'{"tags": [""]}', "tags"),
    (b'{"tags": ["a\\u0007"]}', "tags"),
    (b'{"tags": ["%s"]}' % (b"a" * 65), "tags"),
    (b'{"tags": [%s]}' % b",".join(b'"%d"' % n for n in range(51)), "tags"),
    (b'{"notes": "fine", "tags": [""]}', "tags"),
]


def test_bad_changes_name_the_field_and_change_nothing(
    client: httpx.Client, videos: list[str]
) -> None:
    _patch(client, videos[0], notes="before")
    for body, field in _BAD:
        response = client.patch(f"/v1/videos/by-id/{videos[0]}", content=body)
        assert response.status_code == 400, (body[:60], response.text)
        error = response.json()["error"]
        assert (error["code"], error["field"]) == ("VALIDATION_ERROR", field), (body[:60], error)
    assert _written(client, videos[0]) == {**_NOTHING, "notes": "before"}
