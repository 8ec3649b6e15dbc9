"""A clock that tests steer while a server runs on it, and a scheduler that works when told to."""

import asyncio
from datetime import datetime, timedelta

from bellwether.connectors.sandbox.connector import SandboxConnector
from bellwether.connectors.sources import Sources
from bellwether.engine.tracking.tasks import Scheduler
from bellwether.kit.clock import ManualClock
from tests.support.server import Server


class SteeredClock(ManualClock):
    """Moves only when told, and passes for the world's own: live keys are welcome."""

    accelerated = False

    def go_to(self, instant: datetime) -> None:
        """Set both instants, also back."""
        self._now = instant
        self._real = instant


class World:
    """A running server, its clock, and the simulated network."""

    def __init__(self, server: Server, clock: SteeredClock) -> None:
        self.server = server
        self.clock = clock

    def run_due(self) -> int:
        """Run everything that is due and return how many ticks ended."""
        return asyncio.run(self._run_due())

    def pass_time(self, *, every: timedelta, until: datetime) -> None:
        """Let time pass in steps, running what is due after each."""
        while self.clock.now() < until:
            self.clock.go_to(min(self.clock.now() + every, until))
            self.run_due()

    def told_runs(self) -> set[str]:
        """Return the ids of runs that some endpoint was told of with success."""
        with self.server.container.database.engine.connect() as connection:
            found = connection.exec_driver_sql(
                "SELECT run_id FROM events WHERE id IN"
                " (SELECT event_id FROM deliveries WHERE state = 'succeeded')"
            )
            return {row[0] for row in found}

    def forget(self) -> None:
        """Delete every tracker, so that the next test runs its own alone."""
        with self.server.container.database.engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM trackers")

    async def _run_due(self) -> int:
        database = self.server.container.database
        scheduler = Scheduler(database, self.clock, Sources([SandboxConnector(self.clock)]))
        ended = 0
        while some := await scheduler.step():
            ended += some
        return ended
