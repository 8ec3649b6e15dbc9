"""Activities as they come in: checked, filled in, and made ready for the log.

This runs for every activity, so it looks at each value once and builds nothing it need not.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from bellwether.dialects.framework.body import decode_body
from bellwether.dialects.mediarithmics.parse_identifiers import check_identifiers
from bellwether.engine.facade import check_effects
from bellwether.model.activities import NewActivity
from bellwether.model.errors import InvalidInputError, TooLargeError

ACTIVITY_BYTES = 524_288
EVENTS = 1_000
DEPTH = 32
"""Bounds on one activity: its size, its events, how deep values nest."""

LATEST_MS = 4_102_444_800_000
"""2100-01-01 UTC in milliseconds since 1970; an instant lies before it.

The vendor's own example is stamped in 2080 and has to be taken. What lies beyond is a mistake of
units: seconds come out in 1970, microseconds thousands of years ahead.
"""

TYPES = frozenset({"SITE_VISIT", "APP_VISIT", "TOUCH", "EMAIL", "DISPLAY_AD", "RECOMMENDER"})
STATUSES = frozenset({"NO_SESSION", "IN_SESSION", "CLOSED_SESSION", "SESSION_SNAPSHOT"})
_NAME_LENGTH = 255
_TTL_MINUTES = 2**31 - 1

Json = dict[str, Any]
_DECODER = msgspec.json.Decoder(Json)
_ENCODER = msgspec.json.Encoder()
_SORTED = msgspec.json.Encoder(order="deterministic")


def parse_activity(raw: bytes, now_ms: int, compartment_id: str, new_key: str) -> NewActivity:
    """Check an activity that arrives at `now_ms` (milliseconds since 1970).

    `compartment_id` is the one of accounts that come without, `new_key` the `$unique_key` of an
    activity that comes without. InvalidInputError names the field at
    fault; TooLargeError (`body`) beyond the bound. Values that are not named here are kept as they
    are.
    """
    if len(raw) > ACTIVITY_BYTES:
        raise TooLargeError(f"An activity is at most {ACTIVITY_BYTES} bytes", field="body")
    body = _decode(raw)
    _check_words(body)
    _check_events(body.get("$events"))
    check_identifiers(body, compartment_id)
    if b"$set_user_" in raw or b"\\u" in raw:  # a name may be written in escapes
        check_effects(body, compartment_id)
    ts = _check_ts(body.get("$ts"), "$ts")
    key = body.get("$unique_key")
    if key is None:
        added = 2 if "$unique_key" in body else 4
        body["$unique_key"] = new_key
        digest = b""
    else:
        added = 0
        check_text(key, "$unique_key", _NAME_LENGTH)
        said = {name: value for name, value in body.items() if name != "$unique_key"}
        digest = hashlib.blake2b(_SORTED.encode(said), digest_size=16).digest()
    if ts is None:
        added += 0 if "$ts" in body else 2
        body["$ts"] = ts = now_ms
    encoded = _ENCODER.encode(body)
    if _count_quotes(encoded) != _count_quotes(raw) + added:
        raise InvalidInputError("An object names the same field twice", field=_find_repeated(raw))
    return NewActivity(encoded, ts, key, digest)


def check_text(value: object, field: str, length: int) -> None:
    """Refuse what is not a text of 1 to `length` printable characters."""
    if not isinstance(value, str) or not 0 < len(value) <= length or not value.isprintable():
        raise InvalidInputError(
            f"{field} must be a text of 1 to {length} printable characters", field=field
        )


def _decode(raw: bytes) -> Json:
    try:
        body = _DECODER.decode(raw)
    except (ValueError, RecursionError):
        body = decode_body(raw, Json)  # says in words what is wrong with it
    if raw.count(b"{") + raw.count(b"[") > DEPTH:
        _check_depth(body, DEPTH)
    return body


def _check_depth(value: object, left: int) -> None:
    if left < 1:
        raise InvalidInputError(f"Values nest deeper than {DEPTH}", field="body")
    inside = value.values() if isinstance(value, dict) else value
    for one in inside:  # type: ignore[attr-defined]  # a list, where it is no object
        if isinstance(one, dict | list):
            _check_depth(one, left - 1)


def _check_words(body: Json) -> None:
    kind = body.get("$type")
    if not isinstance(kind, str) or kind not in TYPES:
        raise InvalidInputError(f"$type must be one of {', '.join(sorted(TYPES))}", field="$type")
    status = body.get("$session_status")
    if status is not None and (not isinstance(status, str) or status not in STATUSES):
        words = ", ".join(sorted(STATUSES))
        raise InvalidInputError(f"$session_status must be one of {words}", field="$session_status")
    for field in ("$ttl", "$session_duration"):
        value = body.get(field)
        if value is not None and (type(value) is not int or not 0 <= value <= _TTL_MINUTES):
            raise InvalidInputError(f"{field} must be a whole number, 0 or more", field=field)
    for field in ("$site_id", "$app_id"):
        value = body.get(field)
        if value is not None and type(value) is not int:
            check_text(value, field, _NAME_LENGTH)


def _check_ts(value: object, field: str) -> int | None:
    """Return an instant in milliseconds since 1970; None when it is not there."""
    if value is None:
        return None
    if type(value) is not int or value < 0:
        raise InvalidInputError(
            f"{field} must be a whole number of milliseconds since 1970", field=field
        )
    if value >= LATEST_MS:
        raise InvalidInputError(f"{field} is in the year 2100 or later", field=field)
    return value


def _check_events(events: object) -> None:
    if events is None:
        return
    if not isinstance(events, list):
        raise InvalidInputError("$events must be a list", field="$events")
    if len(events) > EVENTS:
        raise InvalidInputError(f"An activity has at most {EVENTS} events", field="$events")
    for event in events:
        if not isinstance(event, dict):
            raise InvalidInputError("An event must be an object", field="$events")
        name = event.get("$event_name")
        check_text(name, "$events.$event_name", _NAME_LENGTH)
        _check_ts(event.get("$ts"), "$events.$ts")
        properties = event.get("$properties")
        if properties is not None and not isinstance(properties, dict):
            raise InvalidInputError("$properties must be an object", field="$events.$properties")
        if name == "$set_user_choice":
            _check_choice(properties or {})
        elif name == "$set_user_profile_properties":
            _check_profile(properties or {})


def _check_choice(properties: Mapping[str, object]) -> None:
    """Refuse a choice that could not be recorded: once acknowledged, it counts as evidence."""
    place = "$events.$properties."
    named = properties.get("$processing_id")
    if named is None:
        check_text(properties.get("$processing_token"), f"{place}$processing_id", _NAME_LENGTH)
    elif type(named) is not int:
        check_text(named, f"{place}$processing_id", _NAME_LENGTH)
    if not isinstance(properties.get("$choice_acceptance_value"), bool):
        field = f"{place}$choice_acceptance_value"
        raise InvalidInputError(f"{field} must be true or false", field=field)
    _check_ts(properties.get("$choice_ts"), f"{place}$choice_ts")


def _check_profile(properties: Mapping[str, object]) -> None:
    place = "$events.$properties."
    account = properties.get("$user_account_id")
    if account is not None:
        check_text(account, f"{place}$user_account_id", 2 * _NAME_LENGTH)
    compartment = properties.get("$compartment_id")
    if compartment is not None and type(compartment) is not int:
        check_text(compartment, f"{place}$compartment_id", _NAME_LENGTH)


def _count_quotes(text: bytes) -> int:
    """Count the quotation marks around strings: twice as many as there are strings.

    Decoding keeps one of the fields that bear the same name, so a text that names a field twice
    has more strings than what was decoded from it.
    """
    if b"\\" in text:
        text = text.replace(b"\\\\", b"").replace(b'\\"', b"")
    return text.count(b'"')


def _find_repeated(raw: bytes) -> str:
    """Return the first name that stands twice in one object."""
    import json  # noqa: PLC0415  only for who sends such a thing

    repeated: list[str] = []

    def look(pairs: list[tuple[str, Any]]) -> Json:
        names = [name for name, _ in pairs]
        repeated.extend(name for name in names if names.count(name) > 1)
        return dict(pairs)

    json.loads(raw, object_pairs_hook=look)
    return repeated[0][:100] if repeated else "body"
