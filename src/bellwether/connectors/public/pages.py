"""Which public pages are read, by which extractor, at which address.

Addresses are rebuilt from the id that the catalog took out of a user's URL; the URL itself never
reaches yt-dlp.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bellwether.model.platforms import Kind, Platform


@dataclass(frozen=True, slots=True)
class Pages:
    """One form of page: `name` is yt-dlp's name of the extractor and `key` its class."""

    platform: Platform
    name: str
    key: str
    ids: str
    url: str
    kind: Kind

    def url_of(self, content_id: str) -> str | None:
        """Return the address of a content's page, or None for an id of another form."""
        if not re.fullmatch(self.ids, content_id, re.ASCII):
            return None
        return self.url.format(content_id)


_DIGITS = r"[0-9]{1,25}"

PAGES: Sequence[Pages] = (
    Pages(
        Platform.DAILYMOTION,
        "dailymotion",
        "Dailymotion",
        r"[xk][A-Za-z0-9]{1,30}",
        "https://www.dailymotion.com/video/{}",
        Kind.VIDEO,
    ),
    Pages(
        Platform.FACEBOOK,
        "facebook",
        "Facebook",
        _DIGITS,
        "https://www.facebook.com/watch/?v={}",
        Kind.VIDEO,
    ),
    Pages(
        Platform.INSTAGRAM,
        "instagram",
        "Instagram",
        r"[A-Za-z0-9_-]{5,64}",
        "https://www.instagram.com/p/{}/",
        Kind.POST,
    ),
    Pages(
        Platform.PINTEREST,
        "pinterest",
        "Pinterest",
        _DIGITS,
        "https://www.pinterest.com/pin/{}/",
        Kind.POST,
    ),
    Pages(
        Platform.REDDIT,
        "reddit",
        "Reddit",
        r"[A-Za-z0-9]{1,13}",
        "https://www.reddit.com/comments/{}/",
        Kind.POST,
    ),
    Pages(
        Platform.TIKTOK,
        "tiktok",
        "TikTok",
        _DIGITS,
        "https://www.tiktok.com/@/video/{}",
        Kind.VIDEO,
    ),
    Pages(
        Platform.TWITCH,
        "twitch:vod",
        "TwitchVod",
        _DIGITS,
        "https://www.twitch.tv/videos/{}",
        Kind.VIDEO,
    ),
    Pages(
        Platform.TWITCH,
        "twitch:clips",
        "TwitchClips",
        r"[A-Za-z][A-Za-z0-9_-]{2,99}",
        "https://clips.twitch.tv/{}",
        Kind.CLIP,
    ),
    Pages(
        Platform.VIMEO,
        "vimeo",
        "Vimeo",
        r"[0-9]{1,15}",
        "https://vimeo.com/{}",
        Kind.VIDEO,
    ),
    Pages(
        Platform.X,
        "twitter",
        "Twitter",
        r"[0-9]{1,20}",
        "https://x.com/i/status/{}",
        Kind.POST,
    ),
)

NAMES: Sequence[str] = tuple(pages.name for pages in PAGES)
"""The extractors that may be named in the settings."""


def by_platform(names: Sequence[str]) -> Mapping[Platform, Sequence[Pages]]:
    """Return the pages that the named extractors read."""
    chosen = [pages for pages in PAGES if pages.name in names]
    return {
        pages.platform: [other for other in chosen if other.platform is pages.platform]
        for pages in chosen
    }
