"""The loop of every role: look for what is due, start on it, and look again."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime

import structlog

from bellwether.kit.clock import Clock
from bellwether.model.errors import UnavailableError

_log = structlog.get_logger(__name__)


class Poller(ABC):
    """Looks at once when the last look found something, else when woken or after its `_rest`.

    `name` is what the log calls it. A store that does not answer is waited for.
    """

    def __init__(self, clock: Clock, *, name: str, poll_seconds: float) -> None:
        self._clock = clock
        self._name = name
        self._poll_s = poll_seconds
        self._woken = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._last_beat: datetime | None = None
        self.on_pass: Callable[[], None] | None = None
        """Called after each completed pass."""

    @property
    def last_beat(self) -> datetime | None:
        """The real instant of the last completed pass, None before the first."""
        return self._last_beat

    def wake(self) -> None:
        """Look for due work now instead of at the next poll; from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._woken.set)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop, then finish or let go of what is held."""
        self._loop = asyncio.get_running_loop()
        try:
            while not stop.is_set():
                if not await self._look_patiently():
                    await self._sleep(stop)
        finally:
            await self._let_go()

    @abstractmethod
    async def _pass(self) -> int:
        """Claim what is due and there is room for, start on it, and return how much it was."""

    async def _rest(self) -> float:
        """Return after how many real seconds to look again where the last look found nothing."""
        return self._poll_s

    @abstractmethod
    async def _let_go(self) -> None:
        """Give work on hand a moment to end, then drop it and free what it held."""

    async def _look(self) -> int:
        """Do one pass and leave word of it."""
        found = await self._pass()
        self._last_beat = self._clock.real_now()
        if self.on_pass is not None:
            self.on_pass()
        return found

    async def _look_patiently(self) -> int:
        try:
            return await self._look()
        except UnavailableError as error:
            _log.warning("waiting for the store", role=self._name, error=str(error))
            return 0

    async def _sleep(self, stop: asyncio.Event) -> None:
        """Wait until woken, stopped, or for the next look: other processes add rows, too."""
        waits = {asyncio.create_task(event.wait()) for event in (stop, self._woken)}
        try:
            rest_s = await self._rest()
            await asyncio.wait(waits, timeout=rest_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        self._woken.clear()
