"""The shapes of the UGC Inc dialect: the envelope, accounts and tasks."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

MOST_IDS = 10_000
MOST_CHANGES = 200
MOST_ACCOUNTS = 1_000

Code = Annotated[int, Meta(ge=100, le=599, description="The HTTP status")]
Count = Annotated[int, Meta(ge=0)]
Instant = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
Platform = Literal["tiktok", "instagram"]
Status = Annotated[
    Literal["scheduled", "pending", "complete", "failed", "unknown"],
    Meta(description="unknown is ours: it may have been done, and the platform cannot be asked"),
]
TaskType = Literal[
    "warmup_scroll",
    "warmup_search_term",
    "warmup_search_profile",
    "edit_profile",
    "update_posts",
]
Ids = Annotated[list[str], Meta(max_length=MOST_IDS)]
AccountIds = Annotated[Ids | None, Meta(description="Only these accounts; all when left out")]
PostIds = Annotated[Ids | None, Meta(description="Only these posts; all when left out")]
Tag = Annotated[str | None, Meta(description="Only accounts with this tag")]
OrgGroup = Annotated[str | None, Meta(description="Only accounts of this group")]
UserGroup = Annotated[str | None, Meta(description="Only accounts of this group")]
StartDate = Annotated[str | None, Meta(description="From, an ISO 8601 day or instant")]
EndDate = Annotated[str | None, Meta(description="Until, an ISO 8601 day (all of it) or instant")]


class UgcError(msgspec.Struct):
    """Every error of this dialect."""

    ok: Literal[False]
    code: Code
    message: Annotated[str, Meta(description="What is wrong; names the field at fault")]
    data: None


class Done(msgspec.Struct, kw_only=True):
    """What every answer begins with; `data` follows."""

    ok: Literal[True] = True
    code: Code = 200
    message: str = "Success"


class AccountsRequest(msgspec.Struct):
    """Which accounts to list."""

    tag: Tag = None
    org_group: OrgGroup = None
    user_group: UserGroup = None


class UgcAccount(msgspec.Struct):
    """A managed account."""

    id: str
    type: Platform
    tag: str | None
    org_group: str | None
    user_group: str | None
    username: str | None
    nick_name: Annotated[str | None, Meta(description="As last set here")]
    pfp_url: Annotated[str | None, Meta(description="As last set here")]
    status: Annotated[
        Literal["ready", "setup", "revoked"],
        Meta(description="setup: no access was given yet; revoked: the platform refuses ours"),
    ]
    description: str | None
    keywords: str | None
    profiles: str | None
    warmup_enabled: Annotated[Literal[False], Meta(description="Nothing here is warmed up")]
    warmup_version: None
    created_at: Instant


class UgcAccounts(Done, kw_only=True):
    """The answer with accounts."""

    data: list[UgcAccount]


class NewUgcAccount(msgspec.Struct):
    """An account to be managed."""

    platform: Platform
    username: Annotated[str, Meta(description="With or without @")]
    tier: Annotated[
        Literal["basic", "premium"] | None, Meta(description="Kept and repeated; nothing costs")
    ] = None
    nick_name: str | None = None
    pfp_url: str | None = None
    keywords: str | None = None
    profiles: str | None = None
    description: str | None = None
    tag: str | None = None
    org_group: str | None = None
    user_group: str | None = None
    external_id: Annotated[
        str | None, Meta(description="Ours, live keys: the platform's id of the account")
    ] = None
    access_token: Annotated[
        str | None, Meta(description="Ours, live keys: the platform's token for the account")
    ] = None
    token_expires_at: Annotated[str | None, Meta(description="Ours: when the token ends")] = None


class CreateAccountsRequest(msgspec.Struct):
    """Accounts to be managed: all of them are made, or none."""

    accounts: Annotated[
        list[NewUgcAccount],
        # A list that is empty or too long is told better in parse.py.
        Meta(extra_json_schema={"minItems": 1, "maxItems": MOST_ACCOUNTS}),
    ]


class CreatedAccount(msgspec.Struct):
    """An account that was just made."""

    id: str
    tier: str | None
    status: Literal["ready", "setup", "revoked"]
    platform: Platform
    username: str


class CreatedAccounts(msgspec.Struct):
    """What was made."""

    message: str
    successful: Count
    failed: Count
    accounts: list[CreatedAccount]


class CreatedAccountsResponse(Done, kw_only=True):
    """The answer with what was made."""

    data: CreatedAccounts


class AccountStatusRequest(msgspec.Struct):
    """Whose tasks to list."""

    accountIds: AccountIds = None  # noqa: N815  theirs
    includeCompleted: Annotated[  # noqa: N815
        bool | None, Meta(description="Whether tasks that are over are listed too")
    ] = False


class EditProfileInfo(msgspec.Struct):
    """What a task changes about a profile; absent is left as it is."""

    avatarUrl: str | UnsetType = UNSET  # noqa: N815
    nickName: str | UnsetType = UNSET  # noqa: N815
    bio: str | UnsetType = UNSET


class AccountTask(msgspec.Struct):
    """A task of an account."""

    id: str
    account_id: str
    type: TaskType
    status: Status
    scheduled_time: Instant | None
    edit_profile_info: EditProfileInfo | None
    created_at: Instant
    error: Annotated[str | None, Meta(description="Ours: what went wrong")]


class AccountTasks(Done, kw_only=True):
    """The answer with tasks of accounts."""

    data: list[AccountTask]


class TasksRequest(msgspec.Struct):
    """Which tasks to list."""

    accountIds: AccountIds = None  # noqa: N815
    startDate: StartDate = None  # noqa: N815
    endDate: EndDate = None  # noqa: N815
    taskType: Annotated[  # noqa: N815
        TaskType | None, Meta(description="Only these; here only edit_profile is ever made")
    ] = None


class UgcTask(msgspec.Struct):
    """A task."""

    id: str
    account_id: str
    type: TaskType
    status: Status
    scheduled_time: Instant | None
    duration: None
    keywords: None
    edit_profile_info: EditProfileInfo | None
    created_at: Instant
    error: Annotated[str | None, Meta(description="Ours: what went wrong")]


class UgcTasks(Done, kw_only=True):
    """The answer with tasks."""

    data: list[UgcTask]
