"""Profiles: what is known of an account, changed by field, by object, or as a whole."""

from collections.abc import Mapping
from typing import Any

from bellwether.engine.activities.effects import profile_body
from bellwether.engine.activities.store_profiles import ProfileRow
from bellwether.model.people import ProfileChange, ProfileStrategy

_MICROS = 1000


def change_profile(
    known: ProfileRow | None, name: str, change: ProfileChange, at: int
) -> ProfileRow:
    """Return a profile after a change at an instant (microseconds).

    One whose `$expiration_ts` has passed counts as not there. InvalidInputError
    (`$expiration_ts`) when that is no time.
    """
    if known is not None and is_over(known, at):
        known = None
    said = profile_body(change.body)
    body = said
    if known is not None and change.strategy is not ProfileStrategy.FORCE_REPLACE:
        if change.strategy is ProfileStrategy.PARTIAL_DELETE:
            body = _without(known.body, said)
        elif change.merge_objects:
            body = _merged(known.body, said)
        else:
            body = {**known.body, **said}
    elif change.strategy is ProfileStrategy.PARTIAL_DELETE:
        body = {}
    expires = body.get("$expiration_ts")
    created_at = at if known is None else known.created_at
    return ProfileRow(name, body, expires, created_at, max(at, created_at))


def is_over(profile: ProfileRow, at: int) -> bool:
    """Whether a profile has expired at an instant (microseconds)."""
    return profile.expires_ts is not None and profile.expires_ts * _MICROS <= at


def _merged(known: Mapping[str, Any], said: Mapping[str, Any]) -> Mapping[str, Any]:
    merged = dict(known)
    for key, value in said.items():
        old = merged.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            merged[key] = _merged(old, value)
        else:
            merged[key] = value
    return merged


def _without(known: Mapping[str, Any], said: Mapping[str, Any]) -> Mapping[str, Any]:
    left = dict(known)
    for key, value in said.items():
        old = left.get(key)
        if isinstance(old, dict) and isinstance(value, dict) and value:
            left[key] = _without(old, value)
        else:
            left.pop(key, None)
    return left
