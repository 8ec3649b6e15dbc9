"""Changes to accounts as orders to the engine: one, or many under `updates`."""

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec import UNSET

from bellwether.dialects.ugcinc import wire_edits as wire
from bellwether.dialects.ugcinc.parse import read_time
from bellwether.model.accounts import LabelChanges, NewAccess
from bellwether.model.errors import InvalidInputError
from bellwether.model.posts import Edit

_COLUMNS = ("tag", "org_group", "user_group")
_DETAILS = ("keywords", "profiles", "description")
_EDITS = ("avatarUrl", "nickName", "bio")


@dataclass(frozen=True, slots=True)
class ProfileEdit:
    """A profile edit of one account."""

    account_id: str
    edit: Edit


def read_labels(body: wire.UpdateInfoRequest) -> Sequence[LabelChanges]:
    """Return the changes, one unless they come under `updates`.

    InvalidInputError for neither or both, and for a change of nothing.
    """
    if body.updates is None:
        return [_labels(body, _alone(body.accountId))]
    _only_updates(body, (*_COLUMNS, *_DETAILS))
    return [_labels(one, one.accountId) for one in body.updates]


def _labels(one: wire.UpdateInfoRequest | wire.InfoUpdate, account_id: str) -> LabelChanges:
    said = {
        name: value for name in (*_COLUMNS, *_DETAILS) if (value := getattr(one, name)) is not UNSET
    }
    if not said:
        raise InvalidInputError(
            "At least one of tag, org_group, user_group, keywords, profiles and description"
            " must be provided",
            field="tag",
        )
    columns = {name: said[name] or "" for name in _COLUMNS if name in said}
    details = {name: said[name] or None for name in _DETAILS if name in said}
    return LabelChanges(account_id, **columns, details=details)


def read_access(body: wire.GiveAccessRequest) -> NewAccess:
    """Return what gives access; InvalidInputError (`token_expires_at`)."""
    ends = body.token_expires_at
    return NewAccess(
        token=body.access_token,
        external_id=body.external_id,
        expires_at=None if ends is None else read_time(ends, "token_expires_at"),
    )


def read_edits(body: wire.UpdateSocialRequest) -> Sequence[ProfileEdit]:
    """Return the edits, one unless they come under `updates`; InvalidInputError as above."""
    if body.updates is None:
        return [_edit(body, _alone(body.accountId))]
    _only_updates(body, _EDITS)
    return [_edit(one, one.accountId) for one in body.updates]


def _edit(one: wire.UpdateSocialRequest | wire.SocialUpdate, account_id: str) -> ProfileEdit:
    edit = Edit(nick_name=one.nickName, bio=one.bio, avatar_url=one.avatarUrl)
    if edit == Edit():
        raise InvalidInputError(
            "At least one of avatarUrl, nickName and bio must be provided", field="nickName"
        )
    return ProfileEdit(account_id, edit)


def _alone(account_id: str | None) -> str:
    if account_id is None:
        raise InvalidInputError("Missing required field: accountId", field="accountId")
    return account_id


def _only_updates(
    body: wire.UpdateInfoRequest | wire.UpdateSocialRequest, names: Sequence[str]
) -> None:
    if not body.updates:
        raise InvalidInputError("updates must have at least one entry", field="updates")
    if body.accountId is not None or any(
        getattr(body, name) not in {UNSET, None} for name in names
    ):
        raise InvalidInputError("Send either updates or the fields of one", field="updates")
    ids = [one.accountId for one in body.updates]
    if len(set(ids)) < len(ids):
        raise InvalidInputError("updates names an account twice", field="updates")
