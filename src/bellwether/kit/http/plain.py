"""Requests and answers as nearly all are, without a state machine for them.

What is read here is read as h11 reads it, which a test compares; everything that is not plain
(chunks, a header twice, a body that has not all arrived, anything malformed) is left to h11.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

_NAME = re.compile(r"[-!#$%&'*+.^_`|~0-9A-Za-z]+")
_STATUS = re.compile(r"HTTP/1\.1 ([2-5][0-9]{2})(?: [ -~]*)?")
_TARGET = re.compile(rb"[!-~]+")
_END = b"\r\n\r\n"
_BODILESS = frozenset({204, 304})
_LONGEST_LENGTH = 9


@lru_cache(1024)
def _is_name(name: str) -> bool:
    """Return whether a header of ours may be called so; the same few are asked all the time."""
    return _NAME.fullmatch(name) is not None


class PlainAnswer(NamedTuple):
    """A whole answer; `lasting` when the connection may be used again."""

    status: int
    headers: dict[str, str]
    body: bytes
    lasting: bool


def plain_request(
    method: str, target: bytes, headers: Iterable[tuple[str, str]], content: bytes
) -> bytes | None:
    """Return a request's bytes, None when something in it is not plain."""
    if not _TARGET.fullmatch(target):
        return None
    lines = [f"{method} {target.decode('ascii')} HTTP/1.1"]
    for name, value in headers:
        good = value.isascii() and value.isprintable() and value.strip() == value
        if not good or not _is_name(name):
            return None
        lines.append(f"{name}: {value}")
    lines.append("\r\n")
    return "\r\n".join(lines).encode("ascii") + content


def plain_answer(data: bytes) -> PlainAnswer | None:
    """Return the answer that these bytes are, None when they are not one whole plain answer."""
    end = data.find(_END)
    if end < 0:
        return None
    first, *lines = data[:end].decode("latin-1").split("\r\n")
    status = _STATUS.fullmatch(first)
    if status is None:
        return None
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        key, value = name.lower(), value.strip(" \t")
        if key in headers or not _NAME.fullmatch(name) or not value.isprintable():
            return None
        headers[key] = value
    code = int(status[1])
    length = _length(code, headers)
    if length is None or len(data) != end + len(_END) + length:
        return None
    connection = headers.get("connection", "keep-alive").lower()
    return PlainAnswer(code, headers, data[end + len(_END) :], connection == "keep-alive")


def _length(status: int, headers: dict[str, str]) -> int | None:
    """Return how long the body is, None where only h11 should say."""
    text = headers.get("content-length")
    if "transfer-encoding" in headers or "upgrade" in headers:
        return None
    if text is None:
        return 0 if status in _BODILESS else None
    if not (text.isascii() and text.isdecimal()) or len(text) > _LONGEST_LENGTH:
        return None
    return 0 if status in _BODILESS else int(text)
