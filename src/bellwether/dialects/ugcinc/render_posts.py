"""Answers about posts, comments and media."""

from collections.abc import Mapping, Sequence
from urllib.parse import unquote, urlsplit

from msgspec import UNSET

from bellwether.dialects.ugcinc import wire_more, wire_posts
from bellwether.dialects.ugcinc.render import render_instant, render_opt_instant
from bellwether.model.posts import ActState, Comment, FetchedMedia, Post

_COMMENT_STATES: Mapping[ActState, wire_more.CommentState] = {
    ActState.SCHEDULED: "pending",
    ActState.PENDING: "running",
    ActState.COMPLETE: "completed",
    ActState.FAILED: "failed",
    ActState.UNKNOWN: "unknown",
}


def render_post(post: Post) -> wire_posts.UgcPost:
    """Return one post."""
    return wire_posts.UgcPost(
        id=post.id,
        account_id=post.account_id,
        type=post.kind.value,
        status=post.state.value,
        social_id=post.social_id,
        caption=post.caption or None,
        media_urls=list(post.media_urls),
        music_post_id=post.music_post_id,
        scheduled_at=render_opt_instant(post.scheduled_at),
        postUrl=post.url,
        error=post.error,
        created_at=render_instant(post.created_at),
    )


def render_posts(posts: Sequence[Post]) -> wire_posts.UgcPosts:
    """Return posts."""
    return wire_posts.UgcPosts(data=[render_post(one) for one in posts])


def render_one_post(post: Post) -> wire_posts.UgcPostResponse:
    """Return the answer with one post."""
    return wire_posts.UgcPostResponse(data=render_post(post))


def render_status(post: Post) -> wire_posts.PostStatusResponse:
    """Return how far a post is."""
    data = wire_posts.PostStatus(
        post_id=post.id, status=post.state.value, postUrl=post.url, error=post.error
    )
    return wire_posts.PostStatusResponse(data=data)


def render_deleted(
    deleted: Sequence[str], kept: Sequence[tuple[str, str]]
) -> wire_posts.DeletedPostsResponse:
    """Return which posts were deleted, and why the others were not."""
    errors = [wire_posts.NotDeleted(post_id, message) for post_id, message in kept]
    data = wire_posts.DeletedPosts(
        deleted=len(deleted),
        deleting=0,
        deletedIds=list(deleted),
        deletingIds=[],
        errors=errors or UNSET,
    )
    return wire_posts.DeletedPostsResponse(
        message="Successfully processed deletion request", data=data
    )


def render_comment(comment: Comment) -> wire_more.UgcComment:
    """Return one comment."""
    return wire_more.UgcComment(
        id=comment.id,
        accountId=comment.account_id,
        postUrl=comment.post_url,
        commentText=comment.text,
        status=_COMMENT_STATES[comment.state],
        commentUrl=comment.url,
        error=comment.error,
        createdAt=render_instant(comment.created_at),
        completedAt=render_opt_instant(comment.finished_at),
    )


def render_comments(comments: Sequence[Comment]) -> wire_more.UgcComments:
    """Return comments."""
    return wire_more.UgcComments(data=[render_comment(one) for one in comments])


def render_created_comment(comment: Comment) -> wire_more.CreatedCommentResponse:
    """Return the id of a comment that was just ordered."""
    data = wire_more.CreatedComment(comment.id, "Comment created successfully")
    return wire_more.CreatedCommentResponse(data=data)


def render_comment_status(comment: Comment) -> wire_more.CommentStatusResponse:
    """Return how far a comment is."""
    data = wire_more.CommentStatus(
        status=_COMMENT_STATES[comment.state], commentUrl=comment.url, error=comment.error
    )
    return wire_more.CommentStatusResponse(data=data)


def render_media(
    media: Sequence[FetchedMedia], tags: Mapping[str, str | None]
) -> wire_more.UgcMediaList:
    """Return media; `tags` are those of the accounts, by their ids."""
    return wire_more.UgcMediaList(data=[_medium(one, tags.get(one.account_id)) for one in media])


def _medium(one: FetchedMedia, tag: str | None) -> wire_more.UgcMedia:
    return wire_more.UgcMedia(
        id=one.id,
        name=unquote(urlsplit(one.url).path.rsplit("/", 1)[-1]) or None,
        tag=tag,
        type="image" if one.type.is_image else "video",
        url=one.url,
        created_at=render_instant(one.created_at),
        media_type="user_media",
        content_type=one.type.value,
        size=one.size,
        sha256=one.sha256,
        account_id=one.account_id,
        post_id=one.post_id,
    )
