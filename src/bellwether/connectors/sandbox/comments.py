"""Simulated comments: number i of a content came when its count of comments passed i."""

from bellwether.connectors.sandbox import rhythm, words
from bellwether.connectors.sandbox.contents import Content
from bellwether.connectors.sandbox.creators import SOURCE, Creator
from bellwether.connectors.sandbox.mixing import mix, number
from bellwether.kit.cursors import BadCursorError, decode_cursor, encode_cursor
from bellwether.model.paging import Page
from bellwether.model.readings import CommentReading

PAGE = 50
_SECONDS = 86400.0


def list_comments(content: Content, day: float, cursor: str | None) -> Page[CommentReading]:
    """Return a page of comments, newest first, as of a day.

    A cursor says below which comment to go on, so comments that arrive meanwhile shift no page.
    Raises BadCursorError for a text that is not one.
    """
    latest = int(day * _SECONDS)
    count = content.comments(latest / _SECONDS)
    if cursor is not None:
        below = decode_cursor(cursor, int)[0]
        if not isinstance(below, int) or below < 0:
            raise BadCursorError("not a cursor of this list")
        count = min(count, below)
    first, found = max(0, count - PAGE), []
    for index in range(count - 1, first - 1, -1):
        latest = _came(content, index, latest)
        found.append(_comment(content, index, latest / _SECONDS, day))
    return Page(found, encode_cursor(first) if first else None)


def _came(content: Content, index: int, latest: int) -> int:
    """Return the second at which the count passed `index`; at `latest` it had."""
    low, high = int(content.born * _SECONDS), latest
    while high - low > 1:
        middle = (low + high) // 2
        if content.comments(middle / _SECONDS) > index:
            high = middle
        else:
            low = middle
    return high


def _comment(content: Content, index: int, came: float, day: float) -> CommentReading:
    age = day - came
    gene = mix(content.genes[3] ^ content.genes[6], index)
    liked = (gene >> 24 & 7) ** 3 * rhythm.rise(age, 2.0)
    author = Creator(content.network, content.realm, gene >> 34)
    return CommentReading(
        id=f"{number(content.realm, content.id, 'comment', index):016x}",
        content_id=content.id,
        text=words.REMARKS[gene & 15],
        source=SOURCE,
        author=author.made_up_handle,
        likes=int(liked),
        replies=int(rhythm.rise(age, 4.0) * 4) if gene >> 27 & 7 == 0 else 0,
        published_at=rhythm.instant_of(came),
    )
