"""Between the room's rows and the model."""

import json
from typing import Any

from sqlalchemy import Row

from bellwether.kit.clock import from_micros, opt_instant
from bellwether.model.accounts import AccountState, ManagedAccount
from bellwether.model.platforms import Platform
from bellwether.model.posts import ActState, Comment, Edit, FetchedMedia, Post, Task, TaskType
from bellwether.model.publishers import MediaType, PostKind

POST = "post"
EDIT = "edit_profile"
COMMENT = "comment"
"""The kinds of acts."""

LONGEST_ID = 36


def is_id(text: str) -> bool:
    """Return whether a store can look this up at all; a PostgreSQL text holds no NUL, say."""
    return 0 < len(text) <= LONGEST_ID and text.isascii() and text.isprintable()


def account(row: Row[Any]) -> ManagedAccount:
    """Return the account of a row."""
    return ManagedAccount(
        id=row.id,
        platform=Platform(row.platform),
        username=row.username,
        nick_name=row.nick_name,
        bio=row.bio,
        avatar_url=row.avatar_url,
        tag=row.tag,
        org_group=row.org_group,
        user_group=row.user_group,
        state=AccountState(row.state),
        creator_id=row.creator_id,
        details=json.loads(row.details),
        created_at=from_micros(row.created_at),
        updated_at=from_micros(row.updated_at),
    )


def post(row: Row[Any]) -> Post:
    """Return the post of a row."""
    body = json.loads(row.body)
    return Post(
        id=row.id,
        account_id=row.account_id,
        kind=PostKind(body["kind"]),
        state=ActState(row.state),
        caption=body["caption"],
        media_urls=tuple(body["media_urls"]),
        music_post_id=body["music_post_id"],
        strict=body["strict"],
        scheduled_at=opt_instant(row.scheduled_at),
        social_id=row.social_id,
        content_id=row.content_id,
        url=row.url,
        error=row.error,
        created_at=from_micros(row.created_at),
        updated_at=from_micros(row.updated_at),
        published_at=opt_instant(row.finished_at) if row.state == ActState.COMPLETE.value else None,
    )


def task(row: Row[Any]) -> Task:
    """Return the task of a row."""
    return Task(
        id=row.id,
        account_id=row.account_id,
        type=TaskType.EDIT_PROFILE,
        state=ActState(row.state),
        scheduled_at=opt_instant(row.scheduled_at),
        edit=edit(json.loads(row.body)),
        error=row.error,
        created_at=from_micros(row.created_at),
        updated_at=from_micros(row.updated_at),
        finished_at=opt_instant(row.finished_at),
    )


def edit(body: dict[str, Any]) -> Edit:
    """Return what a task changes."""
    return Edit(body["nick_name"], body["bio"], body["avatar_url"])


def comment(row: Row[Any]) -> Comment:
    """Return the comment of a row."""
    body = json.loads(row.body)
    return Comment(
        id=row.id,
        account_id=row.account_id,
        post_url=body["post_url"],
        text=body["text"],
        state=ActState(row.state),
        url=row.url,
        error=row.error,
        created_at=from_micros(row.created_at),
        finished_at=opt_instant(row.finished_at),
    )


def media(row: Row[Any]) -> FetchedMedia:
    """Return the fetched file of a row."""
    return FetchedMedia(
        id=row.id,
        account_id=row.account_id,
        post_id=row.act_id,
        url=row.url,
        type=MediaType(row.type),
        size=row.size,
        sha256=row.sha256,
        created_at=from_micros(row.created_at),
    )
