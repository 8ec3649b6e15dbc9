"""Creators and contents as a workspace knows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bellwether.model.platforms import Kind, Platform


@dataclass(frozen=True, slots=True)
class Creator:
    """A public profile on one platform; `key` is the id or handle it was first named by."""

    id: str
    platform: Platform
    key: str
    external_id: str | None
    handle: str | None
    name: str | None
    url: str | None
    details: Mapping[str, object]
    source: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Content:
    """A post, video, reel, story, tweet or track; `external_id` is the platform's id."""

    id: str
    platform: Platform
    external_id: str
    kind: Kind
    url: str | None
    title: str | None
    creator_handle: str | None
    published_at: datetime | None
    thumbnail_url: str | None
    duration_s: float | None
    details: Mapping[str, object]
    source: str | None
    created_at: datetime
    updated_at: datetime
