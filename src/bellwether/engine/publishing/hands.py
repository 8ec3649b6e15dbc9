"""One act in a worker's hands: every way it can go on, written down before the next step."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bellwether.connectors.publishers import Publisher
from bellwether.engine.publishing.outcomes import Act, Save, Stage
from bellwether.engine.publishing.writing import Writer
from bellwether.kit.clock import Clock
from bellwether.model.posts import ActState
from bellwether.model.publishers import Access, Published
from bellwether.model.readings import Failed, FailureReason

WAITS_S = (10.0, 60.0, 300.0, 1200.0, 3600.0, 7200.0, 14_400.0)
"""Real seconds before each further attempt at what failed for a while."""

SETTLE_S = 60.0
"""Real seconds after which a platform shows what was sent to it, if it ever will."""

PATIENCE = timedelta(days=1)
"""How long a platform may work on what it has taken."""

MOST_SENDS = 5
"""How often a post is sent that the platform says it never got."""

_LONGEST_ERROR = 1000


class TakenError(Exception):
    """The act was changed, deleted or taken over: whoever did that goes on with it."""


@dataclass(slots=True)
class Hand:
    """An act, what it takes to do it, and the ways on from here.

    `mine` says whether the account is still held. Each way on raises TakenError where the act is
    not the one that was read any more, and UnavailableError where the store does not answer.
    """

    act: Act
    publisher: Publisher
    access: Access = field(repr=False)
    clock: Clock
    writer: Writer
    mine: Callable[[], bool]
    settle_s: float = SETTLE_S

    async def save(
        self, *, published: Published | None = None, refused: bool = False, **changes: Any
    ) -> None:
        """Write the act down with these changes."""
        act = replace(self.act, **changes)
        if not await self.writer.save(Save(act, published, refused)):
            raise TakenError
        self.act = replace(act, revision=act.revision + 1)

    async def sending(self, **changes: Any) -> None:
        """Write down that the act may be done from now on, whatever becomes of us."""
        now = self.clock.now()
        await self.save(
            state=ActState.PENDING,
            stage=Stage.SENDING,
            sends=self.act.sends + 1,
            sent_at=now,
            sent_real=self.clock.real_now(),
            due_at=now + self.product(self.settle_s),
            **changes,
        )
        if not self.mine():  # held up for so long that another may look for it by now
            raise TakenError

    async def complete(self, published: Published | None = None, **changes: Any) -> None:
        """Write down that it is done; a post without an id yet is asked about again."""
        stage, due_at = Stage.OVER, None
        if published is not None and published.id is None:
            stage, due_at = Stage.NAMING, self.clock.now() + self.product(WAITS_S[1])
        await self.save(
            published=published,
            state=ActState.COMPLETE,
            stage=stage,
            due_at=due_at,
            tries=0,
            error=None,
            **changes,
        )

    async def poll(self, stage: Stage, after_s: float, **changes: Any) -> None:
        """Ask the platform that works on it again, after real seconds."""
        due_at = self.clock.now() + self.product(max(after_s, 0.1))
        await self.save(
            state=ActState.PENDING, stage=stage, due_at=due_at, tries=0, error=None, **changes
        )

    async def put_off(self, until: datetime, error: str | None = None, **changes: Any) -> None:
        """Look again at an instant of the product's time; nothing failed."""
        told = self.act.error if error is None else _short(error)
        await self.save(due_at=until, error=told, **changes)

    async def fail(self, message: str, *, refused: bool = False) -> None:
        """Give up what surely was not done."""
        await self._over(ActState.FAILED, message, refused=refused)

    async def cannot_tell(self, message: str, *, refused: bool = False) -> None:
        """Leave as unknown what may have been done; it is not tried again."""
        await self._over(ActState.UNKNOWN, message, refused=refused)

    async def retry(self, failed: Failed, stage: Stage, **changes: Any) -> bool:
        """Try again later from a stage; False, and nothing, where there were tries enough."""
        if not failed.transient or self.act.tries >= len(WAITS_S):
            return False
        wait_s = max(WAITS_S[self.act.tries], failed.retry_after or 0.0)
        await self.save(
            stage=stage,
            tries=self.act.tries + 1,
            due_at=self.clock.now() + self.product(wait_s),
            error=_short(failed.message),
            **changes,
        )
        return True

    async def retry_or_fail(self, failed: Failed, stage: Stage, **changes: Any) -> None:
        """Try again later what surely was not done, or give it up."""
        if not await self.retry(failed, stage, **changes):
            await self.fail(failed.message, refused=is_refusal(failed))

    def product(self, real_s: float) -> timedelta:
        """Return how far the product's time moves in real seconds."""
        return timedelta(seconds=real_s / self.clock.real_seconds(1.0))

    @property
    def unsettled_s(self) -> float:
        """Real seconds until the platform shows what was sent."""
        if self.act.sent_real is None:
            return 0.0
        return self.settle_s - (self.clock.real_now() - self.act.sent_real).total_seconds()

    @property
    def overdue(self) -> bool:
        """Whether the platform has had what was sent for longer than anybody waits."""
        return self.act.sent_at is not None and self.clock.now() - self.act.sent_at > PATIENCE

    async def _over(self, state: ActState, message: str, *, refused: bool) -> None:
        await self.save(
            refused=refused, state=state, stage=Stage.OVER, due_at=None, error=_short(message)
        )


def is_refusal(failed: Failed) -> bool:
    """Return whether the platform does not accept the account's access."""
    return failed.reason is FailureReason.UNAUTHORIZED


def _short(text: str) -> str:
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()[:_LONGEST_ERROR]
