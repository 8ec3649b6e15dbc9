"""Publishing in the simulated network: nothing is stored, so sending twice is sending once."""

from collections.abc import Mapping
from datetime import datetime

from bellwether.connectors.base import Capability, Check, Connector, Declaration, Operation
from bellwether.connectors.publishers import LostAnswerError, Publisher
from bellwether.connectors.sandbox.connector import SandboxConnector
from bellwether.connectors.sandbox.creators import SOURCE, read_creator
from bellwether.connectors.sandbox.mixing import number
from bellwether.connectors.sandbox.publishing import RULES, edited, minute_of, publish
from bellwether.connectors.sandbox.reserved import Effect, reserved
from bellwether.connectors.sandbox.rhythm import days
from bellwether.model.publishers import (
    Access,
    Allowance,
    CannotTell,
    CommentDraft,
    Commented,
    Draft,
    NotThere,
    Prepared,
    Processing,
    ProfileChanges,
    Published,
    ReadMedia,
    Ready,
)
from bellwether.model.readings import CreatorReading, Failed, FailureReason
from bellwether.model.tenants import Environment

_MINUTE = "minute"
_LOST = Failed(FailureReason.PLATFORM_ERROR, "Simulated: the answer was lost")


class SandboxPublisher(Publisher):
    """Publishes on every platform of the simulated network; needs no token.

    What is published is named by the draft's key and the minute in which it was prepared, so the
    same draft sent again is the same content, whoever sends it.
    """

    declaration = Declaration(
        name=SOURCE,
        environments=frozenset({Environment.SANDBOX}),
        operations={
            platform: {
                Capability.PUBLISH: Operation(),
                Capability.COMMENT: Operation(),
                Capability.PROFILE_EDIT: Operation(),
            }
            for platform in RULES
        },
    )
    rules = RULES

    def __init__(self, network: SandboxConnector) -> None:
        self._network = network

    def reader(self, access: Access) -> Connector:
        """Return the simulated network, which shows everybody the same."""
        del access
        return self._network

    async def allowance(self, access: Access) -> Allowance:
        """Say that there is no limit."""
        await self._network.find(access.platform, access.account)
        return Allowance(used=None, total=None)

    async def prepare(
        self, access: Access, draft: Draft, prepared: Prepared, read: ReadMedia
    ) -> Ready:
        """Choose the minute from which the content exists."""
        del draft, read
        _, _, now = await self._network.find(access.platform, access.account)
        return Ready(prepared or {_MINUTE: str(minute_of(now))})

    async def send(
        self, access: Access, draft: Draft, prepared: Prepared, read: ReadMedia
    ) -> Published | Processing:
        """Publish: the content exists from now on."""
        del read
        published = await self._publish(access, draft, prepared)
        if _effect(access) in (Effect.LOST, Effect.SILENT):
            raise LostAnswerError(_LOST)
        return published

    async def look(
        self, access: Access, draft: Draft, prepared: Prepared, since: datetime
    ) -> Published | NotThere | CannotTell:
        """Say that it is not there, unless the account is one whose answers are lost.

        The network keeps no list of what was sent. Since sending again gives the same content,
        that is no harm.
        """
        del since
        effect = _effect(access)
        if effect is Effect.SILENT:
            return CannotTell("Simulated: the platform does not say what became of it")
        if effect is Effect.LOST:
            return await self._publish(access, draft, prepared)
        await self._network.find(access.platform, access.account)
        return NotThere(prepared)

    async def edit_profile(self, access: Access, changes: ProfileChanges) -> CreatorReading:
        """Answer the profile as changed; as nothing is stored, the next reading is the old one."""
        _, creator, now = await self._network.find(access.platform, access.account)
        return edited(read_creator(creator, access.account, days(now)), changes)

    async def comment(self, access: Access, draft: CommentDraft) -> Commented:
        """Write a comment; the same key is the same comment."""
        _, _, now = await self._network.find(access.platform, access.account)
        realm = self._network.realm(access.platform)
        comment_id = f"{number(realm, access.account, 'comment', draft.key):016x}"
        return Commented(comment_id, None, now)

    async def look_for_comment(
        self, access: Access, draft: CommentDraft, since: datetime
    ) -> NotThere:
        """Say that it is not there: writing it again gives the same comment."""
        del draft, since
        await self._network.find(access.platform, access.account)
        return NotThere()

    async def check(self) -> Check:
        """Say that the simulation is there."""
        return Check(SOURCE, ok=True, detail="publishes in the simulated network")

    async def _publish(
        self, access: Access, draft: Draft, prepared: Mapping[str, str]
    ) -> Published:
        network, _, _ = await self._network.find(access.platform, access.account)
        realm = self._network.realm(access.platform)
        return publish(network, realm, access.account, draft, int(prepared[_MINUTE]))


def _effect(access: Access) -> Effect | None:
    entry = reserved(access.account)
    return entry.effect if entry else None
