"""Lines of imported files: activities, profiles, choices.

A profile or choice stands in the line itself or in an object `user_profile` or `user_choice`; the
names of identifiers may be written with or without the `$`.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from bellwether.dialects.framework.body import decode_body
from bellwether.dialects.mediarithmics import wire
from bellwether.dialects.mediarithmics.body import read_object
from bellwether.dialects.mediarithmics.parse import read_choice, read_profile
from bellwether.dialects.mediarithmics.parse_activity import parse_activity
from bellwether.dialects.mediarithmics.selectors import check_value
from bellwether.kit.ids import new_id
from bellwether.model.activities import ImportKind, NewActivity
from bellwether.model.bulk import ChoiceLine, ImportLine, ProfileLine
from bellwether.model.errors import InvalidInputError
from bellwether.model.people import Identifier, IdentifierKind

_NAMES = ("user_account_id", "compartment_id", "user_agent_id", "email_hash")
_ORDERS = ("operation", "force_replace", "merge_objects", "update_strategy", *_NAMES)
Json = dict[str, Any]


def parse_activity_line(raw: bytes, now_ms: int, compartment_id: str) -> NewActivity:
    """Read an activity."""
    return parse_activity(raw, now_ms, compartment_id, new_id())


def parse_profile_line(raw: bytes, now_ms: int, compartment_id: str) -> ProfileLine:
    """Read what a line says of the profile of an account. InvalidInputError names the field."""
    del now_ms
    line = _read(raw)
    account = _identifier(line, compartment_id)
    if account.kind is not IdentifierKind.ACCOUNT:
        raise InvalidInputError("A profile needs a user_account_id", field="user_account_id")
    operation = line.get("operation", "UPSERT")
    if operation == "DELETE":
        return ProfileLine(account, None)
    if operation != "UPSERT":
        raise InvalidInputError("operation must be UPSERT or DELETE", field="operation")
    orders = {name: line[name] for name in _ORDERS[1:4] if name in line}
    text = msgspec.json.encode(_inside(line, "user_profile"))
    change = read_profile(
        decode_body(text, wire.UserProfile),
        text,
        _convert(orders, wire.ProfileQuery),
        account,
    )
    return ProfileLine(account, change)


def parse_choice_line(raw: bytes, now_ms: int, compartment_id: str) -> ChoiceLine:
    """Read a choice. It needs its processing and its time; InvalidInputError names the field."""
    del now_ms
    line = _read(raw)
    if line.get("operation", "UPSERT") != "UPSERT":
        raise InvalidInputError(
            "operation must be UPSERT: a choice is superseded, never removed", field="operation"
        )
    selector = _identifier(line, compartment_id)
    inside = {"$processing_id": line.get("processing_id"), **_inside(line, "user_choice")}
    inside.pop("processing_id", None)
    processing = inside["$processing_id"]
    if processing is None:
        raise InvalidInputError("A choice needs a $processing_id", field="$processing_id")
    if inside.get("$choice_ts") is None:
        raise InvalidInputError("An imported choice needs a $choice_ts", field="$choice_ts")
    text = msgspec.json.encode(inside)
    body = decode_body(text, wire.UserChoice)
    named = check_value(str(processing), "$processing_id")
    return ChoiceLine(selector, read_choice(body, text, named, selector))


PARSERS: Mapping[ImportKind, Callable[[bytes, int, str], ImportLine]] = {
    ImportKind.ACTIVITIES: parse_activity_line,
    ImportKind.PROFILES: parse_profile_line,
    ImportKind.CHOICES: parse_choice_line,
}


def _read(raw: bytes) -> Json:
    decode_body(raw, Json)  # says in words what is wrong with it
    return dict(read_object(raw))


def _inside(line: Json, name: str) -> Json:
    """Return the object within a line, or what is in the line besides its orders."""
    if name not in line:
        return {key: value for key, value in line.items() if key.removeprefix("$") not in _ORDERS}
    inside = line[name]
    if not isinstance(inside, dict):
        raise InvalidInputError(f"{name} must be an object", field=name)
    return inside


def _identifier(line: Json, compartment_id: str) -> Identifier:
    """Return the one identifier of a line."""
    named = {name: line.get(name, line.get(f"${name}")) for name in _NAMES}
    kinds = [name for name in _NAMES if name != "compartment_id" and named[name] is not None]
    if len(kinds) != 1:
        raise InvalidInputError(
            "A line needs one of user_account_id, user_agent_id and email_hash",
            field=kinds[1] if kinds else "user_account_id",
        )
    value = named[kinds[0]]
    if kinds[0] == "email_hash" and isinstance(value, dict):
        value = value.get("$hash", value.get("hash"))
    if type(value) is not int and not isinstance(value, str):
        raise InvalidInputError(f"{kinds[0]} must be a text", field=kinds[0])
    text = check_value(str(value), kinds[0])
    if kinds[0] == "user_agent_id":
        return Identifier(IdentifierKind.AGENT, text)
    if kinds[0] == "email_hash":
        return Identifier(IdentifierKind.EMAIL, text)
    within = named["compartment_id"]
    compartment = compartment_id if within is None else check_value(str(within), "compartment_id")
    return Identifier(IdentifierKind.ACCOUNT, text, compartment)


def _convert(orders: Json, kind: type[wire.ProfileQuery]) -> wire.ProfileQuery:
    try:
        return msgspec.convert(orders, kind)
    except msgspec.ValidationError as error:
        raise InvalidInputError(str(error), field="operation") from error
