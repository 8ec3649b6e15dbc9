"""The command line: one application, to which every module adds its commands."""

import io
import sys
from typing import Annotated

import typer

from bellwether.cli import (
    accounts,
    activities,
    backup,
    choices,
    connectors,
    credits_,
    cron,
    datamarts,
    deliveries,
    demo,
    doctor,
    endpoints,
    export,
    import_,
    keys,
    output,
    posts,
    resolve,
    serve,
    tasks,
    track,
)
from bellwether.model.errors import BellwetherError

_COMMANDS = (
    serve,
    keys,
    credits_,
    track,
    datamarts,
    activities,
    choices,
    accounts,
    posts,
    tasks,
    endpoints,
    deliveries,
    resolve,
    import_,
    export,
    cron,
    connectors,
    backup,
    doctor,
    demo,
)

app = typer.Typer(
    name="bellwether",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:  # noqa: FBT001  typer calls it with the option's value
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415  slow to import

        output.say(f"bellwether {version('bellwether')}")
        raise typer.Exit


@app.callback()
def bellwether(
    *,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Track creators and posts on social platforms, on your own server."""


for _module in _COMMANDS:
    _module.register(app)


def run() -> None:
    """Run the command that the process was started for, and exit with its code.

    0: done. 1: failed, or something is wrong. 2: wrong usage or wrong input. 130: interrupted.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal without Unicode must not crash us
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except BellwetherError as error:
        try:
            output.fail(error, as_json="--json" in sys.argv)
        except typer.Exit as done:
            sys.exit(done.exit_code)
