"""What the routes of this dialect ask of the engine, each in one unit of work."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from bellwether.dialects.framework.reply import Reply
from bellwether.dialects.ugcinc.errors import name_field
from bellwether.dialects.ugcinc.parse_edits import ProfileEdit
from bellwether.engine.facade import Engine
from bellwether.model.accounts import (
    AccountFilter,
    LabelChanges,
    ManagedAccount,
    NewAccess,
    NewAccount,
)
from bellwether.model.errors import (
    BellwetherError,
    ConflictError,
    InvalidInputError,
    UnavailableError,
)
from bellwether.model.posts import (
    Comment,
    CommentFilter,
    FetchedMedia,
    NewComment,
    NewPost,
    Post,
    PostChanges,
    PostFilter,
    Refreshed,
    StatFilter,
    StatRow,
    Task,
    TaskFilter,
)
from bellwether.model.publishers import PostKind
from bellwether.model.tenants import Principal

T = TypeVar("T")

_MEDIA_FIELDS = {PostKind.VIDEO: "videoUrl", PostKind.SLIDESHOW: "imageUrls"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one update among many: its account or its task's id, or what was wrong."""

    account_id: str
    account: ManagedAccount | None = None
    task_id: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Deletions:
    """Which posts were deleted, and why the others were not."""

    deleted: Sequence[str]
    kept: Sequence[tuple[str, str]]


@contextmanager
def media_named(kind: PostKind) -> Iterator[None]:
    """Name media as the request that makes a post of this kind does."""
    try:
        yield
    except BellwetherError as error:
        if error.field is not None and error.field.startswith("media_urls"):
            error.field = _MEDIA_FIELDS[kind] + error.field.removeprefix("media_urls")
        raise


def shown(
    work: Callable[[Engine, Principal], T], render: Callable[[T], msgspec.Struct]
) -> Callable[[Engine, Principal], Reply]:
    """Render where the work is done: there are no pages, and an answer may be large."""
    return lambda engine, principal: Reply(render(work(engine, principal)))


def list_accounts(
    wanted: AccountFilter,
) -> Callable[[Engine, Principal], Sequence[ManagedAccount]]:
    """List accounts."""
    return lambda engine, principal: engine.accounts.list(principal.scope, wanted)


def add_accounts(
    accounts: Sequence[NewAccount],
) -> Callable[[Engine, Principal], Sequence[ManagedAccount]]:
    """Manage accounts, all or none."""
    return lambda engine, principal: engine.accounts.add(principal.scope, principal.plan, accounts)


def label_account(changes: LabelChanges) -> Callable[[Engine, Principal], ManagedAccount]:
    """Change the labels of one account."""

    def work(engine: Engine, principal: Principal) -> ManagedAccount:
        (answer,) = engine.accounts.label(principal.scope, [changes])
        if isinstance(answer, BellwetherError):
            raise answer
        return answer

    return work


def label_accounts(
    changes: Sequence[LabelChanges],
) -> Callable[[Engine, Principal], Sequence[Outcome]]:
    """Change the labels of many accounts; one that fails stops no other."""

    def work(engine: Engine, principal: Principal) -> Sequence[Outcome]:
        answers = engine.accounts.label(principal.scope, changes)
        return [
            Outcome(one.account_id, error=name_field(answer.message, answer.field))
            if isinstance(answer, BellwetherError)
            else Outcome(one.account_id, account=answer)
            for one, answer in zip(changes, answers, strict=True)
        ]

    return work


def give_access(
    account_id: str, access: NewAccess
) -> Callable[[Engine, Principal], ManagedAccount]:
    """Give an account a token."""
    return lambda engine, principal: engine.accounts.give_access(
        principal.scope, account_id, access
    )


def edit_profile(one: ProfileEdit) -> Callable[[Engine, Principal], Task]:
    """Queue the edit of one profile."""
    return lambda engine, principal: engine.publishing.edit_profile(
        principal.scope, one.account_id, one.edit
    )


def edit_profiles(
    edits: Sequence[ProfileEdit],
) -> Callable[[Engine, Principal], Sequence[Outcome]]:
    """Queue the edits of many profiles; one that is refused stops no other."""

    def work(engine: Engine, principal: Principal) -> Sequence[Outcome]:
        return [_edited(engine, principal, one) for one in edits]

    return work


def _edited(engine: Engine, principal: Principal, one: ProfileEdit) -> Outcome:
    try:
        task = engine.publishing.edit_profile(principal.scope, one.account_id, one.edit)
    except BellwetherError as error:
        return Outcome(one.account_id, error=name_field(error.message, error.field))
    return Outcome(one.account_id, task_id=task.id)


def list_tasks(wanted: TaskFilter) -> Callable[[Engine, Principal], Sequence[Task]]:
    """List tasks."""
    return lambda engine, principal: engine.publishing.tasks(principal.scope, wanted)


def list_posts(wanted: PostFilter) -> Callable[[Engine, Principal], Sequence[Post]]:
    """List posts."""
    return lambda engine, principal: engine.publishing.posts(principal.scope, wanted)


def find_post(post_id: str) -> Callable[[Engine, Principal], Post]:
    """Find a post, else NotFoundError (`post_id`)."""
    return lambda engine, principal: engine.publishing.post(principal.scope, post_id)


def create_post(new: NewPost) -> Callable[[Engine, Principal], Post]:
    """Queue a post."""

    def work(engine: Engine, principal: Principal) -> Post:
        with media_named(new.kind):
            return engine.publishing.create_post(principal.scope, new)

    return work


def change_post(
    post_id: str, changes: PostChanges, *, account_id: str | None, music_post_id: str | None
) -> Callable[[Engine, Principal], Post]:
    """Change a post; InvalidInputError for another account or another sound than it has."""

    def work(engine: Engine, principal: Principal) -> Post:
        post = engine.publishing.post(principal.scope, post_id)
        if account_id not in {None, post.account_id}:
            raise InvalidInputError(
                "accountId: a post cannot be moved; delete it and make another", field="accountId"
            )
        if music_post_id not in {None, post.music_post_id}:
            raise InvalidInputError(
                "musicPostId: the sound of a post cannot be changed; delete it and make another",
                field="musicPostId",
            )
        if changes == PostChanges():
            return post
        return engine.publishing.change_post(principal.scope, post_id, changes)

    return work


def delete_posts(post_ids: Sequence[str]) -> Callable[[Engine, Principal], Deletions]:
    """Delete posts that have not begun to go out; NotFoundError (`post_id`) deletes none."""

    def work(engine: Engine, principal: Principal) -> Deletions:
        scope = principal.scope
        deleted: list[str] = []
        kept: list[tuple[str, str]] = []
        for post_id in dict.fromkeys(post_ids):
            try:
                engine.publishing.delete_post(scope, post_id)
            except ConflictError as error:
                kept.append((post_id, error.message))
            else:
                deleted.append(post_id)
        return Deletions(deleted, kept)

    return work


def account_stats(
    accounts: AccountFilter, wanted: StatFilter
) -> Callable[[Engine, Principal], Sequence[StatRow]]:
    """Read rows of accounts."""
    return lambda engine, principal: engine.stats.of_accounts(principal.scope, accounts, wanted)


def post_stats(
    posts: PostFilter, wanted: StatFilter
) -> Callable[[Engine, Principal], Sequence[StatRow]]:
    """Read rows of posts."""
    return lambda engine, principal: engine.stats.of_posts(principal.scope, posts, wanted)


def check_refreshed(found: Refreshed) -> None:
    """Raise UnavailableError when everything that was asked for failed."""
    failed = [*found.failed_accounts, *found.failed_posts]
    asked_for_accounts = found.failed_accounts and not found.account_stats
    if failed and (asked_for_accounts or not (found.account_stats or found.post_stats)):
        raise UnavailableError(f"The platform gave no numbers: {failed[0].message}")


def list_comments(wanted: CommentFilter) -> Callable[[Engine, Principal], Sequence[Comment]]:
    """List comments."""
    return lambda engine, principal: engine.publishing.comments(principal.scope, wanted)


def create_comment(new: NewComment) -> Callable[[Engine, Principal], Comment]:
    """Queue a comment."""
    return lambda engine, principal: engine.publishing.create_comment(principal.scope, new)


def find_comment(comment_id: str) -> Callable[[Engine, Principal], Comment]:
    """Find a comment, else NotFoundError (`comment_id`)."""
    return lambda engine, principal: engine.publishing.comment(principal.scope, comment_id)


Library = tuple[Sequence[FetchedMedia], Mapping[str, str | None]]
"""Media, and the tags of the accounts by their ids."""


def list_media(
    accounts: AccountFilter, ids: Sequence[str] | None
) -> Callable[[Engine, Principal], Library]:
    """List media of accounts, only those with these ids if any are given."""

    def work(engine: Engine, principal: Principal) -> Library:
        found = engine.publishing.media(principal.scope, accounts, ids)
        owners = AccountFilter(ids=sorted({one.account_id for one in found}))
        tags = {one.id: one.tag for one in engine.accounts.list(principal.scope, owners)}
        return found, tags

    return work
