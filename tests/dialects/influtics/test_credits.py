"""A video newly tracked costs 30 credits; what does not fit is refused as a whole."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from tests.support.contract import assert_shape
from tests.support.server import Caller, Server

from bellwether.model.tenants import Environment, PlanName, Principal

_DAY_S = 86_400


def _urls(first: int, count: int) -> list[str]:
    return [
        f"https://www.tiktok.com/@someone/video/{7_100_000_000 + first + n}" for n in range(count)
    ]


def _track(client: httpx.Client, *urls: str) -> httpx.Response:
    return client.post("/v1/videos/track", json={"urls": urls})


def _credits(client: httpx.Client) -> dict[str, int | None]:
    answer: dict[str, int | None] = client.get("/v1/account/usage").json()["data"]["summary"]
    return answer["credits"]  # type: ignore[return-value]


def _spend(server: Server, client: httpx.Client, amount: int) -> None:
    """Use up credits of a client's environment by hand."""
    token = client.headers["Authorization"].removeprefix("Bearer ")

    def principal() -> Principal:
        return server.container.units.read_now(
            lambda engine: engine.tenants.authenticate_token(token)
        )

    who = principal()
    server.container.units.write_now(
        lambda engine: engine.credits.debit(
            who.scope, who.plan, [who.key_id], each=amount, endpoint="test", request_id="test"
        )
    )


def test_only_videos_newly_tracked_cost(caller: Caller) -> None:
    client = caller(plan=PlanName.PRO)
    video = _urls(0, 1)[0]

    _track(client, video, video, "nonsense", "https://vimeo.com/76979871")
    assert _credits(client) == {"total": 30_000, "used": 30}
    _track(client, video)
    assert _credits(client) == {"total": 30_000, "used": 30}
    _track(client, *_urls(1, 2))
    assert _credits(client) == {"total": 30_000, "used": 90}


def test_credits_used_up_are_told_with_what_is_needed_and_left_and_nothing_changes(
    server: Server, caller: Caller
) -> None:
    client = caller(plan=PlanName.FREE)
    _spend(server, client, 750 - 59)

    response = _track(client, *_urls(0, 2))

    assert response.status_code == 429
    error = assert_shape("influtics", "POST", "/v1/videos/track", response)["error"]
    assert error["code"] == "RATE_LIMITED"
    assert error["message"] == "Not enough credits: 60 needed, 59 available"
    assert error["retry_after"] == _DAY_S
    assert response.headers["retry-after"] == str(_DAY_S)
    assert client.get("/v1/videos/stats").json()["data"]["pagination"]["total"] == 0
    assert _credits(client) == {"total": 750, "used": 691}
    assert _track(client, *_urls(0, 1)).status_code == 200
    assert _credits(client) == {"total": 750, "used": 721}


def test_a_full_plan_is_told_before_credits_and_credits_before_the_rate(
    server: Server, caller: Caller
) -> None:
    client = caller(plan=PlanName.FREE)
    _spend(server, client, 750)
    for _ in range(20):
        assert _track(client, "nonsense").status_code == 200

    assert _track(client, *_urls(0, 26)).json()["error"]["code"] == "SUBSCRIPTION_LIMIT"
    assert _track(client, *_urls(0, 25)).json()["error"]["code"] == "RATE_LIMITED"
    assert _track(client, "nonsense").json()["error"]["code"] == "RATE_LIMIT_EXCEEDED"


def test_a_refused_rate_takes_no_credits(caller: Caller) -> None:
    client = caller(plan=PlanName.PRO)
    for _ in range(20):
        _track(client, "nonsense")
    assert _track(client, *_urls(0, 1)).json()["error"]["code"] == "RATE_LIMIT_EXCEEDED"
    assert _credits(client) == {"total": 30_000, "used": 0}


def test_calls_at_once_spend_no_credit_twice(server: Server, caller: Caller) -> None:
    clients = [caller(plan=PlanName.FREE) for _ in range(4)]
    _spend(server, clients[0], 750 - 5 * 30)

    def track(number: int) -> int:
        return _track(clients[number % 4], *_urls(number, 1)).status_code

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(track, range(12)))

    assert sorted(answers) == [200] * 5 + [429] * 7
    assert _credits(clients[0]) == {"total": 750, "used": 750}
    assert clients[0].get("/v1/videos/stats").json()["data"]["pagination"]["total"] == 5


@pytest.mark.parametrize("environment", [Environment.SANDBOX, Environment.LIVE])
def test_without_a_limit_usage_is_counted_all_the_same(
    caller: Caller, environment: Environment
) -> None:
    client = caller(environment=environment)
    _track(client, *_urls(0, 3))
    assert _credits(client) == {"total": None, "used": 90}


def test_environments_and_workspaces_have_credits_of_their_own(caller: Caller) -> None:
    sandbox = caller(plan=PlanName.PRO)
    live = caller(environment=Environment.LIVE, plan=PlanName.PRO)
    stranger = caller("other", plan=PlanName.PRO)
    _track(sandbox, *_urls(0, 1))
    assert [_credits(one)["used"] for one in (sandbox, live, stranger)] == [30, 0, 0]
    assert live.get("/v1/account/usage").json()["data"]["usage_history"] == []
