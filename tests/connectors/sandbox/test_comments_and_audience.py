import dataclasses
from datetime import timedelta

import pytest
from tests.support import worlds

from bellwether.connectors.base import Capability, ConnectorError
from bellwether.connectors.sandbox.connector import SandboxConnector
from bellwether.kit.clock import ManualClock
from bellwether.model.platforms import Platform
from bellwether.model.readings import CommentReading, FailureReason


async def _talked_about(sandbox: SandboxConnector, low: int, high: int) -> tuple[str, int]:
    """Return a content with so many comments, and the number."""
    ids = [f"{number:011x}" for number in range(500)]
    for outcome in await sandbox.fetch_contents(Platform.YOUTUBE, ids):
        reading = worlds.first([outcome])
        count = reading.metrics["comments"]
        if count is not None and low <= count <= high:
            return reading.id, int(count)
    raise AssertionError("no content with so many comments")


async def _all(sandbox: SandboxConnector, content: str) -> list[CommentReading]:
    found: list[CommentReading] = []
    cursor = None
    while True:
        page = await sandbox.fetch_comments(Platform.YOUTUBE, content, cursor)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


async def test_the_comments_of_all_pages_are_as_many_as_the_count_newest_first(
    clock: ManualClock, sandbox: SandboxConnector
) -> None:
    content, count = await _talked_about(sandbox, 120, 300)
    comments = await _all(sandbox, content)
    assert len({comment.id for comment in comments}) == len(comments) == count
    dates = [comment.published_at for comment in comments if comment.published_at]
    assert dates == sorted(dates, reverse=True)
    assert dates[0] <= clock.now()
    reading = worlds.first(await sandbox.fetch_contents(Platform.YOUTUBE, [content]))
    assert reading.published_at is not None
    assert dates[-1] >= reading.published_at


async def test_comments_keep_their_id_text_and_time_while_new_ones_arrive(
    clock: ManualClock, sandbox: SandboxConnector
) -> None:
    content, _ = await _talked_about(sandbox, 1000, 5000)
    before = await sandbox.fetch_comments(Platform.YOUTUBE, content)
    clock.advance(timedelta(days=60))
    after = await sandbox.fetch_comments(Platform.YOUTUBE, content)
    assert after.items[0].id not in {comment.id for comment in before.items}
    # A page begun earlier goes on where it was, whatever has come since.
    next_early = await sandbox.fetch_comments(Platform.YOUTUBE, content, before.next_cursor)
    assert not {c.id for c in next_early.items} & {c.id for c in before.items}
    again = {comment.id: comment for comment in (await _all_of(sandbox, content, 6))}
    for comment in before.items:
        assert _lasting(again[comment.id]) == _lasting(comment)


async def _all_of(sandbox: SandboxConnector, content: str, pages: int) -> list[CommentReading]:
    found: list[CommentReading] = []
    cursor = None
    for _ in range(pages):
        page = await sandbox.fetch_comments(Platform.YOUTUBE, content, cursor)
        found += page.items
        cursor = page.next_cursor
    return found


def _lasting(comment: CommentReading) -> tuple[object, ...]:
    return comment.id, comment.text, comment.author, comment.published_at


async def test_comments_that_are_switched_off_are_not_an_empty_list(
    sandbox: SandboxConnector,
) -> None:
    ids = [f"{number:011x}" for number in range(500)]
    outcomes = await sandbox.fetch_contents(Platform.YOUTUBE, ids)
    closed = [
        one for one in map(worlds.first, ([o] for o in outcomes)) if one.metrics["comments"] is None
    ]
    assert closed
    with pytest.raises(ConnectorError) as raised:
        await sandbox.fetch_comments(Platform.YOUTUBE, closed[0].id)
    assert raised.value.failed.reason is FailureReason.UNSUPPORTED


@pytest.mark.parametrize("platform", list(Platform))
async def test_audience_shares_add_up_to_100_and_drift(
    platform: Platform, clock: ManualClock, sandbox: SandboxConnector
) -> None:
    audience = await sandbox.fetch_audience(platform, "somebody")
    assert set(audience.shares) == {"country", "gender", "age"}
    for shares in audience.shares.values():
        assert round(sum(shares.values()), 6) == 100
        assert all(0 <= share <= 100 for share in shares.values())
    assert await sandbox.fetch_audience(platform, "somebody") == audience
    clock.advance(timedelta(days=400))
    later = await sandbox.fetch_audience(platform, "somebody")
    assert later != audience
    for dimension, shares in later.shares.items():
        for value, share in shares.items():
            assert abs(share - audience.shares[dimension][value]) < 8


def test_comments_are_offered_where_the_platform_has_them(sandbox: SandboxConnector) -> None:
    operations = sandbox.declaration.operations
    without = {p for p in Platform if Capability.COMMENTS not in operations[p]}
    assert without == {Platform.TWITCH, Platform.SNAPCHAT, Platform.DAILYMOTION}
    assert dataclasses.is_dataclass(sandbox.declaration)
