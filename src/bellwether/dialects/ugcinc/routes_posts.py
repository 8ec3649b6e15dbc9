"""Routes of posts."""

from collections.abc import Sequence
from typing import Any

from bellwether.dialects.framework.operations import Call, Operation, Reply
from bellwether.dialects.ugcinc import checks, parse, render_posts, wire_posts, work
from bellwether.model.errors import ConflictError, NotFoundError
from bellwether.model.posts import NewPost


async def _list(call: Call[wire_posts.PostsRequest, None]) -> Reply:
    listing = work.list_posts(parse.read_posts(call.body))
    return await call.read(work.shown(listing, render_posts.render_posts))


async def _video(call: Call[wire_posts.CreateVideoRequest, None]) -> Reply:
    return await _create(call, parse.read_video(call.body))


async def _slideshow(call: Call[wire_posts.CreateSlideshowRequest, None]) -> Reply:
    return await _create(call, parse.read_slideshow(call.body))


async def _create(call: Call[Any, None], new: NewPost) -> Reply:
    await checks.check_post(call, new)
    reply = await call.write(
        work.create_post(new), lambda post: Reply(render_posts.render_one_post(post))
    )
    call.services.wake()
    return reply


async def _status(call: Call[wire_posts.PostStatusRequest, None]) -> Reply:
    post = await call.read(work.find_post(call.body.postId))
    return Reply(render_posts.render_status(post))


async def _update(call: Call[wire_posts.ChangePostRequest, None]) -> Reply:
    body = call.body
    changes = parse.read_post_changes(body)
    await checks.check_changes(call, body.postId, changes)
    reply = await call.write(
        work.change_post(
            body.postId, changes, account_id=body.accountId, music_post_id=body.musicPostId
        ),
        lambda post: Reply(render_posts.render_one_post(post)),
    )
    call.services.wake()
    return reply


async def _delete(call: Call[wire_posts.DeletePostsRequest, None]) -> Reply:
    ids = parse.read_post_ids(call.body)
    return await call.write(
        work.delete_posts(ids),
        lambda done: Reply(render_posts.render_deleted(done.deleted, done.kept)),
    )


POSTS: Sequence[Operation] = (
    Operation(
        method="POST",
        path="/post",
        name="get-posts",
        handler=_list,
        summary="List posts",
        body=wire_posts.PostsRequest,
        may_be_empty=True,
        answers={200: wire_posts.UgcPosts},
    ),
    Operation(
        method="POST",
        path="/post/video",
        name="create-video",
        handler=_video,
        summary="Queue a video post",
        body=wire_posts.CreateVideoRequest,
        may_be_empty=True,
        answers={200: wire_posts.UgcPostResponse},
        errors=(ConflictError, NotFoundError),
    ),
    Operation(
        method="POST",
        path="/post/slideshow",
        name="create-slideshow",
        handler=_slideshow,
        summary="Queue a post of pictures",
        body=wire_posts.CreateSlideshowRequest,
        may_be_empty=True,
        answers={200: wire_posts.UgcPostResponse},
        errors=(ConflictError, NotFoundError),
    ),
    Operation(
        method="POST",
        path="/post/status",
        name="get-post-status",
        handler=_status,
        summary="Ask how far a post is",
        body=wire_posts.PostStatusRequest,
        may_be_empty=True,
        answers={200: wire_posts.PostStatusResponse},
        errors=(NotFoundError,),
    ),
    Operation(
        method="POST",
        path="/post/update",
        name="update-post",
        handler=_update,
        summary="Change a post that has not begun to go out",
        body=wire_posts.ChangePostRequest,
        may_be_empty=True,
        answers={200: wire_posts.UgcPostResponse},
        errors=(ConflictError, NotFoundError),
    ),
    Operation(
        method="POST",
        path="/post/delete",
        name="delete-posts",
        handler=_delete,
        summary="Delete posts that have not gone out",
        body=wire_posts.DeletePostsRequest,
        may_be_empty=True,
        answers={200: wire_posts.DeletedPostsResponse},
        errors=(NotFoundError,),
    ),
)
