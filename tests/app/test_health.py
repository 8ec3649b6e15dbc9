import asyncio
from datetime import timedelta

import httpx
import pytest
from tests.support.server import running

from bellwether.app.container import open_container
from bellwether.app.health import HealthBoard
from bellwether.app.settings import read_settings
from bellwether.jobs.supervisor import Role, Supervisor
from bellwether.kit.clock import ManualClock, SystemClock
from bellwether.model.errors import UnavailableError


def test_a_server_with_both_roles_is_green_and_says_so(database_url: str) -> None:
    with running(database_url, None, roles="all") as server:
        answer = httpx.get(f"{server.url}/healthz")
        assert answer.status_code == 200
        assert answer.json() == {
            "status": "ok",
            "store": "ok",
            "roles": {"api": "ok", "scheduler": "ok", "deliverer": "ok"},
        }


def test_a_scheduler_that_stops_beating_turns_it_red_and_is_named(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = ManualClock(SystemClock().now())
    with running(database_url, clock, roles="all") as server:
        scheduler = server.container.scheduler
        assert httpx.get(f"{server.url}/healthz").status_code == 200
        beat = scheduler.last_beat
        monkeypatch.setattr(type(scheduler), "last_beat", property(lambda _: beat))
        clock.advance(timedelta(seconds=5))
        answer = httpx.get(f"{server.url}/healthz")
    assert answer.status_code == 503
    assert answer.json()["status"] == "failing"
    assert answer.json()["roles"]["scheduler"] == "no beat for 5 s"


async def test_a_role_that_fails_is_named_with_its_reason(database_url: str) -> None:
    async def fail(stop: asyncio.Event) -> None:
        del stop
        raise UnavailableError("the moon is full")

    container = open_container(read_settings({"database": database_url}, {}))
    supervisor = Supervisor(container.clock, [Role("scheduler", fail)])
    stop = asyncio.Event()
    task = asyncio.create_task(supervisor.run(stop))
    board = HealthBoard(container.units, supervisor, api=False)
    await asyncio.sleep(0.1)  # the role is started and fails
    health = await board.health()
    assert not health.ok
    assert "the moon is full" in health.roles["scheduler"]
    stop.set()
    await task
    await container.aclose()


async def test_a_store_that_is_gone_turns_it_red(database_url: str) -> None:
    container = open_container(read_settings({"database": database_url}, {}))
    board = HealthBoard(container.units, Supervisor(container.clock, []), api=True)
    assert (await board.health()).ok
    await container.aclose()
    health = await board.health()
    assert not health.ok
    assert health.store != "ok"
    assert health.roles == {"api": "ok"}
