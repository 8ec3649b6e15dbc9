"""Addresses of Vimeo. The hash of an unlisted video is part of its address, not of its id."""

from bellwether.connectors.platforms.declaration import Form, PlatformUrls
from bellwether.model.platforms import Kind, Platform

_BASE = "https://vimeo.com/"
_VIDEO = _BASE + "{id}"
_UNLISTED = _BASE + "{id}/{hash}"
_SHOWCASE = _BASE + "showcase/{list}"
_PROFILE = _BASE + "{handle}"
_TABS = ("videos", "likes", "following", "followers", "albums", "collections", "about", "channels")

URLS = PlatformUrls(
    platform=Platform.VIMEO,
    title="Vimeo",
    domains={
        "vimeo.com": frozenset({"", "www", "m"}),
        "vimeopro.com": frozenset({"", "www"}),
    },
    fields={
        "id": r"[0-9]{1,15}",
        "hash": r"[0-9a-f]{8,16}",
        "list": r"[0-9]{1,15}",
        "word": r"[A-Za-z0-9_-]{1,100}",
        "channel": r"[A-Za-z0-9_-]{1,100}",
        "handle": r"(?![0-9]+\Z)[A-Za-z0-9_-]{1,60}",
    },
    folded=frozenset({"handle", "channel"}),
    forms=(
        Form("{id}", Kind.VIDEO, _UNLISTED, query={"h": "{hash}"}),
        Form("{id}", Kind.VIDEO, _VIDEO),
        Form("{id}/{hash}", Kind.VIDEO, _UNLISTED),
        Form("video/{id}", Kind.VIDEO, _UNLISTED, query={"h": "{hash}"}, site="player.vimeo.com"),
        Form("video/{id}", Kind.VIDEO, _VIDEO, site="player.vimeo.com"),
        Form("video/{id}", Kind.VIDEO, _VIDEO),
        Form("channels/{word}/{id}", Kind.VIDEO, _VIDEO),
        Form("groups/{word}/videos/{id}", Kind.VIDEO, _VIDEO),
        Form("album/{list}/video/{id}", Kind.VIDEO, _VIDEO),
        Form("showcase/{list}/video/{id}", Kind.VIDEO, _VIDEO),
        Form("ondemand/{word}/{id}", Kind.VIDEO, _VIDEO),
        Form("manage/videos/{id}", Kind.VIDEO, _VIDEO),
        Form("{handle}/review/{id}/*", Kind.VIDEO, _VIDEO),
        Form("{handle}/{word}/video/{id}", Kind.VIDEO, _VIDEO),
        Form("event/{id}/*", Kind.LIVE, _BASE + "event/{id}"),
        Form("album/{list}/*", Kind.PLAYLIST, _SHOWCASE, id="{list}"),
        Form("showcase/{list}/*", Kind.PLAYLIST, _SHOWCASE, id="{list}"),
        Form(
            "ondemand/{channel}",
            Kind.PLAYLIST,
            _BASE + "ondemand/{channel}",
            id="ondemand/{channel}",
        ),
        Form(
            "channels/{channel}/*",
            Kind.PLAYLIST,
            _BASE + "channels/{channel}",
            id="channels/{channel}",
        ),
        Form("{handle}", Kind.PROFILE, _PROFILE, id="{handle}"),
        *(Form("{handle}/" + tab, Kind.PROFILE, _PROFILE, id="{handle}") for tab in _TABS),
    ),
    handle_paths=("{}",),
    reserved=(
        "about album albums analytics api apps ar blog business categories channel channels "
        "company cookie_policy create customers de dmca embed en enterprise es event events "
        "explore features fr groups guidelines help home integrations ja jobs join ko library "
        "live log_in log_out login manage marketplace oembed ondemand partners plus press "
        "pricing privacy professionals pt-br robots.txt search settings showcase site_map "
        "solution-finder solutions staff-picks staffpicks stats stock subscription tag team "
        "terms upgrade upload user video videos watch watchlater"
    ),
)
