"""A creator is tracked by a job, together with the newest videos."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import update
from tests.support.contract import assert_shape
from tests.support.server import Caller, Server

from bellwether.engine.creators.payloads import KIND
from bellwether.engine.creators.tasks import CreatorTasks
from bellwether.engine.tracking.tasks import Scheduler
from bellwether.jobs.tables import jobs
from bellwether.jobs.worker import Worker
from bellwether.kit.clock import to_micros
from bellwether.model.tenants import Environment, PlanName

_TRACK = "/v1/bloggers/track"
_JOB = "/v1/bloggers/jobs/{id}"
_FIND = "/v1/bloggers/by-username/{username}"


def _track(client: httpx.Client, username: str = "someone", **more: Any) -> httpx.Response:
    body = {"platform": "tiktok", "username": username, "initial_videos_count": 3, **more}
    return client.post(_TRACK, json=body)


def _queued(client: httpx.Client, username: str = "someone", **more: Any) -> Any:
    response = _track(client, username, **more)
    assert response.status_code == 202, response.text
    return assert_shape("influtics", "POST", _TRACK, response)["data"]


def _work(server: Server) -> None:
    """Do the jobs that are due, as a worker of another process would."""
    container = server.container
    tasks = CreatorTasks(container.database, container.clock, container.sources)
    asyncio.run(Worker(container.database, container.clock, {KIND: tasks.handle}).step())


def _done(server: Server, client: httpx.Client, username: str = "someone", **more: Any) -> Any:
    queued = _queued(client, username, **more)
    _work(server)
    return _ask(client, queued["status_url"])


def _ask(client: httpx.Client, url: str) -> Any:
    response = client.get(url)
    assert response.status_code == 200, response.text
    return assert_shape("influtics", "GET", _JOB, response)["data"]


def _error(response: httpx.Response, path: str, method: str = "POST") -> Any:
    return assert_shape("influtics", method, path, response)["error"]


def _credits(client: httpx.Client) -> Any:
    return client.get("/v1/account/usage").json()["data"]["summary"]["credits"]


def _videos(client: httpx.Client, **query: Any) -> Any:
    return client.get("/v1/videos/stats", params=query).json()["data"]


@pytest.mark.parametrize("platform", ["tiktok", "instagram", "youtube"])
def test_a_creator_is_queued_then_tracked_with_the_newest_videos(
    server: Server, client: httpx.Client, platform: str
) -> None:
    queued = _queued(client, "@someone", platform=platform, initial_videos_count=60)

    assert (queued["status"], queued["platform"], queued["username"]) == (
        "queued",
        platform,
        "someone",
    )
    assert queued["status_url"] == f"/v1/bloggers/jobs/{queued['job_id']}"
    assert _ask(client, queued["status_url"])["status"] == "queued"
    assert _ask(client, queued["status_url"])["result"] is None
    _work(server)
    job = _ask(client, queued["status_url"])
    assert (job["status"], job["error"]) == ("succeeded", None)
    assert job["result"]["is_active"]
    assert (job["result"]["videos_tracked"], job["result"]["videos_new"]) == (60, 60)
    assert _videos(client, blogger_username="someone")["pagination"]["total"] == 60

    found = client.get("/v1/bloggers/by-username/someone", params={"platform": platform})
    blogger = assert_shape("influtics", "GET", _FIND, found)["data"]
    assert blogger["blogger_id"] == job["result"]["blogger_id"]
    assert blogger["tracked_account_id"] == job["result"]["tracked_account_id"]
    assert (blogger["username"], blogger["platform"]) == ("someone", platform)
    assert (blogger["tracked_videos"], blogger["is_active"]) == (60, True)
    assert blogger["followers"] is None  # nobody has looked yet


def test_a_creator_tracked_already_is_a_conflict_that_names_the_tracker(
    server: Server, client: httpx.Client
) -> None:
    tracked = _done(server, client)["result"]["tracked_account_id"]

    response = _track(client, "SomeOne")

    assert response.status_code == 409
    error = _error(response, _TRACK)
    assert (error["code"], error["tracked_account_id"]) == ("CREATOR_ALREADY_TRACKED", tracked)
    assert _track(client, platform="youtube").status_code == 202


def test_asking_twice_before_it_is_done_is_one_job(server: Server, client: httpx.Client) -> None:
    first = _queued(client)
    assert _queued(client, "@someone", initial_videos_count=9)["job_id"] == first["job_id"]
    _work(server)
    assert _ask(client, first["status_url"])["result"]["videos_tracked"] == 3


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"platform": "vk"}, "platform"),
        ({"platform": "bluesky"}, "platform"),
        ({"username": ""}, "username"),
        ({"username": "a" * 65}, "username"),
        ({"username": "not a name"}, "username"),
        ({"username": "../admin"}, "username"),
        ({"username": "\x00"}, "username"),
        ({"username": 7}, "username"),
        ({"initial_videos_count": 0}, "initial_videos_count"),
        ({"initial_videos_count": 501}, "initial_videos_count"),
        ({"initial_videos_count": "3"}, "initial_videos_count"),
        ({"initial_videos_count": None}, "initial_videos_count"),
    ],
)
def test_bad_input_is_422_and_names_the_field(
    client: httpx.Client, more: dict[str, object], field: str
) -> None:
    body = {"platform": "tiktok", "username": "someone", "initial_videos_count": 3}
    response = client.post(_TRACK, json=body | more)
    assert response.status_code == 422
    error = _error(response, _TRACK)
    assert (error["code"], error["field"]) == ("VALIDATION_ERROR", field)


@pytest.mark.parametrize("missing", ["platform", "username", "initial_videos_count"])
def test_every_field_is_required(client: httpx.Client, missing: str) -> None:
    body = {"platform": "tiktok", "username": "someone", "initial_videos_count": 3}
    del body[missing]
    response = client.post(_TRACK, json=body)
    assert response.status_code == 422
    assert _error(response, _TRACK)["field"] == missing


def test_the_free_plan_tracks_no_creators(caller: Caller) -> None:
    response = _track(caller(plan=PlanName.FREE))
    assert response.status_code == 402
    assert _error(response, _TRACK)["code"] == "PAID_PLAN_REQUIRED"


def test_what_does_not_fit_the_plan_or_the_credits_is_refused_beforehand(caller: Caller) -> None:
    client = caller(plan=PlanName.PRO)
    urls = [f"https://www.tiktok.com/@x/video/{7_200_000_000 + n}" for n in range(50)]
    for start in range(0, 550, 50):
        moved = [url.replace("/72", f"/7{start}2") for url in urls]
        assert client.post("/v1/videos/track", json={"urls": moved}).status_code == 200

    response = _track(client, initial_videos_count=451)

    assert response.status_code == 422
    error = _error(response, _TRACK)
    assert error["code"] == "SUBSCRIPTION_LIMIT"
    assert error["message"].endswith("Current usage: 550, asked for: 451")


def test_each_video_newly_tracked_costs_thirty_credits_once(server: Server, caller: Caller) -> None:
    client = caller(plan=PlanName.PRO)
    _done(server, client, initial_videos_count=4)
    assert _credits(client)["used"] == 120
    (usage,) = client.get("/v1/account/usage").json()["data"]["usage_history"]
    assert (usage["endpoint"], usage["credits_used"]) == (_TRACK, 120)

    # The same videos by their addresses are tracked already.
    ids = [row["external_video_id"] for row in _videos(client)["data"]]
    urls = [f"https://www.tiktok.com/@someone/video/{one}" for one in ids]
    answer = client.post("/v1/videos/track", json={"urls": urls}).json()
    assert answer["meta"]["summary"]["already_tracked"] == 4
    assert _credits(client)["used"] == 120


def test_credits_gone_in_the_meantime_fail_the_job_and_nothing_is_tracked(
    server: Server, caller: Caller
) -> None:
    client = caller(plan=PlanName.PRO)
    queued = _queued(client, initial_videos_count=10)
    token = client.headers["Authorization"].removeprefix("Bearer ")
    who = server.container.units.read_now(lambda engine: engine.tenants.authenticate_token(token))
    server.container.units.write_now(
        lambda engine: engine.credits.debit(
            who.scope, who.plan, [who.key_id], each=30_000 - 299, endpoint="x", request_id="x"
        )
    )
    _work(server)
    job = _ask(client, queued["status_url"])
    assert (job["status"], job["result"]) == ("error", None)
    assert job["error"] == {
        "code": "RATE_LIMITED",
        "message": "Not enough credits: 300 needed, 299 available",
    }
    assert _videos(client)["pagination"]["total"] == 0
    assert client.get("/v1/bloggers/by-username/someone").status_code == 404


@pytest.mark.parametrize(
    ("username", "code"),
    [("sbx_unknown", "NOT_FOUND"), ("sbx_private", "FORBIDDEN"), ("sbx_deleted", "NOT_FOUND")],
)
def test_a_creator_that_cannot_be_read_fails_the_job(
    server: Server, client: httpx.Client, username: str, code: str
) -> None:
    job = _done(server, client, username)
    assert (job["status"], job["error"]["code"]) == ("error", code)
    assert _track(client, username).status_code == 202  # it may be tried again


def test_a_platform_that_is_down_is_asked_again_later(server: Server, client: httpx.Client) -> None:
    assert _done(server, client, "sbx_down")["status"] == "queued"


def test_a_job_that_is_not_done_within_an_hour_is_gone(
    server: Server, client: httpx.Client
) -> None:
    job_id = _queued(client)["job_id"]
    container = server.container
    old = to_micros(container.clock.real_now() - timedelta(minutes=61))
    container.database.submit_write(
        lambda c: c.execute(update(jobs).where(jobs.c.id == job_id).values(created_at=old))
    ).result()
    response = client.get(f"/v1/bloggers/jobs/{job_id}")
    assert response.status_code == 410
    assert _error(response, _JOB, "GET")["code"] == "JOB_TIMEOUT"
    _work(server)
    assert client.get(f"/v1/bloggers/jobs/{job_id}").json()["data"]["status"] == "succeeded"


def test_jobs_and_creators_of_others_are_not_found(
    server: Server, client: httpx.Client, caller: Caller
) -> None:
    job_id = _done(server, client)["job_id"]
    for other in (caller("another"), caller(environment=Environment.LIVE)):
        response = other.get(f"/v1/bloggers/jobs/{job_id}")
        assert response.status_code == 404
        assert _error(response, _JOB, "GET")["code"] == "NOT_FOUND"
        response = other.get("/v1/bloggers/by-username/someone")
        assert response.status_code == 404
        assert _error(response, _FIND, "GET")["code"] == "BLOGGER_NOT_TRACKED"
    assert client.get("/v1/bloggers/jobs/nonsense").status_code == 404


def test_by_username_looks_on_tiktok_unless_told_otherwise(
    server: Server, client: httpx.Client
) -> None:
    _done(server, client, platform="youtube")
    assert client.get("/v1/bloggers/by-username/someone").status_code == 404
    url = "/v1/bloggers/by-username/@SomeOne"
    assert client.get(url, params={"platform": "youtube"}).status_code == 200
    assert client.get(url, params={"platform": "vk"}).status_code == 400


def test_the_numbers_appear_once_the_scheduler_has_looked(
    server: Server, client: httpx.Client
) -> None:
    _done(server, client)
    container = server.container
    asyncio.run(Scheduler(container.database, container.clock, container.sources).step())
    blogger = client.get("/v1/bloggers/by-username/someone").json()["data"]
    assert blogger["followers"] > 0
    assert blogger["source"] == "sandbox"
    assert blogger["stats_last_updated"] is not None


def test_a_live_creator_without_a_source_fails_the_job_and_says_so(
    server: Server, caller: Caller
) -> None:
    client = caller(environment=Environment.LIVE)
    job = _done(server, client)
    assert job["status"] == "error"
    assert job["error"]["code"] == "VALIDATION_ERROR"
    assert "no source" in job["error"]["message"]
