"""Errors of the HTTP edge, and how a dialect words any error."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec

from bellwether.model.errors import BellwetherError


class MethodNotAllowedError(BellwetherError):
    """The path exists, but not with this method."""

    code = "method_not_allowed"


class BodyTimeoutError(BellwetherError):
    """The client took too long to send its body."""

    code = "timeout"


class InternalError(BellwetherError):
    """Ours: something that nobody foresaw. The log has the trace under the request id."""

    code = "internal"


@dataclass(frozen=True, slots=True)
class Rule:
    """How a dialect says one of our error codes: its HTTP status and its own code."""

    status: int
    code: str


@dataclass(frozen=True, slots=True)
class Problem:
    """An error on its way out, in the words of a dialect. `retry_after` is in seconds."""

    status: int
    code: str
    message: str
    field: str | None
    request_id: str
    retry_after: int | None
    details: Mapping[str, str]


Rules = Mapping[str, Rule]
"""One row for every code of the error tree: docs/errors.md is checked against them."""

RenderProblem = Callable[[Problem], msgspec.Struct]


def find_problem(rules: Rules, error: BellwetherError, request_id: str) -> Problem:
    """Return what a dialect says about an error."""
    rule = rules[error.code if error.code in rules else InternalError.code]
    return Problem(
        status=rule.status,
        code=rule.code,
        message=error.message,
        field=error.field,
        request_id=request_id,
        retry_after=error.retry_after,
        details=error.details,
    )
