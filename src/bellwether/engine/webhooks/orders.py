"""What callers ask for, checked: addresses, names, event types, ids and cursors."""

from collections.abc import Sequence

from bellwether.kit.cursors import BadCursorError, decode_cursor
from bellwether.kit.http import FetchRefusedError
from bellwether.kit.http.targets import parse_url
from bellwether.model.errors import InvalidInputError, NotFoundError
from bellwether.model.webhooks import EventType

_LONGEST_URL = 2000
_LONGEST_NAME = 200
_LONGEST_ID = 36
_UNSUBSCRIBABLE = frozenset({EventType.TEST})


def checked_url(text: str) -> str:
    """Return an address that could be called, as given; InvalidInputError (`url`)."""
    url = text.strip()
    if len(url) > _LONGEST_URL:
        raise InvalidInputError(f"a URL has at most {_LONGEST_URL} characters", field="url")
    if not url.isprintable() or any(char.isspace() for char in url):
        raise InvalidInputError("a URL has no blanks and control characters in it", field="url")
    try:
        parse_url(url)
    except FetchRefusedError as error:
        raise InvalidInputError(error.message, field="url") from error
    return url


def checked_name(text: str, url: str) -> str:
    """Return the name, or the URL's host for an empty one; InvalidInputError (`name`)."""
    name = text.strip() or parse_url(url).host[:_LONGEST_NAME]
    if len(name) > _LONGEST_NAME or not name.isprintable():
        raise InvalidInputError(
            f"a name is at most {_LONGEST_NAME} printable characters", field="name"
        )
    return name


def checked_events(events: Sequence[EventType]) -> tuple[EventType, ...]:
    """Return event types once each; InvalidInputError (`events`) for one that is only for tests."""
    if _UNSUBSCRIBABLE.intersection(events):
        raise InvalidInputError("a test is sent on demand, not subscribed to", field="events")
    return tuple(dict.fromkeys(events))


def checked_id(text: str, what: str) -> str:
    """Return an id that a store can look up; NotFoundError for what cannot be one."""
    if not is_id(text):
        raise NotFoundError(f"no such {what}", field="id")
    return text


def is_id(text: str) -> bool:
    """Return whether a store can look this up at all; a PostgreSQL text holds no NUL, say."""
    return len(text) <= _LONGEST_ID and text.isascii() and text.isprintable()


def id_cursor(cursor: str | None) -> str | None:
    """Return the id that a cursor of ours holds; InvalidInputError (`cursor`)."""
    if cursor is None:
        return None
    (last_id,) = _decoded(cursor, str)
    if not is_id(str(last_id)):
        raise InvalidInputError("not a cursor of this list", field="cursor")
    return str(last_id)


def position_cursor(cursor: str | None) -> int | None:
    """Return the position that a cursor of ours holds; InvalidInputError (`cursor`)."""
    return None if cursor is None else _positions(cursor, 1)[0]


def span_cursor(cursor: str | None) -> tuple[int, int] | None:
    """Return the span that a cursor of a replay holds; InvalidInputError (`cursor`)."""
    if cursor is None:
        return None
    after, last = _positions(cursor, 2)
    return after, last


def _positions(cursor: str, count: int) -> list[int]:
    positions = [int(part) for part in _decoded(cursor, *[int] * count)]
    if any(not 0 <= position < 1 << 63 for position in positions):
        raise InvalidInputError("not a cursor of this list", field="cursor")
    return positions


def _decoded(cursor: str, *types: type[str] | type[int]) -> tuple[str | int, ...]:
    try:
        return decode_cursor(cursor, *types)
    except BadCursorError as error:
        raise InvalidInputError(str(error), field="cursor") from error
