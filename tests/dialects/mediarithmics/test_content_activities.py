"""What people did connects to what is tracked: the native API counts it by content and day."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from tests.dialects.mediarithmics.conftest import Mart
from tests.support.server import Caller

VIDEO = "https://www.youtube.com/watch?v=aqz-KE-bpKQ"
DAY_MS = 24 * 60 * 60 * 1000


def _at(ts: int) -> str:
    return datetime.fromtimestamp(ts / 1000, UTC).date().isoformat()


def _ask(client: httpx.Client, **query: str) -> Any:
    asked = {"platform": "youtube", "id": "aqz-KE-bpKQ", **query}
    tries = 10
    while True:
        answer = client.get("/api/v1/activities", params=asked)
        assert answer.status_code == 200, answer.text
        tries -= 1
        # On a busy machine the pipeline may take its time.
        if answer.json()["complete"] or not tries:
            return answer.json()


def _send(mart: Mart, name: str, ts: int, **more: Any) -> None:
    event = {"$event_name": name, "$properties": {"url": VIDEO}}
    mart.send(ts=ts, events=[event], user_agent_id="vec:1", **more)


def test_clicks_and_conversions_are_counted_by_day_once(mart: Mart) -> None:
    ts = 1_772_366_400_000
    _send(mart, "$page_view", ts)
    for _ in range(3):
        _send(mart, "$page_view", ts + 1, unique_key="the same")
    _send(mart, "$transaction_confirmed", ts + DAY_MS)
    counts = _ask(mart.client)
    assert counts == {
        "platform": "youtube",
        "external_id": "aqz-KE-bpKQ",
        "complete": True,
        "total": {"clicks": 2, "conversions": 1},
        "data": [
            {"day": _at(ts), "clicks": 2, "conversions": 0},
            {"day": _at(ts + DAY_MS), "clicks": 0, "conversions": 1},
        ],
    }
    assert _ask(mart.client, to=_at(ts))["total"] == {"clicks": 2, "conversions": 0}
    (second,) = _ask(mart.client, **{"from": _at(ts + DAY_MS)})["data"]
    assert second == counts["data"][1]


def test_a_tracked_content_is_found_by_our_id_too(mart: Mart) -> None:
    tracked = mart.client.post("/api/v1/trackers", json={"url": VIDEO}).json()["data"][0]
    _send(mart, "$ad_click", 1_772_366_400_000)
    found = _ask(mart.client, id=tracked["tracker"]["subject_id"])
    assert (found["external_id"], found["total"]["clicks"]) == ("aqz-KE-bpKQ", 1)


def test_another_workspace_counts_nothing(mart: Mart, caller: Caller) -> None:
    _send(mart, "$page_view", 1_772_366_400_000)
    found = _ask(caller("stranger"))
    assert (found["total"], found["data"]) == ({"clicks": 0, "conversions": 0}, [])


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"platform": "myspace"}, "platform"),
        ({"id": "x" * 201}, "id"),
        ({"from": "tomorrow"}, "from"),
        ({"from": "2026-03-02", "to": "2026-03-01"}, "from"),
        ({"metric": "views"}, "metric"),
    ],
)
def test_a_bad_parameter_is_named(mart: Mart, query: dict[str, str], field: str) -> None:
    asked = {"platform": "youtube", "id": "x", **query}
    answer = mart.client.get("/api/v1/activities", params=asked)
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, field)
