"""The platforms and the kinds of things found on them."""

from enum import StrEnum


class Platform(StrEnum):
    """A social network; the value is its spelling everywhere in this project."""

    BLUESKY = "bluesky"
    DAILYMOTION = "dailymotion"
    FACEBOOK = "facebook"
    INSTAGRAM = "instagram"
    LINKEDIN = "linkedin"
    PINTEREST = "pinterest"
    REDDIT = "reddit"
    SNAPCHAT = "snapchat"
    THREADS = "threads"
    TIKTOK = "tiktok"
    TWITCH = "twitch"
    VIMEO = "vimeo"
    X = "x"
    YOUTUBE = "youtube"


PLATFORM_ALIASES = {"twitter": Platform.X, "yt": Platform.YOUTUBE, "ig": Platform.INSTAGRAM}
"""Other spellings accepted on input."""


class Kind(StrEnum):
    """What a URL points at."""

    PROFILE = "profile"
    VIDEO = "video"
    SHORT = "short"
    REEL = "reel"
    POST = "post"
    STORY = "story"
    LIVE = "live"
    CLIP = "clip"
    PLAYLIST = "playlist"
    SHORT_LINK = "short_link"


CONTENT_KINDS = frozenset(
    {Kind.VIDEO, Kind.SHORT, Kind.REEL, Kind.POST, Kind.STORY, Kind.LIVE, Kind.CLIP}
)
"""Kinds that are one content; the others are a creator, a collection or not known yet."""


class SubjectKind(StrEnum):
    """What a series of numbers is about."""

    CREATOR = "creator"
    CONTENT = "content"


def parse_platform(text: str) -> Platform | None:
    """Read a platform's name in any case, with the usual other spellings; None when unknown."""
    name = text.strip().lower()
    if name in PLATFORM_ALIASES:
        return PLATFORM_ALIASES[name]
    return Platform(name) if name in Platform._value2member_map_ else None
