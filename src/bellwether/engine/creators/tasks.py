"""The job that tracks a creator: it asks the sources, then tracks what they found."""

import math
from collections.abc import Mapping
from decimal import Decimal

from sqlalchemy import Connection

from bellwether.connectors.sources import Sources
from bellwether.engine.creators.listing import Lister, told
from bellwether.engine.creators.payloads import read_payload
from bellwether.engine.creators.service import CreatorService
from bellwether.engine.tenants.service import TenantService
from bellwether.engine.tracking.fetching import Ask, Fetcher
from bellwether.engine.tracking.outcomes import Answer, Deferred, Lane
from bellwether.jobs.queue import Work
from bellwether.kit.clock import Clock
from bellwether.model.creators import CreatorOrder, FoundCreator
from bellwether.model.errors import RateLimitedError, UnavailableError
from bellwether.model.jobs import Job
from bellwether.model.readings import CreatorReading, Failed
from bellwether.model.tenants import Environment
from bellwether.model.tracking import Aspect
from bellwether.storage.database import Database


class CreatorTasks:
    """Handles jobs of the kind `creator`. `deadline_seconds` bounds each call of a source."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        sources: Sources,
        *,
        deadline_seconds: float = 30.0,
        price_cap_usd: Decimal | None = None,
    ) -> None:
        self._clock = clock
        self._fetcher = Fetcher(
            database,
            clock,
            sources,
            deadline_s=deadline_seconds,
            calls_at_once=4,
            price_cap_usd=price_cap_usd,
        )
        self._lister = Lister(
            database, clock, sources, deadline_s=deadline_seconds, price_cap_usd=price_cap_usd
        )

    async def handle(self, job: Job) -> Work:
        """Find the creator and the newest contents; they are tracked as the job ends."""
        order, request_id = read_payload(job)
        environment = job.scope.environment
        profile = await self._profile(environment, order)
        contents = await self._lister.newest(
            environment, order.ref.platform, order.ref.id, order.contents, order.kinds
        )
        found = FoundCreator(profile, contents)

        def work(connection: Connection) -> Mapping[str, object]:
            plan = TenantService(connection, self._clock).plan_of(job.scope)
            service = CreatorService(connection, self._clock)
            return service.track(job.scope, plan, order, found, request_id)

        return work

    async def _profile(self, environment: Environment, order: CreatorOrder) -> CreatorReading:
        answers: dict[str, Answer] = {}
        lane = Lane(environment, order.ref.platform, Aspect.PROFILE)
        # Every attempt asks alone, so that there is no larger call to shrink.
        await self._fetcher.fetch(lane, [Ask(order.ref.id, 0)], answers.update)
        answer = answers.get(order.ref.id)
        if answer is None:
            raise UnavailableError("the store does not answer")
        if isinstance(answer.outcome, CreatorReading):
            return answer.outcome
        if isinstance(answer.outcome, Failed):
            raise told(answer.outcome)
        if isinstance(answer.outcome, Deferred):
            wait = (answer.outcome.until - self._clock.now()).total_seconds()
            wait_s = math.ceil(self._clock.real_seconds(wait))
            raise RateLimitedError(answer.outcome.message, retry_after=max(1, wait_s))
        raise UnavailableError("the source answered something else than was asked")
