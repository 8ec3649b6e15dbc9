"""The command line as a whole."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from unittest import mock

from tests.support.command import PROGRAM, bellwether, typed
from typer.main import get_command

from bellwether.cli.main import MODULES, make_app


def test_version_prints_the_version() -> None:
    answer = bellwether("--version")
    assert (answer.code, answer.out) == (0, f"bellwether {version('bellwether')}\n")


def test_help_imports_neither_the_store_nor_the_server() -> None:
    # Its speed follows from this, and this can be tested on a busy machine.
    code = (
        "import sys; sys.argv = ['bellwether', '--help']\n"
        "from bellwether.cli.main import make_app\n"
        "make_app()(standalone_mode=False)\n"
        "heavy = {'sqlalchemy', 'alembic', 'uvicorn', 'httpx', 'starlette', 'msgspec'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "keys" in done.stdout


def test_an_unknown_command_is_wrong_usage() -> None:
    answer = bellwether("frobnicate")
    assert answer.code == 2
    assert "frobnicate" in answer.err


def test_a_reader_that_goes_away_is_no_error_worth_a_traceback(tmp_path: Path) -> None:
    urls = tmp_path / "urls"
    urls.write_text("youtube.com/@someone\n" * 20_000, encoding="utf-8")
    program = subprocess.Popen(
        [PROGRAM, "resolve", "--file", str(urls), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    program.stdout.readline()
    program.stdout.close()
    assert program.stderr is not None
    errors = program.stderr.read()
    program.stderr.close()
    assert program.wait(30) == 1
    assert "Traceback" not in errors
    assert "Exception ignored" not in errors


def test_every_command_is_added_by_the_module_that_is_named_for_it() -> None:
    for command in MODULES:
        assert command in getattr(get_command(make_app(command)), "commands", {})
    everything = getattr(get_command(make_app()), "commands", {})
    assert set(everything) == set(MODULES)


def test_ctrl_c_while_modules_are_imported_exits_with_130() -> None:
    with mock.patch("bellwether.cli.main.make_app", side_effect=KeyboardInterrupt):
        assert typed("keys", "list").code == 130
