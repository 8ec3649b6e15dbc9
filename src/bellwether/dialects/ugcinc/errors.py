"""How this dialect words errors: an envelope whose message names the field at fault."""

import re

from bellwether.dialects.framework.problems import Problem, Rule, Rules
from bellwether.dialects.ugcinc.wire import UgcError

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
RULES: Rules = {code: Rule(status, str(status)) for code, status in _STATUSES.items()}
"""Their envelope has no code but the HTTP status, so it stands for both."""

NAMES = {
    "account_id": "accountId",
    "account_ids": "accountIds",
    "avatar_url": "avatarUrl",
    "comment_id": "commentId",
    "end": "endDate",
    "media_urls": "mediaUrls",
    "music_post_id": "musicPostId",
    "nick_name": "nickName",
    "post_id": "postId",
    "post_ids": "postIds",
    "post_url": "postUrl",
    "scheduled_at": "postTime",
    "start": "startDate",
    "text": "commentText",
    "token": "access_token",
}
"""The engine's names of fields in this dialect's spelling; others are the same in both."""

_SAID = {"nickName": "nickname", "avatarUrl": "avatar"}
"""The words by which the documents' own sentences name a field."""

_FIRST = re.compile(r"\w+", re.ASCII)


def render_problem(problem: Problem) -> UgcError:
    """Return the envelope: all four keys, `data` null."""
    return UgcError(ok=False, code=problem.status, message=say(problem), data=None)


def say(problem: Problem) -> str:
    """Return the message with the field named."""
    return name_field(problem.message, problem.field)


def name_field(message: str, field: str | None) -> str:
    """Return a message that names a field, which may be followed by `[0]` or `.part`."""
    if field is None:
        return message
    first = _FIRST.match(field)
    name = field
    if first is not None and first[0] in NAMES:
        name = NAMES[first[0]] + field[first.end() :]
    if _SAID.get(name, name).lower() in message.lower():
        return message
    return f"{name}: {message}"
