"""`bellwether demo`: the real one, once, and its own judgement of results that are not right."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.support.command import bellwether

from bellwether.cli.demo.numbers import Numbers, problems
from bellwether.cli.demo.receiver import Received, receiving
from bellwether.cli.demo.targets import START, Target, choose, choose_recorded
from bellwether.cli.demo.webhooks import Told
from bellwether.cli.demo.webhooks import problems as judge
from bellwether.kit.clock import SystemClock
from bellwether.kit.ids import new_id
from bellwether.kit.signing import new_signing_secret, signed_headers
from bellwether.model.platforms import Platform
from bellwether.model.readings import FailureReason

DAYS = 30


@pytest.mark.alone
def test_the_demo_shows_30_days_of_numbers_and_finds_them_right(tmp_path: Path) -> None:
    """Takes about 28 seconds, most of it waiting: 30 days pass in 18 seconds."""
    answer = bellwether("demo", "--once", "--data", tmp_path / "data", seconds=90)
    assert answer.code == 0, answer.err + answer.out
    assert "30 days of numbers" in answer.out
    for platform in ("bsky.app", "instagram.com", "tiktok.com", "twitch.tv", "x.com", "youtube"):
        assert platform in answer.out
    assert "sandbox" in answer.out
    assert "deleted" in answer.out
    assert "signatures verified" in answer.out
    assert "What Ylytic's calls count" in answer.out
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
        (lambda n: replace(n, daily=n.daily[:25]), "25 daily values"),
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


def _received(run: str, tick: str, *, path: str = "native", tracker: str = "t") -> Received:
    data = {"run_id": run, "tick": tick, "tracker_id": tracker, "url": "https://x.com/a"}
    return Received(
        f"event of {run}",
        path,
        genuine=True,
        seconds=0.1,
        body={"type": "run.succeeded", "data": data},
    )


def _told() -> Told:
    """Return what the demo was told: two runs of one tracker, all right."""
    ticks = {"r1": "2026-07-01T12:00:00Z", "r2": "2026-07-02T12:00:00Z"}
    counted = {"total": 2, "webhooks_success_total": 2}
    return Told(
        until=datetime(2026, 7, 3, tzinfo=UTC),
        native=[_received(run, tick) for run, tick in ticks.items()],
        ylytic=[_received(run, tick, path="ylytic") for run, tick in ticks.items()],
        events=[
            {"id": f"event of {run}", "type": "run.succeeded", "run_id": run, "at": tick}
            for run, tick in ticks.items()
        ],
        runs=[{"id": run, "tracker_id": "t", "finished_at": tick} for run, tick in ticks.items()],
        insights=counted,
        creators=[{"handle": "a", "event_insights": counted}],
        ylytic_trackers=frozenset({"t"}),
    )


def test_webhooks_that_are_right_have_no_problems() -> None:
    assert list(judge(_told())) == []
    late = {"id": "late", "type": "run.succeeded", "run_id": "r3", "at": "2026-07-04T12:00:00Z"}
    run = {"id": "r3", "tracker_id": "other", "finished_at": "2026-07-04T12:00:00Z"}
    told = _told()
    going_on = replace(told, events=[*told.events, late], runs=[*told.runs, run])
    assert list(judge(going_on)) == []


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda t: replace(t, native=t.native[:1]), "native webhooks: 1 of 2 events never arrived"),
        (lambda t: replace(t, ylytic=[]), "ylytic webhooks: 2 of 2 events never arrived"),
        (lambda t: replace(t, native=t.native[::-1]), "too late"),
        (lambda t: replace(t, events=t.events[:1]), "1 arrived that never happened"),
        (lambda t: replace(t, events=t.events[:1]), "1 of 2 runs have no event"),
        (
            lambda t: replace(t, native=[replace(one, genuine=False) for one in t.native]),
            "2 were not signed with the secret",
        ),
        (
            lambda t: replace(t, insights={"total": 3, "webhooks_success_total": 2}),
            "insights: total is 3, not 2",
        ),
        (lambda t: replace(t, creators=[]), "add up to 0, not 2"),
        (lambda t: replace(t, ylytic_trackers=frozenset()), "nothing ran"),
    ],
)
def test_webhooks_that_are_not_right_are_said_to_be(
    spoil: Callable[[Told], Told], said: str
) -> None:
    assert any(said in problem for problem in judge(spoil(_told())))


def test_the_demos_receiver_believes_only_what_is_signed() -> None:
    secret, other = new_signing_secret(), new_signing_secret()
    now, body = SystemClock().real_now(), b'{"type": "test", "data": {}}'
    with receiving() as receiver:
        receiver.trust("/in", secret)
        statuses = [
            httpx.post(
                receiver.url(path), content=body, headers=signed_headers(new_id(), now, body, [key])
            ).status_code
            for path, key in (("/in", secret), ("/in", other), ("/elsewhere", secret))
        ]
        assert statuses == [204, 401, 401]
        assert [one.genuine for one in receiver.received("/in")] == [True, False]
        assert receiver.received("/in")[0].seconds >= 0
