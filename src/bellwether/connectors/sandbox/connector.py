"""The simulated network as a source: every creator and content exists, and nothing is stored."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from bellwether.connectors.base import (
    Capability,
    CapabilityMissingError,
    Check,
    Connector,
    ConnectorError,
    Declaration,
    Operation,
)
from bellwether.connectors.sandbox import rhythm
from bellwether.connectors.sandbox.audience import read_audience
from bellwether.connectors.sandbox.comments import list_comments
from bellwether.connectors.sandbox.contents import (
    Content,
    Facts,
    author_of,
    carried,
    content_of,
    facts_of,
    foreign,
    listed,
    read_content,
    story,
)
from bellwether.connectors.sandbox.creators import (
    SOURCE,
    Creator,
    creator_of,
    handle_of,
    read_creator,
)
from bellwether.connectors.sandbox.networks import NETWORKS, Network
from bellwether.connectors.sandbox.reserved import DOWN, Effect, failure, reserved
from bellwether.kit.clock import Clock
from bellwether.kit.cursors import decode_cursor, encode_cursor
from bellwether.model.paging import Page
from bellwether.model.platforms import Platform
from bellwether.model.readings import (
    COMMENTS,
    AudienceReading,
    CommentReading,
    ContentReading,
    CreatorReading,
    Failed,
    FailureReason,
)
from bellwether.model.tenants import Environment

BATCH = 500
PAGE = 50
_REMEMBERED = 65_536
"""Ids of which is kept what they stand for: about 1 KB each. What is tracked is asked for often."""


def _operations(network: Network) -> Mapping[Capability, Operation]:
    one, many = Operation(), Operation(batch_size=BATCH)
    offered = {
        Capability.PROFILE: many,
        Capability.CONTENT: many,
        Capability.CONTENT_LIST: one,
        Capability.AUDIENCE: one,
    }
    if network.stories is not None:
        offered[Capability.STORIES] = one
    if any(COMMENTS in metrics for metrics in network.kinds.values()):
        offered[Capability.COMMENTS] = one
    return offered


class SandboxConnector(Connector):
    """Answers for all platforms as of the clock's instant; another seed is another world.

    `slow_seconds` is how long (in real seconds) a reserved slow name takes.
    """

    declaration = Declaration(
        name=SOURCE,
        environments=frozenset({Environment.SANDBOX}),
        operations={platform: _operations(network) for platform, network in NETWORKS.items()},
    )

    def __init__(self, clock: Clock, *, seed: int = 1, slow_seconds: float = 3.0) -> None:
        self._clock = clock
        self._slow_seconds = slow_seconds
        self._realms = {platform: f"{seed} {platform.value}" for platform in Platform}
        self._known = lru_cache(maxsize=_REMEMBERED)(self._look_up)

    async def fetch_profiles(
        self, platform: Platform, keys: Sequence[str]
    ) -> Sequence[CreatorReading | Failed]:
        """Read creators by id or handle; only reserved names fail."""
        await self._wait(keys)
        now = self._clock.now()
        day = rhythm.days(now)
        return [self._profile(platform, key, now, day) for key in keys]

    async def fetch_contents(
        self, platform: Platform, ids: Sequence[str]
    ) -> Sequence[ContentReading | Failed]:
        """Read contents by id; reserved ids fail, so do stories that are over."""
        await self._wait(ids)
        now = self._clock.now()
        day = rhythm.days(now)
        return [self._content(platform, key, now, day) for key in ids]

    async def list_contents(
        self, platform: Platform, key: str, cursor: str | None = None
    ) -> Page[ContentReading]:
        """List a creator's posts, newest first, 50 a page. Raises BadCursorError."""
        _, creator, now = await self.find(platform, key)
        day = rhythm.days(now)
        last = creator.last_post(day)
        if cursor is not None:
            last = min(last, int(decode_cursor(cursor, int)[0]))
        slots = range(last, max(-1, last - PAGE), -1)
        handle = handle_of(creator, key)
        posts = [listed(creator, slot) for slot in slots]
        found = [read_content(post, facts_of(post, handle), day) for post in posts]
        return Page(found, encode_cursor(last - PAGE) if last >= PAGE else None)

    async def fetch_stories(self, platform: Platform, key: str) -> Sequence[ContentReading]:
        """Read the stories a creator has up now, newest first."""
        network, creator, now = await self.find(platform, key)
        if network.stories is None:
            raise CapabilityMissingError(platform, Capability.STORIES)
        day, handle = rhythm.days(now), handle_of(creator, key)
        slot, found = creator.last_story(day), []
        while slot >= 0 and _gone(content := story(creator, slot), now, day) is None:
            found.append(read_content(content, facts_of(content, handle), day))
            slot -= 1
        return found

    async def fetch_comments(
        self, platform: Platform, content_id: str, cursor: str | None = None
    ) -> Page[CommentReading]:
        """List a content's comments, newest first, 50 a page. Raises BadCursorError."""
        network, _, now = await self.find(platform, content_id)
        day = rhythm.days(now)
        content = content_of(network, self._realms[platform], content_id, day)
        if (failed := _gone(content, now, day)) is not None:
            raise ConnectorError(failed)
        if COMMENTS in content.hides or COMMENTS not in content.shows:
            message = "Simulated: the owner switched comments off"
            raise ConnectorError(Failed(FailureReason.UNSUPPORTED, message))
        return list_comments(content, day, cursor)

    async def fetch_audience(self, platform: Platform, key: str) -> AudienceReading:
        """Read the make-up of a creator's audience."""
        _, creator, now = await self.find(platform, key)
        return read_audience(creator, key, rhythm.days(now))

    def realm(self, platform: Platform) -> str:
        """Return the name of one platform's part of this world."""
        return self._realms[platform]

    async def find(self, platform: Platform, key: str) -> tuple[Network, Creator, datetime]:
        """Do what every call for one key begins with: wait as it asks for, and look at the clock.

        Raises ConnectorError for a reserved name that fails.
        """
        await self._wait([key])
        now = self._clock.now()
        entry = reserved(key)
        if entry is not None and (failed := failure(entry, now)) is not None:
            raise ConnectorError(failed)
        network = NETWORKS[platform]
        return network, creator_of(network, self._realms[platform], key), now

    async def check(self) -> Check:
        """Say that the simulation is there."""
        detail = f"a simulated network of {len(NETWORKS)} platforms; its numbers are made up"
        return Check(SOURCE, ok=True, detail=detail)

    async def _wait(self, keys: Sequence[str]) -> None:
        """Be slow, or fail as a whole, where the keys ask for it."""
        effects = [entry.effect if (entry := reserved(key)) else None for key in keys]
        if Effect.SLOW in effects:
            await asyncio.sleep(self._slow_seconds)
        if effects and all(effect is Effect.DOWN for effect in effects):
            raise ConnectorError(DOWN)

    def _profile(
        self, platform: Platform, key: str, now: datetime, day: float
    ) -> CreatorReading | Failed:
        entry = reserved(key)
        if entry is not None and (failed := failure(entry, now)) is not None:
            return failed
        creator = creator_of(NETWORKS[platform], self._realms[platform], key)
        reading = read_creator(creator, key, day)
        effect = entry.effect if entry else None
        if effect is Effect.RENAMED:
            handle = creator.made_up_handle
            url = creator.network.profile_url(handle, creator.external_id)
            return reading._replace(handle=handle, url=url)
        if effect is Effect.HIDDEN:
            return reading._replace(metrics=dict.fromkeys(reading.metrics), estimates={})
        return reading

    def _content(
        self, platform: Platform, key: str, now: datetime, day: float
    ) -> ContentReading | Failed:
        known = self._known(platform, key)
        if known is not None:
            content, facts = known
            if day >= content.born and (facts.expires_at is None or now < facts.expires_at):
                return read_content(content, facts, day)
        return self._work_out(platform, key, now, day)

    def _look_up(self, platform: Platform, key: str) -> tuple[Content, Facts] | None:
        """Return what an ordinary id stands for once that is out; None for a reserved one."""
        if reserved(key) is not None:
            return None
        network, realm = NETWORKS[platform], self._realms[platform]
        content = carried(network, realm, key) or foreign(network, realm, key)
        return content, facts_of(content, _named(content, key))

    def _work_out(
        self, platform: Platform, key: str, now: datetime, day: float
    ) -> ContentReading | Failed:
        """Answer for an id that is reserved, or carries a content that is not out yet or over."""
        entry = reserved(key)
        if entry is not None and (failed := failure(entry, now)) is not None:
            return failed
        network = NETWORKS[platform]
        content = content_of(network, self._realms[platform], key, day)
        if (gone := _gone(content, now, day)) is not None:
            return gone
        effect = entry.effect if entry else None
        renamed = effect is Effect.RENAMED
        handle = content.creator.made_up_handle if renamed else _named(content, key)
        reading = read_content(content, facts_of(content, handle), day)
        if effect is Effect.HIDDEN:
            return reading._replace(metrics=dict.fromkeys(reading.metrics))
        return reading


def _named(content: Content, key: str) -> str | None:
    """Return the handle of the creator of a content that was asked for as `key`, where known."""
    handle = author_of(key)
    if handle is None and not (content.network.named or content.fresh):
        return content.creator.made_up_handle
    return handle


def _gone(content: Content, now: datetime, day: float) -> Failed | None:
    """Say why a content is not there at an instant: not yet, or a story that is over."""
    if day < content.born:
        return Failed(FailureReason.NOT_FOUND, "Simulated: this is not published yet")
    if content.expires_at is not None and now >= content.expires_at:
        return Failed(FailureReason.DELETED, "Simulated: the story is over")
    return None
