"""Asking sources about targets: who, in which batches, within which budgets."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

import structlog

from bellwether.connectors.base import Connector, Operation
from bellwether.connectors.sources import Sources
from bellwether.engine.tracking.budgets import Refusal, charges, reserve
from bellwether.engine.tracking.calls import Caller
from bellwether.engine.tracking.outcomes import Answer, Deferred, Lane, Outcome
from bellwether.kit.clock import Clock
from bellwether.kit.metering import SILENT, Meter
from bellwether.model.errors import UnavailableError
from bellwether.model.readings import Failed, FailureReason
from bellwether.model.tracking import Aspect
from bellwether.storage.database import Database, write

_log = structlog.get_logger(__name__)

Sink = Callable[[Mapping[str, Answer]], None]
"""Takes answers by target as they come in."""

_SMALLEST_ROOM = 100
_ROUNDS = 2
_SHRINK = 8


class Ask(NamedTuple):
    """A target, and how often this tick asked for it before."""

    target: str
    attempts: int


class Fetcher:
    """Fetches targets of a lane from the first source that has them.

    At most `calls_at_once` calls run at a time for one lane and source, each with a deadline.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        sources: Sources,
        *,
        deadline_s: float,
        calls_at_once: int,
        price_cap_usd: Decimal | None,
        meter: Meter = SILENT,
    ) -> None:
        self._database = database
        self._clock = clock
        self._sources = sources
        self._caller = Caller(deadline_s, meter)
        self._calls_at_once = calls_at_once
        self._price_cap_usd = price_cap_usd
        self._gates: defaultdict[tuple[Lane, str], asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(calls_at_once)
        )

    def room(self, lane: Lane) -> int:
        """Return how many targets of a lane are worth taking on at a time."""
        candidates = self._candidates(lane)
        if not candidates:
            return _SMALLEST_ROOM * _SHRINK
        batch = _batch_size(candidates[0], lane)
        return max(_SMALLEST_ROOM, batch * self._calls_at_once * _ROUNDS)

    async def fetch(self, lane: Lane, asks: Sequence[Ask], sink: Sink) -> None:
        """Give the sink an answer for each target, in as many calls as it takes.

        Targets stay unanswered when the store does not answer where budgets are kept.
        """
        await self._ask(lane, asks, self._candidates(lane), {}, sink)

    def _candidates(self, lane: Lane) -> Sequence[Connector]:
        return self._sources.candidates(lane.environment, lane.platform, lane.capability)

    async def _ask(
        self,
        lane: Lane,
        asks: Sequence[Ask],
        candidates: Sequence[Connector],
        failures: Mapping[str, Answer],
        sink: Sink,
    ) -> None:
        """Ask the first candidate; `failures` is what those before it said."""
        if not asks:
            return
        if not candidates:
            nobody = self._answer(_no_source(lane), None)
            sink({ask.target: failures.get(ask.target, nobody) for ask in asks})
            return
        source = candidates[0]
        # One that breaks takes only its own batch with it.
        results = await asyncio.gather(
            *(
                self._ask_batch(lane, batch, candidates, sink)
                for batch in _batches(source, lane, asks)
            ),
            return_exceptions=True,
        )
        for result in results:
            if isinstance(result, UnavailableError):
                _log.warning("budgets cannot be read", lane=str(lane), error=str(result))
            elif isinstance(result, BaseException):
                raise result

    async def _ask_batch(
        self, lane: Lane, asks: Sequence[Ask], candidates: Sequence[Connector], sink: Sink
    ) -> None:
        source, *others = candidates
        answers: dict[str, Answer] = {}
        async with self._gates[lane, source.declaration.name]:
            await self._call(lane, source, [ask.target for ask in asks], answers)
        if not (source.declaration.partial and others):
            if answers:
                sink(answers)
            return
        passed_on = {
            target: answer
            for target, answer in answers.items()
            if isinstance(answer.outcome, Failed)
            and answer.outcome.reason is FailureReason.NOT_FOUND
        }
        final = {target: answer for target, answer in answers.items() if target not in passed_on}
        if final:
            sink(final)
        again = [ask for ask in asks if ask.target in passed_on]
        await self._ask(lane, again, others, passed_on, sink)

    async def _call(
        self, lane: Lane, source: Connector, targets: Sequence[str], answers: dict[str, Answer]
    ) -> None:
        """Call for targets as far as budgets allow, in smaller parts where only those fit."""
        refusal = await self._reserve(lane, source, targets)
        if refusal is None:
            outcomes = await self._caller.call(source, lane, targets)
            at, name = self._clock.now(), source.declaration.name
            for target, outcome in zip(targets, outcomes, strict=True):
                answers[target] = Answer(outcome, at, name)
            return
        half = len(targets) // 2
        if half and self._costs(lane, source, targets[:half]) < self._costs(lane, source, targets):
            await self._call(lane, source, targets[:half], answers)
            await self._call(lane, source, targets[half:], answers)
            return
        refused = self._answer(self._refused(source, refusal), source)
        answers.update(dict.fromkeys(targets, refused))

    async def _reserve(
        self, lane: Lane, source: Connector, targets: Sequence[str]
    ) -> Refusal | None:
        wanted = charges(
            source.declaration.name,
            source.declaration.buckets,
            source.cost(lane.platform, lane.capability, targets),
            _operation(source, lane).price_usd,
            self._price_cap_usd,
        )
        if not wanted:
            return None
        real_now = self._clock.real_now()
        return await write(self._database, lambda connection: reserve(connection, wanted, real_now))

    def _costs(self, lane: Lane, source: Connector, targets: Sequence[str]) -> float:
        return sum(source.cost(lane.platform, lane.capability, targets).values())

    def _refused(self, source: Connector, refusal: Refusal) -> Outcome:
        bucket = refusal.charge.bucket
        budget = f"the budget {bucket.name!r} of {source.declaration.name}"
        if refusal.until is None:
            message = f"one call takes more than {budget} ever holds ({bucket.amount:g})"
            return Failed(FailureReason.UNSUPPORTED, message)
        message = f"deferred: {budget} is used up until {refusal.until:%Y-%m-%d %H:%M:%S} UTC"
        return Deferred(self._product_instant(refusal.until), message)

    def _product_instant(self, real: datetime) -> datetime:
        """Return when, in the product's time, a real instant will have come."""
        wait_s = (real - self._clock.real_now()).total_seconds()
        return self._clock.now() + timedelta(seconds=wait_s / self._clock.real_seconds(1))

    def _answer(self, outcome: Outcome, source: Connector | None) -> Answer:
        name = None if source is None else source.declaration.name
        return Answer(outcome, self._clock.now(), name)


def _operation(source: Connector, lane: Lane) -> Operation:
    return source.declaration.operations[lane.platform][lane.capability]


def _batch_size(source: Connector, lane: Lane) -> int:
    return 1 if lane.aspect is Aspect.STORIES else max(1, _operation(source, lane).batch_size)


def _batches(source: Connector, lane: Lane, asks: Sequence[Ask]) -> Iterator[Sequence[Ask]]:
    """Split asks into calls, the largest the source takes.

    Where calls cost nothing, what failed before comes in ever smaller batches, so that one item
    that breaks or delays its whole call is soon alone with itself.
    """
    largest = _batch_size(source, lane)
    by_size: dict[int, list[Ask]] = {}
    for ask in asks:
        shrink = 1 if source.declaration.buckets else _SHRINK ** min(ask.attempts, 8)
        by_size.setdefault(max(1, largest // shrink), []).append(ask)
    for size, some in by_size.items():
        for start in range(0, len(some), size):
            yield some[start : start + size]


def _no_source(lane: Lane) -> Failed:
    return Failed(
        FailureReason.UNSUPPORTED,
        f"no source for {lane.platform} ({lane.capability}) in {lane.environment}, "
        "see bellwether connectors check",
    )
