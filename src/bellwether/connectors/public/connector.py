"""Public pages of platforms without a key, read by yt-dlp in processes of their own."""

import importlib.util
import sys
from collections.abc import Sequence

from bellwether.connectors.base import (
    Bucket,
    Capability,
    CapabilityMissingError,
    Check,
    Connector,
    Declaration,
    Operation,
)
from bellwether.connectors.public import parse
from bellwether.connectors.public.messages import Start
from bellwether.connectors.public.pages import NAMES, Pages, by_platform
from bellwether.connectors.public.process import Worker, WorkerEndedError
from bellwether.model.errors import InvalidInputError
from bellwether.model.platforms import Platform
from bellwether.model.readings import ContentReading, Failed, FailureReason
from bellwether.model.tenants import Environment

INSTALL = "yt-dlp is not installed: pip install 'bellwether[public]'"
_PAGES_PER_MINUTE = 20.0


def installed() -> bool:
    """Whether the optional extra is there."""
    return importlib.util.find_spec("yt_dlp") is not None


class PublicConnector(Connector):
    """Reads contents only. Each platform has a process, so that a slow one holds up no other.

    `extractors` are names of docs/connectors/public.md; none given means all of them. `seconds` is
    the deadline of one page. Raises InvalidInputError (public_extractors) for any other name.
    """

    def __init__(
        self,
        *,
        proxy: str | None = None,
        extractors: Sequence[str] = (),
        seconds: float = 30.0,
        check_certificates: bool = True,
        python: str = sys.executable,
        available: bool | None = None,
    ) -> None:
        self._available = installed() if available is None else available
        names = [name.lower() for name in extractors] or list(NAMES)
        unknown = sorted(set(names) - set(NAMES))
        if unknown:
            message = f"no such extractors: {', '.join(unknown)}; there are {', '.join(NAMES)}"
            raise InvalidInputError(message, field="public_extractors")
        self._pages = by_platform(names)
        self._workers = {
            platform: Worker(
                Start([one.key for one in pages], proxy, check_certificates, seconds),
                seconds=seconds,
                python=python,
            )
            for platform, pages in self._pages.items()
        }
        self.declaration = _declare(tuple(self._pages) if self._available else ())

    async def fetch_contents(
        self, platform: Platform, ids: Sequence[str]
    ) -> Sequence[ContentReading | Failed]:
        """Read pages one after the other."""
        if platform not in self.declaration.operations:
            raise CapabilityMissingError(platform)
        return [await self._read(platform, content_id) for content_id in ids]

    async def check(self) -> Check:
        """Start a process and ask its version; no platform is called."""
        if not self._available:
            return Check(parse.SOURCE, ok=False, detail=INSTALL, configured=False)
        worker = next(iter(self._workers.values()))
        try:
            version = await worker.version()
        except (WorkerEndedError, TimeoutError, OSError) as error:
            detail = f"yt-dlp's process does not start: {str(error) or 'too slow'}"
            return Check(parse.SOURCE, ok=False, detail=detail)
        names = ", ".join(one.name for pages in self._pages.values() for one in pages)
        return Check(parse.SOURCE, ok=True, detail=f"yt-dlp {version} runs; extractors: {names}")

    async def aclose(self) -> None:
        """End the processes."""
        for worker in self._workers.values():
            await worker.aclose()

    async def _read(self, platform: Platform, content_id: str) -> ContentReading | Failed:
        found = self._page_of(platform, content_id)
        if found is None:
            message = f"this is not the id of a public page of {platform} that can be read"
            return Failed(FailureReason.UNSUPPORTED, message)
        pages, url = found
        answer = await self._workers[platform].read(pages.key, url)
        if answer.problem is not None:
            problem = answer.problem
            return Failed(FailureReason(problem.reason), f"{platform}: {problem.message}")
        return parse.content(pages, content_id, answer.info or {})

    def _page_of(self, platform: Platform, content_id: str) -> tuple[Pages, str] | None:
        for pages in self._pages[platform]:
            url = pages.url_of(content_id)
            if url is not None:
                return pages, url
        return None


def _declare(platforms: Sequence[Platform]) -> Declaration:
    return Declaration(
        name=parse.SOURCE,
        environments=frozenset({Environment.LIVE}),
        operations={
            platform: {Capability.CONTENT: Operation(cost={_bucket(platform): 1.0})}
            for platform in platforms
        },
        buckets=tuple(Bucket(_bucket(platform), _PAGES_PER_MINUTE) for platform in platforms),
    )


def _bucket(platform: Platform) -> str:
    return f"public-{platform}-pages"
