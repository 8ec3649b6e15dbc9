"""How the columns of a recording are read: one value object, whoever wrote the mapping."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bellwether.kit.numbers import DecimalMark
from bellwether.model.platforms import Kind, Platform, SubjectKind

CONTENT_FACTS: tuple[str, ...] = (
    "title",
    "creator_id",
    "creator_handle",
    "published_at",
    "duration",
    "thumbnail",
)
CREATOR_FACTS: tuple[str, ...] = ("name", "handle", "external_id")

_VIDEO_PLATFORMS = frozenset(
    {
        Platform.YOUTUBE,
        Platform.TIKTOK,
        Platform.TWITCH,
        Platform.VIMEO,
        Platform.DAILYMOTION,
        Platform.SNAPCHAT,
    }
)


@dataclass(frozen=True, slots=True)
class Join:
    """Another file with one row for each value of a column that both files have."""

    file: str
    on: str


@dataclass(frozen=True, slots=True)
class Recording:
    """One kind of entity of one platform in one CSV file.

    Rows of one entity share the value of `id`. `public_id` is another column that holds the id the
    platform's addresses carry, for some of the rows at least; either finds the entity. The two
    patterns cut an id out of the cell: their first group. `at` is the column of the instant; where
    a file has none, `undated_from` says from when on its only numbers are served, without a date
    of their own. `where` keeps rows whose columns have the given values. `url` is a column, or an
    address with `{id}`. `facts` and `details` are columns of what does not change.
    """

    file: str
    platform: Platform
    kind: SubjectKind
    id: str
    metrics: Mapping[str, str]
    id_pattern: re.Pattern[str] | None = None
    public_id: str | None = None
    public_id_pattern: re.Pattern[str] | None = None
    at: str | None = None
    undated_from: datetime | None = None
    timezone: str = "UTC"
    decimal: DecimalMark = "auto"
    where: Mapping[str, str] = field(default_factory=dict)
    url: str | None = None
    content_kind: Kind | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, str] = field(default_factory=dict)
    join: Join | None = None

    @property
    def reading_kind(self) -> Kind:
        """The kind of content, where the mapping does not say: what the platform mostly has."""
        if self.content_kind is not None:
            return self.content_kind
        return Kind.VIDEO if self.platform in _VIDEO_PLATFORMS else Kind.POST
