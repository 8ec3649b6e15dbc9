"""Answers kept for requests that are sent again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Ticket:
    """A request that its caller may send again: the caller's key, and what was asked.

    `digest` is the same for equal requests only; `keep_for` is how long the answer is to be kept,
    in real time.
    """

    key: str
    digest: str
    keep_for: timedelta


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: an HTTP status, the headers that belong to it, and the body as sent.

    A `secret` one is not kept in clear.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    secret: bool = False
