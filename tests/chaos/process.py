"""Real server processes, and the one clock that they and the harness agree on."""

import contextlib
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from tests.chaos.nursery import SCHEDULE, Nursery, Running
from tests.chaos.surroundings import environment, module
from tests.support.command import PROGRAM

START = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
_LISTENS = "Bellwether listens at "
_SECONDS = 60


class Watch:
    """A clock that starts with the harness; all processes are told to go on from where it is."""

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self._began = time.monotonic()

    def now(self) -> datetime:
        """Return the instant that the servers' clocks show, give or take their start."""
        return START + timedelta(seconds=(time.monotonic() - self._began) * self.rate)

    def options(self) -> Sequence[str]:
        """Return options of `bellwether serve`."""
        return ("--clock-start", self.now().isoformat(), "--clock-rate", str(self.rate))


@dataclass
class Server:
    """A running `bellwether serve`."""

    address: str
    process: Running
    log: Path
    began: float

    def kill(self) -> None:
        """End it without a word."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def pause(self) -> None:
        """Stop it as if the machine slept."""
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on as if nothing had happened."""
        self.process.send_signal(signal.SIGCONT)

    def until_ready(self, token: str) -> float:
        """Wait until it answers out of the store; returns the seconds since it was started."""
        headers = {"Authorization": f"Bearer {token}"}
        with httpx.Client(base_url=self.address, headers=headers, trust_env=False) as http:
            while http.get("/api/v1/trackers", params={"limit": 1}).status_code != 200:
                time.sleep(0.01)
        return time.monotonic() - self.began

    def said(self) -> str:
        """Return its log."""
        return self.log.read_text(encoding="utf-8", errors="replace")


class Starter:
    """Starts commands: each a process of its own or, faster, out of a nursery."""

    def __init__(self, nursery: Nursery | None = None) -> None:
        self._nursery = nursery

    def start(
        self,
        log: Path,
        *arguments: str | Path,
        env: Mapping[str, str] | None = None,
        disk: Path | None = None,
    ) -> Running:
        """Start `bellwether` and return at once; `disk` is one that fails when told to."""
        given = [*map(str, arguments)]
        if self._nursery is not None:
            return self._nursery.start(given, log, env or {}, disk)
        program = [PROGRAM] if disk is None else module("tests.chaos.disk_server", disk)
        if given[0] == SCHEDULE:
            program = module("tests.chaos.schedule_worker")
            del given[0]
        with log.open("wb") as sink:
            return subprocess.Popen(
                [*program, *given],
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                env=environment(env),
            )

    @contextmanager
    def serve(
        self,
        log: Path,
        *options: str | Path,
        env: Mapping[str, str] | None = None,
        disk: Path | None = None,
        listens: bool = True,
    ) -> Iterator[Server]:
        """Run a server on a free port; one without the api role does not listen."""
        began = time.monotonic()
        process = self.start(log, "serve", "--port", "0", *options, env=env, disk=disk)
        try:
            address = _address(process, log) if listens else ""
            yield Server(address, process, log, began)
        finally:
            _end(process)


def _end(process: Running) -> None:
    process.send_signal(signal.SIGCONT)
    process.send_signal(signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(30)
    process.send_signal(signal.SIGKILL)
    process.wait(30)


def _address(process: Running, log: Path) -> str:
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        said = log.read_text(encoding="utf-8") if log.exists() else ""
        for line in said.splitlines(keepends=True):
            if line.startswith(_LISTENS) and line.endswith("\n"):
                return line.strip().removeprefix(_LISTENS)
        if (code := process.poll()) is not None:
            raise DiedError(code, said)
        time.sleep(0.01)
    raise TimeoutError(f"no address in time: {log}")


class DiedError(Exception):
    """A server ended before it listened."""

    def __init__(self, code: int, said: str) -> None:
        super().__init__(f"ended with {code}: {said[-2000:]}")
        self.code = code
        self.said = said
