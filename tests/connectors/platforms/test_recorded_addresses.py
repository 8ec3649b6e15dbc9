"""Addresses as people and platforms really wrote them, from the recordings where they are there."""

import csv
import gzip
from collections.abc import Iterator

import pytest
from tests.support.shared import recordings_dir

from bellwether.connectors.platforms.registry import PLATFORMS
from bellwether.engine.catalog.resolve import resolve
from bellwether.model.platforms import Kind, Platform

POSTS = frozenset({Kind.POST, Kind.REEL, Kind.VIDEO})


def recorded(name: str) -> Iterator[dict[str, str]]:
    path = recordings_dir() / name
    if not path.is_file():
        pytest.skip(f"The recording {name} is absent")
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


@pytest.mark.parametrize(
    ("name", "column", "platform"),
    [
        ("facts_only/facebook_posts_2016.csv.gz", "url", Platform.FACEBOOK),
        ("licensed/x_posts_2017.csv.gz", "url", Platform.X),
        ("facts_only/instagram_business_posts_daily_2026.csv.gz", "permalink", Platform.INSTAGRAM),
        ("facts_only/tiktok_posts_vn_2025.csv.gz", "url", Platform.TIKTOK),
    ],
)
def test_every_recorded_address_names_a_post(name: str, column: str, platform: Platform) -> None:
    texts = {row[column] for row in recorded(name) if row[column]}
    refs = [resolve(text) for text in texts]
    assert len(refs) > 1000
    assert {ref.platform for ref in refs} == {platform}
    assert {ref.kind for ref in refs} <= POSTS
    assert [ref for ref in refs if resolve(ref.url) != ref] == []


def test_the_ids_in_recorded_addresses_are_those_of_the_platform() -> None:
    wrong = [
        row["url"]
        for row in recorded("facts_only/tiktok_posts_vn_2025.csv.gz")
        if resolve(row["url"]).id != row["video_id"]
        or resolve(row["url"]).handle != row["username"].lower()
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("name", "column", "platform"),
    [
        ("facts_only/tiktok_posts_vn_2025.csv.gz", "username", Platform.TIKTOK),
        ("facts_only/vtuber_profiles_2026.csv.gz", "twitch_login", Platform.TWITCH),
        ("facts_only/vtuber_profiles_2026.csv.gz", "youtube_channel_id", Platform.YOUTUBE),
        ("licensed/us_congress_social_accounts_2026.csv.gz", "twitter", Platform.X),
        ("licensed/us_congress_social_accounts_2026.csv.gz", "instagram", Platform.INSTAGRAM),
        ("licensed/us_congress_social_accounts_2026.csv.gz", "youtube", Platform.YOUTUBE),
    ],
)
def test_every_recorded_handle_is_one(name: str, column: str, platform: Platform) -> None:
    names = {row[column] for row in recorded(name) if row[column]}
    assert len(names) > 100
    assert [each for each in names if PLATFORMS[platform].name(each) is None] == []
