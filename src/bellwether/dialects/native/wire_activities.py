"""The shapes of the native API's activities. Days are of UTC."""

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta


class ActivitiesQuery(msgspec.Struct, forbid_unknown_fields=True):
    """Which content's activities, over which days."""

    platform: Annotated[str, Meta(description="The platform's name")]
    id: Annotated[str, Meta(description="The platform's id of a content, or ours")]
    from_: Annotated[
        str | None, Meta(description="First day or instant, included (ISO 8601, UTC)")
    ] = msgspec.field(default=None, name="from")
    to: Annotated[str | None, Meta(description="Last day or instant, included (ISO 8601, UTC)")] = (
        None
    )


class ActivityCounts(msgspec.Struct):
    """How often people followed a content's address, and how often that was a conversion."""

    clicks: int
    conversions: int


class ActivityDay(ActivityCounts):
    """The counts of one day."""

    day: date


class ActivitiesAnswer(msgspec.Struct):
    """What people did about one content, by day; days on which nobody did anything are left out."""

    platform: str
    external_id: str
    complete: Annotated[
        bool, Meta(description="Whether all that was acknowledged before is counted")
    ]
    total: ActivityCounts
    data: list[ActivityDay]
