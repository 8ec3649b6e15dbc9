"""A small source that stands in for an outside platform."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bellwether.connectors.base import (
    Bucket,
    Capability,
    Check,
    Connector,
    ConnectorError,
    Declaration,
    Operation,
)
from bellwether.model.platforms import Kind, Platform
from bellwether.model.readings import (
    FOLLOWERS,
    LIKES,
    VIEWS,
    ContentReading,
    CreatorReading,
    Failed,
)
from bellwether.model.tenants import Environment

Script = Callable[[str], object]
"""What the source says of a target: None for the usual, Failed, an exception to raise, garbage."""


def content(
    target: str, *, platform: Platform = Platform.YOUTUBE, views: int = 1
) -> ContentReading:
    return ContentReading(
        platform=platform, id=target, metrics={VIEWS: views, LIKES: None}, source="twin"
    )


def creator(
    key: str, *, platform: Platform = Platform.YOUTUBE, followers: int = 1
) -> CreatorReading:
    return CreatorReading(
        platform=platform,
        key=key,
        metrics={FOLLOWERS: followers},
        source="twin",
        external_id=f"id-{key}",
        handle=key,
    )


class TwinSource(Connector):
    """Says what its script says, and remembers the calls it got."""

    def __init__(
        self,
        *,
        name: str = "twin",
        platforms: Sequence[Platform] = (Platform.YOUTUBE,),
        environment: Environment = Environment.SANDBOX,
        batch_size: int = 50,
        buckets: Sequence[Bucket] = (),
        cost: Mapping[str, float] | None = None,
        operation: Operation | None = None,
        partial: bool = False,
        script: Script | None = None,
        stories: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        operation = operation or Operation(batch_size=batch_size, cost=cost or {})
        capabilities = (Capability.PROFILE, Capability.CONTENT, Capability.STORIES)
        self.declaration = Declaration(
            name=name,
            environments=frozenset({environment}),
            operations={platform: dict.fromkeys(capabilities, operation) for platform in platforms},
            buckets=tuple(buckets),
            partial=partial,
        )
        self.script = script
        self.stories = dict(stories or {})
        self.calls: list[list[str]] = []
        self.called = asyncio.Event()
        self.gate: asyncio.Event | None = None
        """While set to an event, calls wait for it."""

    @property
    def asked(self) -> list[str]:
        """Every target asked for, in order."""
        return [target for call in self.calls for target in call]

    async def fetch_contents(
        self, platform: Platform, ids: Sequence[str]
    ) -> Sequence[ContentReading | Failed]:
        await self._called(ids)
        return [self._say(target, content(target, platform=platform)) for target in ids]

    async def fetch_profiles(
        self, platform: Platform, keys: Sequence[str]
    ) -> Sequence[CreatorReading | Failed]:
        await self._called(keys)
        return [self._say(target, creator(target, platform=platform)) for target in keys]

    async def fetch_stories(self, platform: Platform, key: str) -> Sequence[ContentReading]:
        await self._called([key])
        answer: object = None if self.script is None else self.script(key)
        if isinstance(answer, Failed):
            raise ConnectorError(answer)
        return [
            ContentReading(
                platform=platform, id=story, metrics={VIEWS: 5}, source="twin", kind=Kind.STORY
            )
            for story in self.stories.get(key, ())
        ]

    async def check(self) -> Check:
        return Check(self.declaration.name, ok=True, detail="a twin")

    async def _called(self, targets: Sequence[str]) -> None:
        self.calls.append(list(targets))
        self.called.set()
        if self.gate is not None:
            await self.gate.wait()

    def _say(self, target: str, usual: Any) -> Any:
        answer = usual if self.script is None else self.script(target)
        if isinstance(answer, Exception):
            raise answer
        return usual if answer is None else answer
