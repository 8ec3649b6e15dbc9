"""What an activity says beyond having happened. Pure: nothing is read from the store here."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from bellwether.engine.activities.names import account_name, check_text, is_account, names_of
from bellwether.engine.activities.sessions import lane_of
from bellwether.engine.catalog.resolve import resolve
from bellwether.model.errors import BellwetherError, InvalidInputError
from bellwether.model.people import NewChoice, ProfileChange

DAY_MS = 24 * 60 * 60 * 1000
MAX_MS = 253_402_300_799_999
"""The last millisecond of the year 9999."""

CONVERSIONS = frozenset({"$conversion", "$transaction_confirmed"})
"""Events that count as conversions where they name a content; any other counts as a click."""

PROFILE_KEYS = frozenset(
    {"$user_account_id", "$compartment_id", "$creation_ts", "$last_modified_ts"}
)
"""Fields of a profile that its customer does not set."""

_CHOICE_KEYS = frozenset({"$processing_id", "$choice_acceptance_value", "$choice_ts"})
_VERSIONS = ("sdk_version", "app_version", "os_version")
_WITHOUT_PROPERTIES = frozenset({"$app_open", "$set_user_choice", "$set_user_profile_properties"})
_MINUTE_MS = 60 * 1000
_LONGEST_URL = 2048


class ProfileEffect(NamedTuple):
    """A profile is to be changed."""

    name: str
    change: ProfileChange


class ChoiceEffect(NamedTuple):
    """A choice was made; its time is always there."""

    choice: NewChoice


class OpenEffect(NamedTuple):
    """An app was opened, in these versions (as far as they were sent)."""

    app_id: str
    place: int
    ts: int
    versions: Mapping[str, str]


class ContentEffect(NamedTuple):
    """An event named a content."""

    place: int
    platform: str
    external_id: str
    day: int
    conversion: int


Effect = ProfileEffect | ChoiceEffect | OpenEffect | ContentEffect


class Reading(NamedTuple):
    """An activity as the people room sees it."""

    names: Sequence[str]
    emails: Mapping[str, str] | None
    ts: int
    lane: str | None
    expires_ts: int | None
    effects: Sequence[Effect]


def read_activity(body: Mapping[str, Any], compartment_id: str) -> Reading:
    """Read an activity's body; InvalidInputError names the field that cannot be worked in.

    An account that a `$set_user_profile_properties` event names is one of the identifiers.
    """
    names, emails = names_of(body, compartment_id)
    ts = body["$ts"]
    effects: list[Effect] = []
    for place, event in enumerate(body.get("$events") or ()):
        properties = event.get("$properties")
        name = event.get("$event_name")
        if properties or name in _WITHOUT_PROPERTIES:
            effect = _effect(place, event, body, names, compartment_id)
            if effect is not None:
                effects.append(effect)
    ttl = body.get("$ttl")
    expires_ts = min(ts + ttl * _MINUTE_MS, MAX_MS) if type(ttl) is int and ttl > 0 else None
    return Reading(names, emails, ts, lane_of(body), expires_ts, effects)


def check_effects(body: Mapping[str, Any], compartment_id: str) -> None:
    """Raise InvalidInputError, naming the field, for what could not be worked in later."""
    read_activity({**body, "$ts": 0}, compartment_id)


def profile_body(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the fields of a profile that are the customer's; `$expiration_ts` is checked."""
    expires = body.get("$expiration_ts")
    if expires is not None:
        check_ts(expires, "$expiration_ts")
    return {key: value for key, value in body.items() if key not in PROFILE_KEYS}


def check_ts(value: object, field: str) -> int:
    """Return milliseconds since 1970; InvalidInputError for anything else."""
    if type(value) is not int or not 0 <= value <= MAX_MS:
        raise InvalidInputError(f"{field} is a time in milliseconds since 1970", field=field)
    return value


def _effect(
    place: int,
    event: Mapping[str, Any],
    body: Mapping[str, Any],
    names: list[str],
    compartment_id: str,
) -> Effect | None:
    name = event.get("$event_name")
    properties: Mapping[str, Any] = event.get("$properties") or {}
    if not isinstance(properties, dict):
        return None
    ts = event.get("$ts")
    ts = ts if type(ts) is int else body["$ts"]
    if name == "$set_user_profile_properties":
        return _profile(place, properties, names, compartment_id)
    if name == "$set_user_choice":
        return _choice(place, properties, ts)
    if name == "$app_open":
        return _open(place, properties, body, ts)
    url = properties.get("url")
    if isinstance(url, str) and len(url) <= _LONGEST_URL:
        content = _content_of(url)
        if content is not None:
            return ContentEffect(place, *content, ts // DAY_MS, int(name in CONVERSIONS))
    return None


def _profile(
    place: int, properties: Mapping[str, Any], names: list[str], compartment_id: str
) -> ProfileEffect:
    prefix = f"$events[{place}].$properties."
    account_id = properties.get("$user_account_id")
    if account_id is not None:
        within = properties.get("$compartment_id")
        name = account_name(
            compartment_id if within is None else check_text(within, f"{prefix}$compartment_id"),
            check_text(account_id, f"{prefix}$user_account_id"),
        )
        if name not in names:
            names.append(name)
    else:
        accounts = [one for one in names if is_account(one)]
        if len(accounts) != 1:
            raise InvalidInputError(
                "the profile's account is not named", field=f"{prefix}$user_account_id"
            )
        name = accounts[0]
    return ProfileEffect(name, ProfileChange(profile_body(properties)))


def _choice(place: int, properties: Mapping[str, Any], ts: int) -> ChoiceEffect:
    prefix = f"$events[{place}].$properties."
    processing = properties.get("$processing_id", properties.get("$processing_token"))
    accepted = properties.get("$choice_acceptance_value")
    if type(accepted) is not bool:
        field = f"{prefix}$choice_acceptance_value"
        raise InvalidInputError(f"{field} is true or false", field=field)
    choice_ts = properties.get("$choice_ts")
    if choice_ts is not None:
        check_ts(choice_ts, f"{prefix}$choice_ts")
    rest = {key: value for key, value in properties.items() if key not in _CHOICE_KEYS}
    return ChoiceEffect(
        NewChoice(
            processing_id=check_text(processing, f"{prefix}$processing_id"),
            accepted=accepted,
            choice_ts=ts if choice_ts is None else choice_ts,
            body=rest,
        )
    )


def _open(
    place: int, properties: Mapping[str, Any], body: Mapping[str, Any], ts: int
) -> OpenEffect | None:
    app_id = body.get("$app_id")
    if app_id is None:
        return None
    versions = {}
    for key in _VERSIONS:
        value = properties.get(f"${key}", properties.get(key))
        if isinstance(value, str | int):
            versions[f"${key}"] = str(value)
    return OpenEffect(check_text(app_id, "$app_id"), place, ts, versions)


@lru_cache(maxsize=65536)
def _content_of(url: str) -> tuple[str, str] | None:
    """Return platform and id of the content that an address names, or None."""
    try:
        ref = resolve(url)
    except BellwetherError:
        return None
    return (ref.platform.value, ref.id) if ref.is_content else None
