"""Opaque cursors: the sort key of the last item of a page, in URL-safe text."""

import base64
import binascii
import json


class BadCursorError(ValueError):
    """The text is not a cursor this server made."""


def encode_cursor(*key: str | int) -> str:
    """Return the cursor for a sort key."""
    packed = json.dumps(key, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def decode_cursor(cursor: str, *types: type[str] | type[int]) -> tuple[str | int, ...]:
    """Return the sort key of a cursor whose parts have the given types, else BadCursorError."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        key = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise BadCursorError("not a cursor") from error
    if not isinstance(key, list) or len(key) != len(types):
        raise BadCursorError("not a cursor of this list")
    if any(type(part) is not kind for part, kind in zip(key, types, strict=True)):
        raise BadCursorError("not a cursor of this list")
    return tuple(key)
