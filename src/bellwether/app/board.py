"""The sources of this process as others may see them: what is declared, and what works."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from bellwether.connectors.base import Check, Connector
from bellwether.connectors.sources import Sources
from bellwether.dialects.framework.services import OperationInfo, SourceInfo
from bellwether.kit.clock import Clock

_FRESH = timedelta(seconds=60)
_SECONDS = 10.0


class SourceBoard:
    """Asks each source whether it works at most once a minute, since asking may cost quota."""

    def __init__(self, sources: Sources, clock: Clock) -> None:
        self._sources = sources
        self._clock = clock
        self._lock = asyncio.Lock()
        self._checked_at: datetime | None = None
        self._checks: Sequence[Check] = ()

    async def sources(self) -> Sequence[SourceInfo]:
        """Return every source in order of preference."""
        async with self._lock:
            now = self._clock.real_now()
            if self._checked_at is None or now - self._checked_at > _FRESH:
                self._checks = await asyncio.gather(*(_check(one) for one in self._sources))
                self._checked_at = now
            return [
                _describe(one, check)
                for one, check in zip(self._sources, self._checks, strict=True)
            ]


async def _check(connector: Connector) -> Check:
    try:
        async with asyncio.timeout(_SECONDS):
            return await connector.check()
    except TimeoutError:
        return Check(connector.declaration.name, ok=False, detail=f"no answer in {_SECONDS:.0f} s")


def _describe(connector: Connector, check: Check) -> SourceInfo:
    declared = connector.declaration
    return SourceInfo(
        name=declared.name,
        environments=sorted(declared.environments),
        partial=declared.partial,
        operations=[
            OperationInfo(
                platform=platform,
                capability=capability,
                batch_size=operation.batch_size,
                cost=dict(operation.cost),
                price_usd=str(operation.price_usd),
            )
            for platform, operations in declared.operations.items()
            for capability, operation in operations.items()
        ],
        works=check.ok,
        detail=check.detail,
    )
