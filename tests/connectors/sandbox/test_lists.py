from datetime import UTC, datetime, timedelta

import pytest
from tests.support import worlds

from bellwether.connectors.sandbox.connector import SandboxConnector
from bellwether.engine.catalog.resolve import resolve
from bellwether.kit.clock import ManualClock
from bellwether.kit.cursors import BadCursorError
from bellwether.model.platforms import Kind, Platform
from bellwether.model.readings import ContentReading, CreatorReading

_HANDLE = {Platform.BLUESKY: "somebody.bsky.social"}


@pytest.mark.parametrize("platform", list(Platform))
async def test_a_listed_content_is_the_same_when_fetched_by_its_id(
    platform: Platform, sandbox: SandboxConnector
) -> None:
    page = await sandbox.list_contents(platform, _HANDLE.get(platform, "somebody"))
    fetched = await sandbox.fetch_contents(platform, [item.id for item in page.items])
    for item, again in zip(page.items, fetched, strict=True):
        found = worlds.first([again])
        assert (found.id, found.metrics, found.published_at, found.kind, found.creator_id) == (
            item.id,
            item.metrics,
            item.published_at,
            item.kind,
            item.creator_id,
        )


@pytest.mark.parametrize("platform", list(Platform))
async def test_the_catalog_reads_the_addresses_of_what_is_listed(
    platform: Platform, sandbox: SandboxConnector
) -> None:
    handle = _HANDLE.get(platform, "somebody")
    page = await sandbox.list_contents(platform, handle)
    for item in page.items[:20]:
        assert item.url is not None
        ref = resolve(item.url)
        assert (ref.platform, ref.id) == (platform, item.id)
        again = worlds.first(await sandbox.fetch_contents(platform, [item.id]))
        assert again.url is not None
        assert resolve(again.url).id == item.id
    (profile,) = await sandbox.fetch_profiles(platform, [handle])
    assert isinstance(profile, CreatorReading)
    assert profile.url is not None
    assert (resolve(profile.url).kind, resolve(profile.url).id) == (Kind.PROFILE, handle)


@pytest.mark.parametrize("platform", list(Platform))
async def test_a_creator_has_one_set_of_numbers_under_handle_and_id(
    platform: Platform, sandbox: SandboxConnector
) -> None:
    (by_handle,) = await sandbox.fetch_profiles(platform, ["somebody"])
    assert isinstance(by_handle, CreatorReading)
    assert by_handle.handle == "somebody"
    assert by_handle.external_id is not None
    (by_id,) = await sandbox.fetch_profiles(platform, [by_handle.external_id])
    assert isinstance(by_id, CreatorReading)
    assert by_id.handle is not None
    (by_other_handle,) = await sandbox.fetch_profiles(platform, [by_id.handle])
    (shouted,) = await sandbox.fetch_profiles(platform, ["SomeBody"])
    for other in (by_id, by_other_handle, shouted):
        assert isinstance(other, CreatorReading)
        assert (other.metrics, other.external_id) == (by_handle.metrics, by_handle.external_id)


async def test_pages_follow_each_other_to_the_first_post_and_count_what_the_profile_says(
    sandbox: SandboxConnector,
) -> None:
    items: list[ContentReading] = []
    cursor = None
    while True:
        page = await sandbox.list_contents(Platform.TIKTOK, "diligent", cursor)
        items += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    (profile,) = await sandbox.fetch_profiles(Platform.TIKTOK, ["diligent"])
    assert isinstance(profile, CreatorReading)
    assert len({item.id for item in items}) == len(items) == profile.metrics["contents"]
    dates = [item.published_at for item in items if item.published_at]
    assert dates == sorted(dates, reverse=True)


async def test_new_posts_appear_as_time_passes(
    clock: ManualClock, sandbox: SandboxConnector
) -> None:
    before = await sandbox.list_contents(Platform.INSTAGRAM, "somebody")
    now = clock.now()
    clock.advance(timedelta(days=20))
    after = await sandbox.list_contents(Platform.INSTAGRAM, "somebody")
    new = [item for item in after.items if item.id not in {one.id for one in before.items}]
    assert new
    for item in new:
        assert item.published_at is not None
        assert now - timedelta(seconds=1) < item.published_at <= clock.now()


async def test_a_cursor_of_another_making_is_refused(sandbox: SandboxConnector) -> None:
    with pytest.raises(BadCursorError):
        await sandbox.list_contents(Platform.TIKTOK, "somebody", "!!")
    with pytest.raises(BadCursorError):
        await sandbox.fetch_comments(Platform.TIKTOK, "7000000000000000001", "W10")


async def test_ids_have_the_shape_of_their_platform(sandbox: SandboxConnector) -> None:
    shapes = {
        Platform.YOUTUBE: r"[A-Za-z0-9_-]{11}",
        Platform.TIKTOK: r"7[0-9]{18}",
        Platform.INSTAGRAM: r"C[A-Za-z0-9_-]{10}",
        Platform.X: r"1[0-9]{18}",
        Platform.DAILYMOTION: r"x[0-9a-z]+",
        Platform.REDDIT: r"[0-9a-z]{6,13}",
        Platform.BLUESKY: r"at://did:plc:[a-z2-7]{24}/app\.bsky\.feed\.post/3[a-z2-7]{12}",
    }
    for platform, shape in shapes.items():
        page = await sandbox.list_contents(platform, "somebody")
        for item in page.items:
            assert worlds.matches(shape, item.id), item.id


async def test_a_clock_set_before_the_network_began_finds_creators_and_no_posts() -> None:
    early = worlds.at(datetime(2010, 1, 1, tzinfo=UTC))
    page = await early.list_contents(Platform.X, "somebody")
    assert len(page.items) <= 1
    (profile,) = await early.fetch_profiles(Platform.X, ["somebody"])
    assert isinstance(profile, CreatorReading)
    assert (await early.fetch_contents(Platform.X, ["123"])) == [worlds.NOT_YET]
