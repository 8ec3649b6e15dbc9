"""Addresses of X, formerly Twitter."""

from bellwether.connectors.platforms.declaration import Form, PlatformUrls
from bellwether.model.platforms import Kind, Platform

_BASE = "https://x.com/"
_STATUS = _BASE + "{handle}/status/{id}"
_NAMELESS = _BASE + "i/status/{id}"  # X fills in the name
_PROFILE = _BASE + "{handle}"
_SIMULATED = _BASE + "sandbox/status/1{digits:18}"
_TABS = (
    "with_replies", "media", "likes", "highlights", "articles", "followers", "following",
    "verified_followers", "photo", "header_photo", "about", "lists",
)  # fmt: skip

URLS = PlatformUrls(
    platform=Platform.X,
    title="X",
    work_platform_id="7645460a-96e0-4192-a3ce-a1fc30641f72",
    domains={
        "x.com": frozenset({"", "www", "m", "mobile"}),
        "twitter.com": frozenset({"", "www", "m", "mobile"}),
    },
    fields={
        "id": r"[0-9]{1,20}",
        "cast": r"[A-Za-z0-9]{8,20}",
        "code": r"[A-Za-z0-9_-]{3,30}",
        "handle": r"[A-Za-z0-9_]{1,20}",
    },
    forms=(
        Form("{handle}/status/{id}/*", Kind.POST, _STATUS),
        Form("{handle}/statuses/{id}/*", Kind.POST, _STATUS),
        Form("@{handle}/status/{id}/*", Kind.POST, _STATUS),
        Form("{handle}/article/{id}/*", Kind.POST, _STATUS),
        Form("i/status/{id}/*", Kind.POST, _NAMELESS),
        Form("i/web/status/{id}/*", Kind.POST, _NAMELESS),
        Form("i/article/{id}/*", Kind.POST, _NAMELESS),
        Form("i/videos/tweet/{id}", Kind.POST, _NAMELESS),
        Form("statuses/{id}", Kind.POST, _NAMELESS),
        Form(
            "embed/tweet.html",
            Kind.POST,
            _NAMELESS,
            query={"id": "{id}"},
            site="platform.twitter.com",
        ),
        Form("embed/tweet.html", Kind.POST, _NAMELESS, query={"id": "{id}"}, site="platform.x.com"),
        Form("i/broadcasts/{cast}", Kind.LIVE, _BASE + "i/broadcasts/{cast}", id="{cast}"),
        Form("i/spaces/{cast}/*", Kind.LIVE, _BASE + "i/spaces/{cast}", id="{cast}"),
        Form("i/user/{id}", Kind.PROFILE, _BASE + "i/user/{id}"),
        Form(
            "intent/user", Kind.PROFILE, _PROFILE, id="{handle}", query={"screen_name": "{handle}"}
        ),
        Form(
            "intent/follow",
            Kind.PROFILE,
            _PROFILE,
            id="{handle}",
            query={"screen_name": "{handle}"},
        ),
        Form("{handle}", Kind.PROFILE, _PROFILE, id="{handle}"),
        Form("@{handle}", Kind.PROFILE, _PROFILE, id="{handle}"),
        *(Form("{handle}/" + tab, Kind.PROFILE, _PROFILE, id="{handle}") for tab in _TABS),
        Form(
            "{code}",
            Kind.SHORT_LINK,
            "https://t.co/{code}",
            id="{code}",
            site="t.co",
            simulated=_SIMULATED,
        ),
        Form(
            "{code}",
            Kind.SHORT_LINK,
            "https://pic.twitter.com/{code}",
            id="{code}",
            site="pic.twitter.com",
            simulated=_SIMULATED,
        ),
        Form(
            "{code}",
            Kind.SHORT_LINK,
            "https://pic.x.com/{code}",
            id="{code}",
            site="pic.x.com",
            simulated=_SIMULATED,
        ),
    ),
    handle_paths=("@{}",),
    reserved=(
        "about account accounts activity articles blog bookmarks communities compose "
        "connect_people download embed en explore favorites followers following hashtag help "
        "home i intent invitations jobs lists login logout messages moments notifications "
        "oauth personalization privacy robots.txt search search-advanced search-home settings "
        "share signin signup similar_to status statuses topics tos trends welcome "
        "who_to_follow widgets"
    ),
)
