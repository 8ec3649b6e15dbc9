"""What is asked of the network before an order is taken: whether its media can be published.

Nobody outside is asked for who has no such account or post: the order itself is refused later.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from bellwether.dialects.framework.operations import Call
from bellwether.dialects.ugcinc.parse_edits import ProfileEdit
from bellwether.dialects.ugcinc.work import find_post, list_accounts, media_named
from bellwether.engine.facade import Engine
from bellwether.model.accounts import AccountFilter
from bellwether.model.errors import BellwetherError
from bellwether.model.posts import NewPost, PostChanges
from bellwether.model.tenants import Environment, Principal

T = TypeVar("T")


async def check_post(call: Call[Any, None], new: NewPost) -> None:
    """Raise InvalidInputError or TooLargeError (`videoUrl`, `imageUrls`)."""
    among = new.among if new.account_id is None else AccountFilter(ids=[new.account_id])
    environment, found = await _read(call, list_accounts(among))
    if found:
        with media_named(new.kind):
            await call.services.media.check_media(environment, new.kind, new.media_urls)


async def check_changes(call: Call[Any, None], post_id: str, changes: PostChanges) -> None:
    """Raise InvalidInputError or TooLargeError (`mediaUrls`), NotFoundError (`postId`)."""
    if changes.media_urls is None:
        return
    environment, post = await _read(call, find_post(post_id))
    await call.services.media.check_media(environment, post.kind, changes.media_urls)


async def check_avatars(call: Call[Any, None], edits: Sequence[ProfileEdit], *, many: bool) -> None:
    """Raise InvalidInputError or TooLargeError (`avatarUrl`, of many with its place in them)."""
    ids = [one.account_id for one in edits if one.edit.avatar_url]
    if not ids:
        return
    environment, found = await _read(call, list_accounts(AccountFilter(ids=ids)))
    there = {account.id for account in found}
    urls = {
        at: one.edit.avatar_url
        for at, one in enumerate(edits)
        if one.edit.avatar_url and one.account_id in there
    }
    asked = (call.services.media.check_avatar(environment, url) for url in urls.values())
    answers = await asyncio.gather(*asked, return_exceptions=True)
    for at, answer in zip(urls, answers, strict=True):
        if isinstance(answer, BellwetherError) and many:
            answer.field = f"updates[{at}].avatarUrl"
        if isinstance(answer, BaseException):
            raise answer


async def _read(
    call: Call[Any, None], work: Callable[[Engine, Principal], T]
) -> tuple[Environment, T]:
    return await call.read(
        lambda engine, principal: (principal.scope.environment, work(engine, principal))
    )
