"""What processes of the harness share."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {
    "BELLWETHER_LEASE_SECONDS": "1",
    "BELLWETHER_ALLOW_LOOPBACK": "true",
    "BELLWETHER_WEBHOOK_SECONDS": "1",
    "BELLWETHER_WEBHOOK_RETRIES": "1,1,2,2,5,5,10,10,30,30,60,60",
    "BELLWETHER_LOG_LEVEL": "warning",
}
"""Settings of all servers unless told otherwise: leases and waits as short as they may be."""


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment of a process: ours, with what they share and `more`."""
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]  # noqa: TID251  it is handed on
    path = os.pathsep.join(filter(None, paths))
    return {**os.environ, **ENVIRONMENT, "PYTHONPATH": path, **(more or {})}  # noqa: TID251  same


def module(name: str, *arguments: str | Path) -> Sequence[str]:
    """Return the command line that runs a module of the harness."""
    return [sys.executable, "-m", name, *map(str, arguments)]
