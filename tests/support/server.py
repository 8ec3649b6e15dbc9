"""A real server for tests: uvicorn in a thread, real HTTP, on either store."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
import uvloop

from bellwether.app.container import Container, open_container
from bellwether.app.log import configure_logs
from bellwether.app.server import run_roles
from bellwether.app.settings import read_settings
from bellwether.kit.clock import Clock
from bellwether.model.tenants import Environment, PlanName

Caller = Callable[..., httpx.Client]
"""Makes clients of a running server: `caller(workspace, environment, plan)`."""

_SECONDS = 20


@dataclass
class _Running:
    container: Container
    url: str = ""
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    loop: asyncio.AbstractEventLoop | None = None
    error: BaseException | None = None
    listening: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True)
class Server:
    """A running server: where it is, and the container it runs on (use `container.units`)."""

    url: str
    container: Container

    def key(
        self,
        workspace: str = "acme",
        environment: Environment = Environment.SANDBOX,
        plan: PlanName | None = None,
    ) -> str:
        """Make a key and return its token."""
        units = self.container.units
        made = units.write_now(
            lambda engine: engine.tenants.create_key(workspace, environment, plan)
        )
        return made.token


@contextmanager
def running(database_url: str, clock: Clock | None = None, **settings: object) -> Iterator[Server]:
    """Run a server on a free port until the block ends; settings by name, roles `api` alone.

    Environment variables have no say. `clock` replaces the one that the settings give.
    """
    overrides = {"port": 0, "database": database_url, "roles": "api", "log_level": "error"}
    container = open_container(read_settings(overrides | settings, {}), clock=clock)
    state = _Running(container)
    thread = threading.Thread(target=_run, args=(state,), name="server")
    thread.start()
    try:
        assert state.listening.wait(_SECONDS), "the server did not start in time"
        if state.error is not None:
            raise state.error
        yield Server(state.url, container)
    finally:
        if state.loop is not None and state.error is None:
            state.loop.call_soon_threadsafe(state.stop.set)
        thread.join(_SECONDS)
        assert not thread.is_alive(), "the server did not stop in time"
    if state.error is not None:
        raise state.error


@contextmanager
def running_server(database_url: str, **settings: object) -> Iterator[str]:
    """Run a server as `running` does and yield its base URL."""
    with running(database_url, None, **settings) as server:
        yield server.url


def _run(state: _Running) -> None:
    configure_logs(state.container.settings)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(state))
    except BaseException as error:  # noqa: BLE001  raised again where the test can see it
        state.error = error
    finally:
        state.listening.set()


async def _serve(state: _Running) -> None:
    def announce(url: str) -> None:
        state.url = url
        state.listening.set()

    state.loop = asyncio.get_running_loop()
    try:
        await run_roles(state.container, state.stop, announce)
    finally:
        await state.container.aclose()


def settled(value: object) -> object:
    """Return an answer without `lateness_s`, which grows from one reading to the next."""
    if isinstance(value, dict):
        return {name: settled(one) for name, one in value.items() if name != "lateness_s"}
    return [settled(one) for one in value] if isinstance(value, list) else value
