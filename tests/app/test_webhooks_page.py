"""The page on webhooks: its receiver works as it stands, and its examples are what is sent."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.support.server import running
from tests.support.tracking import House, order
from tests.support.twins import TwinSource
from tests.support.webhooks import Post

from bellwether.model.platforms import Kind, Platform
from bellwether.model.readings import (
    ContentReading,
    CreatorReading,
    Estimate,
    Failed,
    FailureReason,
)
from bellwether.model.tracking import Aspect
from bellwether.model.webhooks import EventType
from bellwether.storage.database import Database, open_database
from bellwether.storage.migrate import migrate

_PAGE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")
_EXAMPLES = {
    name: json.loads(text)
    for name, text in re.findall(r"```json ([\w.]+)\n(.*?)```", _PAGE, re.DOTALL)
}
_ESTIMATES = {"views": Estimate("rounded", 1, 2)}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.timeout(60)
def test_the_receiver_of_the_quick_start_takes_what_is_ours_and_nothing_else(
    tmp_path: Path,
) -> None:
    (source,) = re.findall(r"`receiver.py`:\n\n```python\n(.*?)```", _PAGE, re.DOTALL)
    port = _free_port()
    assert "9000" in source
    (tmp_path / "receiver.py").write_text(source.replace("9000", str(port)), encoding="utf-8")
    url = f"http://127.0.0.1:{port}/"
    settings: dict[str, object] = {"data": tmp_path, "roles": "all", "allow_loopback": True}
    with running(f"sqlite:///{tmp_path / 'b.sqlite'}", None, **settings) as server:
        headers = {"Authorization": f"Bearer {server.key()}"}
        with httpx.Client(base_url=server.url, headers=headers) as client:
            made = client.post("/api/v1/endpoints", json={"url": url}).json()["data"]
            receiver = subprocess.Popen(
                [sys.executable, str(tmp_path / "receiver.py")],
                env={**os.environ, "SECRET": made["secret"]},  # noqa: TID251  as a shell would
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            try:
                assert receiver.stdout is not None
                _wait_for(port)
                client.post(f"/api/v1/endpoints/{made['id']}/test")
                tested = receiver.stdout.readline().split()
                client.post("/api/v1/trackers", json={"url": "https://youtu.be/dQw4w9WgXcQ"})
                tracked = receiver.stdout.readline().split()
                events = {one["id"]: one for one in client.get("/api/v1/events").json()["data"]}
                assert [tested[1], tracked[1]] == ["test", "run.succeeded"]
                assert {tested[0], tracked[0]} == set(events)
                now = str(int(datetime.now(UTC).timestamp()))  # noqa: TID251  a stranger's clock
                forged = {"webhook-id": "x", "webhook-timestamp": now, "webhook-signature": "v1,x"}
                assert httpx.post(url, content=b"{}", headers=forged).status_code == 401
                assert "not genuine" in receiver.stdout.readline()
            finally:
                receiver.terminate()
                receiver.wait(10)
                if receiver.stdout is not None:
                    receiver.stdout.close()


def _wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            probe.settimeout(0.05)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the receiver did not start")


def _say(target: str) -> object:
    if target == "someone":
        return CreatorReading(
            Platform.YOUTUBE, target, {"followers": 1}, "twin", external_id="UC1", handle="someone",
            name="Some One", url="https://youtube.com/@someone", estimates=_ESTIMATES,
        )  # fmt: skip
    if target == "gone":
        return Failed(FailureReason.PLATFORM_ERROR, "down")
    return ContentReading(
        Platform.YOUTUBE, target, {"views": 1, "comments": None}, "twin", kind=Kind.VIDEO,
        url="https://youtu.be/a", title="A title", creator_handle="someone",
        published_at=datetime(2026, 1, 1, tzinfo=UTC), estimates=_ESTIMATES,
    )  # fmt: skip


async def _events(database: Database) -> Mapping[EventType, list[Mapping[str, Any]]]:
    """Let everything happen that is told, and return what is told of it by type."""
    house = House(database)
    post, scope = Post(database, house.clock), house.scope()
    endpoint = post.subscribe(scope).endpoint
    late = house.clock.now() + timedelta(days=3)
    house.track_one(scope, order("a", cron="0 0 * * *", expires_at=late))
    house.track_one(scope, order("someone", aspect=Aspect.PROFILE, expires_at=late))
    house.track_one(scope, order("gone", platform=Platform.TIKTOK, cron="0 0 * * *"))
    post.write(lambda engine: engine.webhooks.send_test(scope, endpoint.id))
    source = TwinSource(script=_say, platforms=(Platform.YOUTUBE, Platform.TIKTOK))
    scheduler = house.scheduler(source)
    for _ in range(16):
        await scheduler.step()
        house.pass_time(hours=6)
    told: dict[EventType, list[Mapping[str, Any]]] = {}
    for one in post.read(lambda engine: engine.webhooks.list_events(scope, limit=1000)).items:
        told.setdefault(one.type, []).append(one.data)
    return told


def _assert_alike(example: Any, actual: Any, place: str) -> None:
    """Compare names, their order and kinds of values; a null on either side is any value."""
    if example is None or actual is None:
        return
    if isinstance(example, dict):
        if place.endswith(("metrics", "estimates")):
            assert isinstance(actual, dict), place
            return
        assert list(example) == list(actual), place
        for name in example:
            _assert_alike(example[name], actual[name], f"{place}.{name}")
    elif isinstance(example, list):
        for one in actual:
            _assert_alike(example[0], one, f"{place}[]")
    else:
        assert type(example) is type(actual), place
        if isinstance(example, str) and example.endswith("Z"):
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", actual), place


async def test_the_examples_are_what_is_sent(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'b.sqlite'}")
    migrate(database)
    told = await _events(database)
    database.close()
    assert set(told) == set(EventType)
    contents = [one for one in told[EventType.RUN_SUCCEEDED] if one["aspect"] == "content"]
    (creator,) = [one for one in told[EventType.RUN_SUCCEEDED] if one["aspect"] == "profile"][:1]
    _assert_alike(_EXAMPLES["run.succeeded"], contents[0], "run")
    _assert_alike(_EXAMPLES["creator"], creator["snapshots"][0], "creator")
    assert list(contents[0]["snapshots"][0]["estimates"]["views"]) == ["method", "low", "high"]
    failed = told[EventType.RUN_FAILED][0]
    assert list(failed) == list(_EXAMPLES["run.succeeded"])
    assert list(failed["failure"]) == ["reason", "message"]
    for event_type in set(EventType) - {EventType.RUN_SUCCEEDED, EventType.RUN_FAILED}:
        for actual in told[event_type]:
            _assert_alike(_EXAMPLES[event_type], actual, event_type)
