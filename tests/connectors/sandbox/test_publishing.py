from datetime import timedelta

import pytest
from tests.support import worlds

from bellwether.connectors.base import Capability, CapabilityMissingError, Connector, ConnectorError
from bellwether.connectors.sandbox.connector import SandboxConnector
from bellwether.connectors.sandbox.networks import NETWORKS
from bellwether.engine.catalog.resolve import resolve
from bellwether.kit.clock import ManualClock
from bellwether.model.platforms import Kind, Platform
from bellwether.model.publishing import Draft, ProfileChanges
from bellwether.model.readings import CreatorReading, FailureReason

_DRAFTS = [(platform, kind) for platform, network in NETWORKS.items() for kind in network.kinds]


@pytest.mark.parametrize(("platform", "kind"), _DRAFTS)
async def test_what_is_published_can_be_read_and_grows_from_then_on(
    platform: Platform, kind: Kind, clock: ManualClock, sandbox: SandboxConnector
) -> None:
    draft = Draft(kind, text="Hello", media_urls=("https://example.com/a.mp4",))
    published = await sandbox.publish(platform, "ouraccount", draft)
    assert published.published_at <= clock.now() < published.published_at + timedelta(minutes=1)
    assert (published.kind, published.source) == (kind, "sandbox")
    assert published.url is not None
    assert resolve(published.url).id == published.id
    reading = worlds.first(await sandbox.fetch_contents(platform, [published.id]))
    assert (reading.kind, reading.published_at) == (kind, published.published_at)
    first = {name: value or 0 for name, value in reading.metrics.items()}
    clock.advance(timedelta(days=30))
    later = worlds.first(await sandbox.fetch_contents(platform, [published.id]))
    assert all((later.metrics[name] or 0) >= value for name, value in first.items())
    assert later.published_at == published.published_at


async def test_the_same_draft_in_the_same_minute_is_the_same_content(
    clock: ManualClock, sandbox: SandboxConnector
) -> None:
    draft = Draft(Kind.POST, text="Hello")
    one = await sandbox.publish(Platform.X, "ouraccount", draft)
    clock.advance(timedelta(seconds=10))
    again = await sandbox.publish(Platform.X, "ouraccount", draft)
    other_text = await sandbox.publish(Platform.X, "ouraccount", Draft(Kind.POST, text="Hi"))
    other_account = await sandbox.publish(Platform.X, "another", draft)
    clock.advance(timedelta(minutes=1))
    later = await sandbox.publish(Platform.X, "ouraccount", draft)
    assert again.id == one.id
    assert len({one.id, other_text.id, other_account.id, later.id}) == 4


async def test_a_kind_the_platform_does_not_have_is_refused(sandbox: SandboxConnector) -> None:
    with pytest.raises(ConnectorError) as raised:
        await sandbox.publish(Platform.YOUTUBE, "ouraccount", Draft(Kind.REEL))
    assert raised.value.failed.reason is FailureReason.UNSUPPORTED


async def test_reserved_accounts_fail_when_they_publish(sandbox: SandboxConnector) -> None:
    with pytest.raises(ConnectorError) as raised:
        await sandbox.publish(Platform.TIKTOK, "sbx_unauthorized", Draft(Kind.VIDEO))
    assert raised.value.failed.reason is FailureReason.UNAUTHORIZED


async def test_a_profile_is_answered_as_changed(sandbox: SandboxConnector) -> None:
    (before,) = await sandbox.fetch_profiles(Platform.TIKTOK, ["ouraccount"])
    assert isinstance(before, CreatorReading)
    changes = ProfileChanges(name="New name", bio="")
    after = await sandbox.edit_profile(Platform.TIKTOK, "ouraccount", changes)
    assert (after.name, after.details["bio"]) == ("New name", "")
    assert after.details["country"] == before.details["country"]
    assert after.metrics == before.metrics


async def test_a_source_that_does_not_publish_says_it_is_a_bug_to_ask() -> None:
    with pytest.raises(CapabilityMissingError):
        await Connector().publish(Platform.X, "ouraccount", Draft(Kind.POST))
    with pytest.raises(CapabilityMissingError):
        await Connector().edit_profile(Platform.X, "ouraccount", ProfileChanges())


def test_every_platform_publishes_in_the_sandbox(sandbox: SandboxConnector) -> None:
    for operations in sandbox.declaration.operations.values():
        assert {Capability.PUBLISH, Capability.PROFILE_EDIT} <= operations.keys()
