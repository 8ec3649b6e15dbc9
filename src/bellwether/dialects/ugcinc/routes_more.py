"""Routes of comments and media."""

from collections.abc import Sequence

from bellwether.dialects.framework.operations import Call, Operation, Reply
from bellwether.dialects.ugcinc import parse, render_posts, wire_more, work
from bellwether.model.errors import ConflictError, NotFoundError


async def _list(call: Call[wire_more.CommentsRequest, None]) -> Reply:
    listing = work.list_comments(parse.read_comments(call.body))
    return await call.read(work.shown(listing, render_posts.render_comments))


async def _create(call: Call[wire_more.CreateCommentRequest, None]) -> Reply:
    new = parse.read_new_comment(call.body)
    reply = await call.write(
        work.create_comment(new), lambda made: Reply(render_posts.render_created_comment(made))
    )
    call.services.wake()
    return reply


async def _status(call: Call[wire_more.CommentStatusRequest, None]) -> Reply:
    comment = await call.read(work.find_comment(call.body.commentId))
    return Reply(render_posts.render_comment_status(comment))


async def _media(call: Call[wire_more.MediaRequest, None]) -> Reply:
    accounts = parse.read_labels(call.body)
    media, tags = await call.read(work.list_media(accounts, call.body.ids))
    return Reply(render_posts.render_media(media, tags))


MORE: Sequence[Operation] = (
    Operation(
        method="POST",
        path="/comment",
        name="get-comments",
        handler=_list,
        summary="List comments made through accounts",
        body=wire_more.CommentsRequest,
        may_be_empty=True,
        answers={200: wire_more.UgcComments},
    ),
    Operation(
        method="POST",
        path="/comment/create",
        name="create-comment",
        handler=_create,
        summary="Queue a comment",
        body=wire_more.CreateCommentRequest,
        may_be_empty=True,
        answers={200: wire_more.CreatedCommentResponse},
        errors=(ConflictError, NotFoundError),
    ),
    Operation(
        method="POST",
        path="/comment/status",
        name="get-comment-status",
        handler=_status,
        summary="Ask how far a comment is",
        body=wire_more.CommentStatusRequest,
        may_be_empty=True,
        answers={200: wire_more.CommentStatusResponse},
        errors=(NotFoundError,),
    ),
    Operation(
        method="POST",
        path="/media",
        name="get-media",
        handler=_media,
        summary="List the files that were fetched to be published",
        body=wire_more.MediaRequest,
        may_be_empty=True,
        answers={200: wire_more.UgcMediaList},
    ),
)
