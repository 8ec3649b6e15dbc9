"""Importing real recordings is exact: compared with the csv module and plain Python."""

import csv
import gzip
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, select
from tests.support.growth import as_dict, naive_growth
from tests.support.imports import Store, counts
from tests.support.observations import packed_observations
from tests.support.shared import recordings_dir

from bellwether.engine.facade import Engine
from bellwether.engine.metrics.tables import snapshots
from bellwether.kit.clock import SystemClock
from bellwether.model.platforms import Platform, SubjectKind
from bellwether.model.requests import Bucketing
from bellwether.model.tenants import Scope
from bellwether.storage.database import open_database

SAMPLE = 60
Points = list[tuple[datetime, int | None]]


def whole(text: str) -> int | None:
    return None if text in {"", "NA", "hidden"} else int(text)


def printed(text: str) -> int | None:
    if text in {"", "nan"}:
        return None
    scale = {"K": 10**3, "M": 10**6, "B": 10**9}.get(text[-1])
    return int(Decimal(text[:-1]) * scale) if scale else int(text)


def day(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)


def second(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def in_vietnam(text: str) -> datetime:
    naive = datetime.strptime(text, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007  the zone follows
    return naive.replace(tzinfo=timezone(timedelta(hours=7))).astimezone(UTC)


@dataclass(frozen=True)
class Recording:
    """One file, how to import it, and how the test reads it itself."""

    file: str
    platform: Platform
    kind: SubjectKind
    id_column: str
    at_column: str
    metrics: Mapping[str, str]
    instant: Callable[[str], datetime]
    number: Callable[[str], int | None] = whole
    options: tuple[str, ...] = ()
    part: int = 1  # read every so manieth row alone, where the file is used twice

    def arguments(self) -> tuple[str, ...]:
        named = [
            text
            for name, column in self.metrics.items()
            for text in ("--metric", f"{name}={column}")
        ]
        subject = ("--platform", self.platform, "--kind", self.kind)
        return (
            *subject,
            *("--id-column", self.id_column, "--at-column", self.at_column),
            *named,
            *self.options,
        )


VTUBERS = "facts_only/vtuber_creators_daily_2026.csv.gz"
RECORDINGS = {
    "us and gb": Recording(
        "licensed/youtube_trending_us_gb_daily_2017_09_10.csv.gz",
        Platform.YOUTUBE,
        SubjectKind.CONTENT,
        "video_id",
        "snapshot_date",
        {name: name for name in ("views", "likes", "dislikes", "comments")},
        day,
    ),
    "korea": Recording(
        "facts_only/youtube_kr_videos_hourly_2026.csv.gz",
        Platform.YOUTUBE,
        SubjectKind.CONTENT,
        "video_id",
        "snapshot_utc",
        {"views": "views", "channel_followers": "channel_subscribers", "rank": "trending_rank"},
        second,
    ),
    "vtubers on youtube": Recording(
        VTUBERS,
        Platform.YOUTUBE,
        SubjectKind.CREATOR,
        "creator_id",
        "snapshot_utc",
        {"followers": "youtube_subscribers", "views": "youtube_total_views"},
        second,
    ),
    "vtubers on twitch": Recording(
        VTUBERS,
        Platform.TWITCH,
        SubjectKind.CREATOR,
        "creator_id",
        "snapshot_utc",
        {"followers": "twitch_followers"},
        second,
        part=4,
    ),
    "instagram": Recording(
        "facts_only/instagram_business_posts_daily_2026.csv.gz",
        Platform.INSTAGRAM,
        SubjectKind.CONTENT,
        "media_id",
        "snapshot_date",
        {"likes": "likes", "comments": "comments", "saves": "saved", "reach": "reach"},
        day,
    ),
    "tiktok": Recording(
        "facts_only/tiktok_posts_vn_2025.csv.gz",
        Platform.TIKTOK,
        SubjectKind.CONTENT,
        "video_id",
        "snapshot_local",
        {name: name for name in ("views", "likes", "comments", "shares", "saves")},
        in_vietnam,
        printed,
        ("--timezone", "Asia/Ho_Chi_Minh", "--url-column", "url"),
    ),
}


def thinned(path: Path, part: int, folder: Path) -> Path:
    """Return a file with every so manieth row."""
    if part == 1:
        return path
    thin = folder / "part.csv"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file, thin.open("w") as out:
        out.writelines(line for number, line in enumerate(file) if number % part == 0)
    return thin


def read_plainly(path: Path, recording: Recording) -> tuple[int, dict[str, dict[str, Points]]]:
    """Return the number of rows, and for each id and metric its points in order."""
    rows = 0
    found: dict[str, dict[str, Points]] = defaultdict(lambda: defaultdict(list))
    unpack = gzip.open if path.suffix == ".gz" else open
    with unpack(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rows += 1
            at = recording.instant(row[recording.at_column])
            for name, column in recording.metrics.items():
                value = recording.number(row[column])
                found[row[recording.id_column]][name].append((at, value))
    for metrics in found.values():
        for points in metrics.values():
            points.sort(key=lambda point: point[0])  # stable: one instant keeps the file's order
    return rows, found


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", RECORDINGS)
def test_every_row_is_kept_and_growth_is_exact(
    tmp_path: Path, sqlite_template: Path, name: str
) -> None:
    recording = RECORDINGS[name]
    path = thinned(recordings_dir() / recording.file, recording.part, tmp_path)
    rows, expected = read_plainly(path, recording)
    (tmp_path / "store.sqlite").write_bytes(sqlite_template.read_bytes())
    url = f"sqlite:///{tmp_path}/store.sqlite"
    store = Store(url)
    summary = store.load("snapshots", path, *recording.arguments())
    assert counts(summary) == (rows, rows, 0, 0)

    database = open_database(url)
    scope = database.submit_read(_scope(store)).result()
    assert database.submit_read(_kept).result() == rows
    sample = sorted(expected)[:: max(1, len(expected) // SAMPLE)]
    for key in sample:
        for metric, points in expected[key].items():
            got = database.submit_read(_numbers(scope, recording, key, metric)).result()
            assert got[0] == points, (key, metric)
            exact = naive_growth([(at, value) for at, value in points if value is not None])
            assert got[1] == exact, (key, metric)
    database.close()


def _kept(connection: Connection) -> int:
    hot = connection.execute(select(func.count()).select_from(snapshots)).scalar_one()
    return int(hot) + len(packed_observations(connection))


def _scope(store: Store) -> Callable[[Any], Scope]:
    return lambda connection: (
        Engine(connection, SystemClock()).tenants.authenticate_token(store.token).scope
    )


def _numbers(
    scope: Scope, recording: Recording, key: str, metric: str
) -> Callable[[Any], tuple[Points, dict[str, Any]]]:
    def work(connection: Any) -> tuple[Points, dict[str, Any]]:
        engine = Engine(connection, SystemClock())
        subject = engine.catalog.find_subject(scope, recording.platform, key, recording.kind)
        page = engine.metrics.series(subject.id, metric, bucketing=Bucketing.RAW, limit=10_000)
        points = [(point.at, point.value) for point in page.items]
        return points, as_dict(engine.metrics.growth(subject.id, metric))  # type: ignore[return-value]

    return work
