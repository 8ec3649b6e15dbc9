"""Rates through HTTP: exact with many calls at once, and told in headers."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.support.server import Caller, running

from bellwether.app.asgi import DIALECTS
from bellwether.model.errors import RateLimitedError
from bellwether.model.tenants import Environment, PlanName

_VIDEO = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
_TRACKING: dict[str, tuple[str, dict[str, Any]]] = {
    "native": ("/api/v1/trackers", {"url": _VIDEO}),
    "influtics": ("/v1/videos/track", {"urls": [_VIDEO]}),
    "ylytic": (
        "/ylytic/api/v1/rt_tracking/posts",
        {"connector": "youtube", "shortcode": _VIDEO, "cron_expression": "0 5 * * *"},
    ),
}
_RATES = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "RateLimit-Policy")


def _post(client: httpx.Client, dialect: str) -> httpx.Response:
    path, body = _TRACKING[dialect]
    return client.post(path, json=body)


@pytest.mark.parametrize("dialect", sorted(_TRACKING))
def test_of_sixty_calls_at_once_exactly_twenty_are_served(caller: Caller, dialect: str) -> None:
    client = caller(plan=PlanName.PRO)
    with ThreadPoolExecutor(30) as pool:
        answers = list(pool.map(lambda _: _post(client, dialect), range(60)))
    served = [answer for answer in answers if answer.is_success]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert (len(served), len(refused)) == (20, 40)
    # Each served call took another one of the twenty.
    left = Counter(int(answer.headers["RateLimit-Remaining"]) for answer in served)
    assert left == Counter(range(20))
    for answer in refused:
        assert answer.headers["RateLimit-Remaining"] == "0"
        assert 1 <= int(answer.headers["Retry-After"]) <= 60
        assert answer.headers["RateLimit-Reset"] == answer.headers["Retry-After"]


@pytest.mark.parametrize("dialect", sorted(_TRACKING))
def test_a_call_that_counts_says_what_is_left(caller: Caller, dialect: str) -> None:
    answer = _post(caller(plan=PlanName.PRO), dialect)
    assert [answer.headers[name] for name in _RATES[:2]] == ["20", "19"]
    assert 50 <= int(answer.headers["RateLimit-Reset"]) <= 60
    assert answer.headers["RateLimit-Policy"] == '"calls";q=20;w=60, "videos";q=1000;w=60'
    state = r'"calls";r=19;t=(5[0-9]|60), "videos";r=999;t=(5[0-9]|60)'
    assert re.fullmatch(state, answer.headers["RateLimit"])


def test_a_refusal_is_about_the_window_that_refuses(caller: Caller) -> None:
    client = caller(plan=PlanName.BUSINESS)
    many = [f"https://youtu.be/{number:010}A" for number in range(100)]
    for _ in range(10):
        assert client.post("/api/v1/trackers", json={"urls": many}).is_success
    answer = client.post("/api/v1/trackers", json={"urls": many[:1]})
    assert answer.status_code == 429
    assert [answer.headers[name] for name in _RATES[:2]] == ["1000", "0"]
    assert answer.headers["RateLimit"].startswith('"videos";r=0;')
    assert '"calls";r=10;' in answer.headers["RateLimit"]


def test_plans_without_limits_and_calls_that_do_not_count_say_nothing(caller: Caller) -> None:
    unlimited = _post(caller("own"), "native")
    limited = caller(plan=PlanName.PRO)
    tracker = _post(limited, "native").json()["data"][0]["tracker"]["id"]
    path = f"/api/v1/trackers/{tracker}"
    silent = [
        unlimited,
        limited.get(path),
        limited.get("/v1/videos/stats"),
        limited.patch(path, json={"cron": "0 6 * * *"}),
        limited.delete(path),
    ]
    for answer in silent:
        assert answer.is_success
        assert not any(name in answer.headers for name in (*_RATES, "RateLimit"))


def test_what_is_refused_for_another_reason_takes_nothing(caller: Caller) -> None:
    client = caller(plan=PlanName.FREE)
    many = [f"https://youtu.be/{number:010}A" for number in range(26)]
    bodies: list[dict[str, Any]] = [{"urls": many}, {"urls": []}, {"url": "nonsense"}]
    for body in bodies:
        answer = client.post("/api/v1/trackers", json=body)
        assert answer.status_code in {400, 403}
        assert "RateLimit-Remaining" not in answer.headers
    assert _post(client, "native").headers["RateLimit-Remaining"] == "19"


def test_the_page_on_rates_lists_the_calls_that_count() -> None:
    page = Path(__file__).parents[3] / "docs" / "idempotency-and-limits.md"
    listed = set(re.findall(r"^\| `(POST /\S+)` \| 1 call", page.read_text("utf-8"), re.MULTILINE))
    counted = {
        f"{operation.method} {operation.path}"
        for dialect in DIALECTS
        for operation in dialect.operations
        if RateLimitedError in operation.errors
    }
    assert listed == counted


def test_rates_and_kept_answers_outlive_the_server(database_url: str) -> None:
    with running(database_url) as server:
        token = server.key("acme", Environment.SANDBOX, PlanName.PRO)
        once = {"Authorization": f"Bearer {token}", "Idempotency-Key": "one"}
        with httpx.Client(base_url=server.url, headers=once) as client:
            first = _post(client, "influtics")
            del client.headers["Idempotency-Key"]
            for _ in range(19):
                assert _post(client, "influtics").status_code == 200
    with running(database_url) as server, httpx.Client(base_url=server.url, headers=once) as client:
        again = _post(client, "influtics")
        assert (again.status_code, again.content) == (200, first.content)
        assert again.headers["Idempotency-Replayed"] == "true"
        del client.headers["Idempotency-Key"]
        refused = _post(client, "influtics")
        assert (refused.status_code, refused.headers["RateLimit-Remaining"]) == (429, "0")
