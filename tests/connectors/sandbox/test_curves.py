from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from tests.support import worlds

from bellwether.model.platforms import Platform
from bellwether.model.readings import ContentReading, CreatorReading, Failed

START = datetime(2025, 5, 1, tzinfo=UTC)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


async def _views(ids: Sequence[str], instants: Sequence[datetime]) -> list[list[int]]:
    rows = []
    for instant in instants:
        outcomes = await worlds.at(instant).fetch_contents(Platform.TIKTOK, ids)
        rows.append([_count(outcome, "views") for outcome in outcomes])
    return [list(column) for column in zip(*rows, strict=True)]


def _count(outcome: ContentReading | CreatorReading | Failed, metric: str) -> int:
    assert not isinstance(outcome, Failed), outcome
    return int(outcome.metrics[metric] or 0)


async def test_views_grow_apart_from_a_few_corrections() -> None:
    ids = [f"71234567890{number:08d}" for number in range(120)]
    curves = await _views(ids, [START + 2 * step * _HOUR for step in range(12 * 40)])
    steps = [after - before for curve in curves for before, after in pairwise(curve)]
    falls = [step for step in steps if step < 0]
    assert all(curve[-1] > curve[0] for curve in curves)
    assert 0 < len(falls) < len(steps) / 200
    assert min(min(curve) for curve in curves) >= 0


async def test_attention_has_a_daily_and_a_weekly_rhythm() -> None:
    # Views of one content by hour of day and by weekday, over twelve weeks.
    (curve,) = await _views(
        ["7000000000000000123"], [START + step * _HOUR for step in range(24 * 84)]
    )
    steps = [after - before for before, after in pairwise(curve)]
    by_hour = sorted(sum(steps[hour::24]) for hour in range(24))
    assert by_hour[-1] > 3 * by_hour[0]
    by_day = [curve[24 * (day + 1)] - curve[24 * day] for day in range(83)]
    assert len(set(by_day)) > 40


async def test_some_old_posts_go_viral_again_within_a_month_and_most_do_not() -> None:
    ids = [f"70000000000{number:08d}" for number in range(400)]
    curves = await _views(ids, [START, START + 30 * _DAY])
    growth = sorted(after / max(1, before) - 1 for before, after in curves)
    assert 0.005 < growth[200] < 0.05
    assert growth[-5] > 0.08


async def test_a_fresh_post_starts_near_nothing_and_its_first_days_are_its_busiest() -> None:
    page = await worlds.at(START).list_contents(Platform.YOUTUBE, "launches")
    busiest = 0
    for item in page.items[:20]:
        assert item.published_at is not None
        ages = [timedelta(minutes=1), _DAY, 2 * _DAY, 30 * _DAY, 31 * _DAY]
        counts = [
            _count(
                await worlds.content(Platform.YOUTUBE, item.id, item.published_at + age), "views"
            )
            for age in ages
        ]
        assert counts[0] <= counts[3] / 20 + 2
        busiest += counts[1] - counts[0] > counts[4] - counts[3]
    assert busiest >= 18


async def test_some_creators_lose_followers_and_most_gain() -> None:
    keys = [f"creator{number}" for number in range(300)]
    before = await worlds.at(START).fetch_profiles(Platform.TWITCH, keys)
    after = await worlds.at(START + 90 * _DAY).fetch_profiles(Platform.TWITCH, keys)
    pairs = [
        (_count(one, "followers"), _count(two, "followers"))
        for one, two in zip(before, after, strict=True)
    ]
    shown = [(one, two) for one, two in pairs if one]
    falling = sum(two < one for one, two in shown)
    assert len(shown) / 10 < falling < len(shown) / 3
    assert 0 < len(pairs) - len(shown) < 40  # hidden


async def test_some_owners_disable_likes_or_comments_which_is_null_and_not_zero() -> None:
    ids = [f"{number:011d}" for number in range(400)]
    early = await worlds.at(START).fetch_contents(Platform.YOUTUBE, ids)
    late = await worlds.at(START + 100 * _DAY).fetch_contents(Platform.YOUTUBE, ids)
    for metric in ("likes", "comments"):
        hidden = {
            o.id for o in early if isinstance(o, ContentReading) and o.metrics[metric] is None
        }
        still = {o.id for o in late if isinstance(o, ContentReading) and o.metrics[metric] is None}
        assert 4 <= len(hidden) <= 50
        assert still == hidden


async def test_youtube_cuts_follower_counts_to_three_digits_and_says_so() -> None:
    keys = [f"creator{number}" for number in range(200)]
    outcomes = await worlds.at(START).fetch_profiles(Platform.YOUTUBE, keys)
    marked = 0
    for outcome in outcomes:
        assert isinstance(outcome, CreatorReading)
        followers = outcome.metrics["followers"]
        if followers is None or followers < 1000:
            assert outcome.estimates == {}
            continue
        assert not str(int(followers))[3:].strip("0")
        estimate = outcome.estimates["followers"]
        assert estimate.low == followers < estimate.high < followers * 1.01
        marked += 1
    assert marked > 150


async def test_every_platform_shows_its_own_metrics() -> None:
    said = {}
    for platform in Platform:
        names: set[str] = set()
        for number in range(40):
            key = str(7_100_000_000 + number)
            names |= (await worlds.content(platform, key, START)).metrics.keys()
        said[platform] = names
    assert said[Platform.YOUTUBE] == {"views", "likes", "comments"}
    assert said[Platform.TIKTOK] == {"views", "likes", "comments", "shares", "saves"}
    assert said[Platform.TWITCH] == {"views"}
    assert said[Platform.BLUESKY] == {"likes", "comments", "shares"}
    assert said[Platform.INSTAGRAM] == {"views", "likes", "comments"}
    assert said[Platform.X] == {"views", "likes", "comments", "shares", "saves"}
