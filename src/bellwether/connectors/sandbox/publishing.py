"""Publishing in the simulated network: nothing is stored, the id itself says what there is."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bellwether.connectors.sandbox import rhythm
from bellwether.connectors.sandbox.contents import content_of, published_id
from bellwether.connectors.sandbox.creators import SOURCE, creator_of, handle_of
from bellwether.connectors.sandbox.mixing import number
from bellwether.connectors.sandbox.networks import Network
from bellwether.model.publishing import Draft, ProfileChanges, Published
from bellwether.model.readings import CreatorReading


def publish(network: Network, realm: str, account: str, draft: Draft, now: datetime) -> Published:
    """Return the content that a draft becomes. Its kind must be one of the network's."""
    creator = creator_of(network, realm, account)
    digest = number(realm, account, draft.kind, draft.text, draft.title or "", *draft.media_urls)
    day = rhythm.days(now)
    content_id = published_id(creator, digest, day, draft.kind)
    content = content_of(network, realm, content_id, day)
    handle = handle_of(creator, account)
    return Published(
        platform=network.platform,
        account=account,
        id=content_id,
        kind=draft.kind,
        url=network.url(draft.kind, content_id, handle, creator.external_id),
        published_at=content.published_at,
        source=SOURCE,
    )


def edited(reading: CreatorReading, changes: ProfileChanges) -> CreatorReading:
    """Return a profile with changes made to it."""
    details: Mapping[str, str | None] = {
        "bio": changes.bio,
        "avatar_url": changes.avatar_url,
        "website": changes.website,
    }
    changed = {name: value for name, value in details.items() if value is not None}
    return replace(
        reading,
        name=reading.name if changes.name is None else changes.name or None,
        details={**reading.details, **changed},
    )
