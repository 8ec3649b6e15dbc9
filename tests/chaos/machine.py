"""What a run was made on, in the words that docs/reliability.md quotes."""

import os
import platform
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from bellwether.kit.clock import SystemClock


def describe() -> str:
    """Return date, processor, memory, system and versions, and how busy the machine is now."""
    return ", ".join(_facts())


def _facts() -> Iterator[str]:
    yield f"{SystemClock().now():%Y-%m-%d}"
    yield f"{os.cpu_count()} cores ({_of('/proc/cpuinfo', 'model name') or platform.machine()})"
    memory = _of("/proc/meminfo", "MemTotal")
    if memory:
        yield f"{int(memory.split()[0]) / 2**20:.0f} GiB"
    name = _of("/etc/os-release", "PRETTY_NAME", "=").strip('"')
    yield name or f"{platform.system()} {platform.release()}"
    yield f"Python {platform.python_version()}"
    yield f"SQLite {sqlite3.sqlite_version}"
    yield f"load {os.getloadavg()[0]:.1f} before"


def _of(path: str, key: str, sign: str = ":") -> str:
    """Return what a file says of something; nothing where there is no such file."""
    file = Path(path)
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    pairs = (line.partition(sign) for line in lines)
    return next((value.strip() for name, _, value in pairs if name.strip() == key), "")
