"""How this dialect words errors: the vendor's documents show none, so the codes are ours."""

from bellwether.dialects.framework.problems import Problem, Rule, Rules
from bellwether.dialects.ylytic.wire import YlyticError, YlyticErrorDetail

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
RULES: Rules = {code: Rule(status, code) for code, status in _STATUSES.items()}


def render_problem(problem: Problem) -> YlyticError:
    """Return the envelope."""
    detail = YlyticErrorDetail(
        code=problem.code,
        message=problem.message,
        field=problem.field,
        request_id=problem.request_id,
    )
    return YlyticError(status="error", error=detail)
