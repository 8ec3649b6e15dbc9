"""What stands in paths: who is meant, and which of their documents.

Segments come percent-encoded. A selector's parts are split first and decoded then, so that a value
may have any character in it, a comma or an `=` included, where it is encoded.
"""

import re
from collections.abc import Mapping

from bellwether.dialects.framework.paths import decode_segment
from bellwether.model.errors import InvalidInputError, NotFoundError
from bellwether.model.people import Identifier, IdentifierKind, Selector

ACCOUNT, COMPARTMENT = "user_account_id", "compartment_id"
LONGEST = 512
"""Most characters of an identifier."""

_FORMS = (
    "user_point_id=, user_agent_id=, email_hash=, compartment_id=..,user_account_id=.., "
    "user_account_id=.. or the id of a user point"
)
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NUMBER = re.compile(r"[1-9][0-9]{0,14}")
_DATAMART = re.compile(r"[1-9][0-9]{0,8}")


def read_datamart_id(text: str) -> int:
    """Return the id of a datamart; NotFoundError for what cannot be one."""
    if not _DATAMART.fullmatch(text):
        raise NotFoundError("There is no such datamart", field="datamartId")
    return int(text)


def read_number(text: str, field: str) -> int:
    """Return a number that counts something, from 1; NotFoundError for what cannot be one."""
    if not _NUMBER.fullmatch(text):
        raise NotFoundError(f"There is no such {field}", field=field)
    return int(text)


def read_selector(segment: str, field: str = "userPointSelector") -> Selector:
    """Return whom a selector names; InvalidInputError names the path parameter.

    An account without a compartment is in the datamart's own.
    """
    if "=" not in segment:
        return read_point_id(segment, field)
    parts = _parts(segment, field)
    names = set(parts)
    if names == {"user_point_id"}:
        return read_point_id(parts["user_point_id"], field)
    if names == {"user_agent_id"}:
        return Identifier(IdentifierKind.AGENT, read_value(parts["user_agent_id"], field))
    if names == {"email_hash"}:
        return Identifier(IdentifierKind.EMAIL, read_value(parts["email_hash"], field))
    if names in ({ACCOUNT}, {ACCOUNT, COMPARTMENT}):
        compartment = parts.get(COMPARTMENT)
        return Identifier(
            IdentifierKind.ACCOUNT,
            read_value(parts[ACCOUNT], field),
            None if compartment is None else read_value(compartment, field),
        )
    raise InvalidInputError(f"{field} must be {_FORMS}", field=field)


def read_point_id(segment: str, field: str) -> str:
    """Return the id of a user point, a UUID."""
    text = _decoded(segment, field)
    if not _UUID.fullmatch(text):
        raise InvalidInputError(f"{field} must be {_FORMS}", field=field)
    return text.lower()


def read_named(segment: str, name: str) -> str:
    """Return the value of a segment `name=value`."""
    said, equals, value = segment.partition("=")
    if not equals or said != name:
        raise NotFoundError("There is nothing at this path")
    return read_value(value, name)


def read_value(segment: str, field: str) -> str:
    """Return a decoded identifier; InvalidInputError names the field."""
    return check_value(_decoded(segment, field), field)


def check_value(text: str, field: str) -> str:
    """Return the text when it can be an identifier, else raise InvalidInputError."""
    if not 1 <= len(text) <= LONGEST or "\0" in text:
        raise InvalidInputError(f"{field} must be a text of 1 to {LONGEST} characters", field=field)
    return text


def _parts(segment: str, field: str) -> Mapping[str, str]:
    parts: dict[str, str] = {}
    for part in _split(segment):
        name, equals, value = part.partition("=")
        if not equals or name in parts:
            raise InvalidInputError(f"{field} must be {_FORMS}", field=field)
        parts[name] = value
    return parts


def _split(segment: str) -> list[str]:
    """Split at the comma between a compartment and an account: others belong to a value.

    Clients write commas of an account as they are, too.
    """
    if segment.startswith(f"{COMPARTMENT}="):
        return segment.split(",", 1)
    if segment.startswith(f"{ACCOUNT}="):
        head, comma, tail = segment.rpartition(f",{COMPARTMENT}=")
        return [head, f"{COMPARTMENT}={tail}"] if comma else [segment]
    return [segment]


def _decoded(segment: str, field: str) -> str:
    try:
        return decode_segment(segment)
    except UnicodeDecodeError:
        raise InvalidInputError(f"{field} is not UTF-8", field=field) from None
