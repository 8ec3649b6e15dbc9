from tests.support.fakes.bluesky import FakeBluesky

from bellwether.connectors.base import Capability
from bellwether.connectors.platforms.bluesky.connector import REQUESTS, BlueskyConnector
from bellwether.model.platforms import Platform
from bellwether.model.readings import CreatorReading, Failed, FailureReason

BSKY = Platform.BLUESKY


async def test_an_account_is_read_by_handle_and_by_did(
    fake: FakeBluesky, bluesky: BlueskyConnector
) -> None:
    ann = fake.add_account("ann.bsky.social", name="Ann", followers=12, following=3)
    fake.add_post(ann)
    for key in ("Ann.bsky.social", ann.did):
        (reading,) = await bluesky.fetch_profiles(BSKY, [key])
        assert isinstance(reading, CreatorReading)
        assert reading.metrics == {"followers": 12, "following": 3, "contents": 1}
        assert (reading.key, reading.external_id) == (key, ann.did)
        assert (reading.handle, reading.name) == ("ann.bsky.social", "Ann")


async def test_a_batch_keeps_the_order_asked(fake: FakeBluesky, bluesky: BlueskyConnector) -> None:
    for number in range(25):
        fake.add_account(f"user{number}.test", followers=number)
    keys = [f"user{number}.test" for number in reversed(range(25))]
    outcomes = await bluesky.fetch_profiles(BSKY, keys)
    followers = [one.metrics["followers"] for one in outcomes if isinstance(one, CreatorReading)]
    assert followers == list(range(24, -1, -1))
    assert len(fake.requests) == 1


async def test_absent_accounts_are_told_apart(fake: FakeBluesky, bluesky: BlueskyConnector) -> None:
    fake.add_account("here.test")
    fake.add_account("banned.test").gone = "AccountTakedown"
    fake.add_account("away.test").gone = "AccountDeactivated"
    keys = ["banned.test", "here.test", "never.test", "away.test", "not a handle"]
    outcomes = await bluesky.fetch_profiles(BSKY, keys)
    reasons = [one.reason if isinstance(one, Failed) else None for one in outcomes]
    absent, gone = FailureReason.NOT_FOUND, FailureReason.DELETED
    assert reasons == [gone, None, absent, gone, absent]
    takedown = outcomes[0]
    assert isinstance(takedown, Failed)
    assert "AccountTakedown" in takedown.message
    (alone,) = await bluesky.fetch_profiles(BSKY, ["away.test"])
    assert isinstance(alone, Failed)
    assert alone.reason is gone


async def test_the_declared_cost_covers_the_requests_made(
    fake: FakeBluesky, bluesky: BlueskyConnector
) -> None:
    keys = [f"nobody{number}.test" for number in range(25)]
    outcomes = await bluesky.fetch_profiles(BSKY, keys)
    assert {one.reason for one in outcomes if isinstance(one, Failed)} == {FailureReason.NOT_FOUND}
    assert bluesky.cost(BSKY, Capability.PROFILE, keys) == {REQUESTS: len(fake.requests)}
    assert bluesky.cost(BSKY, Capability.PROFILE, keys[:1]) == {REQUESTS: 1}
    assert bluesky.cost(BSKY, Capability.PROFILE, []) == {}
