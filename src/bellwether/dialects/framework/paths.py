"""Paths as they are matched with routes."""

import re
import string
from urllib.parse import quote, unquote

from starlette.types import Scope

_SLASHES = re.compile(r"/{2,}")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset(string.ascii_letters + string.digits + "-._~")
_AS_SENT = "".join(sorted(set(string.printable) - set(string.whitespace)))


def clean_path(path: str) -> str:
    """Collapse repeated slashes and drop the last one."""
    return _SLASHES.sub("/", path).rstrip("/") or "/"


def encoded_path(scope: Scope) -> str:
    """Return a request's path with its percent-encoding, so that `%2F` does not end a segment.

    The encoding is in one form: what needs none is decoded, hexadecimal digits are upper case (RFC
    3986, section 6.2.2). Segments of `name=value` that a client encoded as a whole, with the `=`
    and the `,` that belong to the path, are written with them.
    """
    raw: bytes | None = scope.get("raw_path")
    text = quote(raw, safe=_AS_SENT) if raw is not None else quote(scope["path"])
    return "/".join(_segment(one) for one in clean_path(text).split("/"))


def decode_segment(text: str) -> str:
    """Return what a segment, or a part of one, stands for; UnicodeDecodeError unless UTF-8."""
    return unquote(text, errors="strict")


def _segment(text: str) -> str:
    if "%" not in text:
        return text
    plain = _ESCAPE.sub(_shortest, text)
    if "=" in plain:
        return plain
    return plain.replace("%3D", "=").replace("%2C", ",") if "%3D" in plain else plain


def _shortest(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return character if character in _UNRESERVED else match[0].upper()
