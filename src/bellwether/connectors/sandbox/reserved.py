"""Names that fail, or answer oddly, on demand.

One table says what they are; docs/connectors/sandbox.md shows it, and a test compares the two.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bellwether.kit.clock import to_micros
from bellwether.model.readings import Failed, FailureReason

_MINUTE = 60_000_000
_RETRY_AFTER = 30.0


class Effect(StrEnum):
    """What asking for a reserved name leads to, when it is not simply a failure."""

    RENAMED = "renamed"
    HIDDEN = "hidden"
    SLOW = "slow"
    DOWN = "down"
    FLAKY = "flaky"
    LOST = "lost"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Reserved:
    """One reserved name: its number in ids made of digits, its words, and what happens."""

    number: int
    words: tuple[str, ...]
    meaning: str
    failed: Failed | None = None
    effect: Effect | None = None


def _failed(reason: FailureReason, message: str, retry_after: float | None = None) -> Failed:
    return Failed(reason, f"Simulated: {message}", retry_after)


DOWN = _failed(FailureReason.PLATFORM_ERROR, "the platform is down")

TABLE = (
    Reserved(
        1,
        ("private",),
        "fails: `private`",
        _failed(FailureReason.PRIVATE, "the owner made this private"),
    ),
    Reserved(
        2,
        ("deleted",),
        "fails: `deleted`",
        _failed(FailureReason.DELETED, "the owner deleted this"),
    ),
    Reserved(
        3,
        ("unknown", "notfound"),
        "fails: `not_found`",
        _failed(FailureReason.NOT_FOUND, "there is no such thing"),
    ),
    Reserved(
        4,
        ("renamed",),
        "a creator answers under another handle; a content has another creator's handle",
        effect=Effect.RENAMED,
    ),
    Reserved(
        5,
        ("limited", "ratelimited"),
        "fails: `rate_limited`, welcome again after 30 seconds",
        _failed(FailureReason.RATE_LIMITED, "too many requests", _RETRY_AFTER),
    ),
    Reserved(
        6,
        ("slow",),
        "answers after 3 real seconds; what was asked for in the same call waits with it",
        effect=Effect.SLOW,
    ),
    Reserved(
        7,
        ("garbage",),
        "fails: `changed_format`",
        _failed(FailureReason.CHANGED_FORMAT, "the answer cannot be read"),
    ),
    Reserved(
        8,
        ("down",),
        "fails: `platform_error`; a call for nothing else fails as a whole",
        DOWN,
        Effect.DOWN,
    ),
    Reserved(
        9,
        ("flaky",),
        "fails with `platform_error` every other minute (and, at one minute of the day, every "
        "other day), and answers in between",
        DOWN,
        Effect.FLAKY,
    ),
    Reserved(10, ("hidden",), "answers, but every count is hidden (null)", effect=Effect.HIDDEN),
    Reserved(
        11,
        ("noauth", "unauthorized"),
        "fails: `unauthorized`",
        _failed(FailureReason.UNAUTHORIZED, "the credentials are not accepted"),
    ),
    Reserved(
        12,
        ("lost",),
        "answers; what an account of this name publishes is out, but the answer to it is lost",
        effect=Effect.LOST,
    ),
    Reserved(
        13,
        ("silent",),
        "as `lost`, and nobody can say afterwards whether it is out",
        effect=Effect.SILENT,
    ),
)

_BY_WORD = {word: entry for entry in TABLE for word in entry.words}
_BY_NUMBER = {entry.number: entry for entry in TABLE}
_WORDS = "|".join(sorted(_BY_WORD, key=len, reverse=True))
# What may stand in front are the first letters that a platform's ids must have.
_NAMED = re.compile(rf"(?:x|uc|ug|w7_|pfbid)?sbx[._-]?({_WORDS})(?![a-z])", re.IGNORECASE)
_NUMBERED = re.compile(r"9000000([0-9]{2})[0-9]*", re.ASCII)


def reserved(key: str) -> Reserved | None:
    """Return what a handle or id is reserved for, None when it is an ordinary one.

    Reserved are `sbx_WORD` with anything but a letter after it (`sbx-private`, `sbx.private.2`,
    `sbx_slow___`), and, where ids are digits, `9000000NN` with any further digits. Of a key in
    several parts ("company/NAME", an AT URI) the last one counts.
    """
    if "sbx" not in key.lower() and not key.startswith("9000000"):
        return None
    name = key.rpartition("/")[2]
    if match := _NAMED.match(name):
        return _BY_WORD[match[1].lower()]
    if match := _NUMBERED.fullmatch(name):
        return _BY_NUMBER.get(int(match[1]))
    return None


def failure(entry: Reserved, now: datetime) -> Failed | None:
    """Return how a reserved name fails at an instant, None when it answers."""
    if entry.effect is Effect.FLAKY and not _odd_minute(now):
        return None
    return entry.failed


def _odd_minute(now: datetime) -> bool:
    minute = to_micros(now) // _MINUTE
    return (minute + minute // 1440) % 2 == 1
