"""`bellwether serve`: run the server."""

from typing import TYPE_CHECKING, Annotated

import typer

from bellwether.cli import common, output
from bellwether.kit.garbage import garbage_left_alone
from bellwether.kit.imports import without
from bellwether.model.errors import InvalidInputError

if TYPE_CHECKING:
    from bellwether.app.container import Container


Host = Annotated[
    str | None, typer.Option("--host", help="Address to listen on.", show_default="127.0.0.1")
]
Port = Annotated[
    int | None,
    typer.Option("--port", help="Port to listen on; 0 takes a free one.", show_default="8080"),
]
Role = Annotated[
    list[str] | None,
    typer.Option("--role", help="What this process does; repeatable.", show_default="all"),
]
ClockStart = Annotated[
    str | None,
    typer.Option(
        "--clock-start",
        metavar="ISO",
        help="Start a simulated clock at this instant; sandbox keys only.",
    ),
]
ClockRate = Annotated[
    str | None,
    typer.Option(
        "--clock-rate",
        metavar="N",
        help="Let the simulated clock run N times as fast; sandbox keys only.",
    ),
]
AllowLoopback = Annotated[
    bool,
    typer.Option(
        "--allow-loopback", help="Let webhooks lead to this machine; for tests on one machine only."
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve")(serve)


def serve(
    *,
    host: Host = None,
    port: Port = None,
    data: common.Data = None,
    database: common.Database = None,
    role: Role = None,
    recordings: common.Recordings = None,
    replay_mapping: common.ReplayMapping = None,
    clock_start: ClockStart = None,
    clock_rate: ClockRate = None,
    allow_loopback: AllowLoopback = False,
) -> None:
    """Run the server until Ctrl-C or SIGTERM.

    Options not given are taken from the environment (see docs/settings.md).
    """
    # How soon a server answers after a kill is nearly all how long this takes. structlog and httpx
    # import rich for consoles that a server has no use for.
    with garbage_left_alone(), without("rich", "pygments"):
        from bellwether.app.server import serve as run_server  # noqa: PLC0415  slow to import
        from bellwether.app.settings import load_settings  # noqa: PLC0415  same

    settings = load_settings(
        {
            "host": host,
            "port": None if port is None else str(port),  # text is checked against its range
            "data": data,
            "database": database,
            "roles": ",".join(role) if role else None,
            "recordings": recordings,
            "replay_mapping": replay_mapping,
            "clock_start": clock_start,
            "clock_rate": clock_rate,
            "allow_loopback": allow_loopback or None,
        }
    )
    greeter = _Greeter()
    try:
        run_server(settings, announce=greeter.announce, look=greeter.look)
    except InvalidInputError as error:
        if error.field != "port":
            raise
        output.fail(error, code=output.FAILED)  # the option is fine, the port is taken


class _Greeter:
    """Says where the server listens, and what else one should know who has just started it."""

    def __init__(self) -> None:
        self._hints: list[str] = []

    def look(self, container: "Container") -> None:
        """Find out what is to be said."""
        settings = container.settings
        place = common.embedded_path(settings)
        self._hints.append(f"Its data is in {place.resolve() if place else 'the database given'}")
        if settings.accelerated:
            self._hints.append("Its clock is simulated: it accepts sandbox keys only")
        if not container.units.read_now(lambda engine: engine.tenants.list_keys()):
            where = f" --data {settings.data}" if settings.database is None else " --database URL"
            self._hints.append(
                "There are no keys yet. Make one, in another terminal:\n"
                f"  bellwether keys create --workspace NAME --environment sandbox{where}"
            )

    def announce(self, address: str) -> None:
        """Say it."""
        output.say(f"Bellwether listens at {address}")
        for hint in self._hints:
            output.say(hint)
