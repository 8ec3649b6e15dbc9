"""Running the real command line: in a process of its own, or inside this one, which is faster."""

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import structlog

from bellwether.cli.main import run

PROGRAM = str(Path(sys.executable).parent / "bellwether")


@dataclass(frozen=True)
class Result:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON value on standard output."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """The JSON values on standard output, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]


def bellwether(
    *arguments: str | Path,
    stdin: str | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    seconds: float = 60,
) -> Result:
    """Run `bellwether` with arguments to its end, as a process of its own."""
    done = subprocess.run(
        [PROGRAM, *map(str, arguments)],
        input=stdin or "",
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
        env=None if env is None else {"PATH": "/usr/bin:/bin", **env},
        cwd=cwd,
    )
    return Result(done.returncode, done.stdout, done.stderr)


def typed(
    *arguments: str | Path,
    stdin: str | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Result:
    """Do the same within this process, from the entry point on."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with (
        mock.patch.object(sys, "argv", ["bellwether", *map(str, arguments)]),
        mock.patch.object(sys, "stdin", io.StringIO(stdin or "")),
        mock.patch.dict(os.environ, env or {}, clear=env is not None),  # noqa: TID251  a test sets it
        contextlib.chdir(cwd or "."),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            run()
        except SystemExit as done:
            code = int(done.code or 0)
        finally:
            structlog.reset_defaults()  # the command's log wrote to its own standard error
    return Result(code, out.getvalue(), err.getvalue())
