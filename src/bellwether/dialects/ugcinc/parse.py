"""Requests of this dialect as orders to the engine."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from bellwether.dialects.ugcinc import wire, wire_more, wire_posts, wire_stats
from bellwether.kit.instants import read_instant
from bellwether.model.accounts import AccountFilter, NewAccount
from bellwether.model.errors import InvalidInputError
from bellwether.model.platforms import Platform
from bellwether.model.posts import (
    CommentFilter,
    NewComment,
    NewPost,
    PostChanges,
    PostFilter,
    StatFilter,
    TaskFilter,
    TaskType,
)
from bellwether.model.publishers import PostKind

MOST_MEDIA = 100  # more than any platform takes: each address is asked about

_Labelled = (
    wire.AccountsRequest
    | wire_more.CommentsRequest
    | wire_more.MediaRequest
    | wire_posts.CreateSlideshowRequest
    | wire_posts.CreateVideoRequest
    | wire_stats.AccountStatsRequest
    | wire_stats.RefreshAccountStatsRequest
    | wire_stats.RefreshStatsRequest
)

_DAY = re.compile(r"[0-9]{4}[-/]?[0-9]{1,2}[-/]?[0-9]{1,2}", re.ASCII)
_ALMOST_A_DAY = timedelta(days=1) - timedelta(microseconds=1)


def read_time(text: str, field: str) -> datetime:
    """Return an instant in UTC, which a text without a zone is in; InvalidInputError names it."""
    try:
        return read_instant(text)
    except ValueError as error:
        raise InvalidInputError(f"{field}: {error}", field=field) from error


def read_span(start: str | None, end: str | None) -> StatFilter:
    """Return the span between two days or instants, both included.

    InvalidInputError (`startDate`, `endDate`) for what is no instant or a span that ends before it
    begins.
    """
    first = None if start is None else read_time(start, "startDate")
    last = None if end is None else read_time(end, "endDate")
    if last is not None and end is not None and _DAY.fullmatch(end.strip()):
        last += _ALMOST_A_DAY
    if first is not None and last is not None and last < first:
        raise InvalidInputError("endDate is before startDate", field="endDate")
    return StatFilter(first, last)


def read_labels(body: _Labelled, ids: Sequence[str] | None = None) -> AccountFilter:
    """Return which accounts are meant; InvalidInputError names a label that none can have."""
    named = {name: getattr(body, name, None) for name in ("tag", "org_group", "user_group")}
    for name, label in named.items():
        if label is not None and not label.isprintable():
            raise InvalidInputError(f"{name} has characters that no label has", field=name)
    return AccountFilter(ids=ids, **named)


def read_new_accounts(body: wire.CreateAccountsRequest) -> Sequence[NewAccount]:
    """Return the accounts to be made; InvalidInputError (`accounts`) for none or too many."""
    if not 1 <= len(body.accounts) <= wire.MOST_ACCOUNTS:
        raise InvalidInputError(
            f"accounts must have 1 to {wire.MOST_ACCOUNTS} entries", field="accounts"
        )
    return [_new_account(one) for one in body.accounts]


def _new_account(one: wire.NewUgcAccount) -> NewAccount:
    ends = one.token_expires_at
    details = {
        name: value
        for name in ("tier", "keywords", "profiles", "description")
        if (value := getattr(one, name)) is not None
    }
    return NewAccount(
        platform=Platform(one.platform),
        username=one.username,
        nick_name=one.nick_name,
        avatar_url=one.pfp_url,
        tag=one.tag,
        org_group=one.org_group,
        user_group=one.user_group,
        external_id=one.external_id,
        token=one.access_token,
        token_expires_at=None if ends is None else read_time(ends, "token_expires_at"),
        details=details,
    )


def read_open_tasks(body: wire.AccountStatusRequest) -> TaskFilter:
    """Return which tasks of accounts are meant."""
    return TaskFilter(AccountFilter(ids=body.accountIds), open_only=not body.includeCompleted)


def read_tasks(body: wire.TasksRequest) -> TaskFilter:
    """Return which tasks are meant; InvalidInputError for a date that is none."""
    span = read_span(body.startDate, body.endDate)
    return TaskFilter(
        AccountFilter(ids=body.accountIds),
        type=None if body.taskType is None else TaskType(body.taskType),
        start=span.start,
        end=span.end,
    )


def read_posts(body: wire_posts.PostsRequest) -> PostFilter:
    """Return which posts are meant; InvalidInputError for a date that is none."""
    span = read_span(body.startDate, body.endDate)
    return PostFilter(
        AccountFilter(ids=body.accountIds), ids=body.postIds, start=span.start, end=span.end
    )


def read_video(body: wire_posts.CreateVideoRequest) -> NewPost:
    """Return the video to be published; InvalidInputError (`postTime`)."""
    return _new_post(body, PostKind.VIDEO, (body.videoUrl,))


def read_slideshow(body: wire_posts.CreateSlideshowRequest) -> NewPost:
    """Return the pictures to be published; InvalidInputError (`imageUrls`, `postTime`)."""
    _check_media(body.imageUrls, "imageUrls")
    return _new_post(body, PostKind.SLIDESHOW, tuple(body.imageUrls))


def _check_media(urls: Sequence[str], field: str) -> None:
    if not 1 <= len(urls) <= MOST_MEDIA:
        raise InvalidInputError(f"{field} must have 1 to {MOST_MEDIA} addresses", field=field)


def _new_post(
    body: wire_posts.CreateVideoRequest | wire_posts.CreateSlideshowRequest,
    kind: PostKind,
    media_urls: tuple[str, ...],
) -> NewPost:
    return NewPost(
        account_id=body.accountId,
        kind=kind,
        media_urls=media_urls,
        caption=body.caption or "",
        music_post_id=body.musicPostId,
        scheduled_at=None if body.postTime is None else read_time(body.postTime, "postTime"),
        strict=body.strict is not False,
        among=read_labels(body),
    )


def read_post_changes(body: wire_posts.ChangePostRequest) -> PostChanges:
    """Return what to change about a post; InvalidInputError for nothing, or a bad time."""
    at = None if body.postTime is None else read_time(body.postTime, "postTime")
    if body.mediaUrls is not None:
        _check_media(body.mediaUrls, "mediaUrls")
    urls = None if body.mediaUrls is None else tuple(body.mediaUrls)
    changes = PostChanges(caption=body.caption, media_urls=urls, scheduled_at=at)
    if changes == PostChanges() and body.accountId is None and body.musicPostId is None:
        raise InvalidInputError(
            "Send at least one of caption, mediaUrls and postTime", field="body"
        )
    return changes


def read_comments(body: wire_more.CommentsRequest) -> CommentFilter:
    """Return which comments are meant."""
    return CommentFilter(read_labels(body, body.accountIds), ids=body.commentIds)


def read_new_comment(body: wire_more.CreateCommentRequest) -> NewComment:
    """Return the comment to be made; InvalidInputError (`commentText`) for an empty one."""
    text = body.commentText.strip()
    if not text:
        raise InvalidInputError("commentText is empty", field="commentText")
    return NewComment(body.accountId, body.postUrl.strip(), text)


def read_post_ids(body: wire_posts.DeletePostsRequest) -> Sequence[str]:
    """Return which posts to delete; InvalidInputError (`postIds`) for none."""
    if not body.postIds:
        raise InvalidInputError("postIds must have at least one id", field="postIds")
    return body.postIds
