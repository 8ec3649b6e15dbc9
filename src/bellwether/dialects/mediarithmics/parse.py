"""Requests about people, as the engine takes them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET

from bellwether.dialects.mediarithmics import wire
from bellwether.dialects.mediarithmics.body import read_object
from bellwether.dialects.mediarithmics.parse_activity import LATEST_MS
from bellwether.dialects.mediarithmics.selectors import check_value
from bellwether.kit.clock import to_micros
from bellwether.model.errors import InvalidInputError, UnsupportedError
from bellwether.model.people import (
    Identifier,
    IdentifierKind,
    NewChoice,
    ProfileChange,
    ProfileStrategy,
    Selector,
)

_OURS = frozenset({"$creation_ts", "$last_modified_ts"})
_OF_PROFILE = frozenset({"$user_account_id", "$compartment_id"})
_OF_CHOICE = frozenset(
    {
        *("$processing_id", "$choice_ts", "$choice_acceptance_value", "$creation_ts"),
        *("$user_point_id", "$number", "$origin", "$recorded_by", "$activity_key", "$digest"),
    }
)
_LAST_TS = 10**15


def millis(instant: datetime) -> int:
    """Return whole milliseconds since 1970 UTC."""
    return to_micros(instant) // 1000


def read_profile(
    body: wire.UserProfile, raw: bytes, query: wire.ProfileQuery, account: Identifier
) -> ProfileChange:
    """Return what to do to a profile; identifiers in the body are those of the path, or refused.

    The strategy is `update_strategy`, else FORCE_REPLACE where `force_replace` is true.
    """
    fields = read_object(raw)
    _check_same("$user_account_id", body.user_account_id, account.value)
    _check_same("$compartment_id", body.compartment_id, account.compartment_id)
    if body.expiration_ts not in {UNSET, None}:
        _check_ts("$expiration_ts", body.expiration_ts)
    kept = {name: one for name, one in fields.items() if name not in _OF_PROFILE | _OURS}
    return ProfileChange(kept, _strategy(query), merge_objects=bool(query.merge_objects))


def _strategy(query: wire.ProfileQuery) -> ProfileStrategy:
    if query.update_strategy is None:
        replace = bool(query.force_replace)
        return ProfileStrategy.FORCE_REPLACE if replace else ProfileStrategy.PARTIAL_UPDATE
    strategy = ProfileStrategy(query.update_strategy)
    replaces = strategy is ProfileStrategy.FORCE_REPLACE
    if query.force_replace is not None and query.force_replace is not replaces:
        raise InvalidInputError(
            "force_replace and update_strategy contradict each other", field="force_replace"
        )
    return strategy


def read_choice(
    body: wire.UserChoice, raw: bytes, processing_id: str, selector: Selector
) -> NewChoice:
    """Return a choice as it is told; what its body says of the person is the path's, or refused."""
    fields = read_object(raw)
    _check_same("$processing_id", body.processing_id, processing_id)
    choice_ts = body.choice_ts
    if choice_ts is UNSET or choice_ts is None:
        choice_ts = None
    else:
        _check_ts("$choice_ts", choice_ts)
        if choice_ts >= LATEST_MS:
            raise InvalidInputError("$choice_ts is in the year 2100 or later", field="$choice_ts")
    _check_person(body, selector)
    kept = {name: one for name, one in fields.items() if name not in _OF_CHOICE}
    return NewChoice(processing_id, body.choice_acceptance_value, choice_ts, kept)


def _check_person(body: wire.UserChoice, selector: Selector) -> None:
    if isinstance(selector, str):
        return
    if selector.kind is IdentifierKind.AGENT:
        _check_same("$user_agent_id", body.user_agent_id, selector.value)
    elif selector.kind is IdentifierKind.EMAIL:
        said = body.email_hash
        said = said.hash if isinstance(said, wire.EmailHash) else said
        _check_same("$email_hash", said, selector.value)
    else:
        _check_same("$user_account_id", body.user_account_id, selector.value)
        if selector.compartment_id is not None:
            _check_same("$compartment_id", body.compartment_id, selector.compartment_id)


def read_declaration(body: wire.Declaration) -> Sequence[Identifier]:
    """Return identifiers that belong together; their fields may be written without the `$`."""
    found = []
    for place, one in enumerate(body.identifiers):
        fields = {name.removeprefix("$"): value for name, value in one.items()}
        found.append(_identifier(fields, f"identifiers[{place}]"))
    return found


def with_key(raw: bytes, key: str, *, anew: bool = False) -> bytes:
    """Return an activity that has this `$unique_key` unless it has one already.

    Taking it twice is harmless then. With `anew` it gets this one in any case: its own is in the
    log, with an activity that came to nothing. What is no object stays as it is.
    """
    try:
        body = msgspec.json.decode(raw)
    except (ValueError, RecursionError):
        return raw
    if not isinstance(body, dict) or not body:
        return raw
    if "$unique_key" in body:
        return msgspec.json.encode({**body, "$unique_key": key}) if anew else raw
    # As text: what stands twice in it must not disappear by being read and written.
    return b'{"$unique_key":' + msgspec.json.encode(key) + b"," + raw.lstrip().removeprefix(b"{")


def refuse_filters(filters: str | None) -> None:
    """Refuse to erase some activities: what is removed is the person."""
    if filters is not None:
        raise UnsupportedError(
            "An erasure removes the person with everything; leave filters out", field="filters"
        )


def _identifier(fields: Mapping[str, Any], place: str) -> Identifier:
    kind = fields.get("type")
    if kind == IdentifierKind.AGENT:
        return Identifier(IdentifierKind.AGENT, _text(fields, "user_agent_id", place))
    if kind == IdentifierKind.EMAIL:
        email = None if fields.get("email") is None else _text(fields, "email", place)
        return Identifier(IdentifierKind.EMAIL, _text(fields, "hash", place), email=email)
    if kind == IdentifierKind.ACCOUNT:
        named = fields.get("compartment_id") is not None
        compartment = _text(fields, "compartment_id", place) if named else None
        account = _text(fields, "user_account_id", place)
        return Identifier(IdentifierKind.ACCOUNT, account, compartment)
    raise InvalidInputError(
        f"{place}.$type must be one of {', '.join(IdentifierKind)}", field=f"{place}.$type"
    )


def _text(fields: Mapping[str, Any], name: str, place: str) -> str:
    value = fields.get(name)
    field = f"{place}.${name}"
    if name == "compartment_id" and type(value) is int:
        value = str(value)
    if not isinstance(value, str):
        raise InvalidInputError(f"{field} must be a text", field=field)
    return check_value(value, field)


def _check_same(field: str, said: object, meant: str | None) -> None:
    if said is not UNSET and str(said) != meant:
        raise InvalidInputError(f"{field} differs from the one in the path", field=field)


def _check_ts(field: str, value: object) -> None:
    if not isinstance(value, int) or not 0 <= value <= _LAST_TS:
        raise InvalidInputError(f"{field} must be milliseconds since 1970", field=field)
