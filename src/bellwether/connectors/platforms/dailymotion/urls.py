"""Addresses of Dailymotion."""

from bellwether.connectors.platforms.declaration import Form, PlatformUrls
from bellwether.model.platforms import Kind, Platform

_BASE = "https://www.dailymotion.com/"
_VIDEO = _BASE + "video/{id}"
_LIST = _BASE + "playlist/{id}"
_PROFILE = _BASE + "{handle}"

URLS = PlatformUrls(
    platform=Platform.DAILYMOTION,
    title="Dailymotion",
    domains={"dailymotion.com": frozenset({"", "www", "m", "touch"})},
    fields={
        # Public ids begin with x, private ones with k; words may follow an underscore.
        "titled": r"(?P<id>[xk][A-Za-z0-9]{1,30})(?:_[^/]{0,300})?",
        "id": r"[xk][A-Za-z0-9]{1,30}",
        "page": r"player(?:/[A-Za-z0-9]{1,30})?\.html",
        "language": r"[a-z]{2}",
        "handle": r"[A-Za-z0-9_.-]{2,60}",
    },
    forms=(
        Form("video/{titled}", Kind.VIDEO, _VIDEO),
        Form("embed/video/{titled}", Kind.VIDEO, _VIDEO),
        Form("swf/video/{titled}", Kind.VIDEO, _VIDEO),
        Form("swf/{titled}", Kind.VIDEO, _VIDEO),
        Form("crawler/video/{titled}", Kind.VIDEO, _VIDEO),
        Form("{language}/video/{titled}", Kind.VIDEO, _VIDEO),
        Form("playlist/{titled}/*", Kind.PLAYLIST, _LIST),
        Form("embed/playlist/{titled}", Kind.PLAYLIST, _LIST),
        Form("{page}", Kind.VIDEO, _VIDEO, query={"video": "{id}"}, site="geo.dailymotion.com"),
        Form(
            "{page}", Kind.PLAYLIST, _LIST, query={"playlist": "{id}"}, site="geo.dailymotion.com"
        ),
        Form("{titled}", Kind.VIDEO, _VIDEO, site="dai.ly"),
        Form("user/{handle}/*", Kind.PROFILE, _PROFILE, id="{handle}"),
        Form("{handle}", Kind.PROFILE, _PROFILE, id="{handle}"),
        Form("{handle}/videos", Kind.PROFILE, _PROFILE, id="{handle}"),
        Form("{handle}/playlists", Kind.PROFILE, _PROFILE, id="{handle}"),
    ),
    handle_paths=("{}",),
    reserved=(
        "about account advertise ar archived bookmarks careers channel channels cloud contact "
        "controllers crawler de developer embed en es explore faq favicon.ico feed following "
        "fr games help history hub id it ja ko legal library live login logout music news "
        "notifications oauth partner player playlist playlists press privacy register "
        "robots.txt rss search settings signin signup sitemap.xml sports swf terms topic "
        "topics tr trending tv upload us user users vi video videos watch-later widget zh"
    ),
)
