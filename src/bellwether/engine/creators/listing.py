"""A creator's newest contents, page by page from the first source that has them."""

import asyncio
import math
from collections.abc import Sequence
from decimal import Decimal

from bellwether.connectors.base import Capability, Connector, ConnectorError
from bellwether.connectors.sources import Sources
from bellwether.engine.tracking.budgets import charges, reserve
from bellwether.kit.clock import Clock
from bellwether.model.errors import (
    BellwetherError,
    ForbiddenError,
    NotFoundError,
    RateLimitedError,
    UnavailableError,
    UnsupportedError,
)
from bellwether.model.paging import Page
from bellwether.model.platforms import Kind, Platform
from bellwether.model.readings import ContentReading, Failed, FailureReason
from bellwether.model.tenants import Environment
from bellwether.storage.database import Database, write

_MOST_PAGES = 100


class Lister:
    """Lists within the sources' budgets; each call gets `deadline_s` real seconds."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        sources: Sources,
        *,
        deadline_s: float,
        price_cap_usd: Decimal | None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._sources = sources
        self._deadline_s = deadline_s
        self._price_cap_usd = price_cap_usd

    async def newest(
        self,
        environment: Environment,
        platform: Platform,
        key: str,
        count: int,
        kinds: frozenset[Kind],
    ) -> Sequence[ContentReading]:
        """Return at most `count` contents, newest first, each once; errors of the error tree."""
        lacking: BellwetherError = UnsupportedError(
            f"no source lists what is published on {platform} in {environment}"
        )
        for source in self._sources.candidates(environment, platform, Capability.CONTENT_LIST):
            try:
                return await self._from(source, platform, key, count, kinds)
            except ConnectorError as error:
                lacking = told(error.failed)
                missing = error.failed.reason is FailureReason.NOT_FOUND
                if not (missing and source.declaration.partial):
                    break
        raise lacking

    async def _from(
        self, source: Connector, platform: Platform, key: str, count: int, kinds: frozenset[Kind]
    ) -> Sequence[ContentReading]:
        found: dict[str, ContentReading] = {}
        cursor: str | None = None
        for _ in range(_MOST_PAGES):
            page = await self._page(source, platform, key, cursor)
            for reading in page.items:
                if reading.kind in kinds:
                    found.setdefault(reading.id, reading)
            cursor = page.next_cursor
            if cursor is None or len(found) >= count:
                break
        return list(found.values())[:count]

    async def _page(
        self, source: Connector, platform: Platform, key: str, cursor: str | None
    ) -> Page[ContentReading]:
        await self._reserve(source, platform, key)
        try:
            async with asyncio.timeout(self._deadline_s):
                return await source.list_contents(platform, key, cursor)
        except TimeoutError:
            name = source.declaration.name
            raise UnavailableError(
                f"{name} did not answer within {self._deadline_s:g} seconds"
            ) from None

    async def _reserve(self, source: Connector, platform: Platform, key: str) -> None:
        declared = source.declaration
        wanted = charges(
            declared.name,
            declared.buckets,
            source.cost(platform, Capability.CONTENT_LIST, [key]),
            declared.operations[platform][Capability.CONTENT_LIST].price_usd,
            self._price_cap_usd,
        )
        if not wanted:
            return
        now = self._clock.real_now()
        refusal = await write(self._database, lambda connection: reserve(connection, wanted, now))
        if refusal is None:
            return
        message = f"the budget {refusal.charge.bucket.name!r} of {declared.name} is used up"
        if refusal.until is None:
            raise UnsupportedError(message)
        wait_s = math.ceil((refusal.until - now).total_seconds())
        raise RateLimitedError(message, retry_after=max(1, wait_s))


def told(failed: Failed) -> BellwetherError:
    """Return what a source could not read as an error of ours, with its retry class."""
    if failed.reason is FailureReason.UNSUPPORTED:
        return UnsupportedError(failed.message)
    if failed.reason in {FailureReason.NOT_FOUND, FailureReason.DELETED}:
        return NotFoundError(failed.message)
    if failed.reason in {FailureReason.PRIVATE, FailureReason.UNAUTHORIZED}:
        return ForbiddenError(failed.message)
    wait = None if failed.retry_after is None else math.ceil(failed.retry_after)
    return UnavailableError(failed.message, retry_after=wait)
