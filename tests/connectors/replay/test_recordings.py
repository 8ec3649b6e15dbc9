"""The recordings themselves, where they are present, against another reading of the files."""

import csv
import gzip
import random
import time
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.support.shared import recordings_dir

from bellwether.connectors.replay.connector import ReplayConnector
from bellwether.connectors.replay.known import KNOWN
from bellwether.engine.catalog.resolve import resolve
from bellwether.kit.clock import ManualClock
from bellwether.model.platforms import Platform, SubjectKind
from bellwether.model.readings import ContentReading, CreatorReading, Failed

_CREATOR, _CONTENT = SubjectKind.CREATOR, SubjectKind.CONTENT


@pytest.fixture(scope="module")
def replay() -> ReplayConnector:
    connector = ReplayConnector(ManualClock(datetime(2026, 9, 1, tzinfo=UTC)), recordings_dir())
    started = time.process_time()
    connector.span()
    assert time.process_time() - started < 20  # a few seconds on an idle machine
    return connector


def _rows(name: str) -> Iterator[Mapping[str, str]]:
    (path,) = recordings_dir().glob(f"*/{name}.csv.gz")
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def _count(text: str) -> int | None:
    return int(text) if text.isdigit() else None


async def _compare(
    replay: ReplayConnector,
    platform: Platform,
    kind: SubjectKind,
    expected: Mapping[str, list[tuple[datetime, dict[str, int | None]]]],
) -> None:
    """Ask for random entities at, just before and between the instants of their rows."""
    chance = random.Random(20260821)
    keys = chance.sample(sorted(expected), 60)
    for key in keys:
        rows = sorted(expected[key], key=lambda row: row[0])  # stable: the last of a tie holds
        instants = [row[0] for row in rows]
        for _ in range(12):
            now = chance.choice(instants) + timedelta(seconds=chance.choice((-1, 0, 0, 3600)))
            replay._clock = ManualClock(now)
            reading: ContentReading | CreatorReading | Failed
            if kind is _CONTENT:
                (reading,) = await replay.fetch_contents(platform, [key])
            else:
                (reading,) = await replay.fetch_profiles(platform, [key])
            place = bisect_right(instants, now) - 1
            if place < 0:
                assert isinstance(reading, Failed)
                continue
            assert not isinstance(reading, Failed)
            at, metrics = rows[place]
            assert (reading.as_of, dict(reading.metrics)) == (at, metrics), (key, now)


async def test_trending_videos_replay_exactly(replay: ReplayConnector) -> None:
    names = ("views", "likes", "dislikes", "comments")
    expected = defaultdict(list)
    for row in _rows("youtube_trending_us_gb_daily_2017_09_10"):
        at = datetime.fromisoformat(row["snapshot_date"]).replace(tzinfo=UTC)
        expected[row["video_id"]].append((at, {name: _count(row[name]) for name in names}))
    later = {row["video_id"] for row in _rows("youtube_trending_us_daily_2017_2018")}
    later |= {row["video_id"] for row in _rows("youtube_trending_11_countries_2018_11_01")}
    later |= {row["video_id"] for row in _rows("youtube_videos_2022")}
    only = {key: rows for key, rows in expected.items() if key not in later}
    await _compare(replay, Platform.YOUTUBE, _CONTENT, only)


async def test_hourly_videos_replay_exactly(replay: ReplayConnector) -> None:
    expected = defaultdict(list)
    for row in _rows("youtube_kr_videos_hourly_2026"):
        at = datetime.fromisoformat(row["snapshot_utc"])
        expected[row["video_id"]].append((at, {"views": _count(row["views"])}))
    await _compare(replay, Platform.YOUTUBE, _CONTENT, expected)


async def test_creators_replay_exactly_on_both_platforms(replay: ReplayConnector) -> None:
    people = {row["creator_id"]: row for row in _rows("vtuber_profiles_2026")}
    hourly = {row["channel_id"] for row in _rows("youtube_kr_videos_hourly_2026")}
    youtube, twitch = defaultdict(list), defaultdict(list)
    for row in _rows("vtuber_creators_daily_2026"):
        at = datetime.fromisoformat(row["snapshot_utc"])
        person = people[row["creator_id"]]
        channel, login = person["youtube_channel_id"], person["twitch_login"]
        if channel and channel not in hourly:
            numbers = {
                "followers": _count(row["youtube_subscribers"]),
                "views": _count(row["youtube_total_views"]),
            }
            youtube[channel].append((at, numbers))
        if login:
            twitch[login].append((at, {"followers": _count(row["twitch_followers"])}))
    await _compare(replay, Platform.YOUTUBE, _CREATOR, youtube)
    await _compare(replay, Platform.TWITCH, _CREATOR, twitch)


async def test_instagram_posts_replay_exactly_by_shortcode(replay: ReplayConnector) -> None:
    columns = {
        "likes": "likes",
        "comments": "comments",
        "saves": "saved",
        "reach": "reach",
        "impressions": "impressions",
    }
    expected, codes = defaultdict(list), {}
    for row in _rows("instagram_business_posts_daily_2026"):
        at = datetime.fromisoformat(row["snapshot_date"]).replace(tzinfo=UTC)
        numbers = {name: _count(row[column]) for name, column in columns.items()}
        expected[row["media_id"]].append((at, numbers))
        if row["permalink"]:
            codes[row["media_id"]] = row["permalink"].rstrip("/").rsplit("/", 1)[1]
    by_code = {codes[media]: rows for media, rows in expected.items() if media in codes}
    await _compare(replay, Platform.INSTAGRAM, _CONTENT, by_code)


async def test_every_printed_number_carries_its_range(replay: ReplayConnector) -> None:
    replay._clock = ManualClock(datetime(2026, 9, 1, tzinfo=UTC))
    newest: dict[str, Mapping[str, str]] = {}
    for row in _rows("tiktok_posts_vn_2025"):
        known = newest.get(row["video_id"])
        if known is None or known["snapshot_local"] <= row["snapshot_local"]:
            newest[row["video_id"]] = row
    for row in random.Random(7).sample(sorted(newest.values(), key=lambda r: r["video_id"]), 300):
        (reading,) = await replay.fetch_contents(Platform.TIKTOK, [row["video_id"]])
        assert not isinstance(reading, Failed)
        local = datetime.fromisoformat(row["snapshot_local"]).replace(tzinfo=UTC)
        assert reading.as_of == local - timedelta(hours=7)
        for name in ("views", "likes", "comments", "shares", "saves"):
            value, estimate = reading.metrics[name], reading.estimates.get(name)
            if row[name].endswith(("K", "M")):
                unit = 1000 if row[name].endswith("K") else 1_000_000
                assert value == round(float(row[name][:-1]) * unit)
                assert estimate is not None
                assert estimate.low <= value <= estimate.high
            else:
                assert (value, estimate) == (_count(row[name]), None)


def test_everything_recorded_is_offered_under_an_address_the_catalog_reads(
    replay: ReplayConnector,
) -> None:
    chance = random.Random(3)
    for recording in {(one.platform, one.kind): one for one in KNOWN}.values():
        entities = list(replay.entities(recording.platform, recording.kind))
        assert len(entities) > 100
        for entity in chance.sample(entities, 60):
            assert entity.first_at <= entity.last_at
            assert entity.rows >= 1
            if entity.url is None or not entity.id.isascii() or " " in entity.id:
                continue
            ref = resolve(entity.url)
            assert ref.platform is recording.platform
            assert ref.id == (entity.id.lower() if recording.kind is _CREATOR else entity.id) or (
                ref.id == entity.id
            )


def test_every_known_file_is_present_and_holds_its_columns(replay: ReplayConnector) -> None:
    folder: Path = recordings_dir()
    present = {path.name.removesuffix(".csv.gz") for path in folder.glob("*/*.csv.gz")}
    assert {recording.file for recording in KNOWN} <= present
    span = replay.span()
    assert span is not None
    assert span[0] == datetime(2017, 9, 13, tzinfo=UTC)
    assert span[1].date().isoformat() == "2026-08-22"
