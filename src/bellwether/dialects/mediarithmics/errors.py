"""How this dialect words errors: the vendor documents the envelope and no codes, which are ours."""

from bellwether.dialects.framework.problems import Problem, Rule, Rules
from bellwether.dialects.mediarithmics.wire import MediarithmicsError

_STATUSES = {
    "invalid_input": 400,
    "unsupported": 400,
    "unauthorized": 401,
    "forbidden": 403,
    "clock_accelerated": 403,
    "limit_exceeded": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "timeout": 408,
    "conflict": 409,
    "idempotency_busy": 409,
    "too_large": 413,
    "idempotency_conflict": 422,
    "rate_limited": 429,
    "credits_exhausted": 429,
    "internal": 500,
    "unavailable": 503,
}
RULES: Rules = {code: Rule(status, code.upper()) for code, status in _STATUSES.items()}


def render_problem(problem: Problem) -> MediarithmicsError:
    """Return the envelope; the message names the field at fault."""
    message, field = problem.message, problem.field
    if field is not None and field not in message:
        message = f"{field}: {message}"
    return MediarithmicsError(error=message, error_code=problem.code, error_id=problem.request_id)
