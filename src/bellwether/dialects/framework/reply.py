"""An answer on its way out of a handler."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import msgspec

from bellwether.model.answers import Answer
from bellwether.model.tenants import RateWindow

ENCODER = msgspec.json.Encoder()
REPLAYED = "Idempotency-Replayed"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: a status, and what to send as JSON (None: nothing; Raw: these bytes)."""

    content: msgspec.Struct | msgspec.Raw | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


def freeze(reply: Reply, *, secret: bool = False) -> Answer:
    """Return a reply as the bytes that are sent; a `secret` one is not to be kept in clear."""
    body = b"" if reply.content is None else ENCODER.encode(reply.content)
    return Answer(reply.status, reply.headers, body, secret)


def thaw(answer: Answer, *, replayed: bool) -> Reply:
    """Return the reply that sends these bytes, marked when it is sent again."""
    headers = {**answer.headers, REPLAYED: "true"} if replayed else answer.headers
    return Reply(msgspec.Raw(answer.body) if answer.body else None, answer.status, headers)


def tell_rates(reply: Reply, windows: Sequence[RateWindow]) -> Reply:
    """Return the reply with the headers that say what is left of a key's rates.

    The three plain headers are about the first window, `RateLimit` and `RateLimit-Policy` about
    all of them.
    """
    if not windows:
        return reply
    first = windows[0]
    policy = ", ".join(f'"{one.name}";q={one.limit};w={one.length}' for one in windows)
    state = ", ".join(f'"{one.name}";r={one.remaining};t={one.reset}' for one in windows)
    rates = {
        "RateLimit-Limit": str(first.limit),
        "RateLimit-Remaining": str(first.remaining),
        "RateLimit-Reset": str(first.reset),
        "RateLimit-Policy": policy,
        "RateLimit": state,
    }
    return replace(reply, headers={**reply.headers, **rates})
