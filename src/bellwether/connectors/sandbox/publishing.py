"""What the simulated network takes, and what becomes of it: the id itself says what there is."""

from datetime import datetime, timedelta

from bellwether.connectors.sandbox import rhythm
from bellwether.connectors.sandbox.contents import content_of, published_id
from bellwether.connectors.sandbox.creators import SOURCE, creator_of, handle_of
from bellwether.connectors.sandbox.mixing import number
from bellwether.connectors.sandbox.networks import NETWORKS, Network
from bellwether.model.platforms import Kind, Platform
from bellwether.model.publishers import (
    AvatarRules,
    Draft,
    EditRules,
    MediaType,
    PostKind,
    ProfileChanges,
    Published,
    PublishingRules,
)
from bellwether.model.readings import CreatorReading

_MEGABYTE = 1 << 20
_PICTURES = frozenset({MediaType.JPEG, MediaType.PNG, MediaType.WEBP})
_VIDEOS = frozenset({MediaType.MP4, MediaType.QUICKTIME, MediaType.WEBM})
_BIO_MAX = {Platform.TIKTOK: 80}
_KINDS = {
    PostKind.VIDEO: (Kind.REEL, Kind.VIDEO, Kind.SHORT, Kind.POST),
    PostKind.SLIDESHOW: (Kind.POST, Kind.VIDEO),
}
"""As what a draft comes out: the first of these that the network has."""


def _rules(platform: Platform) -> PublishingRules:
    """Return what a platform takes; lengths and waits are those of UGC Inc's documents."""
    return PublishingRules(
        text_max=2200,
        images_min=1,
        images_max=35 if platform is Platform.TIKTOK else 10,
        image_types=_PICTURES,
        image_max_bytes=20 * _MEGABYTE,
        video_types=_VIDEOS,
        video_max_bytes=300 * _MEGABYTE,
        music=platform is Platform.TIKTOK,
        comments=True,
        edits=EditRules(
            name_max=30,
            bio_max=_BIO_MAX.get(platform, 150),
            avatar=AvatarRules(types=_PICTURES, max_bytes=8 * _MEGABYTE, min_pixels=250),
            name_every=timedelta(days=7),
            bio_every=timedelta(hours=24),
            avatar_every=timedelta(hours=24),
        ),
    )


RULES = {platform: _rules(platform) for platform in NETWORKS}


def minute_of(now: datetime) -> int:
    """Return the minute of the network in which something happens."""
    return int(rhythm.days(now) * 1440.0)


def publish(network: Network, realm: str, account: str, draft: Draft, minute: int) -> Published:
    """Return the content that a draft becomes; for one key and minute it is always the same."""
    creator = creator_of(network, realm, account)
    kind = next(kind for kind in _KINDS[draft.kind] if kind in network.kinds)
    day = (minute + 0.5) / 1440.0
    content_id = published_id(creator, number(realm, account, draft.key), day, kind)
    content = content_of(network, realm, content_id, day)
    return Published(
        platform=network.platform,
        account=account,
        id=content_id,
        kind=content.kind,
        url=network.url(content.kind, content_id, handle_of(creator, account), creator.external_id),
        published_at=content.published_at,
        source=SOURCE,
    )


def edited(reading: CreatorReading, changes: ProfileChanges) -> CreatorReading:
    """Return a profile with changes made to it."""
    details = dict(reading.details)
    if changes.bio is not None:
        details["bio"] = changes.bio
    if changes.avatar is not None:
        details["avatar_url"] = changes.avatar.url
    name = reading.name if changes.name is None else changes.name or None
    return reading._replace(name=name, details=details)
