"""Finding out where short links lead, through the guarded client."""

import asyncio
from collections.abc import Sequence

from bellwether.engine.catalog import resolve as urls
from bellwether.kit.http import FetchRefusedError, GuardedClient
from bellwether.model.errors import (
    BellwetherError,
    InvalidInputError,
    UnavailableError,
    UnsupportedError,
)
from bellwether.model.refs import Ref, Resolved

MAX_HOPS = 5
SECONDS = 5.0
"""Each short link's own limit; one that is slow takes nothing from the others."""
AT_ONCE = 25
"""Short links of one call that are followed side by side; calls do not wait for each other."""

_TRANSIENT = frozenset({"unresolvable", "timeout", "connection"})
_SHOWN = 200  # characters of a foreign address that an error repeats


class Resolver:
    """Resolves many texts, following the short links among them side by side."""

    def __init__(self, client: GuardedClient, *, seconds: float = SECONDS) -> None:
        self._client = client
        self._seconds = seconds

    async def resolve_many(
        self, texts: Sequence[str], *, unshorten: bool = True, simulate: bool = False
    ) -> Sequence[Resolved]:
        """Return what each text names, in order; one that fails carries its error.

        Short links are followed unless `unshorten` is false; with `simulate` they get the content
        they stand for in the simulated network and nobody is asked.
        """
        resolved = [_resolve(text) for text in texts]
        links = {
            each.ref.url: each.ref
            for each in resolved
            if each.ref is not None and each.ref.needs_unshortening
        }
        if not links or not (unshorten or simulate):
            return resolved
        if simulate:
            targets = {url: _simulated(ref) for url, ref in links.items()}
        else:
            slots = asyncio.Semaphore(AT_ONCE)
            answers = await asyncio.gather(*(self._follow(ref, slots) for ref in links.values()))
            targets = dict(zip(links, answers, strict=True))
        return [
            _with_text(each.text, targets[each.ref.url])
            if each.ref is not None and each.ref.needs_unshortening
            else each
            for each in resolved
        ]

    async def _follow(self, link: Ref, slots: asyncio.Semaphore) -> Resolved:
        """Follow one short link until the first address that names a profile or a content."""
        try:
            async with slots:
                url = await self._client.final_url(
                    link.url, max_hops=MAX_HOPS, seconds=self._seconds, until=_names_something
                )
        except FetchRefusedError as refused:
            message = f"the short link could not be followed: {refused.message}"
            kind = UnavailableError if refused.reason in _TRANSIENT else UnsupportedError
            return Resolved(link.url, link.url, None, kind(message, field="url"))
        try:
            ref = urls.resolve(url)
        except (InvalidInputError, UnsupportedError) as error:
            message = f"the short link leads to {url[:_SHOWN]}: {error.message}"
            return Resolved(link.url, link.url, None, UnsupportedError(message, field="url"))
        if ref.needs_unshortening:
            message = "the short link leads to a short link that leads nowhere"
            return Resolved(link.url, link.url, None, UnsupportedError(message, field="url"))
        return Resolved(link.url, url, ref, None)


def _resolve(text: str) -> Resolved:
    try:
        return Resolved(text, text, urls.resolve(text), None)
    except BellwetherError as error:
        return Resolved(text, text, None, error)


def _simulated(link: Ref) -> Resolved:
    ref = urls.simulate(link)
    return Resolved(link.url, ref.url, ref, None)


def _with_text(text: str, target: Resolved) -> Resolved:
    """Return the link's answer for one of the texts that named it."""
    url = text if target.ref is None else target.url
    return Resolved(text, url, target.ref, target.error)


def _names_something(url: str) -> bool:
    try:
        return not urls.resolve(url).needs_unshortening
    except (InvalidInputError, UnsupportedError):
        return False
