"""Addresses of Reddit. Ids of posts are numbers in base 36, so their case means nothing."""

from bellwether.connectors.platforms.declaration import Form, PlatformUrls
from bellwether.model.platforms import Kind, Platform

_BASE = "https://www.reddit.com/"
_POST = _BASE + "comments/{id}/"
_PROFILE = _BASE + "user/{handle}/"
_SIMULATED = _BASE + "comments/1{base36:6}/"

URLS = PlatformUrls(
    platform=Platform.REDDIT,
    title="Reddit",
    domains={
        "reddit.com": frozenset(
            {"", "www", "old", "new", "np", "m", "i", "sh", "amp", "embed", "pay", "ssl"}
        ),
    },
    locales=True,
    fields={
        "id": r"[A-Za-z0-9]{1,13}",
        "full": r"[tT]3_(?P<id>[A-Za-z0-9]{1,13})",
        "sub": r"[A-Za-z0-9_]{1,60}",
        "code": r"[A-Za-z0-9_-]{3,40}",
        "handle": r"[A-Za-z0-9_-]{1,40}",
    },
    folded=frozenset({"handle", "id", "sub"}),
    forms=(
        Form("r/{sub}/comments/{id}/*", Kind.POST, _POST),
        Form("user/{handle}/comments/{id}/*", Kind.POST, _POST),
        Form("u/{handle}/comments/{id}/*", Kind.POST, _POST),
        Form("comments/{id}/*", Kind.POST, _POST),
        Form("gallery/{id}", Kind.POST, _POST),
        Form("tb/{id}", Kind.POST, _POST),
        Form("by_id/{full}", Kind.POST, _POST),
        Form("{id}", Kind.POST, _POST, site="redd.it"),
        Form("live/{id}", Kind.LIVE, _BASE + "live/{id}/"),
        Form(
            "r/{sub}/s/{code}",
            Kind.SHORT_LINK,
            _BASE + "r/{sub}/s/{code}",
            id="{code}",
            simulated=_SIMULATED,
        ),
        Form(
            "user/{handle}/s/{code}",
            Kind.SHORT_LINK,
            _BASE + "user/{handle}/s/{code}",
            id="{code}",
            simulated=_SIMULATED,
        ),
        Form(
            "u/{handle}/s/{code}",
            Kind.SHORT_LINK,
            _BASE + "user/{handle}/s/{code}",
            id="{code}",
            simulated=_SIMULATED,
        ),
        Form(
            "{code}",
            Kind.SHORT_LINK,
            "https://v.redd.it/{code}",
            id="{code}",
            site="v.redd.it",
            simulated=_SIMULATED,
        ),
        Form("r/u_{handle}", Kind.PROFILE, _PROFILE, id="{handle}"),
        Form("user/{handle}/*", Kind.PROFILE, _PROFILE, id="{handle}"),
        Form("u/{handle}/*", Kind.PROFILE, _PROFILE, id="{handle}"),
    ),
    handle_paths=("user/{}", "{}"),
    reserved="me",
)
