"""Requests that may be sent again: with an Idempotency-Key a write is done once."""

import hashlib
from collections.abc import Callable
from functools import cache

import msgspec
from starlette.types import Scope as HttpScope

from bellwether.dialects.framework.reply import Reply, freeze, thaw
from bellwether.dialects.framework.services import Limits
from bellwether.engine.facade import Engine
from bellwether.model.answers import Ticket
from bellwether.model.errors import (
    BellwetherError,
    InvalidInputError,
    KeyBusyError,
    KeyReusedError,
    Retry,
    UnauthorizedError,
)
from bellwether.model.tenants import Scope

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
KEY = "Idempotency-Key"
KEY_LENGTH = 255

_NOT_OF_THE_REQUEST = (UnauthorizedError, KeyReusedError, KeyBusyError)
_LASTING = frozenset({Retry.PERMANENT, Retry.UNSUPPORTED})
_MOST_KEPT = 65_536  # bytes of an answer that changed nothing


def has_key(scope: HttpScope) -> bool:
    """Whether a request carries the header."""
    return any(name == b"idempotency-key" for name, _ in scope["headers"])


def read_ticket(scope: HttpScope, body: bytes, limits: Limits) -> Ticket:
    """Return a request's ticket; InvalidInputError (`Idempotency-Key`) for a bad key."""
    keys = [value for name, value in scope["headers"] if name == b"idempotency-key"]
    key = keys[0].decode("latin-1")
    if len(keys) > 1 or not 1 <= len(key) <= KEY_LENGTH or not all("!" <= c <= "~" for c in key):
        raise InvalidInputError(
            f"{KEY} must be one text of 1 to {KEY_LENGTH} visible ASCII characters", field=KEY
        )
    digest = hashlib.sha256()
    parts = (scope["method"].encode(), scope["path"].encode(), scope["query_string"], body)
    for part in parts:
        digest.update(len(part).to_bytes(8) + part)
    return Ticket(key, digest.hexdigest(), limits.keep_answers)


def do_once(
    engine: Engine, scope: Scope, ticket: Ticket, make: Callable[[], Reply], *, secret: bool
) -> Reply:
    """Return the kept answer, or else do `make` and keep its answer in the same transaction."""
    kept = engine.answers.claim(scope, ticket)
    if kept is not None:
        return thaw(kept, replayed=True)
    answer = freeze(make(), secret=secret)
    engine.answers.keep(scope, ticket, answer)
    return thaw(answer, replayed=False)


@cache
def shows_secret(kinds: tuple[type[msgspec.Struct] | None, ...]) -> bool:
    """Whether any of these answers may carry a `secret`; found out when one is first given."""
    types = [kind for kind in kinds if kind is not None]
    _, components = msgspec.json.schema_components(types)
    return any("secret" in schema.get("properties", ()) for schema in components.values())


def is_lasting(error: BellwetherError) -> bool:
    """Whether waiting does not help against an error of the work, so that it is an answer."""
    return error.retry in _LASTING and not isinstance(error, _NOT_OF_THE_REQUEST)


def is_small(reply: Reply) -> bool:
    """Whether an answer that changed nothing is small enough to be kept."""
    return len(freeze(reply).body) <= _MOST_KEPT
