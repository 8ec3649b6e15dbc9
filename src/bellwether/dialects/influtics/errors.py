"""How this dialect words errors."""

import msgspec

from bellwether.dialects.framework.problems import Problem, Rule, Rules
from bellwether.dialects.influtics.wire import InfluticsError, InfluticsErrorDetail

RULES: Rules = {
    "invalid_input": Rule(400, "VALIDATION_ERROR"),
    "unsupported": Rule(400, "VALIDATION_ERROR"),
    "unauthorized": Rule(401, "UNAUTHORIZED"),
    "limit_exceeded": Rule(403, "SUBSCRIPTION_LIMIT"),
    "forbidden": Rule(403, "FORBIDDEN"),
    "clock_accelerated": Rule(403, "FORBIDDEN"),
    "not_found": Rule(404, "NOT_FOUND"),
    "method_not_allowed": Rule(405, "METHOD_NOT_ALLOWED"),
    "timeout": Rule(408, "REQUEST_TIMEOUT"),
    "conflict": Rule(409, "CONFLICT"),
    "idempotency_busy": Rule(409, "IDEMPOTENCY_BUSY"),
    "too_large": Rule(413, "PAYLOAD_TOO_LARGE"),
    "idempotency_conflict": Rule(422, "IDEMPOTENCY_CONFLICT"),
    "rate_limited": Rule(429, "RATE_LIMIT_EXCEEDED"),
    "credits_exhausted": Rule(429, "RATE_LIMITED"),
    "internal": Rule(500, "INTERNAL_ERROR"),
    "unavailable": Rule(503, "SERVICE_UNAVAILABLE"),
}
"""Where the vendor's documents name no code, the code is ours."""

NAMED = {("NOT_FOUND", "video_id"): "VIDEO_NOT_FOUND"}
"""Codes that say which thing is meant, by the general code and the field at fault."""

_RATE_MESSAGE = "Rate limit exceeded. Please try again later."


def render_problem(problem: Problem) -> InfluticsError:
    """Return the documented envelope."""
    limited = problem.code == RULES["rate_limited"].code
    named = problem.code == RULES["invalid_input"].code and problem.field is not None
    detail = InfluticsErrorDetail(
        code=NAMED.get((problem.code, problem.field or ""), problem.code),
        message=_RATE_MESSAGE if limited else problem.message,
        request_id=problem.request_id,
        tracked_account_id=problem.details.get("tracked_account_id", msgspec.UNSET),
        field=problem.field if named and problem.field is not None else msgspec.UNSET,
        retry_after=msgspec.UNSET if problem.retry_after is None else problem.retry_after,
    )
    return InfluticsError(success=False, error=detail)
