"""Couriers: each carries what one endpoint is due, a few requests at a time."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

import structlog

from bellwether.engine.webhooks.outcomes import ClaimedLane, LaneEnd
from bellwether.engine.webhooks.sending import Sender
from bellwether.engine.webhooks.writing import Writer
from bellwether.model.webhooks import DeliveryState

_log = structlog.get_logger(__name__)


class Courier:
    """One endpoint's lanes in this process.

    Requests start within `fresh_s` of the claim, so that what is sent rests on facts no older
    than that; lanes that do not get their turn by then are let go of. So are all others after a
    failure: an endpoint that fails is given less at a time.
    """

    def __init__(
        self,
        sender: Sender,
        writer: Writer,
        *,
        at_once: int,
        fresh_s: float,
        ended: Callable[[], None],
    ) -> None:
        self._sender = sender
        self._writer = writer
        self._at_once = at_once
        self._fresh_s = fresh_s
        self._ended = ended
        self._queue: deque[tuple[ClaimedLane, float]] = deque()
        self._workers: dict[asyncio.Task[None], ClaimedLane | None] = {}

    @property
    def queued(self) -> int:
        """How many lanes wait for their turn."""
        return len(self._queue)

    @property
    def busy(self) -> int:
        """How many requests are under way."""
        return len(self._workers)

    @property
    def tasks(self) -> set["asyncio.Task[None]"]:
        """The tasks that work on lanes."""
        return set(self._workers)

    def take(self, lanes: Sequence[ClaimedLane]) -> None:
        """Start on lanes just claimed."""
        until = asyncio.get_running_loop().time() + self._fresh_s
        self._queue.extend((lane, until) for lane in lanes)
        while len(self._workers) < min(self._at_once, len(self._workers) + len(self._queue)):
            self._start()

    def drop(self) -> None:
        """Let go of every lane that is not begun."""
        ends = [LaneEnd(lane, None) for lane, _ in self._queue]
        self._queue.clear()
        if ends:
            self._writer.submit(*ends)

    def cancel(self) -> Sequence[ClaimedLane]:
        """Break off requests under way and return their lanes."""
        broken = [lane for lane in self._workers.values() if lane is not None]
        for task in self._workers:
            task.cancel()
        return broken

    def _start(self) -> None:
        lane, until = self._queue.popleft()
        task = asyncio.create_task(self._work(lane, until))
        self._workers[task] = lane
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        del self._workers[task]
        if not task.cancelled() and task.exception() is not None:
            _log.error("work on a lane failed", exc_info=task.exception())
        self._ended()

    async def _work(self, lane: ClaimedLane, until: float) -> None:
        """Work on one lane after the other until none waits."""
        me = asyncio.current_task()
        while True:
            await self._carry(lane, until)
            if not self._queue:
                return
            lane, until = self._queue.popleft()
            if me is not None:
                self._workers[me] = lane

    async def _carry(self, lane: ClaimedLane, until: float) -> None:
        loop = asyncio.get_running_loop()
        again = None
        for due in lane.due:
            await self._writer.room()
            if loop.time() > until:
                break
            result = await self._sender.send(lane, due)
            self._writer.submit(result)
            if result.state is not DeliveryState.SUCCEEDED:
                again = result.retry_at
                self.drop()
                break
        self._writer.submit(LaneEnd(lane, again))
