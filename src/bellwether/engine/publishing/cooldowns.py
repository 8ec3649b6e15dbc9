"""How often a profile may be edited, and how a refusal is worded."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bellwether.model.errors import InvalidInputError
from bellwether.model.publishers import EditRules

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_WORDS = {"nick_name": "Nickname", "bio": "Bio", "avatar_url": "Avatar"}


def waits(rules: EditRules) -> Mapping[str, timedelta]:
    """Return the time between two edits of a field."""
    return {
        "nick_name": rules.name_every,
        "bio": rules.bio_every,
        "avatar_url": rules.avatar_every,
    }


def too_soon(name: str, last: datetime, wait: timedelta, now: datetime) -> InvalidInputError:
    """Return the error for an edit inside its cool-down, in UGC Inc's words.

    "Nickname can only be updated once every 7 days. Last update was 2 days ago. You can update
    again in 5 day(s) on 2026-03-09"; waits of a day and less are told in hours. What is past is
    rounded down, what is left is rounded up.
    """
    unit, word = (_DAY, "day") if wait > _DAY else (_HOUR, "hour")
    again = last + wait
    passed = max(now - last, timedelta(0)) // unit
    left = max(1, -((now - again) // unit))
    return InvalidInputError(
        f"{_WORDS[name]} can only be updated once every {wait // unit} {word}s. "
        f"Last update was {passed} {word}s ago. "
        f"You can update again in {left} {word}(s) on {again:%Y-%m-%d}",
        field=name,
        details={"last_at": last.isoformat(), "again_at": again.isoformat()},
    )
