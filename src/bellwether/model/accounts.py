"""The accounts that a workspace may act for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bellwether.model.platforms import Platform


class AccountState(StrEnum):
    """Whether an account can be acted for.

    `setup`: no access was given yet; `revoked`: the platform refused the access it had.
    """

    READY = "ready"
    SETUP = "setup"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class ManagedAccount:
    """An account of the workspace's own.

    `creator_id` is the catalog's creator, whose numbers are the account's. `nick_name`, `bio` and
    `avatar_url` are as they were last set here, None before. `details` are the customer's own
    (keywords, description, ...), JSON-ready.
    """

    id: str
    platform: Platform
    username: str
    nick_name: str | None
    bio: str | None
    avatar_url: str | None
    tag: str | None
    org_group: str | None
    user_group: str | None
    state: AccountState
    creator_id: str
    details: Mapping[str, object]
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to be managed.

    `username` is the handle, with or without "@". In the simulated network it is all it takes; on
    the platforms `external_id` and `token` give access, and an account without them is being set
    up.
    """

    platform: Platform
    username: str
    nick_name: str | None = None
    avatar_url: str | None = None
    tag: str | None = None
    org_group: str | None = None
    user_group: str | None = None
    external_id: str | None = None
    token: str | None = field(default=None, repr=False)
    token_expires_at: datetime | None = None
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewAccess:
    """Another token for an account, or its first. `external_id` None keeps the one it has."""

    token: str = field(repr=False)
    external_id: str | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LabelChanges:
    """New labels for an account.

    None leaves one as it is, an empty text takes it away. `details` are merged, None values
    removed.
    """

    account_id: str
    tag: str | None = None
    org_group: str | None = None
    user_group: str | None = None
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """Which accounts are meant. None asks for nothing; no `ids` at all are no accounts."""

    ids: Sequence[str] | None = None
    tag: str | None = None
    org_group: str | None = None
    user_group: str | None = None
    platform: Platform | None = None
