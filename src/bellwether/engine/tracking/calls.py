"""One call of one source, whatever it does: it ends in time, with an outcome for every item."""

import asyncio
import math
import time
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

import structlog

from bellwether.connectors.base import Connector, ConnectorError
from bellwether.engine.tracking.outcomes import Lane, Outcome, Stories
from bellwether.kit.metering import SILENT, Meter
from bellwether.model.readings import ContentReading, CreatorReading, Failed, FailureReason
from bellwether.model.tracking import Aspect

_log = structlog.get_logger(__name__)


class Caller:
    """Calls sources with a deadline in real seconds."""

    def __init__(self, deadline_s: float, meter: Meter = SILENT) -> None:
        self._deadline_s = deadline_s
        self._meter = meter
        self._abandoned: set[asyncio.Task[object]] = set()

    async def call(
        self, source: Connector, lane: Lane, targets: Sequence[str]
    ) -> Sequence[Outcome]:
        """Return one outcome for each target; what goes wrong is an outcome, too."""
        began = time.perf_counter()
        outcomes = await self._outcomes(source, lane, targets)
        failed = [one.reason.value for one in outcomes if isinstance(one, Failed)]
        self._meter.observe(
            "fetch_seconds",
            time.perf_counter() - began,
            source=source.declaration.name,
            platform=lane.platform.value,
            outcome=failed[0] if failed else "ok",
        )
        return outcomes

    async def _outcomes(
        self, source: Connector, lane: Lane, targets: Sequence[str]
    ) -> Sequence[Outcome]:
        name = source.declaration.name
        try:
            got = await self._in_time(_request(source, lane, targets))
        except ConnectorError as error:
            return [error.failed] * len(targets)
        except TimeoutError:
            message = f"{name} did not answer within {self._deadline_s:g} seconds"
            _log.warning("source is slow", source=name, lane=str(lane), items=len(targets))
            return [Failed(FailureReason.PLATFORM_ERROR, message)] * len(targets)
        except Exception as error:  # noqa: BLE001  a source may break in any way
            message = f"{name} failed unexpectedly ({type(error).__name__})"
            _log.warning("source broke", source=name, lane=str(lane), exc_info=True)
            return [Failed(FailureReason.PLATFORM_ERROR, message)] * len(targets)
        return _checked(name, lane, targets, got)

    async def _in_time(self, request: Coroutine[Any, Any, object]) -> object:
        """Await a request, or cancel it and leave: one that ignores that is not waited for."""
        task = asyncio.ensure_future(request)
        try:
            await asyncio.wait({task}, timeout=self._deadline_s)
            if task.done():
                return task.result()
            raise TimeoutError
        finally:
            if not task.done():
                task.cancel()
                self._abandoned.add(task)
                task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[object]) -> None:
        self._abandoned.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _log.info("a call that was given up failed later", error=repr(task.exception()))


async def _request(source: Connector, lane: Lane, targets: Sequence[str]) -> object:
    if lane.aspect is Aspect.PROFILE:
        return await source.fetch_profiles(lane.platform, targets)
    if lane.aspect is Aspect.CONTENT:
        return await source.fetch_contents(lane.platform, targets)
    (target,) = targets
    return [Stories(await source.fetch_stories(lane.platform, target))]


def _checked(name: str, lane: Lane, targets: Sequence[str], got: object) -> Sequence[Outcome]:
    """Let through only what a source may say about these targets."""
    if not isinstance(got, list | tuple) or len(got) != len(targets):
        _log.warning("source answered another number of items", source=name, lane=str(lane))
        failed = Failed(FailureReason.CHANGED_FORMAT, f"{name} did not answer item by item")
        return [failed] * len(targets)
    return [
        _checked_item(name, lane, target, item) for target, item in zip(targets, got, strict=True)
    ]


def _checked_item(name: str, lane: Lane, target: str, item: object) -> Outcome:
    if isinstance(item, Failed):
        return item
    if lane.aspect is Aspect.STORIES and isinstance(item, Stories):
        items = item.items
        if isinstance(items, list | tuple) and all(_is_reading(lane, story) for story in items):
            return item
    elif lane.aspect is Aspect.PROFILE and isinstance(item, CreatorReading):
        if _is_reading(lane, item) and _same(item.key, target):
            return item
    elif (
        lane.aspect is Aspect.CONTENT
        and isinstance(item, ContentReading)
        and _is_reading(lane, item)
        and _same(item.id, target)
    ):
        return item
    _log.warning("source answered something else", source=name, lane=str(lane), target=target)
    return Failed(FailureReason.CHANGED_FORMAT, f"{name} answered something else than was asked")


def _same(said: str, asked: str) -> bool:
    return said == asked or said.casefold() == asked.casefold()


_PLAIN = frozenset({int, type(None)})
"""What nearly all counts are, and needs no closer look."""


def _is_reading(lane: Lane, item: object) -> bool:
    kind = CreatorReading if lane.aspect is Aspect.PROFILE else ContentReading
    if not isinstance(item, kind) or item.platform is not lane.platform:
        return False
    metrics: object = item.metrics
    if not isinstance(metrics, Mapping):
        return False
    values = metrics.values()
    return _PLAIN.issuperset(map(type, values)) or all(map(_is_number, values))


def _is_number(value: object) -> bool:
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return True
    return isinstance(value, float) and math.isfinite(value)
