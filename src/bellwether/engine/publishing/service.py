"""Posts, profile edits and comments: ordered here, done by the worker."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from bellwether.connectors.platforms.registry import resolve_text
from bellwether.connectors.publishers import Publishers
from bellwether.engine.publishing import cooldowns, orders, rows
from bellwether.engine.publishing.outcomes import HARMLESS, Stage
from bellwether.engine.publishing.store_accounts import AccountStore, edited_at
from bellwether.engine.publishing.store_acts import ActStore
from bellwether.engine.publishing.store_overview import read_outlook
from bellwether.kit.clock import Clock, from_micros, opt_micros, to_micros
from bellwether.kit.ids import new_id
from bellwether.model.accounts import AccountFilter, AccountState
from bellwether.model.errors import (
    BellwetherError,
    ConflictError,
    InvalidInputError,
    NotFoundError,
    UnsupportedError,
)
from bellwether.model.platforms import Platform
from bellwether.model.posts import (
    ActOutlook,
    ActState,
    Comment,
    CommentFilter,
    Edit,
    FetchedMedia,
    NewComment,
    NewPost,
    Post,
    PostChanges,
    PostFilter,
    Task,
    TaskFilter,
    TaskType,
)
from bellwether.model.publishers import PostKind, PublishingRules
from bellwether.model.tenants import Environment, Scope

AHEAD = timedelta(minutes=10)
"""How long before a post goes out its media are fetched."""

_MEDIA_LISTED = 1000


class PublishingService:
    """Orders to act through managed accounts, and what became of them.

    Whether media can be fetched at all is asked beforehand, by a MediaDesk: nothing here waits for
    the network.
    """

    def __init__(self, connection: Connection, clock: Clock, publishers: Publishers) -> None:
        self._connection = connection
        self._accounts = AccountStore(connection)
        self._acts = ActStore(connection)
        self._clock = clock
        self._publishers = publishers

    def create_post(self, scope: Scope, new: NewPost) -> Post:
        """Queue a post.

        NotFoundError and ConflictError (`account_id`) for an account that is not there or cannot
        be acted for; InvalidInputError and UnsupportedError name what the platform would refuse.
        """
        account = self._pick(scope, new)
        platform = Platform(account.platform)
        now = self._clock.now()
        post = orders.checked_post(new, platform, self._rules(scope, platform))
        orders.check_time(post.scheduled_at, now)
        body = {
            "kind": post.kind.value,
            "caption": post.caption,
            "media_urls": list(post.media_urls),
            "music_post_id": post.music_post_id,
            "strict": post.strict,
        }
        act_id = self._add(scope, account, rows.POST, body, post.scheduled_at)
        return self.post(scope, act_id)

    def change_post(self, scope: Scope, post_id: str, changes: PostChanges) -> Post:
        """Change a post that has not begun to go out, else ConflictError (`post_id`)."""
        row = self._post_row(scope, post_id)
        self._check_open(row)
        body = json.loads(row.body)
        scheduled_at = from_micros(row.scheduled_at) if row.scheduled_at is not None else None
        if changes.scheduled_at is not None:
            orders.check_time(changes.scheduled_at, self._clock.now())
            scheduled_at = changes.scheduled_at
        new = NewPost(
            row.account_id,
            PostKind(body["kind"]),
            media_urls=body["media_urls"] if changes.media_urls is None else changes.media_urls,
            caption=body["caption"] if changes.caption is None else changes.caption,
            music_post_id=body["music_post_id"],
        )
        platform = Platform(row.platform)
        orders.checked_post(new, platform, self._rules(scope, platform))
        body |= {"caption": new.caption, "media_urls": list(new.media_urls)}
        values = {
            "body": json.dumps(body),
            "scheduled_at": opt_micros(scheduled_at),
            "stage": Stage.NEW.value,
            "prepared": None,
            "tries": 0,
            "error": None,
            **self._when(scope, scheduled_at, self._clock.now()),
        }
        if not self._acts.change(row, values):
            raise _begun()
        self._acts.drop_media([row.id])
        return self.post(scope, post_id)

    def delete_post(self, scope: Scope, post_id: str) -> None:
        """Drop a post that has not begun to go out or failed, else ConflictError (`post_id`)."""
        row = self._post_row(scope, post_id)
        if ActState(row.state) is not ActState.FAILED:  # that one is surely not out
            self._check_open(row)
        if not self._acts.delete(row):
            raise _begun()

    def post(self, scope: Scope, post_id: str) -> Post:
        """Return one post, else NotFoundError (`post_id`)."""
        return rows.post(self._post_row(scope, post_id))

    def posts(self, scope: Scope, wanted: PostFilter | None = None) -> Sequence[Post]:
        """Return the posts meant, the latest first; ids of others are left out."""
        wanted = wanted or PostFilter()
        found = self._acts.find(
            scope,
            rows.POST,
            wanted.accounts,
            ids=wanted.ids,
            state=wanted.state and wanted.state.value,
            start=opt_micros(wanted.start),
            end=opt_micros(wanted.end),
            limit=wanted.limit,
        )
        return [rows.post(row) for row in found]

    def edit_profile(self, scope: Scope, account_id: str, edit: Edit) -> Task:
        """Queue a change of a profile; of two at the same moment one is queued.

        InvalidInputError names a field (`nick_name`, `bio`, `avatar_url`) that is too long or
        inside its cool-down, UnsupportedError a platform whose profiles are not edited from here.
        """
        account = self._ready(scope, account_id)
        platform = Platform(account.platform)
        rules = self._rules(scope, platform).edits
        if rules is None:
            raise UnsupportedError(
                f"profiles on {platform} cannot be edited from outside its own app",
                field="account_id",
            )
        edit = orders.checked_edit(edit, rules)
        now = self._clock.now()
        fields = {"nick_name": edit.nick_name, "bio": edit.bio, "avatar_url": edit.avatar_url}
        asked = [name for name, value in fields.items() if value is not None]
        waits = cooldowns.waits(rules)
        earliest = {name: to_micros(now - waits[name]) for name in asked}
        if not self._accounts.begin_edits(scope, account.id, to_micros(now), earliest):
            raise self._too_soon(scope, account.id, asked, waits)
        body = {
            **fields,
            "begun": to_micros(now),
            "before": {name: edited_at(account, name) for name in asked},
        }
        return self.task(scope, self._add(scope, account, rows.EDIT, body, None))

    def task(self, scope: Scope, task_id: str) -> Task:
        """Return one task, else NotFoundError (`task_id`)."""
        row = self._acts.get(scope, rows.EDIT, task_id)
        if row is None:
            raise NotFoundError("no such task", field="task_id")
        return rows.task(row)

    def tasks(self, scope: Scope, wanted: TaskFilter | None = None) -> Sequence[Task]:
        """Return the tasks meant, the latest first."""
        wanted = wanted or TaskFilter()
        if wanted.type not in {None, TaskType.EDIT_PROFILE}:
            return []
        found = self._acts.find(
            scope,
            rows.EDIT,
            wanted.accounts,
            state=wanted.state and wanted.state.value,
            start=opt_micros(wanted.start),
            end=opt_micros(wanted.end),
            open_only=wanted.open_only,
        )
        return [rows.task(row) for row in found]

    def create_comment(self, scope: Scope, new: NewComment) -> Comment:
        """Queue a comment under a content of the account's platform."""
        account = self._ready(scope, new.account_id)
        platform = Platform(account.platform)
        if not self._rules(scope, platform).comments:
            raise UnsupportedError(
                f"comments on {platform} cannot be made from outside its own app",
                field="account_id",
            )
        orders.check_comment(new.text)
        try:
            ref = resolve_text(new.post_url)
        except BellwetherError as error:
            raise InvalidInputError(error.message, field="post_url") from error
        if not ref.is_content or ref.platform is not platform:
            raise InvalidInputError(f"this is no post on {platform}", field="post_url")
        body = {"post_url": new.post_url, "text": new.text, "content_id": ref.id}
        return self.comment(scope, self._add(scope, account, rows.COMMENT, body, None))

    def comment(self, scope: Scope, comment_id: str) -> Comment:
        """Return one comment, else NotFoundError (`comment_id`)."""
        row = self._acts.get(scope, rows.COMMENT, comment_id)
        if row is None:
            raise NotFoundError("no such comment", field="comment_id")
        return rows.comment(row)

    def comments(self, scope: Scope, wanted: CommentFilter | None = None) -> Sequence[Comment]:
        """Return the comments meant, the latest first."""
        wanted = wanted or CommentFilter()
        found = self._acts.find(scope, rows.COMMENT, wanted.accounts, ids=wanted.ids)
        return [rows.comment(row) for row in found]

    def media(
        self,
        scope: Scope,
        accounts: AccountFilter | None = None,
        ids: Sequence[str] | None = None,
    ) -> Sequence[FetchedMedia]:
        """Return the thousand files fetched last, or those of some ids; their bytes may be gone."""
        found = self._acts.media(scope, accounts or AccountFilter(), ids, _MEDIA_LISTED)
        return [rows.media(row) for row in found]

    def outlook(self) -> ActOutlook:
        """Return what waits over all workspaces, for the operator and never for a customer."""
        return read_outlook(self._connection, self._clock.now())

    def _post_row(self, scope: Scope, post_id: str) -> Row[Any]:
        row = self._acts.get(scope, rows.POST, post_id)
        if row is None:
            raise NotFoundError("no such post", field="post_id")
        return row

    def _pick(self, scope: Scope, new: NewPost) -> Row[Any]:
        if new.account_id is not None:
            return self._ready(scope, new.account_id)
        ready = [
            row
            for row in self._accounts.find(scope, new.among)
            if row.state == AccountState.READY.value
        ]
        if not ready:
            raise NotFoundError("no account with these labels is ready", field="account_id")
        waiting = self._accounts.waiting([row.id for row in ready])
        return min(ready, key=lambda row: (waiting[row.id], row.id))

    def _ready(self, scope: Scope, account_id: str) -> Row[Any]:
        row = self._accounts.get(scope, account_id)
        if row is None:
            raise NotFoundError("no such account", field="account_id")
        if row.state != AccountState.READY.value:
            what = (
                "has given no access yet"
                if row.state == AccountState.SETUP.value
                else "has withdrawn its access"
            )
            raise ConflictError(f"this account {what}", field="account_id")
        return row

    def _rules(self, scope: Scope, platform: Platform) -> PublishingRules:
        publisher = self._publishers.find(scope.environment, platform)
        if publisher is None:
            raise UnsupportedError(
                f"nothing is published on {platform} in the {scope.environment} environment",
                field="account_id",
            )
        return publisher.rules[platform]

    def _too_soon(
        self, scope: Scope, account_id: str, asked: Sequence[str], waits: Mapping[str, timedelta]
    ) -> InvalidInputError:
        row = self._accounts.get(scope, account_id)
        now = self._clock.now()
        for name in asked:
            last = None if row is None else edited_at(row, name)
            if last is not None and from_micros(last) + waits[name] > now:
                return cooldowns.too_soon(name, from_micros(last), waits[name], now)
        return InvalidInputError("this profile was edited a moment ago", field=asked[0])

    def _add(
        self,
        scope: Scope,
        account: Row[Any],
        kind: str,
        body: Mapping[str, object],
        scheduled_at: datetime | None,
    ) -> str:
        now = self._clock.now()
        act_id = new_id()
        self._acts.add(
            {
                "id": act_id,
                "workspace_id": scope.workspace_id,
                "environment": scope.environment.value,
                "platform": account.platform,
                "account_id": account.id,
                "kind": kind,
                "stage": Stage.NEW.value,
                "body": json.dumps(body),
                "scheduled_at": opt_micros(scheduled_at),
                "created_at": to_micros(now),
                **self._when(scope, scheduled_at, now),
            }
        )
        return act_id

    def _when(
        self, scope: Scope, scheduled_at: datetime | None, now: datetime
    ) -> Mapping[str, object]:
        """Return the columns that say when an act is to be done."""
        at = now if scheduled_at is None else scheduled_at
        ahead = timedelta(0) if scope.environment is Environment.SANDBOX else AHEAD
        return {
            "state": (ActState.SCHEDULED if at > now else ActState.PENDING).value,
            "shown_at": to_micros(at),
            "due_at": to_micros(max(now, at - ahead)),
            "updated_at": to_micros(now),
        }

    def _check_open(self, row: Row[Any]) -> None:
        if Stage(row.stage) not in HARMLESS:
            raise _begun()


def _begun() -> ConflictError:
    return ConflictError("this post has begun to go out, or is over", field="post_id")
