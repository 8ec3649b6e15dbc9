"""Answers as bytes on the wire."""

from collections.abc import Mapping

import msgspec
from starlette.types import Send

from bellwether.dialects.framework.reply import ENCODER

JSON = "application/json"


async def send_json(
    send: Send,
    content: msgspec.Struct | msgspec.Raw | None,
    status: int,
    headers: Mapping[str, str] | None = None,
) -> None:
    """Send a struct as JSON, or nothing but a status."""
    body = b"" if content is None else ENCODER.encode(content)
    await send_bytes(send, body, status, JSON if content is not None else None, headers)


async def send_bytes(
    send: Send,
    body: bytes,
    status: int,
    content_type: str | None,
    headers: Mapping[str, str] | None = None,
) -> None:
    """Send a complete answer. The server leaves the body out of answers to HEAD."""
    lines = [(b"content-length", str(len(body)).encode())] if status not in {204, 304} else []
    if content_type is not None:
        lines.append((b"content-type", content_type.encode()))
    for name, value in (headers or {}).items():
        lines.append((name.lower().encode(), value.encode("latin-1", "replace")))
    await send({"type": "http.response.start", "status": status, "headers": lines})
    await send({"type": "http.response.body", "body": body})
