"""Request bodies: read within bounds, and parsed by content whatever the Content-Type says."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any, TypeVar

import msgspec
from starlette.types import Receive, Scope

from bellwether.dialects.framework.problems import BodyTimeoutError
from bellwether.dialects.framework.services import Limits
from bellwether.model.errors import BellwetherError, InvalidInputError, TooLargeError

T = TypeVar("T")
_BOM = b"\xef\xbb\xbf"
_PLACE = re.compile(r"(?P<what>.*?)(?: - at `\$(?P<path>.*)`)?", re.DOTALL)
_NAMED = re.compile(r"Object (missing required|contains unknown) field `(?P<name>.*)`", re.DOTALL)
_INDEX = re.compile(r"\[[^\]]*\]")
_SHOWN = 100  # characters of a caller's own field name that an answer repeats


class ClientGoneError(Exception):
    """The client closed the connection before its request was complete."""


async def read_body(scope: Scope, receive: Receive, limits: Limits) -> bytes:
    """Return the whole body.

    TooLargeError beyond `limits.body_bytes` (by the announced length when there is one),
    BodyTimeoutError when it dribbles.
    """
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and int(value) > limits.body_bytes:
            raise _too_large(limits.body_bytes)
    try:
        async with asyncio.timeout(limits.body_seconds):
            return await _read_chunks(receive, limits)
    except TimeoutError:
        raise BodyTimeoutError("The request body took too long to arrive") from None


async def stream_body(
    scope: Scope, receive: Receive, limits: Limits, most_bytes: int
) -> AsyncIterator[bytes]:
    """Yield a body as it arrives, for routes that take more than others.

    TooLargeError beyond `most_bytes`, BodyTimeoutError when nothing comes for as long as a whole
    body may take elsewhere, ClientGoneError when it ends before its end.
    """
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and int(value) > most_bytes:
            raise _too_large(most_bytes)
    size = 0
    more = True
    while more:
        try:
            async with asyncio.timeout(limits.body_seconds):
                message = await receive()
        except TimeoutError:
            raise BodyTimeoutError("The request body took too long to arrive") from None
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > most_bytes:
            raise _too_large(most_bytes)
        more = message.get("more_body", False)
        if chunk:
            yield chunk


async def _read_chunks(receive: Receive, limits: Limits) -> bytes:
    chunks: list[bytes] = []
    size = 0
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limits.body_bytes:
            raise _too_large(limits.body_bytes)
        chunks.append(chunk)
        more = message.get("more_body", False)
    return b"".join(chunks)


def _too_large(most_bytes: int) -> BellwetherError:
    return TooLargeError(f"The request body is larger than {most_bytes} bytes", field="body")


def decode_body(raw: bytes, kind: type[T]) -> T:
    """Parse JSON into `kind`; InvalidInputError names the field at fault, `body` for the whole."""
    text = raw.removeprefix(_BOM)
    if not text.strip():
        raise InvalidInputError("The request body is empty; JSON is expected", field="body")
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.ValidationError as error:
        raise invalid(error, whole="body") from error
    except RecursionError as error:
        raise InvalidInputError("The request body is nested too deeply", field="body") from error
    except ValueError as error:  # not JSON, not UTF-8, or a text that is not Unicode
        raise InvalidInputError("The request body is not valid JSON", field="body") from error


def convert_query(values: dict[str, str], kind: type[T]) -> T:
    """Read query parameters into `kind`; InvalidInputError names the parameter at fault."""
    for name, value in values.items():
        if not (value + name).isprintable():
            raise InvalidInputError(
                f"{_shorten(name)} has characters that cannot be read", field=_shorten(name)
            )
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as error:
        raise invalid(error, whole="query") from error


def invalid(error: msgspec.ValidationError, *, whole: str) -> InvalidInputError:
    """Say a decoder's complaint in a caller's words, with the field named."""
    found: Any = _PLACE.fullmatch(str(error))
    what, path = str(found["what"]), (found["path"] or "").lstrip(".")
    named = _NAMED.fullmatch(what)
    if named is not None:
        name = _shorten(named["name"])
        place = f"{path}.{name}" if path else name
        said = "Missing required field" if named[1] == "missing required" else "Unknown field"
        return InvalidInputError(f"{said}: {place}", field=place or whole)
    place = _shorten(path) or whole
    what = what[:1].lower() + what[1:].replace("`", "")
    return InvalidInputError(f"{place}: {what}", field=_INDEX.sub("", place) or whole)


def _shorten(name: str) -> str:
    return name if len(name) <= _SHOWN else name[:_SHOWN] + "…"
