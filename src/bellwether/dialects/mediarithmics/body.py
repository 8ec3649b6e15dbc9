"""Bodies that are objects with fields of the customer's own, read strictly and kept exactly."""

import json
from collections.abc import Mapping
from typing import Any

from bellwether.dialects.framework.body import decode_body
from bellwether.model.errors import InvalidInputError

DEEPEST = 32
"""How deep objects and lists may be nested in a body."""

_BOM = b"\xef\xbb\xbf"


class _TwiceError(ValueError):
    """A name stands twice in one object."""


def read_object(raw: bytes) -> Mapping[str, Any]:
    """Return the object that a body is; nothing at all is an empty one.

    InvalidInputError for what is not JSON, and for what JSON allows and nobody can mean: one name
    twice in an object, and nesting beyond `DEEPEST`.
    """
    if not raw.strip():
        return {}
    value = decode_body(raw, dict[str, Any])
    try:
        json.loads(raw.removeprefix(_BOM), object_pairs_hook=_once)
    except _TwiceError as error:
        raise InvalidInputError(f"{error} stands twice in one object", field=str(error)) from None
    except (ValueError, RecursionError) as error:
        raise InvalidInputError("The request body is not valid JSON", field="body") from error
    _measure(value)
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _TwiceError(next(name for name in names if names.count(name) > 1)[:100])
    return found


def _measure(value: object) -> None:
    level: list[object] = [value]
    for _ in range(DEEPEST + 1):
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return
    raise InvalidInputError(f"The request body is nested more than {DEEPEST} deep", field="body")
