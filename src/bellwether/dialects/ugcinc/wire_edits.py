"""The shapes of changes to accounts: labels, and the profile on the platform."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from bellwether.dialects.ugcinc.wire import MOST_CHANGES, Count, Done, UgcAccount

Label = Annotated[
    str | UnsetType | None, Meta(description="The new value; null or an empty text takes it away")
]
NewText = Annotated[str | None, Meta(description="The new value; left as it is when left out")]


class InfoUpdate(msgspec.Struct):
    """New labels of one account."""

    accountId: str  # noqa: N815  theirs
    tag: Label = UNSET
    org_group: Label = UNSET
    user_group: Label = UNSET
    keywords: Label = UNSET
    profiles: Label = UNSET
    description: Label = UNSET


class UpdateInfoRequest(msgspec.Struct):
    """New labels of one account, or under `updates` of many."""

    accountId: str | None = None  # noqa: N815
    tag: Label = UNSET
    org_group: Label = UNSET
    user_group: Label = UNSET
    keywords: Label = UNSET
    profiles: Label = UNSET
    description: Label = UNSET
    updates: Annotated[
        Annotated[list[InfoUpdate], Meta(max_length=MOST_CHANGES)] | None,
        Meta(description="Many at once, instead of the other fields"),
    ] = None


class GiveAccessRequest(msgspec.Struct):
    """What lets this server act for an account; ours, with a live key."""

    accountId: str  # noqa: N815
    access_token: Annotated[str, Meta(description="The token that the account's owner granted")]
    external_id: Annotated[
        str | None, Meta(description="The platform's id of the account; as it was when left out")
    ] = None
    token_expires_at: Annotated[str | None, Meta(description="When the token ends")] = None


class SocialUpdate(msgspec.Struct):
    """New values of one account's profile."""

    accountId: str  # noqa: N815
    avatarUrl: NewText = None  # noqa: N815
    nickName: NewText = None  # noqa: N815
    bio: NewText = None


class UpdateSocialRequest(msgspec.Struct):
    """New values of one account's profile, or under `updates` of many accounts'."""

    accountId: str | None = None  # noqa: N815
    avatarUrl: NewText = None  # noqa: N815
    nickName: NewText = None  # noqa: N815
    bio: NewText = None
    updates: Annotated[
        Annotated[list[SocialUpdate], Meta(max_length=MOST_CHANGES)] | None,
        Meta(description="Many at once, instead of the other fields"),
    ] = None


class UpdateResult(msgspec.Struct):
    """What became of one update among many."""

    accountId: str  # noqa: N815
    success: bool
    account: UgcAccount | UnsetType = UNSET
    taskId: Annotated[  # noqa: N815
        str | UnsetType, Meta(description="Ours: the task that edits the profile")
    ] = UNSET
    error: str | UnsetType = UNSET


class UpdateData(msgspec.Struct):
    """What became of the update, or of many."""

    message: str
    account: UgcAccount | UnsetType = UNSET
    taskId: Annotated[  # noqa: N815
        str | UnsetType, Meta(description="Ours: the task that edits the profile")
    ] = UNSET
    successful: Count | UnsetType = UNSET
    failed: Count | UnsetType = UNSET
    results: list[UpdateResult] | UnsetType = UNSET


class UpdateResponse(Done, kw_only=True):
    """The answer to an update."""

    data: UpdateData
