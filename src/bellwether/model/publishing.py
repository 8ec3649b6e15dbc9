"""What is published and changed through an account we may act for."""

from dataclasses import dataclass
from datetime import datetime

from bellwether.model.platforms import Kind, Platform


@dataclass(frozen=True, slots=True)
class Draft:
    """A content to be published. `media_urls` are in the order in which they are shown."""

    kind: Kind
    text: str = ""
    title: str | None = None
    media_urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Published:
    """What became of a draft: the platform's id and address."""

    platform: Platform
    account: str
    id: str
    kind: Kind
    url: str | None
    published_at: datetime
    source: str


@dataclass(frozen=True, slots=True)
class ProfileChanges:
    """New values for a profile; None leaves a field as it is, an empty text clears it."""

    name: str | None = None
    bio: str | None = None
    avatar_url: str | None = None
    website: str | None = None
