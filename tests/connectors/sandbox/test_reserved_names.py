import asyncio
import re
from datetime import timedelta
from pathlib import Path

import pytest
from tests.support import worlds

from bellwether.connectors.base import ConnectorError
from bellwether.connectors.sandbox.connector import SandboxConnector
from bellwether.connectors.sandbox.reserved import TABLE, Effect, reserved
from bellwether.engine.catalog.resolve import resolve
from bellwether.kit.clock import ManualClock
from bellwether.model.platforms import Platform
from bellwether.model.readings import CreatorReading, Failed, FailureReason

_PAGE = Path(__file__).parents[3] / "docs/connectors/sandbox.md"
_FAILING = {
    "private": FailureReason.PRIVATE,
    "deleted": FailureReason.DELETED,
    "unknown": FailureReason.NOT_FOUND,
    "notfound": FailureReason.NOT_FOUND,
    "limited": FailureReason.RATE_LIMITED,
    "ratelimited": FailureReason.RATE_LIMITED,
    "garbage": FailureReason.CHANGED_FORMAT,
    "noauth": FailureReason.UNAUTHORIZED,
    "unauthorized": FailureReason.UNAUTHORIZED,
}

# One address of a content for each platform, with the place of a word or a number in it.
_ADDRESSES = {
    Platform.YOUTUBE: "https://www.youtube.com/watch?v={word11}",
    Platform.TIKTOK: "https://www.tiktok.com/@somebody/video/{number19}",
    Platform.INSTAGRAM: "https://www.instagram.com/reel/{word}/",
    Platform.X: "https://x.com/somebody/status/{number19}",
    Platform.FACEBOOK: "https://www.facebook.com/somebody/posts/{number15}",
    Platform.TWITCH: "https://clips.twitch.tv/{word}",
    Platform.LINKEDIN: "https://www.linkedin.com/feed/update/urn:li:activity:{number19}/",
    Platform.PINTEREST: "https://www.pinterest.com/pin/{number15}/",
    Platform.THREADS: "https://www.threads.com/@somebody/post/{word}",
    Platform.SNAPCHAT: "https://www.snapchat.com/spotlight/W7_{word}",
    Platform.REDDIT: "https://www.reddit.com/comments/{bare}/",
    Platform.VIMEO: "https://vimeo.com/{number9}",
    Platform.DAILYMOTION: "https://www.dailymotion.com/video/x{bare}",
    Platform.BLUESKY: "https://bsky.app/profile/somebody.bsky.social/post/{word}",
}
_PROFILES = {
    Platform.YOUTUBE: "https://www.youtube.com/@sbx_{0}",
    Platform.TIKTOK: "https://www.tiktok.com/@sbx.{0}",
    Platform.INSTAGRAM: "https://www.instagram.com/sbx_{0}/",
    Platform.X: "https://x.com/sbx_{0}",
    Platform.FACEBOOK: "https://www.facebook.com/sbx.{0}",
    Platform.TWITCH: "https://www.twitch.tv/sbx_{0}",
    Platform.LINKEDIN: "https://www.linkedin.com/company/sbx-{0}/",
    Platform.PINTEREST: "https://www.pinterest.com/sbx_{0}/",
    Platform.THREADS: "https://www.threads.com/@sbx_{0}",
    Platform.SNAPCHAT: "https://www.snapchat.com/@sbx-{0}",
    Platform.REDDIT: "https://www.reddit.com/user/sbx_{0}/",
    Platform.VIMEO: "https://vimeo.com/sbx_{0}",
    Platform.DAILYMOTION: "https://www.dailymotion.com/sbx_{0}",
    Platform.BLUESKY: "https://bsky.app/profile/sbx-{0}.bsky.social",
}


def _address(platform: Platform, number: int, word: str) -> str:
    head = f"9000000{number:02d}"
    return _ADDRESSES[platform].format(
        word=f"sbx_{word}",
        word11=f"sbx_{word}".ljust(11, "_"),
        bare=f"sbx{word}",
        number9=head,
        number15=head + "123456",
        number19=head + "1234567890",
    )


@pytest.mark.parametrize("entry", TABLE, ids=lambda entry: entry.words[0])
@pytest.mark.parametrize("platform", list(Platform))
def test_every_reserved_name_is_reached_through_addresses_the_catalog_reads(
    platform: Platform, entry: object
) -> None:
    found = next(one for one in TABLE if one is entry)
    content = resolve(_address(platform, found.number, found.words[0]))
    assert content.platform is platform
    assert reserved(content.id) is found
    profile = resolve(_PROFILES[platform].format(found.words[0]))
    assert profile.platform is platform
    assert reserved(profile.id) is found


@pytest.mark.parametrize(("word", "reason"), _FAILING.items())
async def test_a_failing_name_fails_alone_in_every_call(
    word: str, reason: FailureReason, sandbox: SandboxConnector
) -> None:
    keys = ["before", f"sbx_{word}", "after"]
    profiles = await sandbox.fetch_profiles(Platform.INSTAGRAM, keys)
    contents = await sandbox.fetch_contents(Platform.INSTAGRAM, keys)
    for first, failed, last in (profiles, contents):
        assert isinstance(failed, Failed)
        assert failed.reason is reason
        assert failed.message.startswith("Simulated: ")
        assert not isinstance(first, Failed)
        assert not isinstance(last, Failed)
    for call in (
        sandbox.list_contents(Platform.INSTAGRAM, keys[1]),
        sandbox.fetch_stories(Platform.INSTAGRAM, keys[1]),
        sandbox.fetch_comments(Platform.INSTAGRAM, keys[1]),
        sandbox.fetch_audience(Platform.INSTAGRAM, keys[1]),
    ):
        with pytest.raises(ConnectorError) as raised:
            await call
        assert raised.value.failed.reason is reason


async def test_a_rate_limit_says_when_to_come_back(sandbox: SandboxConnector) -> None:
    (failed,) = await sandbox.fetch_contents(Platform.TIKTOK, ["9000000050000000001"])
    assert isinstance(failed, Failed)
    assert failed.retry_after == 30
    assert failed.transient


async def test_a_renamed_creator_answers_under_another_handle(sandbox: SandboxConnector) -> None:
    (found,) = await sandbox.fetch_profiles(Platform.X, ["sbx_renamed"])
    assert isinstance(found, CreatorReading)
    assert found.key == "sbx_renamed"
    assert found.handle is not None
    assert found.handle != "sbx_renamed"
    assert found.url == f"https://x.com/{found.handle}"
    content = worlds.first(await sandbox.fetch_contents(Platform.X, ["9000000040000000001"]))
    assert content.creator_handle is not None


async def test_hidden_counts_are_null(sandbox: SandboxConnector) -> None:
    (found,) = await sandbox.fetch_profiles(Platform.YOUTUBE, ["sbx_hidden"])
    content = worlds.first(await sandbox.fetch_contents(Platform.YOUTUBE, ["sbx_hidden_"]))
    assert isinstance(found, CreatorReading)
    assert found.metrics == {"followers": None, "views": None, "contents": None}
    assert content.metrics == {"views": None, "likes": None, "comments": None}


async def test_a_slow_name_delays_the_call_it_is_in_and_no_other(
    sandbox: SandboxConnector,
) -> None:
    names = ["9000000060000000001"]
    waiting = asyncio.create_task(sandbox.fetch_contents(Platform.TIKTOK, names))
    await asyncio.sleep(0)
    await sandbox.fetch_contents(Platform.TIKTOK, ["7000000060000000001"])
    assert not waiting.done()
    assert worlds.first(await waiting).metrics["views"] is not None


async def test_a_call_for_nothing_but_down_fails_as_a_whole(sandbox: SandboxConnector) -> None:
    with pytest.raises(ConnectorError) as raised:
        await sandbox.fetch_profiles(Platform.TWITCH, ["sbx_down", "sbx_down_2"])
    assert raised.value.failed.reason is FailureReason.PLATFORM_ERROR
    assert raised.value.failed.transient
    failed, fine = await sandbox.fetch_profiles(Platform.TWITCH, ["sbx_down", "somebody"])
    assert isinstance(failed, Failed)
    assert isinstance(fine, CreatorReading)


async def test_a_flaky_name_fails_every_other_minute_and_every_other_day(
    clock: ManualClock, sandbox: SandboxConnector
) -> None:
    async def failing() -> bool:
        (outcome,) = await sandbox.fetch_contents(Platform.INSTAGRAM, ["sbx_flaky"])
        return isinstance(outcome, Failed)

    minutes = []
    for _ in range(6):
        minutes.append(await failing())
        clock.advance(timedelta(minutes=1))
    assert minutes in ([True, False] * 3, [False, True] * 3)
    days = []
    for _ in range(6):
        days.append(await failing())
        clock.advance(timedelta(days=1))
    assert days in ([True, False] * 3, [False, True] * 3)


@pytest.mark.parametrize(
    "key",
    [
        "private",
        "sbxprivateer",
        "my_sbx_private",
        "9000000",
        "900000099",
        "19000000010",
        "900000001x",
        "sbx_",
        "somebody",
        "at://sbx-private.bsky.social/app.bsky.feed.post/3k",
    ],
)
def test_what_only_resembles_a_reserved_name_is_an_ordinary_one(key: str) -> None:
    assert reserved(key) is None


async def test_many_names_share_a_behaviour_and_differ_in_numbers(
    sandbox: SandboxConnector,
) -> None:
    one, two = await sandbox.fetch_profiles(Platform.TIKTOK, ["sbx_slow_1", "sbx_slow_2"])
    assert isinstance(one, CreatorReading)
    assert isinstance(two, CreatorReading)
    assert one.metrics != two.metrics


def test_the_page_shows_the_table_and_nothing_else() -> None:
    text = _PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d\d) \| (.+?) \| (.+) \|$", text, re.MULTILINE)
    assert rows == [
        (f"{entry.number:02d}", ", ".join(f"`{word}`" for word in entry.words), entry.meaning)
        for entry in TABLE
    ]
    assert {entry.effect for entry in TABLE} == {None, *Effect}
