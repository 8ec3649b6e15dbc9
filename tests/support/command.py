"""Running the real command line in processes of its own."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
) -> Result:
    """Run `bellwether` with arguments to its end."""
    done = subprocess.run(
        [PROGRAM, *map(str, arguments)],
        input=stdin or "",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=None if env is None else {"PATH": "/usr/bin:/bin", **env},
        cwd=cwd,
    )
    return Result(done.returncode, done.stdout, done.stderr)
