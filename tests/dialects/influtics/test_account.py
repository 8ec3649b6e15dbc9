"""What the account calls say of usage and limits."""

from datetime import datetime, timedelta

import httpx
import pytest
from tests.support.contract import assert_shape
from tests.support.server import Caller, Server

from bellwether.kit.clock import SystemClock
from bellwether.model.tenants import PlanName

_VIDEOS = [f"https://www.tiktok.com/@someone/video/{7_200_000_000 + n}" for n in range(4)]


def _usage(client: httpx.Client) -> dict[str, object]:
    response = client.get("/v1/account/usage")
    assert response.status_code == 200, response.text
    data: dict[str, object] = assert_shape("influtics", "GET", "/v1/account/usage", response)[
        "data"
    ]
    return data


def _track(client: httpx.Client, *urls: str) -> None:
    assert client.post("/v1/videos/track", json={"urls": urls}).status_code == 200


def test_usage_shows_calls_newest_first_and_the_plan(caller: Caller) -> None:
    client = caller(plan=PlanName.PRO)
    before = SystemClock().now() - timedelta(seconds=1)
    _track(client, *_VIDEOS[:3])
    _track(client, _VIDEOS[0])
    _track(client, _VIDEOS[3])

    usage = _usage(client)

    history = usage["usage_history"]
    assert isinstance(history, list)
    assert [(one["endpoint"], one["credits_used"]) for one in history] == [
        ("/v1/videos/track", 30),
        ("/v1/videos/track", 90),
    ]
    assert all(datetime.fromisoformat(one["created_at"] + ":00") > before for one in history)
    assert usage["summary"] == {
        "plan": "pro",
        "is_unlimited": False,
        "videos": {"limit": 1000, "used": 4},
        "credits": {"total": 30_000, "used": 120},
    }


def test_a_refund_is_a_row_that_gives_back(server: Server, caller: Caller) -> None:
    client = caller(plan=PlanName.PRO)
    _track(client, *_VIDEOS[:2])
    trackers = client.get("/api/v1/trackers").json()["data"]

    server.container.units.write_now(
        lambda engine: engine.credits.refund({trackers[0]["id"]: None})
    )

    usage = _usage(client)
    history = usage["usage_history"]
    assert isinstance(history, list)
    assert [one["credits_used"] for one in history] == [-30, 60]
    assert usage["summary"]["credits"] == {"total": 30_000, "used": 30}  # type: ignore[index]


def test_a_workspace_without_a_plan_is_unlimited(client: httpx.Client) -> None:
    assert _usage(client)["summary"] == {
        "plan": None,
        "is_unlimited": True,
        "videos": {"limit": None, "used": 0},
        "credits": {"total": None, "used": 0},
    }


@pytest.mark.parametrize(
    ("plan", "calls", "videos"), [(PlanName.FREE, 20, 1000), (None, None, None)]
)
def test_limits_are_those_that_are_enforced_and_null_otherwise(
    caller: Caller, plan: PlanName | None, calls: int | None, videos: int | None
) -> None:
    response = caller(plan=plan).get("/v1/account/limits")
    body = assert_shape("influtics", "GET", "/v1/account/limits", response)
    assert body["data"]["rate_limits"] == {
        "requests_per_minute": calls,
        "requests_per_hour": None,
        "requests_per_day": None,
        "requests_per_month": None,
        "burst_allowance": None,
        "videos_per_minute": videos,
    }


def test_the_account_is_asked_for_nothing(caller: Caller) -> None:
    client = caller(plan=PlanName.FREE)
    for path in ("/v1/account/usage", "/v1/account/limits", "/v1/videos/stats"):
        assert client.get(path).status_code == 200
    assert _usage(client)["summary"]["credits"]["used"] == 0  # type: ignore[index]


def test_strangers_are_told_nothing(server: Server) -> None:
    for path in ("usage", "limits"):
        response = httpx.get(f"{server.url}/v1/account/{path}")
        assert response.status_code == 401
        assert response.json()["error"]["code"] == "UNAUTHORIZED"
