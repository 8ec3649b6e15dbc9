"""The shapes of posts."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from bellwether.dialects.ugcinc.wire import (
    MOST_CHANGES,
    AccountIds,
    Count,
    Done,
    EndDate,
    Instant,
    PostIds,
    StartDate,
    Status,
)

LONGEST_CAPTION = 500

Caption = Annotated[str, Meta(max_length=LONGEST_CAPTION)]
PostTime = Annotated[
    str | None, Meta(description="When it goes out, ISO 8601; at once when left out")
]
Strict = Annotated[
    bool | None, Meta(description="Refuse what the platform cannot do; false: leave it out")
]
Whose = Annotated[
    str | None, Meta(description="Whose post it is; null: one that the three labels select")
]
Music = Annotated[str | None, Meta(description="A post whose sound is used; TikTok only")]
Label = Annotated[str | None, Meta(description="Narrows the choice when accountId is null")]


class PostsRequest(msgspec.Struct):
    """Which posts to list."""

    accountIds: AccountIds = None  # noqa: N815  theirs
    postIds: PostIds = None  # noqa: N815
    startDate: StartDate = None  # noqa: N815
    endDate: EndDate = None  # noqa: N815


class UgcPost(msgspec.Struct):
    """A post."""

    id: str
    account_id: str
    type: Literal["video", "slideshow"]
    status: Status
    social_id: Annotated[str | None, Meta(description="The platform's id, once it is out")]
    caption: str | None
    media_urls: list[str] | None
    music_post_id: str | None
    scheduled_at: Instant | None
    postUrl: str | None  # noqa: N815
    error: Annotated[str | None, Meta(description="Ours: what went wrong")]
    created_at: Instant


class UgcPosts(Done, kw_only=True):
    """The answer with posts."""

    data: list[UgcPost]


class UgcPostResponse(Done, kw_only=True):
    """The answer with one post."""

    data: UgcPost


class CreateVideoRequest(msgspec.Struct):
    """A video to be published."""

    accountId: Whose  # noqa: N815
    videoUrl: str  # noqa: N815
    caption: Caption | None = None
    musicPostId: Music = None  # noqa: N815
    postTime: PostTime = None  # noqa: N815
    strict: Strict = True
    tag: Label = None
    org_group: Label = None
    user_group: Label = None


class CreateSlideshowRequest(msgspec.Struct):
    """Pictures to be published as one post."""

    accountId: Whose  # noqa: N815
    imageUrls: Annotated[  # noqa: N815
        list[str],
        Meta(
            description="In the order in which they are shown",
            extra_json_schema={"minItems": 1},  # told better in parse.py
        ),
    ]
    caption: Caption | None = None
    musicPostId: Music = None  # noqa: N815
    postTime: PostTime = None  # noqa: N815
    strict: Strict = True
    tag: Label = None
    org_group: Label = None
    user_group: Label = None


class PostStatusRequest(msgspec.Struct):
    """Which post is asked about."""

    postId: str  # noqa: N815


class PostStatus(msgspec.Struct):
    """How far a post is."""

    post_id: str
    status: Status
    postUrl: str | None  # noqa: N815
    error: Annotated[str | None, Meta(description="Ours: what went wrong")]


class PostStatusResponse(Done, kw_only=True):
    """The answer about one post."""

    data: PostStatus


class ChangePostRequest(msgspec.Struct):
    """What to change about a post that has not begun to go out."""

    postId: str  # noqa: N815
    caption: Caption | None = None
    mediaUrls: Annotated[  # noqa: N815
        list[str] | None, Meta(description="Instead of all it had")
    ] = None
    postTime: Annotated[str | None, Meta(description="When it goes out, ISO 8601")] = None  # noqa: N815
    accountId: Annotated[  # noqa: N815
        str | None, Meta(description="May only name the account it has: posts cannot be moved")
    ] = None
    musicPostId: Annotated[  # noqa: N815
        str | None, Meta(description="May only name the sound it has")
    ] = None


class DeletePostsRequest(msgspec.Struct):
    """Which posts to delete."""

    postIds: Annotated[  # noqa: N815
        list[str],
        Meta(max_length=MOST_CHANGES, extra_json_schema={"minItems": 1}),
    ]


class NotDeleted(msgspec.Struct):
    """A post that stays, and why."""

    postId: str  # noqa: N815
    error: str


class DeletedPosts(msgspec.Struct):
    """What was deleted. `deleting` is always 0: what is out stays out."""

    deleted: Count
    deleting: Count
    deletedIds: list[str]  # noqa: N815
    deletingIds: list[str]  # noqa: N815
    errors: list[NotDeleted] | UnsetType = UNSET


class DeletedPostsResponse(Done, kw_only=True):
    """The answer to a deletion."""

    data: DeletedPosts
