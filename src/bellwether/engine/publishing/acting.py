"""Doing one act: what is next, who is asked, and what the answer means."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog

from bellwether.connectors.base import CapabilityMissingError, ConnectorError
from bellwether.connectors.publishers import LostAnswerError, Publishers
from bellwether.engine.publishing import rows
from bellwether.engine.publishing.acting_small import comment, edit
from bellwether.engine.publishing.hands import (
    MOST_SENDS,
    SETTLE_S,
    WAITS_S,
    Hand,
    TakenError,
    is_refusal,
)
from bellwether.engine.publishing.media import MediaError, MediaRoom
from bellwether.engine.publishing.outcomes import HARMLESS, Act, ClaimedAccount, Save, Stage
from bellwether.engine.publishing.writing import Writer
from bellwether.kit.clock import Clock
from bellwether.model.errors import UnavailableError
from bellwether.model.posts import ActState
from bellwether.model.publishers import (
    CannotTell,
    Draft,
    MediaFile,
    NotThere,
    PostKind,
    Preparing,
    Processing,
    Published,
    PublishingRules,
    Rejected,
)
from bellwether.model.readings import Failed, FailureReason

_log = structlog.get_logger(__name__)

T = TypeVar("T")

_ALLOWANCE_WAIT = timedelta(hours=1)
_LONGEST_DELAY = timedelta(days=3)


class Actor:
    """Does the acts of accounts that are held. `deadline_s` bounds each call of a publisher.

    `settle_s` is how long (in real seconds) a platform may take to show what was sent to it.
    Whatever a publisher, the network or the store does, an act ends as it should or is left as it
    was written down last.
    """

    def __init__(
        self,
        clock: Clock,
        publishers: Publishers,
        writer: Writer,
        media: MediaRoom,
        *,
        deadline_s: float = 600.0,
        settle_s: float = SETTLE_S,
    ) -> None:
        self._clock = clock
        self._publishers = publishers
        self._writer = writer
        self._media = media
        self._deadline_s = deadline_s
        self._settle_s = settle_s

    async def work(self, account: ClaimedAccount, mine: Callable[[], bool]) -> int:
        """Do what an account has due, one after the other, and return how many were looked at.

        While it is not known whether something was sent, nothing else is.
        """
        done = 0
        for act in account.acts:
            if not mine():
                break
            done += 1
            if await self._do(account, act, mine) is Stage.SENDING:
                break
        return done

    async def _do(
        self, account: ClaimedAccount, act: Act, mine: Callable[[], bool]
    ) -> Stage | None:
        """Take an act as far as it goes now; return the stage it is left in, None if taken."""
        publisher = self._publishers.find(account.scope.environment, account.platform)
        if publisher is None or account.access is None:
            why = "nobody here publishes on it" if publisher is None else "its access is not there"
            return await self._set_aside(act, f"this account cannot be acted for: {why}")
        hand = Hand(act, publisher, account.access, self._clock, self._writer, mine, self._settle_s)
        try:
            if act.kind == rows.POST:
                await self._post(hand)
            elif act.kind == rows.EDIT:
                await edit(hand, self._media, self._in_time)
            else:
                await comment(hand, self._in_time)
        except TakenError:
            return None
        except UnavailableError as error:
            _log.warning("an act waits for the store", act=act.id, error=str(error))
            return Stage.SENDING
        except Exception as error:  # noqa: BLE001  it is about this act; the others go on
            _log.exception("an act cannot be done", act=act.id)
            message = f"something went wrong on this server ({type(error).__name__})"
            return await self._set_aside(hand.act, message)
        return hand.act.stage

    async def _set_aside(self, act: Act, message: str) -> Stage | None:
        """Put off what cannot be gone on with, for longer each time, and give it up in the end."""
        stage, state, due_at = act.stage, act.state, None
        if act.tries < len(WAITS_S):
            wait_s = WAITS_S[act.tries] / self._clock.real_seconds(1.0)
            due_at = self._clock.now() + timedelta(seconds=wait_s)
        else:
            stage = Stage.OVER
            if not state.over:
                state = ActState.FAILED if act.stage in HARMLESS else ActState.UNKNOWN
        aside = replace(
            act, state=state, stage=stage, due_at=due_at, tries=act.tries + 1, error=message
        )
        try:
            saved = await self._writer.save(Save(aside))
        except Exception:  # noqa: BLE001  the last resort must hold: it stays as it was
            _log.exception("an act cannot be set aside", act=act.id)
            return Stage.SENDING
        return stage if saved else None

    async def _post(self, hand: Hand) -> None:
        if hand.act.stage in HARMLESS:
            await self._prepare(hand)
        else:
            await self._look(hand)

    async def _prepare(self, hand: Hand) -> None:
        """Do everything up to the visible act, and that too when it is time."""
        act = hand.act
        try:
            draft = self._draft(act, await self._media.files(act, _rules(hand)))
        except MediaError as error:
            await hand.retry_or_fail(error.failed, Stage.NEW)
            return
        if act.scheduled_at is not None and act.scheduled_at > self._clock.now():
            await hand.put_off(act.scheduled_at, stage=Stage.FETCHED)
            return
        if not act.prepared and not await self._allowed(hand):
            return
        read = self._media.reader(act)
        try:
            answer = await self._in_time(
                hand.publisher.prepare(hand.access, draft, act.prepared or {}, read)
            )
        except ConnectorError as error:
            again = {"prepared": act.prepared if error.failed.transient else None}
            await hand.retry_or_fail(error.failed, Stage.PREPARING, **again)
            return
        if not isinstance(answer, Preparing):
            await self._send(hand, draft, prepared=dict(answer.prepared))
        elif self._clock.now() - act.shown_at > _LONGEST_DELAY:
            await hand.fail("the platform did not get ready to take it")
        else:
            await hand.poll(Stage.PREPARING, answer.poll_after_s, prepared=dict(answer.prepared))

    async def _allowed(self, hand: Hand) -> bool:
        """Ask the platform whether the account may publish now; if not, put it off."""
        try:
            allowance = await self._in_time(hand.publisher.allowance(hand.access))
        except CapabilityMissingError:
            return True
        except ConnectorError as error:
            await hand.retry_or_fail(error.failed, hand.act.stage)
            return False
        if allowance.left != 0:
            return True
        message = f"the platform takes {allowance.total} posts of this account in a while"
        if self._clock.now() - hand.act.shown_at > _LONGEST_DELAY:
            await hand.fail(message)
        else:
            until = self._clock.now() + _ALLOWANCE_WAIT
            await hand.put_off(until, message, state=ActState.PENDING)
        return False

    async def _send(self, hand: Hand, draft: Draft, **changes: Any) -> None:
        """Do the visible act, after it is on disk that it may happen."""
        await hand.sending(**changes)
        prepared = hand.act.prepared or {}
        read = self._media.reader(hand.act)
        try:
            answer = await self._in_time(hand.publisher.send(hand.access, draft, prepared, read))
        except LostAnswerError as error:
            await hand.put_off(_settled(hand), error.failed.message)
        except ConnectorError as error:
            again = {"prepared": prepared if error.failed.transient else None}
            await hand.retry_or_fail(error.failed, Stage.PREPARING, **again)
        else:
            await self._answered(hand, answer)

    async def _answered(self, hand: Hand, answer: Published | Processing) -> None:
        if isinstance(answer, Published):
            await hand.complete(answer)
        else:
            prepared = dict(answer.prepared)
            await hand.poll(Stage.POLLING, answer.poll_after_s, prepared=prepared)

    async def _look(self, hand: Hand) -> None:
        """Ask what became of a post that was sent, or may have been."""
        act = hand.act
        if act.stage is Stage.SENDING and hand.unsettled_s > 0:
            await hand.put_off(_settled(hand))
            return
        draft = self._draft(act, await self._media.stored(act))
        since = act.sent_at or self._clock.now()
        prepared = act.prepared or {}
        try:
            answer = await self._in_time(hand.publisher.look(hand.access, draft, prepared, since))
        except ConnectorError as error:
            await self._not_told(hand, error.failed)
            return
        if isinstance(answer, Published | Processing) and act.stage is not Stage.NAMING:
            if isinstance(answer, Processing) and hand.overdue:
                await hand.cannot_tell("the platform has been working on it for a day")
            else:
                await self._answered(hand, answer)
        elif act.stage is Stage.NAMING:
            await self._named(hand, answer)
        elif isinstance(answer, NotThere):
            await self._again(hand, draft, answer)
        elif isinstance(answer, Rejected):
            await hand.retry_or_fail(answer.failed, Stage.FETCHED, prepared=None)
        elif isinstance(answer, CannotTell):
            await hand.cannot_tell(answer.message)

    async def _again(self, hand: Hand, draft: Draft, answer: NotThere) -> None:
        """Send once more what the platform surely has not got."""
        if hand.act.sends >= MOST_SENDS:
            await hand.fail(f"it was sent {hand.act.sends} times and never came out")
        elif answer.prepared is not None:
            await self._send(hand, draft, prepared=dict(answer.prepared))
        else:
            await hand.save(stage=Stage.FETCHED, prepared=None, due_at=self._clock.now())

    async def _named(self, hand: Hand, answer: object) -> None:
        """Learn the id of a post that is out; it stays out without one."""
        if isinstance(answer, Published) and answer.id is not None:
            await hand.complete(answer)
            return
        failed = Failed(FailureReason.PLATFORM_ERROR, "the platform has told no id yet")
        if not await hand.retry(failed, Stage.NAMING):
            await hand.save(stage=Stage.OVER, due_at=None)

    async def _not_told(self, hand: Hand, failed: Failed) -> None:
        """Ask again a platform that could not be asked, or leave the act unknown."""
        if await hand.retry(failed, hand.act.stage):
            return
        if hand.act.stage is Stage.NAMING:
            await hand.save(stage=Stage.OVER, due_at=None)
        else:
            await hand.cannot_tell(
                f"the platform could not be asked whether it is out: {failed.message}",
                refused=is_refusal(failed),
            )

    def _draft(self, act: Act, media: tuple[MediaFile, ...]) -> Draft:
        return Draft(
            key=act.id,
            kind=PostKind(act.body["kind"]),
            text=act.body["caption"],
            media=media,
            music_id=act.body["music_post_id"],
        )

    async def _in_time(self, call: Coroutine[Any, Any, T]) -> T:
        """Await a call; one that is late or breaks is a lost answer."""
        try:
            async with asyncio.timeout(self._deadline_s):
                return await call
        except (ConnectorError, CapabilityMissingError):
            raise
        except UnavailableError:
            raise
        except TimeoutError:
            message = f"no answer within {self._deadline_s:g} seconds"
        except Exception as error:  # noqa: BLE001  a publisher may break in any way
            _log.warning("a publisher broke", exc_info=True)
            message = f"the publisher failed unexpectedly ({type(error).__name__})"
        raise LostAnswerError(Failed(FailureReason.PLATFORM_ERROR, message))


def _rules(hand: Hand) -> PublishingRules:
    return hand.publisher.rules[hand.act.platform]


def _settled(hand: Hand) -> datetime:
    """Return the product's instant at which the platform shows what was sent."""
    return hand.clock.now() + hand.product(max(0.0, hand.unsettled_s))
