from datetime import timedelta

import pytest
from tests.support import worlds

from bellwether.connectors.base import Capability, CapabilityMissingError
from bellwether.connectors.sandbox.connector import SandboxConnector
from bellwether.connectors.sandbox.networks import NETWORKS
from bellwether.engine.catalog.resolve import resolve
from bellwether.kit.clock import ManualClock
from bellwether.model.platforms import Kind, Platform
from bellwether.model.readings import ContentReading, Failed, FailureReason

_WITH = [platform for platform, network in NETWORKS.items() if network.stories]


@pytest.mark.parametrize("platform", _WITH)
async def test_stories_are_up_for_24_hours_and_then_deleted(
    platform: Platform, clock: ManualClock, sandbox: SandboxConnector
) -> None:
    seen = {}
    for _ in range(72):
        for story in await sandbox.fetch_stories(platform, "storyteller"):
            assert story.published_at is not None
            assert story.published_at <= clock.now() < story.published_at + timedelta(hours=24)
            assert story.expires_at == story.published_at + timedelta(hours=24)
            assert story.kind is Kind.STORY
            seen[story.id] = story
        clock.advance(timedelta(hours=1))
    assert len(seen) >= 1
    for story in seen.values():
        assert story.expires_at is not None
        last = story.expires_at - timedelta(seconds=1)
        assert (await worlds.content(platform, story.id, last)).kind is Kind.STORY
        (gone,) = await worlds.at(story.expires_at).fetch_contents(platform, [story.id])
        assert isinstance(gone, Failed)
        assert gone.reason is FailureReason.DELETED


async def test_a_story_keeps_its_id_and_its_views_grow_until_it_is_over(
    clock: ManualClock, sandbox: SandboxConnector
) -> None:
    stories: list[ContentReading] = []
    for number in range(20):
        stories += await sandbox.fetch_stories(Platform.INSTAGRAM, f"teller{number}")
    assert len(stories) >= 10
    assert len({story.id for story in stories}) == len(stories)
    for story in stories:
        assert story.published_at is not None
        counts = []
        for hour in (0, 6, 12, 18, 23):
            instant = story.published_at + timedelta(hours=hour)
            counts.append(
                (await worlds.content(Platform.INSTAGRAM, story.id, instant)).metrics["views"]
            )
        assert counts == sorted(counts, key=lambda count: count or 0)
        now = await worlds.content(Platform.INSTAGRAM, story.id, clock.now())
        assert now.metrics == story.metrics


@pytest.mark.parametrize("platform", [p for p in _WITH if p is not Platform.TIKTOK])
async def test_the_catalog_reads_the_address_of_a_story(
    platform: Platform, sandbox: SandboxConnector
) -> None:
    stories: list[ContentReading] = []
    for number in range(12):
        stories += await sandbox.fetch_stories(platform, f"teller{number}")
    assert stories
    for story in stories:
        assert story.url is not None
        ref = resolve(story.url)
        assert (ref.kind, ref.id) == (Kind.STORY, story.id)


async def test_a_platform_without_stories_offers_none(sandbox: SandboxConnector) -> None:
    for platform in set(Platform) - set(_WITH):
        assert Capability.STORIES not in sandbox.declaration.operations[platform]
        with pytest.raises(CapabilityMissingError):
            await sandbox.fetch_stories(platform, "somebody")
