"""Every documented example of Influtics is answered in shape, on both stores."""

import httpx
import pytest
from tests.support.contract import assert_shape, examples
from tests.support.server import Caller, Server

from bellwether.engine.facade import Engine, resolve
from bellwether.model.requests import TrackRequest
from bellwether.model.tenants import PlanName
from bellwether.model.tracking import Aspect

_TRACK = "/v1/videos/track"
_EXAMPLES = {example["response_status"]: example for example in examples("influtics")}


def _track(client: httpx.Client, *urls: str) -> httpx.Response:
    return client.post(_TRACK, json={"urls": urls})


def _fill(server: Server, client: httpx.Client, videos: int) -> None:
    token = client.headers["Authorization"].removeprefix("Bearer ")
    orders = [
        TrackRequest(
            ref=resolve(f"https://www.tiktok.com/@someone/video/{7_000_000_000 + number}"),
            dialect="influtics",
            aspect=Aspect.CONTENT,
        )
        for number in range(videos)
    ]

    def fill(engine: Engine) -> None:
        principal = engine.tenants.authenticate_token(token)
        engine.tracking.track(principal.scope, principal.plan, orders)

    server.container.units.write_now(fill)


def test_the_documented_request_is_answered_in_shape(client: httpx.Client) -> None:
    request = _EXAMPLES[200]["request_example"]
    _track(client, request["urls"][1])

    response = client.post(_TRACK, json=request)

    assert response.status_code == 200
    body = assert_shape("influtics", "POST", _TRACK, response)
    results = body["data"]["results"]
    assert [row["index"] for row in results] == [0, 1, 2, 3]
    assert [row["url"] for row in results[:3]] == request["urls"][:3]
    assert [row["status"] for row in results] == [
        "tracked",
        "already_tracked",
        "tracked",
        "tracked",
    ]
    assert [row["platform"] for row in results] == ["tiktok", "instagram", "youtube", "tiktok"]
    assert [row["external_video_id"] for row in results[:3]] == [
        "1234567890",
        "ABC123DEF456",
        "dQw4w9WgXcQ",
    ]
    assert results[3]["url"] != request["urls"][3]  # unshortened
    assert body["meta"]["summary"] == {"total": 4, "tracked": 3, "already_tracked": 1, "errors": 0}
    assert response.headers["x-request-id"] == body["meta"]["request_id"]


def test_a_missing_field_is_told_as_documented(client: httpx.Client) -> None:
    response = client.post(_TRACK, json=_EXAMPLES[400]["request_example"])

    assert response.status_code == 400
    body = assert_shape("influtics", "POST", _TRACK, response)
    documented = _EXAMPLES[400]["response_example"]["error"]
    assert body["error"] == documented | {"request_id": body["error"]["request_id"]}


@pytest.mark.parametrize("calls_before", [0, 20])
def test_a_full_plan_is_told_as_documented_even_when_the_rate_is_used_up(
    server: Server, caller: Caller, calls_before: int
) -> None:
    client = caller(plan=PlanName.PRO)
    for _ in range(calls_before):
        _track(client, "not a link")
    _fill(server, client, 1000)

    response = _track(client, "https://youtu.be/dQw4w9WgXcQ")

    assert response.status_code == 403
    body = assert_shape("influtics", "POST", _TRACK, response)
    documented = _EXAMPLES[403]["response_example"]["error"]
    assert body["error"] == documented | {"request_id": body["error"]["request_id"]}
    assert client.get("/api/v1/workspace").json()["data"]["usage"]["tracked_videos"] == 1000


def test_a_full_plan_still_answers_for_what_is_tracked_already(
    server: Server, caller: Caller
) -> None:
    client = caller(plan=PlanName.PRO)
    _fill(server, client, 1000)

    response = _track(client, "https://www.tiktok.com/@someone/video/7000000007", "nonsense")

    assert response.status_code == 200
    statuses = [row["status"] for row in response.json()["data"]["results"]]
    assert statuses == ["already_tracked", "error"]


@pytest.mark.parametrize(
    "late",
    [
        pytest.param("https://youtu.be/dQw4w9WgXcQ", id="plain"),
        pytest.param("https://vt.tiktok.com/ZSHpobCM8/", id="short"),
    ],
)
def test_too_many_calls_are_told_as_documented_and_change_nothing(
    caller: Caller, late: str
) -> None:
    client = caller(plan=PlanName.PRO)
    answers = [_track(client, "not a link").status_code for _ in range(20)]
    assert answers == [200] * 20

    response = _track(client, late)

    assert response.status_code == 429
    body = assert_shape("influtics", "POST", _TRACK, response)
    documented = _EXAMPLES[429]["response_example"]["error"]
    assert {key: body["error"][key] for key in ("code", "message")} == {
        key: documented[key] for key in ("code", "message")
    }
    assert 1 <= int(response.headers["retry-after"]) <= 60
    assert client.get("/v1/videos/stats").json()["data"]["pagination"]["total"] == 0
