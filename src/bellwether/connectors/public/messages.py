"""What the connector and its worker process say to each other: one JSON object a line.

The first line to the worker is a Start, answered by Ready; each further line is an Ask, answered
by an Answer with the same number.
"""

import msgspec


class Start(msgspec.Struct, frozen=True):
    """How the worker is to run. It comes over the pipe because a proxy may hold a password."""

    keys: list[str]  # classes of extractors that may run
    proxy: str | None
    check_certificates: bool
    seconds: float  # for one network operation
    idle_seconds: float = 120.0  # without work, after which it ends


class Ready(msgspec.Struct, frozen=True):
    """The worker runs this version of yt-dlp."""

    version: str


class Ask(msgspec.Struct, frozen=True):
    """Read one page."""

    number: int
    key: str
    url: str


class Problem(msgspec.Struct, frozen=True):
    """Why a page was not read; `reason` is a FailureReason."""

    reason: str
    message: str


class Answer(msgspec.Struct, frozen=True):
    """What the page says in yt-dlp's names, or why it was not read."""

    number: int
    info: dict[str, object] | None = None
    problem: Problem | None = None
