"""What each simulated platform shows: kinds, metrics, ids and addresses."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from bellwether.connectors.sandbox.shapes import BASE36, BASE64, DECIMAL, DID32, SORTABLE32, Shape
from bellwether.model.platforms import Kind, Platform
from bellwether.model.readings import (
    COMMENTS,
    CONTENTS,
    FOLLOWERS,
    FOLLOWING,
    LIKES,
    SAVES,
    SHARES,
    VIEWS,
)

_LONG = Shape(DECIMAL, length=18, width=59, offset=12 * 10**16)
_OWNER = Shape(DECIMAL, length=18, width=59, offset=10**17)
_SNOWFLAKE = Shape(DECIMAL, length=19, width=59, offset=7 * 10**18)
_STORY = Shape(DECIMAL, length=19, width=62, offset=10**18)
_SHORTCODE = Shape(BASE64, length=11, width=60, offset=2 << 60)  # begins with C

_CROWD = (FOLLOWERS, FOLLOWING, CONTENTS)
_WATCHED = (VIEWS, LIKES, COMMENTS)
_TALKED = (LIKES, COMMENTS, SHARES)


@dataclass(frozen=True)
class Network:
    """One platform.

    `kinds` maps what is posted there to its metrics, the commonest first; a story's are `story`.
    Addresses hold `{id}`, `{handle}` and `{owner}` (the creator's id); `nameless` stands in where
    the handle is not known. `named` platforms write the handle into a content's address, so the
    simulation makes up none for an id that came from elsewhere.
    """

    platform: Platform
    kinds: Mapping[Kind, tuple[str, ...]]
    creator: tuple[str, ...]
    ids: Shape
    creator_ids: Shape
    profile: str
    pages: Mapping[Kind, str]
    nameless: str = ""
    profile_by_id: str = ""
    stories: Shape | None = None
    story: tuple[str, ...] = (VIEWS,)
    rounded_followers: bool = False
    named: bool = True

    @cached_property
    def kind_order(self) -> tuple[Kind, ...]:
        """What is posted there, the commonest first."""
        return tuple(self.kinds)

    def url(self, kind: Kind, content_id: str, handle: str | None, owner: str) -> str | None:
        """Return the address of a content, as far as what is known makes one."""
        page = self.pages.get(kind) or next(iter(self.pages.values()))
        if content_id.startswith("at://"):
            owner, content_id = content_id[5:].partition("/")[0], content_id.rpartition("/")[2]
        if handle is None and "{handle}" in page:
            page = self.nameless
        return page.format(id=content_id, handle=handle, owner=owner) or None

    def profile_url(self, handle: str | None, owner: str) -> str | None:
        """Return the address of a creator."""
        if handle is None:
            return self.profile_by_id.format(id=owner) or None
        return self.profile.format(handle=handle)


_ALL = (
    Network(
        Platform.YOUTUBE,
        kinds={Kind.VIDEO: _WATCHED, Kind.SHORT: _WATCHED},
        creator=(FOLLOWERS, VIEWS, CONTENTS),
        ids=Shape(BASE64, length=11, width=64, scale=4),
        creator_ids=Shape(BASE64, length=22, width=132, prefix="UC"),
        profile="https://www.youtube.com/@{handle}",
        profile_by_id="https://www.youtube.com/channel/{id}",
        pages={
            Kind.VIDEO: "https://www.youtube.com/watch?v={id}",
            Kind.SHORT: "https://www.youtube.com/shorts/{id}",
        },
        rounded_followers=True,
        named=False,
    ),
    Network(
        Platform.TIKTOK,
        kinds={Kind.VIDEO: (*_WATCHED, SHARES, SAVES)},
        creator=(*_CROWD, LIKES),
        ids=_SNOWFLAKE,
        creator_ids=Shape(DECIMAL, length=19, width=59, offset=6 * 10**18),
        profile="https://www.tiktok.com/@{handle}",
        pages={Kind.VIDEO: "https://www.tiktok.com/@{handle}/video/{id}"},
        nameless="https://www.tiktok.com/@/video/{id}",
        stories=_STORY,
        story=(VIEWS, LIKES),
    ),
    Network(
        Platform.INSTAGRAM,
        kinds={Kind.REEL: _WATCHED, Kind.POST: (LIKES, COMMENTS)},
        creator=_CROWD,
        ids=_SHORTCODE,
        creator_ids=_OWNER,
        profile="https://www.instagram.com/{handle}/",
        pages={
            Kind.REEL: "https://www.instagram.com/reel/{id}/",
            Kind.POST: "https://www.instagram.com/p/{id}/",
            Kind.STORY: "https://www.instagram.com/stories/{handle}/{id}/",
        },
        stories=_STORY,
        story=(VIEWS, LIKES),
        named=False,
    ),
    Network(
        Platform.X,
        kinds={Kind.POST: (*_WATCHED, SHARES, SAVES)},
        creator=_CROWD,
        ids=Shape(DECIMAL, length=19, width=59, offset=13 * 10**17),
        creator_ids=Shape(DECIMAL, length=19, width=59, offset=10**18),
        profile="https://x.com/{handle}",
        profile_by_id="https://x.com/i/user/{id}",
        pages={Kind.POST: "https://x.com/{handle}/status/{id}"},
        nameless="https://x.com/i/status/{id}",
    ),
    Network(
        Platform.FACEBOOK,
        kinds={Kind.POST: _TALKED, Kind.VIDEO: (VIEWS, *_TALKED), Kind.REEL: (VIEWS, *_TALKED)},
        creator=(FOLLOWERS, LIKES),
        ids=_LONG,
        creator_ids=_OWNER,
        profile="https://www.facebook.com/{handle}",
        profile_by_id="https://www.facebook.com/{id}",
        pages={
            Kind.POST: "https://www.facebook.com/{handle}/posts/{id}",
            Kind.VIDEO: "https://www.facebook.com/watch/?v={id}",
            Kind.REEL: "https://www.facebook.com/reel/{id}",
            Kind.STORY: "https://www.facebook.com/stories/{owner}/{id}/",
        },
        nameless="https://www.facebook.com/permalink.php?story_fbid={id}&id={owner}",
        stories=_STORY,
    ),
    Network(
        Platform.TWITCH,
        kinds={Kind.VIDEO: (VIEWS,), Kind.CLIP: (VIEWS,)},
        creator=(FOLLOWERS,),
        ids=_LONG,
        creator_ids=_OWNER,
        profile="https://www.twitch.tv/{handle}",
        pages={Kind.VIDEO: "https://www.twitch.tv/videos/{id}"},
        named=False,
    ),
    Network(
        Platform.LINKEDIN,
        kinds={Kind.POST: _TALKED},
        creator=(FOLLOWERS,),
        ids=_SNOWFLAKE,
        creator_ids=_OWNER,
        profile="https://www.linkedin.com/in/{handle}/",
        pages={Kind.POST: "https://www.linkedin.com/feed/update/urn:li:activity:{id}/"},
    ),
    Network(
        Platform.PINTEREST,
        kinds={Kind.POST: (SAVES, COMMENTS)},
        creator=_CROWD,
        ids=_LONG,
        creator_ids=_OWNER,
        profile="https://www.pinterest.com/{handle}/",
        pages={Kind.POST: "https://www.pinterest.com/pin/{id}/"},
        named=False,
    ),
    Network(
        Platform.THREADS,
        kinds={Kind.POST: (VIEWS, *_TALKED)},
        creator=(FOLLOWERS,),
        ids=_SHORTCODE,
        creator_ids=_OWNER,
        profile="https://www.threads.com/@{handle}",
        pages={Kind.POST: "https://www.threads.com/@{handle}/post/{id}"},
        nameless="https://www.threads.com/t/{id}",
    ),
    Network(
        Platform.SNAPCHAT,
        kinds={Kind.VIDEO: (VIEWS, SHARES)},
        creator=(FOLLOWERS,),
        ids=Shape(BASE64, length=40, width=240, prefix="W7_"),
        creator_ids=_OWNER,
        profile="https://www.snapchat.com/@{handle}",
        pages={
            Kind.VIDEO: "https://www.snapchat.com/spotlight/{id}",
            Kind.STORY: "https://www.snapchat.com/@{handle}/highlight/{id}",
        },
        stories=Shape(BASE64, length=22, width=132),
        named=False,
    ),
    Network(
        Platform.REDDIT,
        kinds={Kind.POST: (LIKES, COMMENTS)},
        creator=(FOLLOWERS,),
        ids=Shape(BASE36, length=12, width=60, offset=36**11),
        creator_ids=Shape(BASE36, length=12, width=60, offset=2 * 36**11, prefix="t2_"),
        profile="https://www.reddit.com/user/{handle}/",
        pages={Kind.POST: "https://www.reddit.com/comments/{id}/"},
    ),
    Network(
        Platform.VIMEO,
        kinds={Kind.VIDEO: _WATCHED},
        creator=_CROWD,
        ids=Shape(DECIMAL, length=15, width=49, offset=2 * 10**14),
        creator_ids=_OWNER,
        profile="https://vimeo.com/{handle}",
        pages={Kind.VIDEO: "https://vimeo.com/{id}"},
        named=False,
    ),
    Network(
        Platform.DAILYMOTION,
        kinds={Kind.VIDEO: (VIEWS, LIKES)},
        creator=(FOLLOWERS, VIEWS, CONTENTS),
        ids=Shape(BASE36, length=12, width=60, offset=36**11, prefix="x"),
        creator_ids=Shape(BASE36, length=12, width=60, offset=36**11, prefix="x"),
        profile="https://www.dailymotion.com/{handle}",
        pages={Kind.VIDEO: "https://www.dailymotion.com/video/{id}"},
        named=False,
    ),
    Network(
        Platform.BLUESKY,
        kinds={Kind.POST: _TALKED},
        creator=_CROWD,
        ids=Shape(SORTABLE32, length=13, width=60, offset=1 << 60),
        creator_ids=Shape(DID32, length=24, width=120, prefix="did:plc:"),
        profile="https://bsky.app/profile/{handle}",
        profile_by_id="https://bsky.app/profile/{id}",
        pages={Kind.POST: "https://bsky.app/profile/{owner}/post/{id}"},
    ),
)

NETWORKS: Mapping[Platform, Network] = {network.platform: network for network in _ALL}
"""Every platform has one."""
