"""What the demo tracks: recorded creators and posts where there are recordings, else simulated."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from bellwether.connectors.base import Connector
from bellwether.connectors.replay.connector import BATCH, ReplayConnector
from bellwether.connectors.sandbox.connector import SandboxConnector
from bellwether.kit.clock import ManualClock
from bellwether.model.platforms import Platform, SubjectKind
from bellwether.model.readings import (
    ContentReading,
    CreatorReading,
    Failed,
    FailureReason,
    Number,
)

T = TypeVar("T")

START = datetime(2026, 6, 13, tzinfo=UTC)
"""Where the simulated clock starts: the recordings of creators run for two months from here.

Some days pass while the server starts and reads the recordings; tracking begins after that.
"""

YLYTIC_CREATORS = (
    ("instagram", "northlight_demo"),
    ("instagram", "slowtrails_demo"),
    ("youtube", "papercranes_hq"),
)
"""Connector and handle of those that are tracked through Ylytic; simulated."""

INFLUTICS = "influtics"
NATIVE = "native"


@dataclass(frozen=True, slots=True)
class Target:
    """One URL to track. `fails` is why it is expected to fail; `metrics` in order of interest."""

    url: str
    platform: Platform
    through: str
    source: str
    metrics: tuple[str, ...]
    fails: FailureReason | None = None


_CREATOR = ("followers", "views")
_CHANNEL = ("views", "followers")
_CONTENT = ("views", "likes", "comments", "shares")

# Invented names. The simulated network knows every name, so that some may also exist elsewhere.
_HANDLES = ("northlight_demo", "slowtrails_demo", "papercranes_hq", "harborkitchens")
_LEAST_COUNT = 10
_LATEST_BEGIN = timedelta(days=12)
_LEAST_RECORDED = timedelta(days=2)
_RECORDINGS_END = datetime(2026, 8, 21, tzinfo=UTC)
_FAILING = (
    (
        Platform.TIKTOK,
        "https://www.tiktok.com/@sbx_private/video/9000000010000000001",
        FailureReason.PRIVATE,
    ),
    (Platform.YOUTUBE, "https://www.youtube.com/watch?v=sbx_deleted", FailureReason.DELETED),
    (Platform.INSTAGRAM, "https://www.instagram.com/reel/sbx_unknown/", FailureReason.NOT_FOUND),
)


@dataclass(frozen=True, slots=True)
class _Wish:
    """How many of what: recorded as far as there are any, the rest simulated."""

    platform: Platform
    count: int
    creators: bool
    recorded: bool = False

    @property
    def through(self) -> str:
        """Which public API it is tracked with: Influtics knows videos of three platforms."""
        videos = {Platform.TIKTOK, Platform.INSTAGRAM, Platform.YOUTUBE}
        return INFLUTICS if self.platform in videos and not self.creators else NATIVE


_WISHES = (
    _Wish(Platform.YOUTUBE, 24, creators=True, recorded=True),
    _Wish(Platform.TWITCH, 16, creators=True, recorded=True),
    _Wish(Platform.INSTAGRAM, 16, creators=False, recorded=True),
    _Wish(Platform.INSTAGRAM, 8, creators=False),
    _Wish(Platform.TIKTOK, 24, creators=False),
    _Wish(Platform.YOUTUBE, 16, creators=False),
    _Wish(Platform.X, 8, creators=False),
    _Wish(Platform.BLUESKY, 6, creators=True),
)


Recorded = Mapping[_Wish, Sequence[str]]


def choose_recorded(recordings: Path | None, days: int) -> Recorded:
    """Return addresses of recorded things for every wish that wants some. Takes seconds."""
    if recordings is None:
        return {}
    chooser = _Chooser(recordings, timedelta(days=days))

    async def read() -> Recorded:
        return {wish: await chooser.choose(wish) for wish in _WISHES if wish.recorded}

    return asyncio.run(read())


def choose(recorded: Recorded, now: datetime) -> Sequence[Target]:
    """Return at least a hundred targets on six platforms, and three that fail on purpose.

    What is not recorded is simulated; of posts, the newest at the clock's instant.
    """
    return asyncio.run(_choose(recorded, now))


async def _choose(recorded: Recorded, now: datetime) -> Sequence[Target]:
    found: dict[str, Target] = {}
    sandbox = SandboxConnector(ManualClock(now))
    for wish in _WISHES:
        replayed = recorded.get(wish, ())
        simulated = await _simulated(sandbox, wish, wish.count - len(replayed))
        for source, urls in (("replay", replayed), ("sandbox", simulated)):
            for url in urls:
                found[url] = Target(url, wish.platform, wish.through, source, _metrics(wish))
    for platform, url, reason in _FAILING:
        found[url] = Target(url, platform, INFLUTICS, "sandbox", _CONTENT, reason)
    return list(found.values())


class _Chooser:
    """Chooses recorded things that have numbers when tracking begins and move afterwards."""

    def __init__(self, folder: Path, span: timedelta) -> None:
        self._clock = ManualClock(START)
        self._replay = ReplayConnector(self._clock, folder)
        self._span = span

    async def choose(self, wish: _Wish) -> list[str]:
        """Return their addresses, as many as asked for if there are that many.

        Creators are recorded to the end of the run, posts at least for its first days.
        """
        begin = START + _LATEST_BEGIN
        end = begin + self._span
        kind = SubjectKind.CREATOR if wish.creators else SubjectKind.CONTENT
        needed = min(end, _RECORDINGS_END) if wish.creators else begin + _LEAST_RECORDED
        there = sorted(
            (
                each
                for each in self._replay.entities(wish.platform, kind)
                if each.url and each.first_at <= START and each.last_at >= needed
            ),
            key=lambda each: each.id,
        )
        ids = [each.id for each in there]
        before = await self._values(begin, wish, ids)
        after = await self._values(end, wish, ids)
        moving = [
            each
            for each, first, last in zip(there, before, after, strict=True)
            if first and last and first != last and first >= _LEAST_COUNT
        ]
        some = _spread(moving, 2 * wish.count)
        whole = await self._without_gaps(wish, [each.id for each in some], end)
        return _spread([each.url for each in some if each.url and each.id in whole], wish.count)

    async def _without_gaps(self, wish: _Wish, ids: Sequence[str], end: datetime) -> set[str]:
        """Return those that say a number on each day until the end; some hide it for a while."""
        whole = set(ids)
        for day in range((end - START).days + 1):
            values = await self._values(START + timedelta(days=day, hours=12), wish, ids)
            whole -= {each for each, value in zip(ids, values, strict=True) if value is None}
        return whole

    async def _values(
        self, at: datetime, wish: _Wish, ids: Sequence[str]
    ) -> Sequence[Number | None]:
        """Return the first number of interest of each, as recorded at an instant."""
        self._clock.advance(at - self._clock.now())
        values: list[Number | None] = []
        for start in range(0, len(ids), BATCH):
            batch = ids[start : start + BATCH]
            readings: Sequence[CreatorReading | ContentReading | Failed]
            if wish.creators:
                readings = await self._replay.fetch_profiles(wish.platform, batch)
            else:
                readings = await self._replay.fetch_contents(wish.platform, batch)
            values += [_first_known(each, wish) for each in readings]
        return values


def _first_known(reading: CreatorReading | ContentReading | Failed, wish: _Wish) -> Number | None:
    if isinstance(reading, Failed):
        return None
    there = [reading.metrics[name] for name in _metrics(wish) if name in reading.metrics]
    return there[0] if there else None


def _spread(items: Sequence[T], count: int) -> list[T]:
    """Return `count` of them, evenly spaced, so that not all begin with the same letter."""
    if len(items) <= count:
        return list(items)
    return [items[position * len(items) // count] for position in range(count)]


def _metrics(wish: _Wish) -> tuple[str, ...]:
    if not wish.creators:
        return _CONTENT
    return _CHANNEL if wish.platform is Platform.YOUTUBE else _CREATOR


async def _simulated(sandbox: Connector, wish: _Wish, count: int) -> list[str]:
    if wish.creators:
        return [_profile_url(wish.platform, number) for number in range(count)]
    urls: list[str] = []
    for handle in _HANDLES:
        page = await sandbox.list_contents(wish.platform, handle)
        urls += [each.url for each in page.items if each.url][: -(-count // len(_HANDLES))]
    return urls[:count]


def first_url() -> str:
    """Return one of the simulated creators, whose tracker tells what time it is."""
    return _profile_url(Platform.BLUESKY, 0)


def _profile_url(platform: Platform, number: int) -> str:
    name = _HANDLES[number % len(_HANDLES)].replace("_", "") + str(number)
    if platform is Platform.BLUESKY:
        return f"https://bsky.app/profile/{name}.bsky.social"
    base = "https://www.twitch.tv/" if platform is Platform.TWITCH else "https://www.youtube.com/@"
    return base + name
