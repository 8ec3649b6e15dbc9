"""Identifiers as they are sent, and as the one text under which the store knows them."""

from collections.abc import Mapping
from typing import Any

from bellwether.model.errors import InvalidInputError
from bellwether.model.people import Identifier, IdentifierKind

MAX_LENGTH = 512
"""How long an identifier may be, in characters."""

_AGENT, _EMAIL, _ACCOUNT = "u:", "e:", "a:"


def account_name(compartment_id: str, account_id: str) -> str:
    """Return the name of an account; no two accounts share one."""
    if ":" in compartment_id or "%" in compartment_id:
        compartment_id = compartment_id.replace("%", "%25").replace(":", "%3A")
    return f"{_ACCOUNT}{compartment_id}:{account_id}"


def name_of(identifier: Identifier, compartment_id: str) -> str:
    """Return an identifier's name; `compartment_id` is that of accounts which name none.

    InvalidInputError (`identifier`) for what is empty, too long or no text that can be kept.
    """
    value = check_text(identifier.value, "identifier")
    if identifier.kind is IdentifierKind.AGENT:
        return _AGENT + value
    if identifier.kind is IdentifierKind.EMAIL:
        return _EMAIL + value
    within = compartment_id if identifier.compartment_id is None else identifier.compartment_id
    return account_name(check_text(within, "$compartment_id"), value)


def identifier_of(name: str, email: str | None = None) -> Identifier:
    """Return the identifier that a name stands for."""
    if name.startswith(_AGENT):
        return Identifier(IdentifierKind.AGENT, name[2:])
    if name.startswith(_EMAIL):
        return Identifier(IdentifierKind.EMAIL, name[2:], email=email)
    compartment_id, account_id = name[2:].split(":", 1)
    compartment_id = compartment_id.replace("%3A", ":").replace("%25", "%")
    return Identifier(IdentifierKind.ACCOUNT, account_id, compartment_id)


def is_account(name: str) -> bool:
    """Whether a name is that of an account."""
    return name.startswith(_ACCOUNT)


def check_text(value: object, field: str) -> str:
    """Return an id as text; numbers are taken as written. InvalidInputError names the field."""
    if type(value) is int:
        value = str(value)
    if not isinstance(value, str) or not 1 <= len(value) <= MAX_LENGTH:
        raise InvalidInputError(f"{field} is a text of 1 to {MAX_LENGTH} characters", field=field)
    if not value.isprintable() and ("\0" in value or not _encodes(value)):
        raise InvalidInputError(f"{field} has characters that cannot be kept", field=field)
    return value


def names_of(
    body: Mapping[str, Any], compartment_id: str
) -> tuple[list[str], Mapping[str, str] | None]:
    """Return the names of an activity's identifiers in the order given, and e-mails beside hashes.

    The list comes first, then those at the root of the activity. InvalidInputError names the
    field of one that cannot be read.
    """
    names: list[str] = []
    emails: dict[str, str] = {}
    for place, one in enumerate(_listed(body)):
        kind = one.get("$type") if isinstance(one, dict) else None
        if kind == "USER_AGENT":
            names.append(_AGENT + _read(one, "$user_agent_id", place))
        elif kind == "USER_ACCOUNT":
            names.append(_account(one, compartment_id, place))
        elif kind == "USER_EMAIL":
            names.append(_email(one, emails, place))
        else:
            raise _unknown(one, place)
    if body.get("$user_agent_id") is not None:
        names.append(_AGENT + _read(body, "$user_agent_id"))
    if body.get("$user_account_id") is not None:
        names.append(_account(body, compartment_id))
    if (email := body.get("$email_hash")) is not None:
        held = email if isinstance(email, dict) else {"$hash": email}
        names.append(_email(held, emails, within="$email_hash."))
    if len(names) > 1:
        names = list(dict.fromkeys(names))
    return names, emails or None


def _listed(body: Mapping[str, Any]) -> list[Any]:
    listed = body.get("$user_identifiers")
    if listed is None:
        return []
    if not isinstance(listed, list):
        raise InvalidInputError("$user_identifiers is a list", field="$user_identifiers")
    return listed


def _read(held: Mapping[str, Any], key: str, place: int | None = None, within: str = "") -> str:
    """Return an id of the identifier at a place of the list, or of one at the root."""
    value = held.get(key)
    # This is done for every identifier of every activity; the words only where it is wrong.
    if type(value) is str and 0 < len(value) <= MAX_LENGTH and value.isprintable():
        return value
    where = within if place is None else f"$user_identifiers[{place}]."
    return check_text(value, where + key)


def _account(held: Mapping[str, Any], compartment_id: str, place: int | None = None) -> str:
    account_id = _read(held, "$user_account_id", place)
    if held.get("$compartment_id") is not None:
        compartment_id = _read(held, "$compartment_id", place)
    return account_name(compartment_id, account_id)


def _email(
    held: Mapping[str, Any], emails: dict[str, str], place: int | None = None, within: str = ""
) -> str:
    name = _EMAIL + _read(held, "$hash", place, within)
    if held.get("$email") is not None:
        emails[name] = _read(held, "$email", place, within)
    return name


def _unknown(one: object, place: int) -> InvalidInputError:
    field = f"$user_identifiers[{place}]"
    if not isinstance(one, dict):
        return InvalidInputError(f"{field} is an object", field=field)
    known = ", ".join(IdentifierKind)
    return InvalidInputError(f"{field}.$type is one of {known}", field=f"{field}.$type")


def _encodes(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
