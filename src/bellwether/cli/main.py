"""The command line: one application, to which every module adds its commands."""

import io
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Annotated

import typer

from bellwether.cli import output
from bellwether.model.errors import BellwetherError

MODULES: Mapping[str, str] = {
    "serve": "serve",
    "keys": "keys",
    "credits": "credits_",
    "track": "track",
    "datamarts": "datamarts",
    "activities": "activities",
    "choices": "choices",
    "accounts": "accounts",
    "post": "posts",
    "tasks": "tasks",
    "refresh": "tasks",
    "endpoints": "endpoints",
    "deliveries": "deliveries",
    "resolve": "resolve",
    "import": "import_",
    "export": "export",
    "cron": "cron",
    "connectors": "connectors",
    "backup": "backup",
    "doctor": "doctor",
    "demo": "demo",
}
"""Every command, and the module that adds it."""


def make_app(command: str | None = None) -> typer.Typer:
    """Build the application; all of it unless one command is named, as the line does that runs it.

    A server that starts again after a kill should not wait for what it never uses.
    """
    app = typer.Typer(
        name="bellwether",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(bellwether)
    known = MODULES.get(command or "")
    wanted = [known] if known else dict.fromkeys(MODULES.values())
    for module in wanted:
        import_module(f"bellwether.cli.{module}").register(app)
    return app


def _show_version(wanted: bool) -> None:  # noqa: FBT001  typer calls it with the option's value
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415  slow to import

        output.say(f"bellwether {version('bellwether')}")
        raise typer.Exit


def bellwether(
    *,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Track creators and posts on social platforms, on your own server."""


def run() -> None:
    """Run the command that the process was started for, and exit with its code.

    0: done. 1: failed, or something is wrong. 2: wrong usage or wrong input. 130: interrupted.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal without Unicode must not crash us
            stream.reconfigure(errors="backslashreplace")
    try:
        make_app(sys.argv[1] if len(sys.argv) > 1 else None)()
    except KeyboardInterrupt:  # while modules are imported; after that it is seen to elsewhere
        sys.exit(130)
    except BellwetherError as error:
        try:
            output.fail(error, as_json="--json" in sys.argv)
        except typer.Exit as done:
            sys.exit(done.exit_code)
