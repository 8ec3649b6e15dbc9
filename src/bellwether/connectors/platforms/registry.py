"""The collection of all platforms, and the way from any text to what it names."""

import re
from collections.abc import Mapping

from bellwether.connectors.platforms.address import Address, clean, invalid, parse_address
from bellwether.connectors.platforms.bluesky.urls import URLS as BLUESKY
from bellwether.connectors.platforms.dailymotion.urls import URLS as DAILYMOTION
from bellwether.connectors.platforms.declaration import Form, PlatformUrls
from bellwether.connectors.platforms.facebook.urls import URLS as FACEBOOK
from bellwether.connectors.platforms.instagram.urls import URLS as INSTAGRAM
from bellwether.connectors.platforms.linkedin.urls import URLS as LINKEDIN
from bellwether.connectors.platforms.pinterest.urls import URLS as PINTEREST
from bellwether.connectors.platforms.reddit.urls import URLS as REDDIT
from bellwether.connectors.platforms.snapchat.urls import URLS as SNAPCHAT
from bellwether.connectors.platforms.threads.urls import URLS as THREADS
from bellwether.connectors.platforms.tiktok.urls import URLS as TIKTOK
from bellwether.connectors.platforms.twitch.urls import URLS as TWITCH
from bellwether.connectors.platforms.vimeo.urls import URLS as VIMEO
from bellwether.connectors.platforms.x.urls import URLS as X
from bellwether.connectors.platforms.youtube.urls import URLS as YOUTUBE
from bellwether.model.errors import UnsupportedError
from bellwether.model.platforms import Platform, parse_platform
from bellwether.model.refs import Ref

_ALL = (
    BLUESKY,
    DAILYMOTION,
    FACEBOOK,
    INSTAGRAM,
    LINKEDIN,
    PINTEREST,
    REDDIT,
    SNAPCHAT,
    THREADS,
    TIKTOK,
    TWITCH,
    VIMEO,
    X,
    YOUTUBE,
)

PLATFORMS: Mapping[Platform, PlatformUrls] = {urls.platform: urls for urls in _ALL}
"""Every platform's declaration."""

_SCHEMES = {scheme: urls for urls in _ALL for scheme in urls.schemes}
_DOMAINS = {domain: urls for urls in _ALL for domain in urls.domains}
_SITES = {site: urls for urls in _ALL for site in urls.sites}
_NAMED = re.compile(r"([A-Za-z]{1,20}):(?!//)(.*)", re.DOTALL)


def locate(text: str) -> tuple[PlatformUrls, Form, Ref]:
    """Return the platform, the form of address and what it names.

    Raises InvalidInputError (url) for a text that is no address and UnsupportedError (url) for an
    address of another site, or of a page that is neither a profile nor a post.
    """
    address = parse_address(text, frozenset(_SCHEMES))
    urls = _platform_of(address)
    found = urls.find(address)
    if found is None:
        raise UnsupportedError(
            f"this {urls.title} address is not one of a profile, post or video", field="url"
        )
    return urls, *found


def resolve_text(text: str) -> Ref:
    """Return what a URL, or a handle written as "platform:@name", names; errors as `locate`."""
    text = clean(text)
    named = _NAMED.fullmatch(text)
    if named is not None:
        return _resolve_name(named[1], named[2])
    first = text.removeprefix("//").split("/", 1)[0].split("?", 1)[0]
    if text.startswith("@") or ("." not in first and "://" not in text):
        raise invalid('neither a URL nor a handle with its platform, like "youtube:@name"')
    return locate(text)[2]


def creator_key(platform: Platform, text: str) -> str:
    """Return the spelling under which a creator is kept: @Foo and foo are one, odd ids stay."""
    ref = PLATFORMS[platform].name(text)
    return text if ref is None else ref.id


def learned_handle(platform: Platform, key: str, said: str) -> str | None:
    """Return the handle to keep for a creator of whom a source said one.

    None for a creator whose key says more than a handle does ("company/NAME" on LinkedIn): its bare
    handle may be somebody else's.
    """
    ref = PLATFORMS[platform].name(key)
    if ref is not None and ref.handle not in {None, ref.id}:
        return None
    return creator_key(platform, said)


def _resolve_name(prefix: str, name: str) -> Ref:
    platform = parse_platform(prefix)
    if platform is None:
        raise invalid(f'"{prefix}" is not a platform; a handle is written like "youtube:@name"')
    ref = PLATFORMS[platform].name(name)
    if ref is None:
        raise invalid(f"this is not a handle as {PLATFORMS[platform].title} has them")
    return ref


def _platform_of(address: Address) -> PlatformUrls:
    if address.scheme in _SCHEMES:
        return _SCHEMES[address.scheme]
    if address.site in _SITES:
        return _SITES[address.site]
    labels = address.host.split(".")
    for count in (2, 3):
        urls = _DOMAINS.get(".".join(labels[-count:]))
        if urls is not None:
            break
    else:
        raise UnsupportedError(f"{address.host} is not a platform we know", field="url")
    if not urls.serves(address.host):
        raise UnsupportedError(
            f"{address.host} is not where {urls.title} shows profiles and posts", field="url"
        )
    return urls
