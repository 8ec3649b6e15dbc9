"""What is asked of the network before an order is taken: whether its media can be published."""

import asyncio
from collections.abc import Sequence
from typing import Any

from bellwether.dialects.framework.operations import Call
from bellwether.dialects.ugcinc.parse_edits import ProfileEdit
from bellwether.dialects.ugcinc.work import find_post, media_named
from bellwether.model.errors import BellwetherError
from bellwether.model.posts import NewPost, PostChanges


async def check_post(call: Call[Any, None], new: NewPost) -> None:
    """Raise InvalidInputError or TooLargeError (`videoUrl`, `imageUrls`)."""
    principal = await call.authenticate()
    environment = principal.scope.environment
    with media_named(new.kind):
        await call.services.media.check_media(environment, new.kind, new.media_urls)


async def check_changes(call: Call[Any, None], post_id: str, changes: PostChanges) -> None:
    """Raise InvalidInputError or TooLargeError (`mediaUrls`), NotFoundError (`postId`)."""
    if changes.media_urls is None:
        return
    principal = await call.authenticate()
    environment = principal.scope.environment
    post = await call.read(find_post(post_id))
    await call.services.media.check_media(environment, post.kind, changes.media_urls)


async def check_avatars(call: Call[Any, None], edits: Sequence[ProfileEdit], *, many: bool) -> None:
    """Raise InvalidInputError or TooLargeError (`avatarUrl`, of many with its place in them)."""
    urls = {at: one.edit.avatar_url for at, one in enumerate(edits) if one.edit.avatar_url}
    if not urls:
        return
    principal = await call.authenticate()
    environment = principal.scope.environment
    asked = (call.services.media.check_avatar(environment, url) for url in urls.values())
    answers = await asyncio.gather(*asked, return_exceptions=True)
    for at, answer in zip(urls, answers, strict=True):
        if isinstance(answer, BellwetherError) and many:
            answer.field = f"updates[{at}].avatarUrl"
        if isinstance(answer, BaseException):
            raise answer
