"""Shapes of the mediarithmics API.

Names with a `$` are the vendor's own fields. Objects take further fields, which are the customer's
and are kept as they were sent: these shapes say what is known, and name it in the OpenAPI document.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType, field

Count = Annotated[int, Meta(ge=0)]
Millis = Annotated[int, Meta(description="Milliseconds since 1970 UTC")]
Text = Annotated[str, Meta(max_length=1000)]
Compartment = Annotated[str | int, Meta(description="The datamart's own when absent")]


class MediarithmicsError(Struct, kw_only=True):
    """What every failed call answers with. `error_id` is the request's id."""

    status: Literal["error"] = "error"
    error: str
    error_code: str
    error_id: str


class EmailHash(Struct, kw_only=True, omit_defaults=True):
    """The hash of an e-mail address."""

    hash: str = field(name="$hash")
    email: str | None = field(name="$email", default=None)


class UserIdentifier(Struct, kw_only=True, omit_defaults=True):
    """One name of a person; which fields it has depends on `$type`."""

    type: Literal["USER_ACCOUNT", "USER_EMAIL", "USER_AGENT"] = field(name="$type")
    user_account_id: str | UnsetType = field(name="$user_account_id", default=UNSET)
    compartment_id: str | int | UnsetType = field(name="$compartment_id", default=UNSET)
    hash: str | UnsetType = field(name="$hash", default=UNSET)
    email: str | UnsetType | None = field(name="$email", default=UNSET)
    user_agent_id: str | UnsetType = field(name="$user_agent_id", default=UNSET)
    creation_ts: Millis | UnsetType = field(name="$creation_ts", default=UNSET)


class UserActivityEvent(Struct, kw_only=True, omit_defaults=True):
    """One thing that happened in an activity."""

    event_name: str = field(name="$event_name")
    ts: Millis | None = field(name="$ts", default=None)
    properties: dict[str, Any] | None = field(name="$properties", default=None)


class UserActivity(Struct, kw_only=True, omit_defaults=True):
    """What a person did; further fields are kept as they are."""

    type: Literal["SITE_VISIT", "APP_VISIT", "TOUCH", "EMAIL", "DISPLAY_AD", "RECOMMENDER"] = field(
        name="$type"
    )
    ts: Millis | None = field(name="$ts", default=None)
    session_status: (
        Literal["NO_SESSION", "IN_SESSION", "CLOSED_SESSION", "SESSION_SNAPSHOT"] | None
    ) = field(name="$session_status", default=None)
    ttl: Count | None = field(name="$ttl", default=None)
    unique_key: str | None = field(name="$unique_key", default=None)
    user_identifiers: list[UserIdentifier] | None = field(name="$user_identifiers", default=None)
    user_agent_id: str | None = field(name="$user_agent_id", default=None)
    user_account_id: str | None = field(name="$user_account_id", default=None)
    compartment_id: str | int | None = field(name="$compartment_id", default=None)
    email_hash: EmailHash | str | None = field(name="$email_hash", default=None)
    site_id: str | int | None = field(name="$site_id", default=None)
    app_id: str | int | None = field(name="$app_id", default=None)
    session_duration: int | None = field(name="$session_duration", default=None)
    topics: dict[str, Any] | None = field(name="$topics", default=None)
    location: dict[str, Any] | None = field(name="$location", default=None)
    origin: dict[str, Any] | None = field(name="$origin", default=None)
    events: list[UserActivityEvent] | None = field(name="$events", default=None)


class Replay(Struct, kw_only=True):
    """The activity to take instead of the one that was refused; nothing for that one itself."""


class StoredActivity(Struct, kw_only=True):
    """An activity as it is kept: what was sent, with `$ts` and `$unique_key` always there."""

    type: str = field(name="$type")
    ts: Millis = field(name="$ts")
    unique_key: str = field(name="$unique_key")


class ActivityAnswer(Struct, kw_only=True):
    """One activity."""

    status: Literal["ok"]
    data: StoredActivity


class UserProfile(Struct, kw_only=True):
    """What is known of an account; every further field is the customer's."""

    user_account_id: str | int | UnsetType = field(name="$user_account_id", default=UNSET)
    compartment_id: str | int | UnsetType = field(name="$compartment_id", default=UNSET)
    creation_ts: Millis | UnsetType | None = field(name="$creation_ts", default=UNSET)
    last_modified_ts: Millis | UnsetType | None = field(name="$last_modified_ts", default=UNSET)
    expiration_ts: Millis | UnsetType | None = field(name="$expiration_ts", default=UNSET)


class StoredProfile(Struct, kw_only=True):
    """A profile as it is kept."""

    user_point_id: str = field(name="$user_point_id")
    compartment_id: str = field(name="$compartment_id")
    user_account_id: str = field(name="$user_account_id")
    creation_ts: Millis = field(name="$creation_ts")
    last_modified_ts: Millis = field(name="$last_modified_ts")


class ProfileAnswer(Struct, kw_only=True):
    """One profile."""

    status: Literal["ok"]
    data: StoredProfile


class UserChoice(Struct, kw_only=True):
    """Consent or objection to one processing; every further field is the customer's."""

    choice_acceptance_value: bool = field(name="$choice_acceptance_value")
    choice_ts: Millis | UnsetType | None = field(name="$choice_ts", default=UNSET)
    processing_id: str | int | UnsetType = field(name="$processing_id", default=UNSET)
    choice_source_id: str | UnsetType | None = field(name="$choice_source_id", default=UNSET)
    choice_source_token: str | UnsetType | None = field(name="$choice_source_token", default=UNSET)
    channel_id: str | int | UnsetType | None = field(name="$channel_id", default=UNSET)
    creation_ts: Millis | UnsetType | None = field(name="$creation_ts", default=UNSET)
    user_point_id: str | UnsetType = field(name="$user_point_id", default=UNSET)
    user_agent_id: str | UnsetType = field(name="$user_agent_id", default=UNSET)
    compartment_id: str | int | UnsetType = field(name="$compartment_id", default=UNSET)
    user_account_id: str | int | UnsetType = field(name="$user_account_id", default=UNSET)
    email_hash: EmailHash | str | UnsetType = field(name="$email_hash", default=UNSET)


class StoredChoice(Struct, kw_only=True):
    """One version of a choice, as it is kept."""

    processing_id: str = field(name="$processing_id")
    choice_ts: Millis = field(name="$choice_ts")
    choice_acceptance_value: bool = field(name="$choice_acceptance_value")
    creation_ts: Millis = field(name="$creation_ts")
    user_point_id: str = field(name="$user_point_id")


class ChoiceAnswer(Struct, kw_only=True):
    """One choice: the version that counts."""

    status: Literal["ok"]
    data: StoredChoice


class ListAnswer(Struct, kw_only=True):
    """Part of a list. `count` is how many are in this answer, `total` how many there are."""

    status: Literal["ok"]
    count: Count
    first_result: Count
    max_results: Count
    total: Count | None
    data: list[dict[str, Any]]


class OneAnswer(Struct, kw_only=True):
    """One object."""

    status: Literal["ok"]
    data: dict[str, Any]


class ListQuery(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which part of a list."""

    first_result: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    max_results: Annotated[int, Meta(ge=1, le=1000)] = 50


class TimelineQuery(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which activities. `filters`: `field==a|b,field2==c`."""

    filters: Annotated[str, Meta(max_length=10_000)] | None = None
    first_result: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    max_results: Annotated[int, Meta(ge=1, le=1000)] = 50


class ErasureQuery(Struct, kw_only=True, forbid_unknown_fields=True):
    """An erasure takes no `filters`: it removes the person, not some activities."""

    filters: str | None = None


class ProfileQuery(Struct, kw_only=True, forbid_unknown_fields=True):
    """What becomes of the profile that is there."""

    update_strategy: Literal["PARTIAL_UPDATE", "PARTIAL_DELETE", "FORCE_REPLACE"] | None = None
    force_replace: bool | None = None
    merge_objects: bool | None = None


class Declaration(Struct, kw_only=True, forbid_unknown_fields=True):
    """Identifiers that belong to one person."""

    identifiers: Annotated[list[dict[str, Any]], Meta(min_length=1, max_length=100)]


class AccessTokenRequest(Struct, kw_only=True, forbid_unknown_fields=True):
    """Buys an access token: a key's client id and secret as e-mail and password, or a token."""

    email: Text | None = None
    password: Text | None = None
    refresh_token: Text | None = None


class RefreshTokenRequest(Struct, kw_only=True, forbid_unknown_fields=True):
    """Buys a refresh token with a key's client id and secret."""

    email: Text
    password: Text


class AccessToken(Struct, kw_only=True):
    """A token that opens what its key opens, for `expires_in` seconds."""

    access_token: str
    expires_in: Count
    refresh_token: None = None


class AccessTokenAnswer(Struct, kw_only=True):
    """An access token."""

    status: Literal["ok"]
    data: AccessToken


class RefreshToken(Struct, kw_only=True):
    """A token that buys access tokens for `expires_in` seconds."""

    refresh_token: str
    expires_in: Count


class RefreshTokenAnswer(Struct, kw_only=True):
    """A refresh token."""

    status: Literal["ok"]
    data: RefreshToken


def encode(value: object) -> msgspec.Raw:
    """Return JSON-ready values as bytes on their way out."""
    return msgspec.Raw(msgspec.json.encode(value))
