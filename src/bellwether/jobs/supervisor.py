"""Long-running loops of one process: started together, restarted alone, stopped together."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from bellwether.kit.clock import Clock

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Role:
    """One loop. `run` returns once the event it is given is set, and not before.

    `last_beat` returns the real instant of the loop's last completed pass, None before the first;
    a role without passes leaves it out and counts as beating while it runs.
    """

    name: str
    run: Callable[[asyncio.Event], Awaitable[None]]
    last_beat: Callable[[], datetime | None] | None = None


@dataclass(frozen=True, slots=True)
class RoleHealth:
    """How a role is doing. `silent_s` is real seconds since its last sign of life."""

    name: str
    running: bool
    restarts: int
    last_error: str | None
    silent_s: float


class _Watched:
    """A role and what happened to it so far."""

    def __init__(self, role: Role, started_at: datetime) -> None:
        self.role = role
        self.started_at = started_at
        self.running = False
        self.restarts = 0
        self.last_error: str | None = None


class Supervisor:
    """Runs roles until told to stop. One that fails is started again, later each time.

    The wait starts at `first_wait_s`, doubles up to `longest_wait_s` and starts anew after a
    role has run for longer than the longest wait. After the stop, roles get `grace_s` to finish
    before they are cancelled. All in real seconds.
    """

    def __init__(
        self,
        clock: Clock,
        roles: Sequence[Role],
        *,
        first_wait_s: float = 0.5,
        longest_wait_s: float = 30.0,
        grace_s: float = 10.0,
    ) -> None:
        self._clock = clock
        self._watched = [_Watched(role, clock.real_now()) for role in roles]
        self._first_wait_s = first_wait_s
        self._longest_wait_s = longest_wait_s
        self._grace_s = grace_s

    async def run(self, stop: asyncio.Event) -> None:
        """Run every role until `stop` is set and each has ended, or the grace is over."""
        tasks = [asyncio.create_task(self._keep_running(role, stop)) for role in self._watched]
        try:
            await stop.wait()
            if tasks:
                await asyncio.wait(tasks, timeout=self._grace_s)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def health(self) -> Sequence[RoleHealth]:
        """Say how every role is doing now."""
        return [self._health(watched) for watched in self._watched]

    def _health(self, watched: _Watched) -> RoleHealth:
        beat = watched.role.last_beat
        now = self._clock.real_now()
        alive_at = now
        if beat is not None or not watched.running:
            alive_at = max(filter(None, [watched.started_at, beat() if beat else None]))
        return RoleHealth(
            name=watched.role.name,
            running=watched.running,
            restarts=watched.restarts,
            last_error=watched.last_error,
            silent_s=max(0.0, (now - alive_at).total_seconds()),
        )

    async def _keep_running(self, watched: _Watched, stop: asyncio.Event) -> None:
        wait_s = self._first_wait_s
        while not stop.is_set():
            watched.started_at = self._clock.real_now()
            watched.running = True
            try:
                await watched.role.run(stop)
            except Exception as error:  # noqa: BLE001  a role may fail in any way; the others go on
                watched.last_error = f"{type(error).__name__}: {error}"
                _log.exception("role failed", role=watched.role.name, again_in_s=wait_s)
            else:
                if not stop.is_set():
                    watched.last_error = "ended before it was told to"
                    _log.error("role ended", role=watched.role.name, again_in_s=wait_s)
            finally:
                watched.running = False
            if stop.is_set():
                return
            ran_s = (self._clock.real_now() - watched.started_at).total_seconds()
            if ran_s > self._longest_wait_s:
                wait_s = self._first_wait_s
            await _wait(stop, wait_s)
            wait_s = min(wait_s * 2, self._longest_wait_s)
            watched.restarts += 1


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
