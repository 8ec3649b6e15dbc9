"""Running a process: its roles as tasks, until it is told to stop."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Awaitable, Callable, Coroutine, Iterator

import structlog
import uvicorn
import uvloop

from bellwether.app.asgi import make_app
from bellwether.app.container import Container, open_container
from bellwether.app.fast_lane import FastLane
from bellwether.app.fast_protocol import make_protocol
from bellwether.app.health import HealthBoard
from bellwether.app.log import configure_logs
from bellwether.app.settings import Settings, unknown_variables
from bellwether.dialects.framework.services import Health
from bellwether.dialects.mediarithmics.routes import MEDIARITHMICS
from bellwether.jobs.supervisor import Supervisor
from bellwether.kit.garbage import look_for_garbage_less_often
from bellwether.kit.threads import hand_over_soon
from bellwether.model.errors import InvalidInputError

_CALLS_GRACE_SECONDS = 3
_ROLES_GRACE_SECONDS = 4
"""How long what was begun may go on after the signal, so that all is over within five seconds."""
_BACKLOG = 2048
_log = structlog.get_logger("bellwether.server")
AskHealth = Callable[[], Awaitable[Health]]
Announce = Callable[[str], None]
"""Told the address once the server listens on it."""
Look = Callable[[Container], None]
"""Given what the process holds, before it listens."""


def serve(
    settings: Settings, *, announce: Announce | None = None, look: Look | None = None
) -> None:
    """Run this process's roles until SIGTERM or SIGINT; what was begun is finished first.

    InvalidInputError (`port`) when the address cannot be listened on; errors of `open_container`.
    """
    configure_logs(settings)
    for name in unknown_variables():
        _log.warning("no such setting", variable=name)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(settings, announce, look))


async def _serve(settings: Settings, announce: Announce | None, look: Look | None) -> None:
    container = open_container(settings)
    look_for_garbage_less_often()
    hand_over_soon()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        if look is not None:
            look(container)
        await run_roles(container, stop, announce)
    finally:
        await container.aclose()
    _log.info("stopped")


async def run_roles(
    container: Container, stop: asyncio.Event, announce: Announce | None = None
) -> None:
    """Run the roles that the settings name until `stop` is set."""
    settings = container.settings
    roles = container.roles
    supervisor = Supervisor(
        container.clock, roles.loops(settings.roles), grace_s=_ROLES_GRACE_SECONDS
    )
    jobs: list[Coroutine[None, None, None]] = []
    if "api" in settings.roles:
        listener = listen(settings.host, settings.port)
        board = HealthBoard(container.database, container.clock, roles.process)

        async def health() -> Health:
            return board.health(roles.local(supervisor))

        jobs += [board.run(stop), _run_api(make_server(container, health), listener, stop)]
        if announce is not None:
            announce(address_of(listener))
        _log.info("listening", address=address_of(listener), roles=list(settings.roles))
    jobs.append(supervisor.run(stop))
    tasks = [asyncio.create_task(job) for job in jobs]
    try:
        await asyncio.gather(*tasks)
    finally:
        stop.set()
        await asyncio.gather(*tasks, return_exceptions=True)
        await roles.goodbye()


class _Server(uvicorn.Server):
    """A uvicorn server that leaves signals to the process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def make_server(container: Container, health: AskHealth) -> uvicorn.Server:
    """Build the HTTP server of one process."""
    settings = container.settings
    lane = FastLane(
        MEDIARITHMICS, container.units, container.clock, container.ingest, container.meter
    )
    config = uvicorn.Config(
        make_app(container, health),
        http=make_protocol(lane, settings.body_seconds),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_CALLS_GRACE_SECONDS,
    )
    return _Server(config)


async def _run_api(server: uvicorn.Server, listener: socket.socket, stop: asyncio.Event) -> None:
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        server.should_exit = True
        stopping.cancel()
        await serving
        listener.close()


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on the address; InvalidInputError (`port`) when it cannot."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InvalidInputError(f"cannot listen on {host}:{port}: {reason}", field="port") from None


def address_of(listener: socket.socket) -> str:
    """Return the base URL under which a listening socket is reached."""
    host, port = listener.getsockname()[:2]
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}"
