import asyncio
from collections.abc import Callable

import pytest
from tests.support.health import RED_S, ROLES, Probe, others
from tests.support.server import running

from bellwether.app.container import open_container
from bellwether.app.health import HealthBoard
from bellwether.app.settings import read_settings
from bellwether.model.errors import UnavailableError


def test_a_server_with_every_role_is_green_says_so_and_stays_so(database_url: str) -> None:
    with running(database_url, None, roles="all") as server:
        probe = Probe(server.url)
        probe.until_green()
        assert probe.ask() == {
            "status": "ok",
            "store": "ok",
            "roles": dict.fromkeys(("api", *ROLES), "ok"),
        }
        probe.stays_green(3.0)


def test_an_api_on_a_store_where_nobody_works_is_red(database_url: str) -> None:
    with running(database_url) as server:
        body = Probe(server.url).until(lambda body: body["store"] == "ok")
    nobody = "no process on this store has this role"
    assert body["roles"] == {"api": "ok", **dict.fromkeys(ROLES, nobody)}


def test_roles_that_hang_are_named_and_may_recover(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(database_url, None, roles="all") as server:
        probe = Probe(server.url)
        probe.until_green()
        hung = ("scheduler", "deliverer")
        releases = [
            _hold(monkeypatch, type(getattr(server.container.roles, role))) for role in hung
        ]
        body = probe.until(lambda body: all(body["roles"][role] != "ok" for role in hung), RED_S)
        for role in hung:
            assert body["roles"][role].startswith("no synthetic run completed for")
        assert (body["roles"]["api"], body["roles"]["worker"]) == ("ok", "ok")
        for release in releases:
            release()
        probe.until_green()


def _hold(monkeypatch: pytest.MonkeyPatch, kind: type) -> Callable[[], None]:
    """Let the passes of a role hang until what is returned is called."""
    held = True

    async def hang(_: object) -> int:
        while held:  # noqa: ASYNC110  it is let go from another thread
            await asyncio.sleep(0.05)
        return 0

    def release() -> None:
        nonlocal held
        held = False
        monkeypatch.undo()

    monkeypatch.setattr(kind, "_pass", hang)
    return release


@pytest.mark.parametrize("role", ROLES)
def test_a_role_that_fails_is_named_with_its_reason(
    database_url: str, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: object) -> int:
        raise ZeroDivisionError("the moon is full")

    with running(database_url, None, roles="all", log_level="error") as server:
        probe = Probe(server.url)
        probe.until_green()
        monkeypatch.setattr(type(getattr(server.container.roles, role)), "_pass", fail)
        body = probe.until(lambda body: body["status"] != "ok", RED_S)
        assert body["roles"][role] == "ZeroDivisionError: the moon is full"
        assert others(body, role) == {"ok"}
        monkeypatch.undo()
        probe.until_green()


def test_roles_whose_work_comes_to_nothing_are_named_though_their_loops_run(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> object:
        raise UnavailableError("it is broken")

    with running(database_url, None, roles="all", log_level="error") as server:
        probe = Probe(server.url)
        probe.until_green()
        monkeypatch.setattr("bellwether.engine.tracking.calls.Caller.call", fail)
        monkeypatch.setattr("bellwether.engine.webhooks.sending.Sender.send", fail)
        monkeypatch.setattr("bellwether.jobs.queue.JobQueue.claim", lambda *_: [])
        body = probe.until(lambda body: all(body["roles"][role] != "ok" for role in ROLES), RED_S)
        nothing = "no synthetic run completed for 4 s"
        assert body["roles"] == {
            "api": "ok",
            "scheduler": f"{nothing} (the synthetic fetch brought no numbers)",
            "worker": nothing,
            "deliverer": f"{nothing} (it is broken)",
        }


async def test_a_store_that_is_gone_turns_it_red(database_url: str) -> None:
    container = open_container(read_settings({"database": database_url}, {}))
    board = HealthBoard(container.database, container.clock, container.roles.process)
    await board.look()
    assert board.health({}).store == "ok"
    await container.aclose()
    await board.look()
    health = board.health({})
    assert not health.ok
    assert health.store != "ok"
    assert health.roles["api"] == "ok"


def test_a_server_that_stops_takes_itself_off_the_list(database_url: str) -> None:
    with running(database_url) as server:
        probe = Probe(server.url)
        with running(database_url, None, roles="scheduler worker deliverer api"):
            probe.until_green()
        nobody = "no process on this store has this role"
        probe.until(lambda body: {body["roles"][role] for role in ROLES} == {nobody})
