"""The one client for addresses that strangers choose."""

import asyncio
import ssl
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import httpx

from bellwether.kit.http.connection import Answer, Ask, Own, Sink, exchange, resume
from bellwether.kit.http.errors import FetchRefusedError
from bellwether.kit.http.kept import Kept, Origin
from bellwether.kit.http.lookup import Lookup, SystemLookup
from bellwether.kit.http.targets import Target, find_target, join_url, origin_of, parse_url

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_SAFE = frozenset({"GET", "HEAD"})
WEB_PORTS = frozenset({80, 443})
_MOST_WAYS = 1024


@dataclass(frozen=True, slots=True)
class GuardedResponse:
    """What a server answered: header names in lower case, the body as sent, where it came from."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


class _Way(NamedTuple):
    """What is always the same about requests for an address: whom to call, and our headers."""

    url: str
    called: httpx.URL
    origin: Origin
    own: Own


class GuardedClient:
    """HTTP requests that reach the public Internet only, within fixed bounds.

    Every hop's host is looked up once, all its addresses are checked, and the connection goes to
    a checked address. No cookies, proxies, credentials or settings of the environment take part.

    A connection is closed after its request, or waits `idle_s` for the next to the same origin,
    at most a minute in all: it leads to the address that was checked, whatever the name means by
    then. When the other side has closed it meanwhile the request is sent again over a new one, so
    this is for requests that may arrive twice.

    `allow_loopback` lets this machine be called, on any port. `ports` are those called elsewhere
    (None: any). `rewrite` sends requests for a host to a base URL instead, with the Host header
    unchanged; it is for tests and mirrors on this machine and needs `allow_loopback`.
    `lookup` replaces the machine's resolver, `tls` the certificates trusted.
    """

    def __init__(
        self,
        *,
        allow_loopback: bool = False,
        ports: Container[int] | None = WEB_PORTS,
        user_agent: str = "bellwether",
        rewrite: Mapping[str, str] | None = None,
        lookup: Lookup | None = None,
        tls: ssl.SSLContext | None = None,
        idle_s: float = 0.0,
    ) -> None:
        if rewrite and not allow_loopback:
            raise ValueError("rewrite needs allow_loopback")
        self._allow_loopback = allow_loopback
        self._ports = ports
        self._user_agent = user_agent
        self._rewrite = {host.lower(): httpx.URL(base) for host, base in (rewrite or {}).items()}
        self._system = SystemLookup()
        self._lookup: Lookup = lookup or self._system
        self._tls = tls
        self._kept = Kept(idle_s)
        self._lasting = idle_s > 0
        self._ways: dict[str, _Way] = {}

    async def aclose(self) -> None:
        """Let go of connections and look-up threads; requests under way are not waited for."""
        self._kept.close()
        self._system.close()

    async def check(self, url: str, *, seconds: float = 5.0) -> None:
        """Raise FetchRefusedError if an address would not be called now; nothing is sent."""
        try:
            async with asyncio.timeout(seconds):
                await self._find(self._rewritten(parse_url(url)))
        except TimeoutError:
            raise FetchRefusedError("timeout", f"no address within {seconds:g} s") from None

    async def final_url(
        self,
        url: str,
        *,
        max_hops: int = 5,
        seconds: float = 5.0,
        until: Callable[[str], bool] | None = None,
    ) -> str:
        """Follow redirects, at most `max_hops`, and return the address they lead to.

        No body is read. `until` is asked about every address before it is called; where it says
        yes, that address is the answer and is not called. A page that answers with an error is
        still the answer if a redirect led there. Raise FetchRefusedError.
        """
        response, hops = await self._within(seconds, url, Ask("GET"), max_hops, until)
        if hops == 0 and response.status >= 400:  # noqa: PLR2004  where HTTP's errors begin
            raise FetchRefusedError("status", f"the server answered {response.status}")
        return response.url

    async def get(self, url: str, *, max_bytes: int, seconds: float) -> GuardedResponse:
        """Return one answer, of any status, without following redirects.

        Raise FetchRefusedError; `too_large` if the body has more than `max_bytes`.
        """
        return await self.request("GET", url, max_bytes=max_bytes, seconds=seconds)

    async def download(
        self, url: str, sink: Sink, *, max_bytes: int, seconds: float, follow: int = 5
    ) -> GuardedResponse:
        """Hand a file on piece by piece as it arrives; only a status of 200 brings one.

        `seconds` bound the whole, with what the sink takes. Raise FetchRefusedError; `too_large`
        when the bound is known to be passed, which may be after some pieces.
        """
        ask = Ask("GET", max_bytes=max_bytes, cut=True, sink=sink)
        response, _ = await self._within(seconds, url, ask, follow)
        return response

    async def request(
        self,
        method: str,
        url: str,
        *,
        max_bytes: int,
        seconds: float,
        headers: Mapping[str, str] | None = None,
        content: bytes = b"",
        follow: int = 0,
        cut: bool = False,
    ) -> GuardedResponse:
        """Send one request and return the answer, of any status, after at most `seconds` in all.

        With `cut` a longer body is cut at `max_bytes` instead of refused. `follow` redirects are
        followed (GET and HEAD only), the caller's headers going no further than the origin they
        were meant for; with 0 a redirect is the answer. Raise FetchRefusedError.
        """
        if follow and method not in _SAFE:
            raise ValueError("only GET and HEAD follow redirects")
        ask = Ask(method, headers or {}, content, max_bytes, cut)
        if not follow and self._lasting:
            return await self._once(seconds, url, ask)
        response, _ = await self._within(seconds, url, ask, follow or None)
        return response

    async def _once(self, seconds: float, url: str, ask: Ask) -> GuardedResponse:
        """Make one request: nearly always over a kept connection, which watches the time itself."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        way = self._ways.get(url)
        if way is None:
            if len(self._ways) >= _MOST_WAYS:
                self._ways.clear()
            way = self._ways[url] = self._way(parse_url(url))
        try:
            answer = None
            if (wire := self._kept.take(way.origin)) is not None:
                answer = await resume(
                    wire, way.called, ask, way.own, until=deadline, kept=self._kept
                )
            if answer is None:
                async with asyncio.timeout_at(deadline):
                    answer = await self._anew(way, ask, deadline - loop.time())
        except TimeoutError:
            raise _too_late(seconds) from None
        return GuardedResponse(answer.status, answer.headers, answer.body, way.url)

    async def _within(
        self,
        seconds: float,
        url: str,
        ask: Ask,
        follow: int | None,
        until: Callable[[str], bool] | None = None,
    ) -> tuple[GuardedResponse, int]:
        try:
            async with asyncio.timeout(seconds):
                return await self._follow(parse_url(url), ask, follow, until, seconds)
        except TimeoutError:
            raise _too_late(seconds) from None

    async def _follow(
        self,
        url: httpx.URL,
        ask: Ask,
        follow: int | None,
        until: Callable[[str], bool] | None,
        seconds: float,
    ) -> tuple[GuardedResponse, int]:
        """Return the last answer and how many redirects led to it; None follows none."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        seen: set[httpx.URL] = set()
        while True:
            if until is not None and until(str(url)):
                return GuardedResponse(200, {}, b"", str(url)), len(seen)
            answer = await self._anew(self._way(url), ask, deadline - loop.time())
            response = GuardedResponse(answer.status, answer.headers, answer.body, str(url))
            location = response.headers.get("location")
            if follow is None or location is None or response.status not in _REDIRECTS:
                return response, len(seen)
            seen.add(url.copy_with(fragment=None))
            if len(seen) > follow:
                raise FetchRefusedError("too_many_hops", f"more than {follow} redirects")
            step = join_url(url, location)
            if step.copy_with(fragment=None) in seen:
                raise FetchRefusedError("too_many_hops", "the redirects run in a circle")
            if origin_of(step) != origin_of(url):
                ask = replace(ask, headers={})
            url = step

    async def _anew(self, way: _Way, ask: Ask, seconds: float) -> Answer:
        """Make one request over a new connection."""
        target = await self._find(way.called)
        secure = way.called.scheme == "https"
        if secure and self._tls is None:
            self._tls = httpx.create_ssl_context(trust_env=False)
        return await exchange(
            way.called,
            target,
            ask,
            way.own,
            tls=self._tls if secure else None,
            seconds=seconds,
            kept=self._kept,
        )

    def _way(self, url: httpx.URL) -> _Way:
        called = self._rewritten(url)
        own = {
            "Host": url.netloc.decode("ascii"),
            "User-Agent": self._user_agent,
            "Accept": "*/*",
            # Bodies are bounded as they arrive, so they should arrive as they are.
            "Accept-Encoding": "identity",
        }
        if not self._lasting:
            own["Connection"] = "close"
        lowered = {name.lower(): (name, value) for name, value in own.items()}
        return _Way(str(url), called, origin_of(called), lowered)

    async def _find(self, called: httpx.URL) -> Target:
        return await find_target(
            called, self._lookup, ports=self._ports, allow_loopback=self._allow_loopback
        )

    def _rewritten(self, url: httpx.URL) -> httpx.URL:
        base = self._rewrite.get(url.host) if self._rewrite else None
        if base is None:
            return url
        return base.copy_with(raw_path=base.raw_path.rstrip(b"/") + url.raw_path)


def _too_late(seconds: float) -> FetchRefusedError:
    return FetchRefusedError("timeout", f"no answer within {seconds:g} s")
