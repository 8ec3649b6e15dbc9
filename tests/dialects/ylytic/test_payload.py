"""What a webhook says, made by real looks at the simulated network."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from tests.support.steered import World

from bellwether.dialects.ylytic.payload import REASONS, YlyticRenderer
from bellwether.engine.tracking.tables import trackers as _trackers
from bellwether.engine.webhooks.tables import events
from bellwether.model.readings import FailureReason
from bellwether.model.webhooks import Event, EventType

_ROOT = "/ylytic/api/v1/rt_tracking"
_RECEIVER = "https://93.184.215.14/hook"


@pytest.fixture
def told(world: World, client: httpx.Client) -> World:
    """A workspace with a webhook."""
    answer = client.put(f"{_ROOT}/webhook", json={"url": _RECEIVER})
    assert answer.status_code == 200, answer.text
    return world


def _payloads(world: World) -> list[dict[str, Any]]:
    """Run what is due and return what is told of the trackers there are."""
    world.run_due()
    renderer = YlyticRenderer()
    return [json.loads(renderer.body(event)) for event in _events(world)]


def _events(world: World) -> list[Event]:
    with world.server.container.database.engine.connect() as connection:
        wanted = select(events).where(
            events.c.tracker_id.in_(select(_trackers.c.id))
        ).order_by(events.c.id)  # fmt: skip
        rows = connection.execute(wanted).fetchall()
    at = datetime(2023, 12, 22, 10, 10, 3, 814000, tzinfo=UTC)
    return [
        Event(row.id, EventType(row.type), at, row.tracker_id, row.run_id, json.loads(row.data))
        for row in rows
    ]


def test_a_look_at_a_creator_is_told_with_its_numbers(told: World, client: httpx.Client) -> None:
    body = {"connector": "instagram", "handle": "rcvjinsta"}
    client.post(f"{_ROOT}/creators", json=body)
    (payload,) = _payloads(told)
    (latest,) = (one["latest"] for one in client.get("/api/v1/creators").json()["data"])
    assert list(payload)[:5] == ["type", "status", "status_reason", "identifier", "connector"]
    assert payload == {
        "type": "creator_insights",
        "status": "success",
        "status_reason": None,
        "identifier": "rcvjinsta",
        "connector": "instagram",
        "event_id": payload["event_id"],
        "event_at": "2023-12-22 10:10:03.814000",
        "run_id": client.get("/api/v1/runs").json()["data"][0]["id"],
        "source": "sandbox",
        "failure": None,
        "url": payload["url"],
        "insights": latest["metrics"],
    }
    assert payload["insights"]["followers"] > 0


def test_a_look_at_a_post_names_the_creator_as_the_customer_does(
    told: World, client: httpx.Client
) -> None:
    body = {"connector": "instagram", "shortcode": "C1JjTC-STpl", "handle": "brut.india"}
    client.post(f"{_ROOT}/posts", json=body)
    (payload,) = _payloads(told)
    assert payload["type"] == "post_insights"
    assert (payload["identifier"], payload["handle"]) == ("C1JjTC-STpl", "brut.india")
    (latest,) = (one["latest"] for one in client.get("/api/v1/contents").json()["data"])
    assert payload["insights"] == latest["metrics"]


def test_a_look_at_stories_tells_each_with_its_numbers(told: World, client: httpx.Client) -> None:
    for number in range(6):
        body = {"connector": "instagram", "handle": f"ada{number}"}
        client.post(f"{_ROOT}/creators", json=body | {"stories_cron_expression": "0 9 * * *"})
    payloads = [one for one in _payloads(told) if one["type"] == "stories_insights"]
    assert len(payloads) == 6
    stories = [story for one in payloads for story in one["stories"]]
    assert stories, "no creator had a story up"
    for story in stories:
        assert set(story) == {"identifier", "url", "published_at", "insights"}
        assert story["insights"]


@pytest.mark.parametrize(
    ("handle", "reason"),
    [
        ("sbx_private.ada", "Private Account"),
        ("sbx_notfound.ada", "Invalid Handle"),
        ("sbx_deleted.ada", "Restricted/Invalid Profile"),
    ],
)
def test_a_failure_is_told_in_the_vendors_words(
    told: World, client: httpx.Client, handle: str, reason: str
) -> None:
    client.post(f"{_ROOT}/creators", json={"connector": "instagram", "handle": handle})
    (payload,) = _payloads(told)
    assert (payload["status"], payload["status_reason"]) == ("failed", reason)
    assert payload["identifier"] == handle
    assert payload["insights"] == {}


def _event(kind: EventType, data: Mapping[str, object]) -> Event:
    at = datetime(2024, 1, 1, tzinfo=UTC)
    return Event("01a1fcc1-5c2e-71ff-9a3f-ca5d2b7546f5", kind, at, None, None, data)


def test_every_reason_has_words() -> None:
    assert set(REASONS) == set(FailureReason)


@pytest.mark.parametrize(
    ("kind", "name", "status"),
    [
        (EventType.TRACKER_EXPIRED, "tracking_expired", "success"),
        (EventType.TRACKER_STALE, "tracking_stale", "failed"),
        (EventType.CONNECTOR_FAILED, "connector_failed", "failed"),
        (EventType.TEST, "test", "success"),
    ],
)
def test_what_is_no_look_is_told_with_its_data(kind: EventType, name: str, status: str) -> None:
    data = {"platform": "instagram", "target": "ada", "aspect": "profile", "runs": 3}
    payload = json.loads(YlyticRenderer().body(_event(kind, data)))
    assert (payload["type"], payload["status"], payload["data"]) == (name, status, data)
    assert (payload["identifier"], payload["connector"]) == ("ada", "instagram")


def test_the_same_event_is_always_the_same_bytes() -> None:
    event = _event(EventType.TEST, {"message": "Zoë"})
    first = YlyticRenderer().body(event)
    assert first == YlyticRenderer().body(event)
    assert b'"type": "test", "status": "success"' in first
    assert first.isascii()
