"""Addresses of Facebook."""

from dataclasses import replace

from bellwether.connectors.platforms.address import Address, parse_address
from bellwether.connectors.platforms.declaration import Form, PlatformUrls
from bellwether.model.errors import InvalidInputError
from bellwether.model.platforms import Kind, Platform

_BASE = "https://www.facebook.com/"
_POST = _BASE + "{handle}/posts/{id}"
_OWNED = _BASE + "permalink.php?story_fbid={id}&id={owner}"
_GROUP = _BASE + "groups/{group}/posts/{id}/"
_PHOTO = _BASE + "photo/?fbid={id}"
_VIDEO = _BASE + "watch/?v={id}"
_LIVE = _BASE + "watch/live/?v={id}"
_REEL = _BASE + "reel/{id}"
_PROFILE = _BASE + "{handle}"
_NUMBERED = _BASE + "{owner}"
_SHARED_POST = _BASE + "permalink.php?story_fbid=1{digits:14}&id=100000000000001"
_SHARED_VIDEO = _BASE + "watch/?v=1{digits:14}"
_SHARED_REEL = _BASE + "reel/1{digits:14}"
_TABS = (
    "about", "community", "events", "followers", "following", "friends", "likes", "live",
    "live_videos", "mentions", "music", "photos", "photos_albums", "posts", "reels", "reels_tab",
    "reviews", "shop", "videos",
)  # fmt: skip
_CARRIERS = {
    ("plugins", "video.php"): "href",
    ("plugins", "post.php"): "href",
    ("plugins", "page.php"): "href",
    ("login",): "next",
    ("login.php",): "next",
}


def _unwrap(address: Address) -> Address:
    """Read the address that an embedded post or the log-in page carries."""
    parameter = _CARRIERS.get(tuple(segment.lower() for segment in address.path))
    if parameter is None:
        return address
    try:
        inner = parse_address(address.query.get(parameter, ""))
    except InvalidInputError:
        return address
    if inner.host != "facebook.com" and not inner.host.endswith(".facebook.com"):
        return address
    return replace(address, path=inner.path, query=inner.query)


URLS = PlatformUrls(
    platform=Platform.FACEBOOK,
    title="Facebook",
    work_platform_id="ad2fec62-2987-40a0-89fb-23485972598c",
    domains={
        "facebook.com": frozenset(
            {"", "www", "m", "web", "mbasic", "touch", "p", "free", "mobile", "business"}
        ),
        "fb.com": frozenset({"", "www", "m"}),
    },
    locales=True,
    fields={
        "id": r"[0-9]{1,25}|pfbid[A-Za-z0-9]{10,120}",
        "owner": r"[0-9]{1,25}",
        "person": r"pfbid[A-Za-z0-9]{10,120}",
        "group": r"[A-Za-z0-9.]{1,80}",
        "album": r"[A-Za-z0-9._-]{1,100}",
        "slug": r"[^/]{1,300}",
        "named": r"[^/]{1,200}-(?P<owner>[0-9]{5,25})",
        "token": r"[A-Za-z0-9_=-]{5,180}",
        "code": r"[A-Za-z0-9_-]{3,60}",
        "handle": r"(?!\w+\.(?:php|html|txt|ico|xml)(?:/|\Z))[A-Za-z0-9.]{1,80}",
    },
    forms=(
        Form("{handle}/posts/{id}/*", Kind.POST, _POST),
        Form("{handle}/posts/{slug}/{id}", Kind.POST, _POST),
        Form("{handle}/activity/{id}", Kind.POST, _POST),
        Form("story.php", Kind.POST, _OWNED, query={"story_fbid": "{id}", "id": "{owner}"}),
        Form("permalink.php", Kind.POST, _OWNED, query={"story_fbid": "{id}", "id": "{owner}"}),
        Form("groups/{group}/posts/{id}/*", Kind.POST, _GROUP),
        Form("groups/{group}/permalink/{id}/*", Kind.POST, _GROUP),
        Form("groups/{group}", Kind.POST, _GROUP, query={"multi_permalinks": "{id}"}),
        Form("groups/{group}", Kind.POST, _GROUP, query={"view": "permalink", "id": "{id}"}),
        Form("photo", Kind.POST, _PHOTO, query={"fbid": "{id}"}),
        Form("photo.php", Kind.POST, _PHOTO, query={"fbid": "{id}"}),
        Form("{handle}/photos/{id}/*", Kind.POST, _PHOTO),
        Form("{handle}/photos/{album}/{id}/*", Kind.POST, _PHOTO),
        Form("watch/live", Kind.LIVE, _LIVE, query={"v": "{id}"}),
        Form("watch", Kind.VIDEO, _VIDEO, query={"v": "{id}"}),
        Form("video.php", Kind.VIDEO, _VIDEO, query={"v": "{id}"}),
        Form("video.php", Kind.VIDEO, _VIDEO, query={"id": "{id}"}),
        Form("video/embed", Kind.VIDEO, _VIDEO, query={"video_id": "{id}"}),
        Form("{handle}/videos/{id}/*", Kind.VIDEO, _VIDEO),
        Form("{handle}/videos/{slug}/{id}", Kind.VIDEO, _VIDEO),
        Form("reel/{id}/*", Kind.REEL, _REEL),
        Form("reels/{id}/*", Kind.REEL, _REEL),
        Form(
            "stories/{owner}/{token}", Kind.STORY, _BASE + "stories/{owner}/{token}/", id="{token}"
        ),
        Form(
            "share/v/{code}",
            Kind.SHORT_LINK,
            _BASE + "share/v/{code}/",
            id="{code}",
            simulated=_SHARED_VIDEO,
        ),
        Form(
            "share/r/{code}",
            Kind.SHORT_LINK,
            _BASE + "share/r/{code}/",
            id="{code}",
            simulated=_SHARED_REEL,
        ),
        Form(
            "share/p/{code}",
            Kind.SHORT_LINK,
            _BASE + "share/p/{code}/",
            id="{code}",
            simulated=_SHARED_POST,
        ),
        Form(
            "share/{code}",
            Kind.SHORT_LINK,
            _BASE + "share/{code}/",
            id="{code}",
            simulated=_SHARED_POST,
        ),
        Form(
            "v/{code}",
            Kind.SHORT_LINK,
            "https://fb.watch/v/{code}/",
            id="{code}",
            site="fb.watch",
            simulated=_SHARED_VIDEO,
        ),
        Form(
            "{code}",
            Kind.SHORT_LINK,
            "https://fb.watch/{code}/",
            id="{code}",
            site="fb.watch",
            simulated=_SHARED_VIDEO,
        ),
        Form(
            "{code}",
            Kind.SHORT_LINK,
            "https://fb.me/{code}",
            id="{code}",
            site="fb.me",
            simulated=_SHARED_POST,
        ),
        Form("profile.php", Kind.PROFILE, _NUMBERED, id="{owner}", query={"id": "{owner}"}),
        Form("people/{slug}/{owner}/*", Kind.PROFILE, _NUMBERED, id="{owner}"),
        Form(
            "people/{slug}/{person}/*",
            Kind.PROFILE,
            _BASE + "people/{slug}/{person}/",
            id="{person}",
        ),
        Form("pages/{slug}/{owner}/*", Kind.PROFILE, _NUMBERED, id="{owner}"),
        Form("pages/category/{slug}/{named}/*", Kind.PROFILE, _NUMBERED, id="{owner}"),
        Form("p/{named}/*", Kind.PROFILE, _NUMBERED, id="{owner}"),
        Form("pg/{handle}/*", Kind.PROFILE, _PROFILE, id="{handle}"),
        Form("{named}", Kind.PROFILE, _NUMBERED, id="{owner}"),
        Form("{owner}", Kind.PROFILE, _NUMBERED, id="{owner}"),
        Form("{person}", Kind.PROFILE, _BASE + "{person}", id="{person}"),
        Form("{handle}", Kind.PROFILE, _PROFILE, id="{handle}"),
        *(Form("{handle}/" + tab, Kind.PROFILE, _PROFILE, id="{handle}") for tab in _TABS),
    ),
    handle_paths=("{}",),
    unwrap=_unwrap,
    reserved=(
        "about ads adsmanager ajax badges bookmarks business careers checkpoint commerce "
        "connect dialog directory donate events fbml feed feeds find-friends flx formulas "
        "friends fundraisers games gaming ghost group groups hashtag help home images "
        "instantgames jobs l l.php language legal live login logout lookaside m marketplace "
        "me media memories messages messenger mobile nearby notes notifications oauth offers "
        "p page pages payments people permalink pg photo photos places plugins policies "
        "policy posts privacy profile public questions r.php recover reel reels reg register "
        "robots.txt saved search security settings share sharer sharer.php signup sitemap "
        "stories story support terms topic tr translations unsupportedbrowser v video videos "
        "watch weather zero"
    ),
)
