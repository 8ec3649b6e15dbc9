"""Questions about media that only the network can answer, asked before an order is taken."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from bellwether.engine.publishing.orders import check_urls
from bellwether.kit.http import FetchRefusedError, GuardedClient, GuardedResponse
from bellwether.kit.http.addresses import is_loopback, parse_address
from bellwether.kit.http.targets import parse_url
from bellwether.model.errors import InvalidInputError, TooLargeError
from bellwether.model.publishers import PostKind
from bellwether.model.tenants import Environment

_REDIRECTS = 3
_UNSURE = frozenset({403, 405, 408, 425, 429})
"""Answers of servers that may still give the file to who asks for all of it, or later."""

_ERRORS = 400
_BROKEN = 500


@dataclass(frozen=True, slots=True)
class MediaLimits:
    """What a file that is fetched may be at most, in bytes, and how long that may take."""

    image_bytes: int = 20 << 20
    video_bytes: int = 512 << 20
    seconds: float = 300.0
    asking_seconds: float = 5.0


class MediaDesk:
    """Asks servers what is at an address, without fetching it.

    In the sandbox nobody is asked, and no media are fetched: an address only must not be one of
    this machine or of a private network.
    """

    def __init__(
        self, client: GuardedClient, limits: MediaLimits, *, allow_loopback: bool = False
    ) -> None:
        self._client = client
        self._limits = limits
        self._allow_loopback = allow_loopback

    async def check_media(
        self, environment: Environment, kind: PostKind, urls: Sequence[str]
    ) -> None:
        """Raise InvalidInputError or TooLargeError (`media_urls`) for what cannot be published.

        Addresses that lead inside, files that are not there, are no media or are too large. A
        server that does not answer is given another chance when the post goes out.
        """
        await self._check(environment, urls, "media_urls", video=kind is PostKind.VIDEO)

    async def check_avatar(self, environment: Environment, url: str) -> None:
        """Do the same for a profile picture (`avatar_url`)."""
        await self._check(environment, [url], "avatar_url", video=False)

    async def _check(
        self, environment: Environment, urls: Sequence[str], field: str, *, video: bool
    ) -> None:
        check_urls(urls, field)
        for url in urls:
            self._check_local(url, field)
        if environment is Environment.LIVE:
            await asyncio.gather(*(self._ask(url, field, video=video) for url in urls))

    def _check_local(self, url: str, field: str) -> None:
        host = parse_url(url).host
        address = parse_address(host)
        here = host.rstrip(".").lower() == "localhost"
        if (here or (address is not None and is_loopback(address))) and not self._allow_loopback:
            raise InvalidInputError(f"{url[:200]}: not a public address", field=field)

    async def _ask(self, url: str, field: str, *, video: bool) -> None:
        try:
            answer = await self._client.request(
                "HEAD",
                url,
                max_bytes=0,
                seconds=self._limits.asking_seconds,
                follow=_REDIRECTS,
                cut=True,
            )
        except FetchRefusedError as error:
            if error.reason == "timeout":
                return
            raise InvalidInputError(f"{url[:200]}: {error.message}", field=field) from error
        if answer.status >= _BROKEN or answer.status in _UNSURE:
            return
        if answer.status >= _ERRORS:
            raise InvalidInputError(
                f"{url[:200]}: the server answered {answer.status}", field=field
            )
        self._judge(url, field, answer, video=video)

    def _judge(self, url: str, field: str, answer: GuardedResponse, *, video: bool) -> None:
        most = self._limits.video_bytes if video else self._limits.image_bytes
        length = answer.headers.get("content-length", "")
        if length.isdecimal() and int(length[:20]) > most:
            raise TooLargeError(
                f"{url[:200]}: a file of {length} bytes, at most {most} are taken", field=field
            )
        said = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        wanted = "video/" if video else "image/"
        told = said.startswith(("image/", "video/", "audio/", "text/html"))
        if told and not said.startswith(wanted):
            what = "a video" if video else "an image"
            raise InvalidInputError(f"{url[:200]}: {said} is not {what}", field=field)
