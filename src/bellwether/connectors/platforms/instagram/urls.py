"""Addresses of Instagram."""

import base64
import binascii
import re
from dataclasses import replace

from bellwether.connectors.platforms.address import Address
from bellwether.connectors.platforms.declaration import Form, PlatformUrls
from bellwether.model.platforms import Kind, Platform

_BASE = "https://www.instagram.com/"
_POST = _BASE + "p/{id}/"
_REEL = _BASE + "reel/{id}/"
_TV = _BASE + "tv/{id}/"
_PROFILE = _BASE + "{handle}/"
_SHARE = _BASE + "share/"
_HIGHLIGHT = re.compile(r"highlight:([0-9]{1,25})")


def _unwrap(address: Address) -> Address:
    """Read the log-in page's "next", and the shared highlight whose id is in Base64."""
    words = [segment.lower() for segment in address.path]
    if words == ["accounts", "login"]:
        path = address.query.get("next", "").partition("?")[0].removeprefix(_BASE)
        return replace(address, path=tuple(part for part in path.split("/") if part))
    if len(words) == 2 and words[0] == "s":  # noqa: PLR2004  s/CODE
        code = address.path[1]
        try:
            text = base64.b64decode(code + "=" * (-len(code) % 4), validate=True).decode()
        except (binascii.Error, ValueError):
            return address
        matched = _HIGHLIGHT.fullmatch(text)
        if matched is not None:
            return replace(address, path=("stories", "highlights", matched[1]))
    return address


URLS = PlatformUrls(
    platform=Platform.INSTAGRAM,
    title="Instagram",
    work_platform_id="9bb8913b-ddd9-430b-a66a-d74d846e6c66",
    domains={
        "instagram.com": frozenset({"", "www", "m"}),
        "instagr.am": frozenset({"", "www"}),
    },
    fields={
        "id": r"(?!audio/)[A-Za-z0-9_-]{1,64}",  # reels/audio/ID is a piece of music
        "story": r"[0-9]{1,25}(?:_[0-9]{1,25})?",
        "code": r"[A-Za-z0-9_-]{3,64}",
        "handle": r"[A-Za-z0-9_](?:[A-Za-z0-9_.]{0,28}[A-Za-z0-9_])?",
    },
    forms=(
        Form("p/{id}/*", Kind.POST, _POST),
        Form("reel/{id}/*", Kind.REEL, _REEL),
        Form("reels/{id}/*", Kind.REEL, _REEL),
        Form("tv/{id}/*", Kind.VIDEO, _TV),
        Form(
            "stories/highlights/{story}",
            Kind.STORY,
            _BASE + "stories/highlights/{story}/",
            id="{story}",
        ),
        Form(
            "stories/{handle}/{story}",
            Kind.STORY,
            _BASE + "stories/{handle}/{story}/",
            id="{story}",
        ),
        Form("stories/{handle}", Kind.PROFILE, _PROFILE, id="{handle}"),
        Form(
            "share/{code}",
            Kind.SHORT_LINK,
            _SHARE + "{code}/",
            id="{code}",
            simulated=_BASE + "p/C{letters:10}/",
        ),
        Form(
            "share/p/{code}",
            Kind.SHORT_LINK,
            _SHARE + "p/{code}/",
            id="{code}",
            simulated=_BASE + "p/C{letters:10}/",
        ),
        Form(
            "share/reel/{code}",
            Kind.SHORT_LINK,
            _SHARE + "reel/{code}/",
            id="{code}",
            simulated=_BASE + "reel/C{letters:10}/",
        ),
        Form(
            "share/r/{code}",
            Kind.SHORT_LINK,
            _SHARE + "reel/{code}/",
            id="{code}",
            simulated=_BASE + "reel/C{letters:10}/",
        ),
        Form("_u/{handle}", Kind.PROFILE, _PROFILE, id="{handle}"),
        Form("{handle}/p/{id}/*", Kind.POST, _POST),
        Form("{handle}/reel/{id}/*", Kind.REEL, _REEL),
        Form("{handle}/tv/{id}/*", Kind.VIDEO, _TV),
        Form("{handle}/live/*", Kind.LIVE, _PROFILE + "live/", id="{handle}"),
        Form("{handle}", Kind.PROFILE, _PROFILE, id="{handle}"),
        Form("{handle}/reels", Kind.PROFILE, _PROFILE, id="{handle}"),
        Form("{handle}/tagged", Kind.PROFILE, _PROFILE, id="{handle}"),
        Form("{handle}/followers", Kind.PROFILE, _PROFILE, id="{handle}"),
        Form("{handle}/following", Kind.PROFILE, _PROFILE, id="{handle}"),
        Form("{handle}/channel", Kind.PROFILE, _PROFILE, id="{handle}"),
        Form("{handle}/profilecard", Kind.PROFILE, _PROFILE, id="{handle}"),
        Form("{handle}/embed", Kind.PROFILE, _PROFILE, id="{handle}"),
    ),
    handle_paths=("{}",),
    unwrap=_unwrap,
    reserved=(
        "_n _u a about accounts ads api api.php ar archive badges blog business challenge "
        "channel create data developer developers direct directory download emails explore "
        "favicon.ico fxcal graphql hashtag help igtv invites jobs legal lite locations "
        "logging_client_events login manifest.json maps nametag oauth oembed oembed.json p "
        "press privacy push qr reel reels reviews robots.txt s safety search security session "
        "share sharedfiles sitemap.xml static stories support tags terms topics tv uploads "
        "users v1 web your_activity"
    ),
)
