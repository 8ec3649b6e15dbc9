"""The connector's side of one worker process: start it, ask it, kill it when it is late."""

import asyncio
import contextlib
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from typing import TypeVar

import msgspec

from bellwether.connectors.public.messages import Answer, Ask, Problem, Ready, Start
from bellwether.model.readings import FailureReason

T = TypeVar("T")

_MODULE = "bellwether.connectors.public.worker"
_START_SECONDS = 30.0
_LONGEST_LINE = 4 << 20
# Nothing of ours is passed on; without a home no file of the user's is found either.
_ENVIRONMENT = {"HOME": "/nonexistent", "LC_ALL": "C.UTF-8", "YTDLP_NO_PLUGINS": "1"}


class WorkerEndedError(Exception):
    """The process ended, or said something that is not an answer."""


class Worker:
    """One process, asked one thing at a time.

    It is started when first needed, and again after it was killed, crashed or went to sleep.
    """

    def __init__(self, start: Start, *, seconds: float, python: str = sys.executable) -> None:
        self._start = start
        self._seconds = seconds
        self._python = python
        self._process: Process | None = None
        self._version = ""
        self._number = 0
        self._one_at_a_time = asyncio.Lock()

    async def version(self) -> str:
        """Return the version of yt-dlp that runs; raises WorkerEndedError or TimeoutError."""
        async with self._one_at_a_time:
            await self._running()
            return self._version

    async def read(self, key: str, url: str) -> Answer:
        """Read one page within the deadline; every way to fail is an answer too."""
        async with self._one_at_a_time:
            self._number += 1
            ask = Ask(self._number, key, url)
            try:
                # A worker that went to sleep shows only when it is spoken to: once again, then.
                with contextlib.suppress(WorkerEndedError):
                    return await self._exchange(ask)
                return await self._exchange(ask)
            except TimeoutError:
                await self._kill()
                return _failed(ask, f"the page was not read within {self._seconds:g} seconds")
            except (WorkerEndedError, OSError) as error:
                return _failed(ask, str(error))
            except BaseException:
                # Cancelled half-way: the answer still to come must not meet the next question.
                await self._kill()
                raise

    async def aclose(self) -> None:
        """End the process."""
        await self._kill()

    async def _exchange(self, ask: Ask) -> Answer:
        process = await self._running()
        async with asyncio.timeout(self._seconds):
            line = await self._say(process, msgspec.json.encode(ask))
        answer = _decode(line, Answer)
        if answer.number != ask.number:
            await self._kill()
            raise WorkerEndedError("yt-dlp's process answered another question")
        return answer

    async def _running(self) -> Process:
        if self._process is None or self._process.returncode is not None:
            await self._kill()
            self._process = await asyncio.create_subprocess_exec(
                self._python,
                "-I",
                "-m",
                _MODULE,
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                env=_ENVIRONMENT,
                cwd="/",
                limit=_LONGEST_LINE,
            )
            try:
                async with asyncio.timeout(_START_SECONDS):
                    line = await self._say(self._process, msgspec.json.encode(self._start))
                self._version = _decode(line, Ready).version
            except BaseException:
                await self._kill()
                raise
        return self._process

    async def _say(self, process: Process, message: bytes) -> bytes:
        """Send a line and return the line that comes back."""
        if process.stdin is None or process.stdout is None:
            raise WorkerEndedError("yt-dlp's process has no pipes")
        try:
            process.stdin.write(message + b"\n")
            await process.stdin.drain()
            line = await process.stdout.readline()
        except (ConnectionError, ValueError):
            line = b""
        if not line.endswith(b"\n"):
            await self._kill()
            raise WorkerEndedError(f"yt-dlp's process ended (status {process.returncode})")
        return line

    async def _kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        # Reads the pipes to their end as well, so that nothing of them stays open.
        await process.communicate()


def _decode(line: bytes, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(line, type=shape)
    except msgspec.MsgspecError as error:
        raise WorkerEndedError(f"yt-dlp's process said something odd: {error}") from None


def _failed(ask: Ask, message: str) -> Answer:
    return Answer(ask.number, problem=Problem(FailureReason.PLATFORM_ERROR.value, message))
