"""What is done through managed accounts: posts, tasks and comments, each an act with a state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bellwether.model.accounts import AccountFilter
from bellwether.model.publishers import MediaType, PostKind


class ActState(StrEnum):
    """How far an act is.

    `unknown`: it may have been done, and the platform cannot be asked; a person has to look.
    """

    SCHEDULED = "scheduled"
    PENDING = "pending"
    COMPLETE = "complete"
    FAILED = "failed"
    UNKNOWN = "unknown"

    @property
    def over(self) -> bool:
        """Whether nothing more will be done about it."""
        return self not in {ActState.SCHEDULED, ActState.PENDING}


@dataclass(frozen=True, slots=True)
class Post:
    """A content that is or will be published.

    `social_id` is the platform's id of it and `content_id` the catalog's, once they are known.
    `error` says what went wrong, also where another attempt will be made.
    """

    id: str
    account_id: str
    kind: PostKind
    state: ActState
    caption: str
    media_urls: tuple[str, ...]
    music_post_id: str | None
    strict: bool
    scheduled_at: datetime | None
    social_id: str | None
    content_id: str | None
    url: str | None
    error: str | None
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewPost:
    """A post to be made.

    `account_id` None: whichever ready account of `among` has the fewest posts waiting. One
    without `scheduled_at` goes out at once. What the platform cannot do (a sound, say) is refused
    when `strict`, else left out.
    """

    account_id: str | None
    kind: PostKind
    media_urls: tuple[str, ...]
    caption: str = ""
    music_post_id: str | None = None
    scheduled_at: datetime | None = None
    strict: bool = True
    among: AccountFilter = field(default_factory=AccountFilter)


@dataclass(frozen=True, slots=True)
class PostChanges:
    """New values for a post that has not begun to go out; None leaves a field as it is."""

    caption: str | None = None
    media_urls: tuple[str, ...] | None = None
    scheduled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PostFilter:
    """Which posts are meant, newest first.

    `start` and `end` (both included) are of the instant a post is due, else of its creation.
    """

    accounts: AccountFilter = field(default_factory=AccountFilter)
    ids: Sequence[str] | None = None
    state: ActState | None = None
    start: datetime | None = None
    end: datetime | None = None
    limit: int | None = None


class TaskType(StrEnum):
    """What a task does.

    The server makes `edit_profile` only. The others can be asked for in filters, and there are
    none: it does not fake engagement, and numbers are fetched without a task.
    """

    WARMUP_SCROLL = "warmup_scroll"
    WARMUP_SEARCH_TERM = "warmup_search_term"
    WARMUP_SEARCH_PROFILE = "warmup_search_profile"
    EDIT_PROFILE = "edit_profile"
    UPDATE_POSTS = "update_posts"


@dataclass(frozen=True, slots=True)
class Edit:
    """What a task changes about a profile; None leaves a field as it is."""

    nick_name: str | None = None
    bio: str | None = None
    avatar_url: str | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """Work on an account other than a post."""

    id: str
    account_id: str
    type: TaskType
    state: ActState
    scheduled_at: datetime | None
    edit: Edit | None
    error: str | None
    created_at: datetime
    updated_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Which tasks are meant, newest first; `start` and `end` are of the creation, included.

    With `open_only`, those that are over are left out.
    """

    accounts: AccountFilter = field(default_factory=AccountFilter)
    type: TaskType | None = None
    state: ActState | None = None
    start: datetime | None = None
    end: datetime | None = None
    open_only: bool = False


@dataclass(frozen=True, slots=True)
class NewComment:
    """A comment to be made under the content at `post_url`."""

    account_id: str
    post_url: str
    text: str


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment that is or will be made through an account."""

    id: str
    account_id: str
    post_url: str
    text: str
    state: ActState
    url: str | None
    error: str | None
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class CommentFilter:
    """Which comments are meant, newest first."""

    accounts: AccountFilter = field(default_factory=AccountFilter)
    ids: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class FetchedMedia:
    """A file that was fetched to be published. Its bytes are kept only until it is.

    `post_id` is the act it was fetched for; `size` is in bytes.
    """

    id: str
    account_id: str
    post_id: str
    url: str
    type: MediaType
    size: int
    sha256: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class StatRow:
    """One snapshot of an account or a post, under an id of its own.

    `metrics` are by the names of model.readings; what nobody said is absent or None.
    """

    id: str
    owner_id: str
    at: datetime
    metrics: Mapping[str, int | float | None]
    source: str


@dataclass(frozen=True, slots=True)
class StatFilter:
    """Which rows are read: the newest of each without dates, all within them otherwise."""

    start: datetime | None = None
    end: datetime | None = None

    @property
    def newest_only(self) -> bool:
        """Whether one row each is asked for."""
        return self.start is None and self.end is None


@dataclass(frozen=True, slots=True)
class Unfetched:
    """An account or post whose numbers could not be fetched, and why."""

    owner_id: str
    message: str


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh fetched. `accounts_total` counts the accounts that were asked about."""

    account_stats: Sequence[StatRow]
    post_stats: Sequence[StatRow]
    failed_accounts: Sequence[Unfetched]
    failed_posts: Sequence[Unfetched]
    accounts_total: int


@dataclass(frozen=True, slots=True)
class ActOutlook:
    """What waits to be done through accounts of all workspaces, for whoever runs the server.

    `waiting` counts what is not over, `late_s` says for how long the oldest that is due has been
    due, `unknown` counts what ended so within a day, `revoked` accounts without a good access.
    """

    waiting: int
    late_s: float
    unknown: int
    revoked: int
