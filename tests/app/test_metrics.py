"""`/metrics`: what is counted, and that it is documented."""

import asyncio
import time
from collections.abc import Mapping
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families
from tests.support.health import Probe
from tests.support.receivers import receiving
from tests.support.server import running
from tests.support.tracking import UNLIMITED, order

from bellwether.app.meter import METRICS
from bellwether.jobs.queue import JobQueue
from bellwether.model.requests import TrackRequest
from bellwether.model.tenants import Environment, Scope

Samples = Mapping[tuple[str, frozenset[tuple[str, str]]], float]


def _read(url: str) -> Samples:
    answer = httpx.get(f"{url}/metrics", trust_env=False)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def _value(samples: Samples, name: str, **labels: str) -> float:
    return samples[f"bellwether_{name}", frozenset(labels.items())]


def _until(url: str, name: str, value: float, **labels: str) -> Samples:
    deadline = time.monotonic() + 10
    key = (f"bellwether_{name}", frozenset(labels.items()))
    while (samples := _read(url)).get(key, -1) < value:
        assert time.monotonic() < deadline, {
            one: it for one, it in samples.items() if one[0] == key[0]
        }
        time.sleep(0.1)
    return samples


def test_a_server_at_work_counts_what_it_does(database_url: str) -> None:
    with (
        receiving() as receivers,
        running(database_url, None, roles="all", allow_loopback=True) as server,
    ):
        token = server.key("secret-workspace")
        headers = {"Authorization": f"Bearer {token}"}
        with httpx.Client(base_url=server.url, headers=headers, trust_env=False) as client:
            client.get("/v1/videos/stats")
            client.get("/v1/videos/by-id/nothing")
            client.get("/nowhere")
            client.post("/api/v1/endpoints", json={"url": f"{receivers.base}/good"})
            client.post("/v1/videos/track", json={"urls": ["https://youtu.be/dQw4w9WgXcQ"]})
            client.post(
                "/v1/bloggers/track",
                json={"platform": "tiktok", "username": "sbx_unknown", "initial_videos_count": 1},
            )
        _until(server.url, "delivery_attempt_seconds_count", 1, outcome="succeeded")
        _until(server.url, "jobs", 1, kind="creator", state="failed")
        Probe(server.url).until_green()
        samples = _read(server.url)
    requests = {"dialect": "influtics", "status": "200", "route": "GET /v1/videos/stats"}
    assert _value(samples, "request_seconds_count", **requests) == 1
    missing = {"dialect": "influtics", "status": "404", "route": "GET /v1/videos/by-id/{id}"}
    assert _value(samples, "request_seconds_count", **missing) == 1
    nowhere = {"dialect": "none", "status": "404", "route": "none"}
    assert _value(samples, "request_seconds_count", **nowhere) == 1
    assert _value(samples, "runs_total", platform="youtube", state="succeeded", reason="") == 1
    fetched = {"source": "sandbox", "platform": "youtube", "outcome": "ok"}
    assert _value(samples, "fetch_seconds_count", **fetched) == 1
    assert _value(samples, "job_seconds_count", kind="creator", outcome="failed") == 1
    assert _value(samples, "job_seconds_count", kind="synthetic", outcome="ok") >= 1
    assert _value(samples, "endpoints", state="active") == 1
    assert _value(samples, "deliveries_pending") == 0
    assert _value(samples, "store_commit_seconds_count") > 5
    assert _value(samples, "store_group_size_count") > 5
    for role in ("api", "scheduler", "worker", "deliverer", "store"):
        assert _value(samples, "up", role=role) == 1
    assert _value(samples, "budget_left", source="youtube", bucket="youtube-units") == 10_000
    assert ("process_resident_memory_bytes", frozenset()) in samples
    everything = "".join(f"{name}{labels}" for name, labels in samples)
    assert "secret-workspace" not in everything
    assert not any(name.endswith("_created") for name, _ in samples)


def test_what_waits_is_told_with_how_long_it_has(database_url: str) -> None:
    with running(database_url) as server:
        units = server.container.units
        workspace = units.write_now(lambda engine: engine.tenants.ensure_workspace("acme"))
        scope = Scope(workspace.id, Environment.SANDBOX)
        wanted: list[TrackRequest] = [order("a"), order("b")]
        units.write_now(lambda engine: engine.tracking.track(scope, UNLIMITED, wanted))
        database, clock = server.container.database, server.container.clock
        database.submit_write(lambda c: JobQueue(c, clock).add(scope, "paint", {})).result()
        time.sleep(0.2)
        samples = _read(server.url)
    assert _value(samples, "trackers_due", platform="youtube") == 2
    assert 0.2 <= _value(samples, "trackers_lateness_seconds", platform="youtube") < 20
    assert _value(samples, "jobs", kind="paint", state="queued") == 1
    assert _value(samples, "up", role="scheduler") == 0


def test_a_setting_switches_it_off(tmp_path: Path) -> None:
    with running(f"sqlite:///{tmp_path}/x.sqlite", None, metrics=False) as server:
        answer = httpx.get(f"{server.url}/metrics", trust_env=False)
        assert answer.status_code == 404


async def test_metrics_are_told_while_the_store_is_gone(tmp_path: Path) -> None:
    with running(f"sqlite:///{tmp_path}/x.sqlite") as server:
        _read(server.url)
        server.container.database.close()
        await asyncio.sleep(1)
        samples = _read(server.url)
        assert _value(samples, "up", role="store") == 0
        assert _value(samples, "up", role="api") == 1
        assert not any(name == "bellwether_deliveries_pending" for name, _ in samples)


def test_the_page_on_operations_lists_every_metric() -> None:
    page = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `bellwether_")]
    assert rows == [
        f"| `{one.full_name}` | {one.kind} | {', '.join(f'`{label}`' for label in one.labels)} | "
        f"{one.meaning} |"
        for one in METRICS
    ]
