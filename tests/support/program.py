"""A real `bellwether serve` process, for tests of the command line."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.command import PROGRAM

_LISTENS = "Bellwether listens at "


@contextmanager
def serving(log: Path, *options: str | Path) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """Run `bellwether serve --port 0`; yields its address and its process, output is in `log`."""
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [PROGRAM, "serve", "--port", "0", *map(str, options)],
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
        )
    try:
        yield _address(process, log), process
    finally:
        process.terminate()
        process.wait(30)


def _address(process: "subprocess.Popen[bytes]", log: Path) -> str:
    for _ in range(600):
        for line in log.read_text(encoding="utf-8").splitlines():
            if line.startswith(_LISTENS):
                return line.removeprefix(_LISTENS)
        assert process.poll() is None, log.read_text(encoding="utf-8")
        time.sleep(0.05)
    raise AssertionError(f"no address within 30 s: {log.read_text(encoding='utf-8')}")
