"""The roles of one process besides the api: their loops, and the signs of life they give."""

import asyncio
import os
import socket
from collections.abc import Mapping, Sequence
from datetime import datetime

from bellwether.app.health import Local
from bellwether.connectors.sandbox.connector import SandboxConnector
from bellwether.connectors.sources import Sources
from bellwether.engine.activities.pipeline import Pipeline
from bellwether.engine.publishing.tasks import PublishingWorker
from bellwether.engine.tracking.synthetic import SyntheticFetch
from bellwether.engine.tracking.tasks import Scheduler
from bellwether.engine.webhooks.synthetic import SyntheticDelivery
from bellwether.engine.webhooks.tasks import Deliverer
from bellwether.jobs.heartbeats import Process
from bellwether.jobs.periodic import Chores
from bellwether.jobs.pulse import Pulse, WorkerPulse, say_goodbye
from bellwether.jobs.supervisor import Role, Supervisor
from bellwether.jobs.worker import Handler, Worker
from bellwether.kit.clock import Clock
from bellwether.kit.ids import new_id
from bellwether.kit.metering import Meter
from bellwether.storage.database import Database


class Roles:
    """Scheduler, worker and deliverer, each with its pulse, under the process's own id."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        scheduler: Scheduler,
        deliverer: Deliverer,
        *,
        pipeline: Pipeline,
        publishing: PublishingWorker,
        handlers: Mapping[str, Handler],
        chores: Chores,
        lease_seconds: float,
        meter: Meter,
    ) -> None:
        self._database = database
        self._clock = clock
        self.process = Process(new_id(), socket.gethostname()[:255], os.getpid(), clock.real_now())
        self.scheduler = scheduler
        self.deliverer = deliverer
        self.pipeline = pipeline
        self.publishing = publishing
        beat = WorkerPulse(database, clock, self.process)
        self.worker = Worker(
            database,
            clock,
            {**handlers, beat.kind: beat.handle},
            lease_seconds=lease_seconds,
            chores=chores,
            on_pass=beat.passed,
            meter=meter,
        )
        beat.attach(self.worker.wake)
        fetch = SyntheticFetch(database, clock, Sources([SandboxConnector(clock)]))
        self._delivery = SyntheticDelivery(clock)
        fetching = Pulse(database, clock, self.process, "scheduler", fetch.run)
        delivering = Pulse(database, clock, self.process, "deliverer", self._delivery.run)
        scheduler.on_pass = fetching.passed
        deliverer.on_pass = delivering.passed
        scheduler.on_written = deliverer.wake  # what has happened is told at once
        self._pulses: Mapping[str, Pulse | WorkerPulse] = {
            pulse.role: pulse for pulse in (fetching, beat, delivering)
        }

    def loops(self, wanted: Sequence[str]) -> Sequence[Role]:
        """Return those of the loops that are wanted, for a supervisor."""
        loops = [
            Role("scheduler", self.scheduler.run, lambda: self.scheduler.last_beat),
            Role("worker", self._work, self._last_beat_of_work),
            Role("deliverer", self.deliverer.run, lambda: self.deliverer.last_beat),
        ]
        return [role for role in loops if role.name in wanted]

    async def _work(self, stop: asyncio.Event) -> None:
        """Work on jobs, activities and what is published; one ends with the others."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self.worker.run(stop))
                group.create_task(self.pipeline.run(stop))
                group.create_task(self.publishing.run(stop))
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from failed  # health names what happened, not a group

    def _last_beat_of_work(self) -> datetime | None:
        beats = [one.last_beat for one in (self.worker, self.pipeline, self.publishing)]
        return None if None in beats else min(beat for beat in beats if beat is not None)

    def local(self, supervisor: Supervisor) -> Mapping[str, Local]:
        """Return how the loops of this process do."""
        return {
            role.name: Local(role, self._pulses[role.name].last_error)
            for role in supervisor.health()
        }

    def wake(self) -> None:
        """Let every loop look for work now; from any thread."""
        self.scheduler.wake()
        self.worker.wake()
        self.pipeline.wake()
        self.publishing.wake()
        self.deliverer.wake()

    async def goodbye(self) -> None:
        """Stop giving signs of life, and tell the others that this is on purpose."""
        for pulse in self._pulses.values():
            await pulse.aclose()
        await say_goodbye(self._database, self._clock, self.process)
        await self._delivery.aclose()
