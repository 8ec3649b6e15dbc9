"""`bellwether demo`: the real one, once, and its own judgement of results that are not right."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.support.command import bellwether

from bellwether.cli.demo.numbers import Numbers, problems
from bellwether.cli.demo.targets import START, Target, choose, choose_recorded
from bellwether.model.platforms import Platform
from bellwether.model.readings import FailureReason

DAYS = 30


def test_the_demo_shows_30_days_of_numbers_and_finds_them_right(tmp_path: Path) -> None:
    """Takes about 45 seconds, nearly all of it waiting: 30 days pass in 36 seconds."""
    answer = bellwether("demo", "--once", "--data", tmp_path / "data", seconds=115)
    assert answer.code == 0, answer.err + answer.out
    assert "30 days of numbers" in answer.out
    for platform in ("bsky.app", "instagram.com", "tiktok.com", "twitch.tv", "x.com", "youtube"):
        assert platform in answer.out
    assert "sandbox" in answer.out
    assert "deleted" in answer.out
    assert (tmp_path / "data" / "server.log").exists()


def test_without_recordings_everything_is_simulated_and_complete() -> None:
    targets = choose(choose_recorded(None, DAYS), START)
    assert len(targets) >= 100
    assert len({target.platform for target in targets}) >= 5
    assert {target.source for target in targets} == {"sandbox"}
    assert sum(target.fails is not None for target in targets) == 3
    assert targets == choose(choose_recorded(None, DAYS), START)


def _point(day: int, value: int | None) -> dict[str, Any]:
    at = f"2026-07-{day:02d}T10:00:00Z"
    return {"at": at, "value": value, "source": "sandbox", "as_of": None, "estimate": None}


def _numbers(index: int, platform: Platform) -> Numbers:
    values = [100 + index + day for day in range(1, DAYS + 1)]
    points = [_point(day, value) for day, value in zip(range(1, DAYS + 1), values, strict=True)]
    return Numbers(
        target=Target(f"https://example.com/{index}", platform, "native", "sandbox", ("views",)),
        tracker={"id": str(index), "subject_id": str(index)},
        runs=[{"state": "succeeded", "failure": None}],
        metric="views",
        points=points,
        growth={
            "snapshots": DAYS,
            "first": values[0],
            "last": values[-1],
            "net_change": DAYS - 1,
            "pct_change": round((DAYS - 1) / values[0] * 100, 4),
            "min": values[0],
            "max": values[-1],
            "daily_last": {point["at"][:10]: point["value"] for point in points},
        },
        daily=values,
        recorded_until=None,
    )


def _right() -> list[Numbers]:
    platforms = list(Platform)
    return [_numbers(index, platforms[index % len(platforms)]) for index in range(100)]


def _judge(found: list[Numbers]) -> list[str]:
    return list(problems(found, [each.target for each in found], DAYS))


def test_a_right_result_has_no_problems() -> None:
    assert _judge(_right()) == []


def _growth(**changes: object) -> Callable[[Numbers], Numbers]:
    return lambda numbers: replace(numbers, growth={**numbers.growth, **changes})


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_growth(net_change=7), "net_change"),
        (_growth(pct_change=None), "pct_change"),
        (_growth(daily_last={}), "daily_last"),
        (_growth(snapshots=29), "snapshots"),
        (lambda n: replace(n, daily=n.daily[:27]), "27 daily values"),
        (lambda n: replace(n, points=[{**n.points[0], "source": "replay"}]), "came from replay"),
        (
            lambda n: replace(n, runs=[{"state": "failed", "failure": {"reason": "private"}}]),
            "1 runs failed",
        ),
        (
            lambda n: replace(n, target=replace(n.target, fails=FailureReason.DELETED)),
            "should fail as deleted",
        ),
    ],
)
def test_a_result_that_is_not_right_is_said_to_be(
    spoil: Callable[[Numbers], Numbers], said: str
) -> None:
    first, *others = _right()
    found = _judge([spoil(first), *others])
    assert any(said in problem for problem in found)
    assert all(first.target.url in problem for problem in found)


def test_too_few_trackers_or_platforms_are_problems() -> None:
    one = [_numbers(index, Platform.X) for index in range(99)]
    said = list(problems(one, [each.target for each in _right()], DAYS))
    assert any("99 trackers" in problem for problem in said)
    assert any("1 platforms" in problem for problem in said)
    assert any("100 URLs were given" in problem for problem in said)
