from datetime import timedelta

import pytest
from tests.support import worlds
from tests.support.drafts import draft, no_media

from bellwether.connectors.base import CapabilityMissingError, ConnectorError
from bellwether.connectors.publishers import LostAnswerError, Publisher
from bellwether.connectors.sandbox.connector import SandboxConnector
from bellwether.connectors.sandbox.networks import NETWORKS
from bellwether.connectors.sandbox.publisher import SandboxPublisher
from bellwether.engine.catalog.resolve import resolve
from bellwether.kit.clock import ManualClock
from bellwether.model.platforms import Platform
from bellwether.model.publishers import (
    Access,
    CannotTell,
    CommentDraft,
    Draft,
    PostKind,
    ProfileChanges,
    Published,
    Ready,
)
from bellwether.model.readings import CreatorReading, FailureReason

_DRAFTS = [(platform, kind) for platform in NETWORKS for kind in PostKind]


@pytest.fixture
def publisher(sandbox: SandboxConnector) -> SandboxPublisher:
    return SandboxPublisher(sandbox)


def _access(account: str = "ouraccount", platform: Platform = Platform.TIKTOK) -> Access:
    return Access(platform, account)


async def _publish(publisher: Publisher, access: Access, wanted: Draft) -> Published:
    ready = await publisher.prepare(access, wanted, {}, no_media)
    assert isinstance(ready, Ready)
    published = await publisher.send(access, wanted, ready.prepared, no_media)
    assert isinstance(published, Published)
    return published


@pytest.mark.parametrize(("platform", "kind"), _DRAFTS)
async def test_what_is_published_can_be_read_and_grows_from_then_on(
    platform: Platform,
    kind: PostKind,
    clock: ManualClock,
    sandbox: SandboxConnector,
    publisher: SandboxPublisher,
) -> None:
    published = await _publish(publisher, _access(platform=platform), draft("a", kind))
    assert published.published_at <= clock.now() < published.published_at + timedelta(minutes=1)
    assert published.source == "sandbox"
    assert published.id is not None
    assert published.url is not None
    assert resolve(published.url).id == published.id
    reading = worlds.first(await sandbox.fetch_contents(platform, [published.id]))
    assert (reading.kind, reading.published_at) == (published.kind, published.published_at)
    first = {name: value or 0 for name, value in reading.metrics.items()}
    clock.advance(timedelta(days=30))
    later = worlds.first(await sandbox.fetch_contents(platform, [published.id]))
    assert all((later.metrics[name] or 0) >= value for name, value in first.items())
    assert later.published_at == published.published_at


async def test_a_draft_sent_again_is_the_same_content_at_any_time(
    clock: ManualClock, publisher: SandboxPublisher
) -> None:
    access, wanted = _access(), draft("a")
    ready = await publisher.prepare(access, wanted, {}, no_media)
    one = await publisher.send(access, wanted, ready.prepared, no_media)
    clock.advance(timedelta(days=2))
    looked = await publisher.look(access, wanted, ready.prepared, clock.now())
    assert not isinstance(looked, Published)
    assert (await publisher.prepare(access, wanted, ready.prepared, no_media)) == ready
    assert (await publisher.send(access, wanted, ready.prepared, no_media)) == one


async def test_other_drafts_and_other_accounts_are_other_contents(
    publisher: SandboxPublisher,
) -> None:
    found = [
        (await _publish(publisher, _access(account), draft(key))).id
        for account, key in (("ouraccount", "a"), ("ouraccount", "b"), ("another", "a"))
    ]
    assert len(set(found)) == 3


async def test_reserved_accounts_fail_when_they_publish(publisher: SandboxPublisher) -> None:
    with pytest.raises(ConnectorError) as raised:
        await publisher.prepare(_access("sbx_unauthorized"), draft("a"), {}, no_media)
    assert raised.value.failed.reason is FailureReason.UNAUTHORIZED


async def test_an_account_whose_answers_are_lost_has_published_all_the_same(
    clock: ManualClock, publisher: SandboxPublisher
) -> None:
    access, wanted = _access("sbx_lost"), draft("a")
    with pytest.raises(LostAnswerError):
        await _publish(publisher, access, wanted)
    ready = await publisher.prepare(access, wanted, {}, no_media)
    found = await publisher.look(access, wanted, ready.prepared, clock.now())
    assert isinstance(found, Published)


async def test_of_a_silent_account_nobody_can_tell(
    clock: ManualClock, publisher: SandboxPublisher
) -> None:
    access, wanted = _access("sbx_silent"), draft("a")
    with pytest.raises(LostAnswerError):
        await _publish(publisher, access, wanted)
    assert isinstance(await publisher.look(access, wanted, {}, clock.now()), CannotTell)


async def test_a_profile_is_answered_as_changed(
    sandbox: SandboxConnector, publisher: SandboxPublisher
) -> None:
    (before,) = await sandbox.fetch_profiles(Platform.TIKTOK, ["ouraccount"])
    assert isinstance(before, CreatorReading)
    after = await publisher.edit_profile(_access(), ProfileChanges(name="New name", bio=""))
    assert (after.name, after.details["bio"]) == ("New name", "")
    assert after.details["country"] == before.details["country"]
    assert after.metrics == before.metrics


async def test_the_same_comment_is_one_comment(publisher: SandboxPublisher) -> None:
    keys = ("a", "a", "b")
    made = [
        (await publisher.comment(_access(), CommentDraft(key, "7123", "Nice"))).id for key in keys
    ]
    assert made[0] == made[1] != made[2]


async def test_the_accounts_own_numbers_are_those_that_everybody_sees(
    sandbox: SandboxConnector, publisher: SandboxPublisher
) -> None:
    assert publisher.reader(_access()) is sandbox
    assert (await publisher.allowance(_access())).left is None
    assert (await publisher.check()).ok


async def test_a_publisher_that_cannot_do_something_says_it_is_a_bug_to_ask() -> None:
    with pytest.raises(CapabilityMissingError):
        await Publisher().edit_profile(_access(), ProfileChanges())


def test_every_platform_publishes_in_the_sandbox() -> None:
    assert SandboxPublisher.rules.keys() == NETWORKS.keys()
    assert SandboxPublisher.declaration.operations.keys() == NETWORKS.keys()
