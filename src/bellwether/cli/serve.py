"""`bellwether serve`: run the server."""

from typing import TYPE_CHECKING, Annotated

import typer

from bellwether.cli import common, output
from bellwether.model.errors import InvalidInputError

if TYPE_CHECKING:
    from bellwether.app.settings import Settings


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
    with common.open_store(settings.data, settings.database) as container:
        has_keys = bool(container.units.read_now(lambda engine: engine.tenants.list_keys()))
    try:
        run_server(settings, announce=lambda address: _welcome(settings, address, has_keys))
    except InvalidInputError as error:
        if error.field != "port":
            raise
        output.fail(error, code=output.FAILED)  # the option is fine, the port is taken


def _welcome(settings: "Settings", address: str, has_keys: bool) -> None:  # noqa: FBT001  a callback
    place = common.embedded_path(settings)
    output.say(f"Bellwether listens at {address}")
    output.say(f"Its data is in {place.resolve() if place else 'the database given'}")
    if settings.accelerated:
        output.say("Its clock is simulated: it accepts sandbox keys only")
    if not has_keys:
        where = f" --data {settings.data}" if settings.database is None else " --database URL"
        output.say(
            "There are no keys yet. Make one, in another terminal:\n"
            f"  bellwether keys create --workspace NAME --environment sandbox{where}"
        )
