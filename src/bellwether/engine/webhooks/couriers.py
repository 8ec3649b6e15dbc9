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


_AHEAD = 16
"""How many lanes an endpoint is claimed at first; twice as many each time they go in time."""


class Courier:
    """One endpoint's lanes in this process.

    Requests start within `fresh_s` of the claim, so that what is sent rests on facts no older
    than that; lanes that do not get their turn by then are let go of. So are all others after a
    failure. One that fails, or has taken nothing yet, gets a single request at a time, so that
    many that hang hold few. `hungry` is called when there is room for more.
    """

    def __init__(
        self,
        sender: Sender,
        writer: Writer,
        *,
        at_once: int,
        most_ahead: int,
        fresh_s: float,
        hungry: Callable[[], None],
    ) -> None:
        self._sender = sender
        self._writer = writer
        self._at_once = at_once
        self._most_ahead = most_ahead
        self._fresh_s = fresh_s
        self._hungry = hungry
        self._queue: deque[tuple[ClaimedLane, float]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._carried: dict[int, ClaimedLane] = {}
        self._number = 0
        self._low = 0
        self.ahead = min(_AHEAD, most_ahead)
        """How many lanes are worth claiming at a time."""
        self.proven = False
        """Whether it took what it was told last."""

    @property
    def queued(self) -> int:
        """How many lanes wait for their turn."""
        return len(self._queue)

    @property
    def busy(self) -> int:
        """How many requests are under way."""
        return len(self._carried)

    @property
    def tasks(self) -> set["asyncio.Task[None]"]:
        """The tasks that work on lanes."""
        return set(self._tasks)

    def take(self, lanes: Sequence[ClaimedLane]) -> None:
        """Start on lanes just claimed."""
        if not self._queue:
            self.ahead = min(2 * self.ahead, self._most_ahead)
        until = asyncio.get_running_loop().time() + self._fresh_s
        self._queue.extend((lane, until) for lane in lanes)
        self._low = len(self._queue) // 2
        self._start()

    def drop(self) -> None:
        """Let go of every lane that is not begun."""
        self._drop_old(float("inf"))

    def _drop_old(self, now: float) -> None:
        """Let go of lanes whose facts are too old by an instant; fewer are claimed next time."""
        ends = []
        while self._queue and self._queue[0][1] < now:
            ends.append(LaneEnd(self._queue.popleft()[0], None))
        if ends:
            self.ahead = max(self._at_once, self.ahead // 2)
            self._writer.submit(*ends)

    def cancel(self) -> Sequence[ClaimedLane]:
        """Break off requests under way and return their lanes."""
        broken = list(self._carried.values())
        for task in self._tasks:
            task.cancel()
        return broken

    def _start(self) -> None:
        """Put as many to work as there may be."""
        most = self._at_once if self.proven else 1
        while self._queue and len(self._carried) < most:
            self._number += 1
            # Counted from here until its last step: a task that is over and not yet called so
            # would take the place of one that works.
            lane, until = self._queue.popleft()
            self._carried[self._number] = lane
            task = asyncio.create_task(self._work(self._number, lane, until))
            self._tasks.add(task)
            task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _log.error("work on a lane failed", exc_info=task.exception())
        self._hungry()

    async def _work(self, number: int, lane: ClaimedLane, until: float) -> None:
        """Work on one lane after the other until none waits."""
        try:
            while True:
                await self._carry(lane, until)
                if not self._queue:
                    return
                lane, until = self._queue.popleft()
                self._carried[number] = lane
                if len(self._queue) == self._low:
                    self._hungry()
        finally:
            del self._carried[number]

    async def _carry(self, lane: ClaimedLane, until: float) -> None:
        loop = asyncio.get_running_loop()
        again = None
        for due in lane.due:
            if self._writer.full:
                await self._writer.room()
            if loop.time() > until:
                self._drop_old(loop.time())
                break
            result = await self._sender.send(lane, due)
            self._writer.submit(result)
            if result.state is not DeliveryState.SUCCEEDED:
                again = result.retry_at
                self.proven = False
                self.drop()
                break
            if not self.proven:
                self.proven = True
                self._start()
        self._writer.submit(LaneEnd(lane, again))
