"""What the fake of Instagram keeps, and how it words errors."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from starlette.responses import JSONResponse, Response

from tests.support.fakes.faults import Fault

_CODES = "ABCDEFGHIJ"


@dataclass(slots=True)
class FakePost:
    """A content that people see."""

    id: str
    caption: str
    type: str
    product: str
    at: datetime
    account: str
    insights: dict[str, int] = field(default_factory=dict)
    likes: int | None = 0
    comments: list[tuple[str, str, datetime]] = field(default_factory=list)

    @property
    def shortcode(self) -> str:
        """The code in its address."""
        return "C" + "".join(_CODES[int(digit)] for digit in self.id[-9:]) + "x"


@dataclass(slots=True)
class FakeContainer:
    """A content on its way; `polls` is how often it is still in progress."""

    id: str
    account: str
    params: Mapping[str, Any]
    polls: int
    uploaded: int | None = None
    published: bool = False
    expired: bool = False
    broken: str | None = None

    @property
    def state(self) -> str:
        """Its status_code."""
        if self.published:
            return "PUBLISHED"
        if self.expired:
            return "EXPIRED"
        if self.broken:
            return "ERROR"
        waits = self.params.get("upload_type") == "resumable" and self.uploaded is None
        return "IN_PROGRESS" if self.polls > 0 or waits else "FINISHED"


@dataclass(slots=True)
class FakeAccount:
    """An account with its token."""

    id: str
    username: str
    token: str
    followers: int = 0
    used: int = 0


def error(status: int, code: int, message: str, subcode: int = 0) -> Response:
    """Return an error as Meta words it."""
    body = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "A"}
    if subcode:
        body["error_subcode"] = subcode
    return JSONResponse({"error": body}, status)


def say(fault: Fault) -> Response:
    """Return an error of Meta's for a fault."""
    if fault is Fault.UNAUTHORIZED:
        return error(401, 190, "Error validating access token")
    if fault is Fault.LIMITED:
        return error(403, 4, "Application request limit reached")
    if fault is Fault.USED_UP:
        return error(403, 9, "Application request limit reached", 2207042)
    if fault is Fault.REFUSED:
        return error(400, 36003, "The aspect ratio is not supported", 2207009)
    return error(500, 2, "An unexpected error has occurred. Please retry your request later.")
