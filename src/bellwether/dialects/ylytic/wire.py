"""The shapes of the Ylytic dialect: as its documents print them, and ours where they are silent.

Instants are UTC without a zone: `2023-12-22 10:22:23.774000`, decimals only when not zero.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

Count = Annotated[int, Meta(ge=0)]
Connector = Annotated[str, Meta(description="The platform in any case, such as instagram, Youtube")]
Cron = Annotated[str | None, Meta(description="Five-field cron in UTC; daily unless said")]
StoriesCron = Annotated[
    str | None, Meta(description="Five-field cron in UTC; every six hours unless said")
]
Flag = Annotated[bool | str | None, Meta(description='true or false, also as text ("False")')]
NewExpiry = Annotated[str | None, Meta(description="UTC, like 2023-12-10 12:12:1.0; none: never")]
Expiry = Annotated[str | UnsetType | None, Meta(description="UTC; null: never")]
Printed = Annotated[
    str, Meta(extra_json_schema={"pattern": r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d{6})?$"})
]
OnlyConnector = Annotated[str | None, Meta(description="Only this platform")]
OnlyTracking = Annotated[
    str | None, Meta(description="true: only what is tracked; false: only what is not")
]
OnlyHandle = Annotated[str | None, Meta(description="Only this creator, by handle")]
Limit = Annotated[int, Meta(ge=1, le=100, description="Objects a page")]
Skip = Annotated[int, Meta(ge=0, le=2**31, description="Objects to skip")]
CountByKey = Annotated[
    dict[str, Count], Meta(description="A count by day or handle, and its webhook_success")
]


class TrackCreatorRequest(msgspec.Struct):
    """Which creator to track, when and until when; stories where one of their fields is there."""

    connector: Connector
    handle: Annotated[str, Meta(description="With or without @, or the profile's address")]
    cron_expression: Cron = None
    cron_with_blank: Annotated[
        str | None, Meta(description="The same, as the documents' sample writes it")
    ] = msgspec.field(default=None, name="cron expression")
    stories_cron_expression: StoriesCron = None
    stories_tracking_expiry_at: NewExpiry = None
    tracking_expiry_at: NewExpiry = None


class UpdateCreatorRequest(msgspec.Struct):
    """What to change; what is left out stays."""

    connector: OnlyConnector = None
    tracking: Flag = None
    stories_tracking: Flag = None
    story_tracking: Annotated[Flag, Meta(description="The same, as the table writes it")] = None
    cron_expression: Cron = None
    cron_with_blank: Annotated[str | None, Meta(description="The same, as a sample writes it")] = (
        msgspec.field(default=None, name="cron expression")
    )
    stories_cron_expression: StoriesCron = None
    stories_tracking_expiry_at: Expiry = UNSET
    tracking_expiry_at: Expiry = UNSET


class TrackPostRequest(msgspec.Struct):
    """Which post to track, when and until when."""

    connector: Connector
    shortcode: Annotated[
        str, Meta(description="Instagram's short code, YouTube's id, or the post's address")
    ]
    handle: Annotated[
        str | None, Meta(description="Whose post it is; its events are counted under this")
    ] = None
    cron_expression: Cron = None
    cron_with_blank: Annotated[str | None, Meta(description="The same, as a sample writes it")] = (
        msgspec.field(default=None, name="cron expression")
    )
    tracking_expiry_at: NewExpiry = None


class UpdatePostRequest(msgspec.Struct):
    """What to change; what is left out stays."""

    connector: OnlyConnector = None
    tracking: Flag = None
    cron_expression: Cron = None
    cron_with_blank: Annotated[str | None, Meta(description="The same, as a sample writes it")] = (
        msgspec.field(default=None, name="cron expression")
    )
    tracking_expiry_at: Expiry = UNSET


class ConnectorQuery(msgspec.Struct):
    """Which platform, where a handle or a short code is tracked on several."""

    connector: Annotated[
        str | None, Meta(description="The platform; without it, the newest of that name")
    ] = None


class TrackedCreatorsQuery(msgspec.Struct, forbid_unknown_fields=True):
    """Which tracked creators to list."""

    connector: OnlyConnector = None
    tracking: OnlyTracking = None
    handle: OnlyHandle = None
    limit: Limit = 50
    skip: Skip = 0


class TrackedPostsQuery(msgspec.Struct, forbid_unknown_fields=True):
    """Which tracked posts to list."""

    connector: OnlyConnector = None
    tracking: OnlyTracking = None
    handle: OnlyHandle = None
    limit: Limit = 50
    skip: Skip = 0


class CreatorEventInsights(msgspec.Struct):
    """How often a creator was looked at, and how often a webhook told of it with success."""

    total: Count
    webhooks_success_total: Count
    this_month: Count
    webhooks_success_this_month: Count
    today: Count
    webhooks_success_today: Count
    events_datewise_this_month: list[CountByKey]
    events_creatorwise_this_month: list[CountByKey]


class PostEventInsights(msgspec.Struct):
    """How often a post was looked at, and how often a webhook told of it with success."""

    total: Count
    webhooks_success_total: Count
    this_month: Count
    webhooks_success_this_month: Count
    today: Count
    webhooks_success_today: Count
    events_datewise_this_month: list[CountByKey]
    events_creatorwise_posts_this_month: list[CountByKey]


class TrackedCreator(msgspec.Struct):
    """A tracked creator. Without stories, their schedule is null and they are not tracked."""

    connector: str
    handle: str
    tracking: bool
    cron_expression: str
    next_tracking_at: Printed | None
    tracking_expiry_at: Printed | None
    created_at: Printed
    stories_tracking: bool
    stories_cron_expression: str | None
    next_stories_tracking_at: Printed | None
    stories_tracking_expiry_at: Printed | None
    event_insights: CreatorEventInsights


class TrackedPost(msgspec.Struct):
    """A tracked post."""

    connector: str
    shortcode: str
    tracking: bool
    cron_expression: str
    next_tracking_at: Printed | None
    tracking_expiry_at: Printed | None
    created_at: Printed
    event_insights: PostEventInsights


class TrackedCreators(msgspec.Struct):
    """A page of tracked creators, newest first."""

    objects: list[TrackedCreator]
    total: Annotated[Count, Meta(description="How many there are on all pages")]
    limit: Count
    skip: Count


class TrackedPosts(msgspec.Struct):
    """A page of tracked posts, newest first."""

    objects: list[TrackedPost]
    total: Annotated[Count, Meta(description="How many there are on all pages")]
    limit: Count
    skip: Count


class TrackingInsights(msgspec.Struct):
    """All that is tracked together, and creators and posts by themselves."""

    total: Count
    webhooks_success_total: Count
    this_month: Count
    webhooks_success_this_month: Count
    today: Count
    webhooks_success_today: Count
    events_datewise_this_month: list[CountByKey]
    events_creatorwise_this_month: list[CountByKey]
    events_creatorwise_posts_this_month: list[CountByKey]
    creators: CreatorEventInsights
    posts: PostEventInsights


class YlyticDone(msgspec.Struct):
    """It is done."""

    status: Literal["success"] = "success"


class YlyticErrorDetail(msgspec.Struct):
    """What is wrong, and in which field of the request."""

    code: str
    message: str
    field: str | None
    request_id: str


class YlyticError(msgspec.Struct):
    """Every error of this dialect; the vendor's documents show none."""

    status: Literal["error"]
    error: YlyticErrorDetail


class WebhookRequest(msgspec.Struct):
    """Where to tell what happens to everything that is tracked."""

    url: Annotated[str, Meta(description="An address that can be reached from this server")]


class YlyticWebhook(msgspec.Struct):
    """Where what happens is told. `secret` signs it, and is shown once."""

    url: str
    status: Literal["active", "paused", "disabled"]
    status_reason: Annotated[str | None, Meta(description="Why it is disabled")]
    secret: Annotated[str | None, Meta(description="Only in the answer that made the webhook")]
    created_at: Printed
