"""Requests and answers as nearly all are, without a state machine for them.

What is read here is read as h11 reads it, which a test compares; everything that is not plain
(chunks, a header twice, a body that has not all arrived, anything malformed) is left to h11.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

_NAME = re.compile(r"[-!#$%&'*+.^_`|~0-9A-Za-z]+")
_LINES = re.compile(r"(?:[^ \r\n]+: (?:[!-~](?:[ -~]*[!-~])?)?\r\n)*")
_STATUS = re.compile(r"HTTP/1\.1 ([2-5][0-9]{2})(?: [ -~]*)?")
_TARGET = re.compile(rb"[!-~]+")
_END = b"\r\n\r\n"
_BODILESS = frozenset({204, 304})
_LONGEST_LENGTH = 9
_LONGEST_KNOWN = 1024
_MOST_KNOWN = 512


class PlainAnswer(NamedTuple):
    """A whole answer; `lasting` when the connection may be used again."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    lasting: bool


class _Head(NamedTuple):
    """What stands before a body of so many bytes."""

    status: int
    headers: Mapping[str, str]
    length: int
    lasting: bool


def plain_request(
    method: str, target: bytes, headers: Sequence[tuple[str, str]], content: bytes
) -> bytes | None:
    """Return a request's bytes, None when something in it is not plain."""
    if not _TARGET.fullmatch(target) or not _are_names(tuple([name for name, _ in headers])):
        return None
    lines = "".join([f"{name}: {value}\r\n" for name, value in headers])
    if lines.count("\n") != len(headers) or not _LINES.fullmatch(lines):
        return None
    return f"{method} {target.decode('ascii')} HTTP/1.1\r\n{lines}\r\n".encode("ascii") + content


def plain_answer(data: bytes) -> PlainAnswer | None:
    """Return the answer that these bytes are, None when they are not one whole plain answer."""
    end = data.find(_END)
    if end < 0:
        return None
    head = (_known_head if end <= _LONGEST_KNOWN else _read_head)(data[:end])
    if head is None or len(data) != end + len(_END) + head.length:
        return None
    return PlainAnswer(head.status, head.headers, data[end + len(_END) :], head.lasting)


@lru_cache(256)
def _are_names(names: tuple[str, ...]) -> bool:
    """Return whether headers of ours may be called so; it is the same few all the time."""
    return all(_NAME.fullmatch(name) for name in names)


def _read_head(head: bytes) -> _Head | None:
    """Read status and headers, None when they are not plain."""
    first, *lines = head.decode("latin-1").split("\r\n")
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
    if length is None:
        return None
    lasting = headers.get("connection", "keep-alive").lower() == "keep-alive"
    return _Head(code, MappingProxyType(headers), length, lasting)


# A receiver says the same to everything, but for the second in which it says it.
_known_head = lru_cache(_MOST_KNOWN)(_read_head)


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
