"""The scheduler's synthetic run: a fetch like any other, of something that is nobody's."""

from collections.abc import Mapping

from bellwether.connectors.sources import Sources
from bellwether.engine.tracking.fetching import Ask, Fetcher
from bellwether.engine.tracking.outcomes import Answer, Lane
from bellwether.kit.clock import Clock
from bellwether.model.errors import UnavailableError
from bellwether.model.platforms import Platform
from bellwether.model.readings import ContentReading
from bellwether.model.tenants import Environment
from bellwether.model.tracking import Aspect
from bellwether.storage.database import Database

_LANE = Lane(Environment.SANDBOX, Platform.YOUTUBE, Aspect.CONTENT)
_TARGET = "synthetic__"
_DEADLINE_S = 4.0


class SyntheticFetch:
    """Asks the simulated network for one video, through what fetches for customers."""

    def __init__(self, database: Database, clock: Clock, sandbox: Sources) -> None:
        self._fetcher = Fetcher(
            database, clock, sandbox, deadline_s=_DEADLINE_S, calls_at_once=1, price_cap_usd=None
        )

    async def run(self) -> None:
        """Fetch it; UnavailableError when no numbers came."""
        answers: dict[str, Answer] = {}

        def sink(got: Mapping[str, Answer]) -> None:
            answers.update(got)

        await self._fetcher.fetch(_LANE, [Ask(_TARGET, 0)], sink)
        answer = answers.get(_TARGET)
        if answer is None or not isinstance(answer.outcome, ContentReading):
            raise UnavailableError("the synthetic fetch brought no numbers")
