"""From the text of an address to where a connection may go."""

import re
from collections.abc import Collection, Container
from dataclasses import dataclass
from functools import lru_cache

import httpx

from bellwether.kit.http.addresses import Address, is_loopback, parse_address, refusal
from bellwether.kit.http.errors import FetchRefusedError
from bellwether.kit.http.lookup import Lookup

_MAX_LENGTH = 8192
_PORTS = {"http": 80, "https": 443}
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?=.{{1,253}}\.?$){_LABEL}(?:\.{_LABEL})*\.?")
# What C libraries read as an IPv4 address although nobody writes addresses so in good faith.
_NUMERIC = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?")


class Ports:
    """Port numbers: some by themselves, some in ranges."""

    def __init__(self, *allowed: int | range) -> None:
        self._allowed = tuple(
            range(one, one + 1) if isinstance(one, int) else one for one in allowed
        )

    def __contains__(self, port: object) -> bool:
        return any(port in span for span in self._allowed)


@dataclass(frozen=True, slots=True)
class Target:
    """Where one hop goes: the host as named, and the addresses it was checked to have."""

    host: str
    port: int
    addresses: tuple[Address, ...]


@lru_cache(1024)
def parse_url(text: str) -> httpx.URL:
    """Return an http or https address that may be looked up, or raise FetchRefusedError."""
    if len(text) > _MAX_LENGTH:
        raise FetchRefusedError("scheme", f"the address is longer than {_MAX_LENGTH} characters")
    if "\\" in text:
        raise FetchRefusedError("scheme", "the address has a backslash in it")
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError):
        raise FetchRefusedError("scheme", "this is not a well-formed address") from None
    if url.scheme not in _PORTS:
        raise FetchRefusedError("scheme", "only http and https addresses are called")
    if url.userinfo or "@" in text.split("//", 1)[-1].split("/", 1)[0].split("?", 1)[0]:
        raise FetchRefusedError("credentials", "the address has a user name or password in it")
    host = url.raw_host.decode("ascii")
    if parse_address(host) is None:
        if not _NAME.fullmatch(host):
            raise FetchRefusedError("scheme", "the address has no valid host name")
        if _NUMERIC.fullmatch(host):
            raise FetchRefusedError("address", "the host is a number that is no usual address")
    if url.port is not None and not 0 < url.port < 65536:  # noqa: PLR2004  ports are 16 bits
        raise FetchRefusedError("scheme", "the address has an impossible port")
    return url


def join_url(url: httpx.URL, location: str) -> httpx.URL:
    """Return where a redirect from `url` leads; raise FetchRefusedError like `parse_url`."""
    if "\\" in location:
        raise FetchRefusedError("scheme", "the redirect has a backslash in it")
    try:
        joined = url.join(location)
    except (httpx.InvalidURL, ValueError):
        raise FetchRefusedError("scheme", "the redirect is not a well-formed address") from None
    return parse_url(str(joined))


def origin_of(url: httpx.URL) -> tuple[str, str, int]:
    """Return scheme, host and port, the latter also where it is left out."""
    return url.scheme, url.host, url.port or _PORTS[url.scheme]


async def find_target(
    url: httpx.URL, lookup: Lookup, *, ports: Container[int] | None, allow_loopback: bool
) -> Target:
    """Look a host up, once, and check every address it has; raise FetchRefusedError.

    A host with one forbidden address among good ones is refused: honest hosts have none.
    """
    host = url.raw_host.decode("ascii")
    port = url.port or _PORTS[url.scheme]
    literal = parse_address(host)
    addresses = _parsed(host, await lookup(host)) if literal is None else (literal,)
    for address in addresses:
        kind = refusal(address, allow_loopback=allow_loopback)
        if kind is not None:
            raise FetchRefusedError("address", f"{host} is not public: it has a {kind} address")
    local = all(is_loopback(address) for address in addresses)
    if not local and ports is not None and port not in ports:
        raise FetchRefusedError("address", f"port {port} is not called")
    return Target(host, port, addresses)


def _parsed(host: str, texts: Collection[str]) -> tuple[Address, ...]:
    addresses = tuple(parse_address(text) for text in texts)
    known = tuple(address for address in addresses if address is not None)
    if not known or len(known) != len(addresses):
        raise FetchRefusedError("unresolvable", f"there is no address for {host}")
    return known
