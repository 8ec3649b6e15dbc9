"""Profile edits and comments: acts of one step."""

from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, Protocol, TypeVar

from bellwether.connectors.base import ConnectorError
from bellwether.connectors.publishers import LostAnswerError
from bellwether.engine.publishing import rows
from bellwether.engine.publishing.hands import MOST_SENDS, Hand, is_refusal
from bellwether.engine.publishing.media import MediaError, MediaRoom
from bellwether.engine.publishing.outcomes import HARMLESS, Stage
from bellwether.model.publishers import CannotTell, CommentDraft, Commented, ProfileChanges

T = TypeVar("T")


class InTime(Protocol):
    """Awaits a call of a publisher, with an end to it."""

    async def __call__(self, call: Coroutine[Any, Any, T]) -> T:
        """Return the answer; whatever goes wrong is a ConnectorError."""


async def edit(hand: Hand, media: MediaRoom, in_time: InTime) -> None:
    """Change a profile. Doing it twice is harmless, so nothing need be looked for."""
    wanted = rows.edit(dict(hand.act.body))
    try:
        avatar = None
        edits = hand.publisher.rules[hand.act.platform].edits
        if wanted.avatar_url is not None and edits is not None:
            avatar = await media.avatar(hand.act, wanted.avatar_url, edits.avatar)
    except MediaError as error:
        await hand.retry_or_fail(error.failed, Stage.NEW)
        return
    changes = ProfileChanges(name=wanted.nick_name, bio=wanted.bio, avatar=avatar)
    try:
        await in_time(hand.publisher.edit_profile(hand.access, changes))
    except ConnectorError as error:
        await hand.retry_or_fail(error.failed, Stage.NEW)
    else:
        await hand.complete()


async def comment(hand: Hand, in_time: InTime) -> None:
    """Write a comment, or ask what became of one that may have been written."""
    draft = CommentDraft(hand.act.id, hand.act.body["content_id"], hand.act.body["text"])
    if hand.act.stage in HARMLESS:
        await _write(hand, draft, in_time)
    elif hand.unsettled_s > 0:
        await hand.put_off(hand.clock.now() + hand.product(hand.unsettled_s))
    else:
        await _look(hand, draft, in_time)


async def _write(hand: Hand, draft: CommentDraft, in_time: InTime) -> None:
    await hand.sending()
    try:
        done = await in_time(hand.publisher.comment(hand.access, draft))
    except LostAnswerError as error:
        until = hand.clock.now() + hand.product(max(0.0, hand.unsettled_s))
        await hand.put_off(until, error.failed.message)
    except ConnectorError as error:
        await hand.retry_or_fail(error.failed, Stage.FETCHED)
    else:
        await _written(hand, done)


async def _look(hand: Hand, draft: CommentDraft, in_time: InTime) -> None:
    since = hand.act.sent_at or hand.clock.now() - timedelta(days=1)
    try:
        found = await in_time(hand.publisher.look_for_comment(hand.access, draft, since))
    except ConnectorError as error:
        if not await hand.retry(error.failed, Stage.SENDING):
            await hand.cannot_tell(
                f"the platform could not be asked whether it is out: {error.failed.message}",
                refused=is_refusal(error.failed),
            )
        return
    if isinstance(found, Commented):
        await _written(hand, found)
    elif isinstance(found, CannotTell):
        await hand.cannot_tell(found.message)
    elif hand.act.sends >= MOST_SENDS:
        await hand.fail(f"it was sent {hand.act.sends} times and never came out")
    else:
        await _write(hand, draft, in_time)


async def _written(hand: Hand, done: Commented) -> None:
    await hand.complete(social_id=done.id, url=done.url, finished_at=done.published_at)
