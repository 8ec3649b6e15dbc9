"""Addresses of Bluesky. A post's id is its AT URI, which names the author by handle or DID."""

from dataclasses import replace

from bellwether.connectors.platforms.address import Address
from bellwether.connectors.platforms.declaration import Form, PlatformUrls
from bellwether.model.platforms import Kind, Platform

_BASE = "https://bsky.app/"
_PROFILE = _BASE + "profile/{handle}"
_POST = _PROFILE + "/post/{key}"
_POST_ID = "at://{handle}/app.bsky.feed.post/{key}"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"


def _unwrap(address: Address) -> Address:
    """Turn an AT URI, an embed or a handle's own host into the page in the app."""
    path = address.path
    if address.host.endswith(".bsky.social"):
        return replace(address, host="bsky.app", path=("profile", address.host, *path))
    if path[1:] and path[0].lower() == "profile" and path[1].startswith("@"):
        return replace(address, path=(path[0], path[1].removeprefix("@"), *path[2:]))
    if address.scheme != "at":
        return address
    if path[1:2] == ("app.bsky.feed.post",):
        path = (path[0], "post", *path[2:])
    elif path[1:] == ("app.bsky.actor.profile", "self"):
        path = path[:1]
    return replace(address, scheme="https", host="bsky.app", path=("profile", *path))


URLS = PlatformUrls(
    platform=Platform.BLUESKY,
    title="Bluesky",
    domains={
        "bsky.app": frozenset({"", "www", "main", "staging"}),
        "bsky.social": frozenset({"*"}),
    },
    schemes=frozenset({"at"}),
    fields={
        "key": r"[A-Za-z0-9._:~-]{1,64}",
        "code": r"[A-Za-z0-9_-]{3,40}",
        "handle": rf"did:(?:plc:[a-z2-7]{{24}}|web:[A-Za-z0-9.-]{{1,100}})"
        rf"|(?!\d+(?:\.\d+)*(?:/|\Z))(?=[^/]{{4,100}}(?:/|\Z)){_LABEL}(?:\.{_LABEL})+",
    },
    forms=(
        Form("profile/{handle}/post/{key}/*", Kind.POST, _POST, id=_POST_ID),
        Form(
            "embed/{handle}/app.bsky.feed.post/{key}",
            Kind.POST,
            _POST,
            id=_POST_ID,
            site="embed.bsky.app",
        ),
        Form("profile/{handle}", Kind.PROFILE, _PROFILE, id="{handle}"),
        Form(
            "profile/{handle}/feed/{key}",
            Kind.PLAYLIST,
            _PROFILE + "/feed/{key}",
            id="at://{handle}/app.bsky.feed.generator/{key}",
        ),
        Form(
            "profile/{handle}/lists/{key}",
            Kind.PLAYLIST,
            _PROFILE + "/lists/{key}",
            id="at://{handle}/app.bsky.graph.list/{key}",
        ),
        Form(
            "starter-pack/{handle}/{key}",
            Kind.PLAYLIST,
            _BASE + "starter-pack/{handle}/{key}",
            id="at://{handle}/app.bsky.graph.starterpack/{key}",
        ),
        Form(
            "{code}",
            Kind.SHORT_LINK,
            "https://go.bsky.app/{code}",
            id="{code}",
            site="go.bsky.app",
            simulated=_BASE + "profile/sandbox.test/post/3l{base32:11}",
        ),
    ),
    handle_paths=("profile/{}",),
    unwrap=_unwrap,
)
