"""The shapes of comments and media."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from bellwether.dialects.ugcinc.wire import AccountIds, Count, Done, Ids, Instant, Tag

CommentState = Annotated[
    Literal["pending", "running", "completed", "failed", "unknown"],
    Meta(description="unknown is ours: it may have been done, and the platform cannot be asked"),
]


class CommentsRequest(msgspec.Struct):
    """Which comments to list."""

    commentIds: Annotated[  # noqa: N815  theirs
        Ids | None, Meta(description="Only these; all when left out")
    ] = None
    accountIds: AccountIds = None  # noqa: N815
    tag: Tag = None


class UgcComment(msgspec.Struct):
    """A comment."""

    id: str
    accountId: str  # noqa: N815
    postUrl: str  # noqa: N815
    commentText: str  # noqa: N815
    status: CommentState
    commentUrl: str | None  # noqa: N815
    error: str | None
    createdAt: Instant  # noqa: N815
    completedAt: Instant | None  # noqa: N815


class UgcComments(Done, kw_only=True):
    """The answer with comments."""

    data: list[UgcComment]


class CreateCommentRequest(msgspec.Struct):
    """A comment to be made."""

    accountId: str  # noqa: N815
    postUrl: Annotated[str, Meta(description="The post's address")]  # noqa: N815
    commentText: str  # noqa: N815


class CreatedComment(msgspec.Struct):
    """A comment that was just ordered."""

    commentId: str  # noqa: N815
    message: str


class CreatedCommentResponse(Done, kw_only=True):
    """The answer with the comment's id."""

    data: CreatedComment


class CommentStatusRequest(msgspec.Struct):
    """Which comment is asked about."""

    commentId: str  # noqa: N815


class CommentStatus(msgspec.Struct):
    """How far a comment is."""

    status: CommentState
    commentUrl: str | None  # noqa: N815
    error: str | None


class CommentStatusResponse(Done, kw_only=True):
    """The answer about one comment."""

    data: CommentStatus


class MediaRequest(msgspec.Struct):
    """Which media to list."""

    ids: Annotated[Ids | None, Meta(description="Only these; all when left out")] = None
    tag: Tag = None


class UgcMedia(msgspec.Struct):
    """A file that was fetched to be published."""

    id: str
    name: Annotated[str | None, Meta(description="The last part of its address")]
    tag: Annotated[str | None, Meta(description="The account's")]
    type: Literal["video", "image"]
    url: Annotated[str, Meta(description="Where it was fetched")]
    created_at: Instant
    media_type: Literal["user_media"]
    content_type: Annotated[str, Meta(description="Ours, as the rest: what the bytes are")]
    size: Annotated[Count, Meta(description="In bytes")]
    sha256: str
    account_id: str
    post_id: str


class UgcMediaList(Done, kw_only=True):
    """The answer with media."""

    data: list[UgcMedia]
