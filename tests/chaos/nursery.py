"""Processes of the real command line that start at once, because one that has imported it forks.

Importing takes a second or more of a core; a short test that kills twenty servers cannot spend that
on each. Nothing is read or opened at import (a house rule), so a fork is as good as a start.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Protocol, Self

from bellwether.cli.main import make_app, run
from tests.chaos import schedule_worker
from tests.chaos.disk import FaultyDisk
from tests.chaos.surroundings import environment, module

SCHEDULE = "schedule"
"""Not a command of the product's, but the harness's own: see schedule_worker."""


class Running(Protocol):
    """What a started command can be asked and told; a subprocess.Popen is one."""

    pid: int

    @property
    def returncode(self) -> int | Any:
        """How it ended; None while it runs."""

    def poll(self) -> int | None:
        """Return how it ended, None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end."""

    def send_signal(self, sig: int) -> None:
        """Send a signal, if it still runs."""


class Child:
    """A command that the nursery runs."""

    def __init__(self, pid: int, end: Path) -> None:
        self.pid = pid
        self._end = end
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return how it ended, None while it runs."""
        if self.returncode is None and self._end.exists():
            text = self._end.read_text(encoding="ascii")
            self.returncode = int(text) if text else None
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; subprocess.TimeoutExpired when it does not come."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0)
            time.sleep(0.005)
        return code

    def send_signal(self, sig: int) -> None:
        """Send a signal, if it still runs."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, sig)


class Nursery:
    """Starts commands until the block ends."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            module("tests.chaos.nursery"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment(),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.communicate(timeout=30)

    def start(
        self, arguments: Sequence[str], log: Path, env: Mapping[str, str], disk: Path | None = None
    ) -> Child:
        """Start `bellwether` with arguments; what it says is in the log.

        `disk` is the folder of a disk that fails when told to.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        end = log.with_name(log.name + ".end")
        end.unlink(missing_ok=True)
        order: dict[str, Any] = {
            "arguments": list(arguments),
            "log": str(log),
            "end": str(end),
            "env": dict(env),
        }
        order["disk"] = None if disk is None else str(disk)
        with self._lock:
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            return Child(int(self._process.stdout.readline()), end)


def _become(order: Mapping[str, Any]) -> None:
    """Turn into the command that was asked for."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with open(order["log"], "wb") as log, open(os.devnull, "rb") as nothing:  # noqa: PTH123  fds
        os.dup2(nothing.fileno(), 0)
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    os.environ.update(order["env"])  # noqa: TID251  it is the command's own
    sys.argv = ["bellwether", *order["arguments"]]
    code = 0
    disk = None if order["disk"] is None else FaultyDisk(Path(order["disk"]))
    try:
        if order["arguments"][0] == SCHEDULE:
            schedule_worker.main(order["arguments"][1:])
        run()
    except SystemExit as done:
        code = int(done.code or 0)
    del disk  # C calls it until here
    sys.stdout.flush()
    os._exit(code)


def main() -> None:
    """Fork a command for each order on standard input, and note how each ends."""
    import bellwether.app.server  # noqa: F401, PLC0415  what takes time to import, once

    make_app()  # the modules of all commands, too

    ends: dict[int, Path] = {}

    def reap(_number: int, _frame: FrameType | None) -> None:
        with contextlib.suppress(ChildProcessError):
            while (found := os.waitpid(-1, os.WNOHANG))[0]:
                pid, status = found
                ends.pop(pid).write_text(str(os.waitstatus_to_exitcode(status)), encoding="ascii")

    signal.signal(signal.SIGCHLD, reap)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends when its input does
    for line in sys.stdin:
        order = json.loads(line)
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        pid = os.fork()
        if not pid:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
            _become(order)
        ends[pid] = Path(order["end"])
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
