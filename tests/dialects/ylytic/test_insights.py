"""Counters as callers see them: real runs across the end of a month, recounted from the lists."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from tests.support.history import tell_of
from tests.support.steered import World

from bellwether.engine.tracking.tables import runs, trackers

_ROOT = "/ylytic/api/v1/rt_tracking"
_CREATORS, _POSTS = f"{_ROOT}/creators", f"{_ROOT}/posts"
_EVE = datetime(2023, 12, 30, 21, 30, tzinfo=UTC)
_NUMBERS = (
    "total",
    "webhooks_success_total",
    "this_month",
    "webhooks_success_this_month",
    "today",
    "webhooks_success_today",
)


@pytest.fixture
def tracked(world: World, client: httpx.Client) -> World:
    """Two creators, one with stories, and two posts of one of them, run for two days."""
    world.clock.go_to(_EVE)
    bodies: list[tuple[str, dict[str, str]]] = [
        (_CREATORS, {"handle": "ada", "stories_cron_expression": "30 */8 * * *"}),
        (_CREATORS, {"handle": "sbx_private.bob", "cron_expression": "0 */12 * * *"}),
        (_POSTS, {"shortcode": "C1JjTC-STpl", "handle": "ada", "cron_expression": "15 */3 * * *"}),
        (_POSTS, {"shortcode": "C2JjTC-STpl", "cron_expression": "45 3 * * *"}),
    ]
    for path, body in bodies:
        assert client.post(path, json={"connector": "instagram", **body}).is_success
    world.run_due()
    _tell_of_every_second(world)
    world.pass_time(every=timedelta(minutes=45), until=datetime(2024, 1, 1, 13, tzinfo=UTC))
    _tell_of_every_second(world)
    return world


def _tell_of_every_second(world: World) -> None:
    database = world.server.container.database
    mine = runs.c.tracker_id.in_(select(trackers.c.id))
    with database.engine.connect() as connection:
        found = connection.execute(
            select(runs).where(mine).order_by(runs.c.tracker_id, runs.c.tick)
        ).fetchall()
    tell_of(database, found[::2])


def _recount(world: World, client: httpx.Client, trackers: set[str]) -> dict[str, Any]:
    """Count the runs that the native API lists, and ask the store which were told."""
    listed = client.get("/api/v1/runs?limit=1000").json()["data"]
    mine = [run for run in listed if run["tracker_id"] in trackers]
    told = {run["id"] for run in mine} & world.told_runs()
    now = world.clock.now()
    month = [run for run in mine if run["finished_at"][:7] == f"{now:%Y-%m}"]
    today = [run for run in month if run["finished_at"][:10] == f"{now:%Y-%m-%d}"]
    numbers = {}
    for name, some in (("total", mine), ("this_month", month), ("today", today)):
        numbers[name] = len(some)
        numbers[f"webhooks_success_{name}"] = sum(run["id"] in told for run in some)
    days = Counter(run["finished_at"][:10] for run in month)
    rows = [
        {
            day: count,
            "webhook_success": sum(
                run["id"] in told for run in month if run["finished_at"][:10] == day
            ),
        }
        for day, count in sorted(days.items())
    ]
    return numbers | {"events_datewise_this_month": rows}


def _numbers(insights: dict[str, Any]) -> dict[str, Any]:
    return {name: insights[name] for name in (*_NUMBERS, "events_datewise_this_month")}


def _trackers(client: httpx.Client, target: str) -> set[str]:
    found = client.get("/api/v1/trackers?dialect=ylytic").json()["data"]
    return {one["id"] for one in found if one["target"] == target}


def test_every_objects_counters_equal_a_recount(tracked: World, client: httpx.Client) -> None:
    for path, target in (
        (_CREATORS, "ada"),
        (_CREATORS, "sbx_private.bob"),
        (_POSTS, "C1JjTC-STpl"),
        (_POSTS, "C2JjTC-STpl"),
    ):
        insights = client.get(f"{path}/{target}").json()["event_insights"]
        assert _numbers(insights) == _recount(tracked, client, _trackers(client, target)), target
        assert 0 < insights["today"] < insights["total"], target
        assert insights["webhooks_success_total"] > 0, target


def test_all_together_equals_the_sum_of_the_parts(tracked: World, client: httpx.Client) -> None:
    whole = client.get(f"{_ROOT}/insights").json()
    parts = {
        "creators": client.get(_CREATORS).json()["objects"],
        "posts": client.get(_POSTS).json()["objects"],
    }
    for name in _NUMBERS:
        for kind, objects in parts.items():
            assert whole[kind][name] == sum(one["event_insights"][name] for one in objects)
        assert whole[name] == whole["creators"][name] + whole["posts"][name]
    everything = set().union(*(_trackers(client, one) for one in (
        "ada", "sbx_private.bob", "C1JjTC-STpl", "C2JjTC-STpl",
    )))  # fmt: skip
    assert _numbers(whole) == _recount(tracked, client, everything)
    by_creator = "events_creatorwise_this_month"
    assert whole[by_creator] == whole["creators"][by_creator]
    assert [next(iter(row)) for row in whole[by_creator]] == ["ada", "sbx_private.bob"]
    rows = [row for one in parts["creators"] for row in one["event_insights"][by_creator]]
    assert whole[by_creator] == sorted(rows, key=lambda row: next(iter(row)))
    by_creator = "events_creatorwise_posts_this_month"
    assert whole[by_creator] == whole["posts"][by_creator]
    assert {"ada"} < {next(iter(row)) for row in whole[by_creator]}


def test_a_new_month_begins_at_midnight_in_utc(world: World, client: httpx.Client) -> None:
    body = {"connector": "instagram", "shortcode": "C1JjTC-STpl", "handle": "ada"}
    world.clock.go_to(datetime(2024, 2, 29, 23, 59, 59, 999999, tzinfo=UTC))
    client.post(_POSTS, json=body | {"cron_expression": "*/1 * * * *"})
    world.run_due()
    before = client.get(f"{_POSTS}/C1JjTC-STpl").json()["event_insights"]
    assert before["events_datewise_this_month"] == [{"2024-02-29": 1, "webhook_success": 0}]
    world.clock.advance(timedelta(microseconds=1))
    world.run_due()
    after = client.get(f"{_POSTS}/C1JjTC-STpl").json()["event_insights"]
    assert (after["total"], after["this_month"], after["today"]) == (2, 1, 1)
    assert after["events_datewise_this_month"] == [{"2024-03-01": 1, "webhook_success": 0}]
    world.clock.go_to(datetime(2024, 4, 1, tzinfo=UTC))
    later = client.get(f"{_POSTS}/C1JjTC-STpl").json()["event_insights"]
    assert (later["total"], later["this_month"], later["today"]) == (2, 0, 0)
    assert later["events_datewise_this_month"] == []
    assert later["events_creatorwise_posts_this_month"] == []


def test_a_creator_called_like_the_other_key_of_its_row_keeps_both(
    world: World, client: httpx.Client
) -> None:
    client.post(_CREATORS, json={"connector": "instagram", "handle": "webhook_success"})
    world.run_due()
    insights = client.get(f"{_CREATORS}/webhook_success").json()["event_insights"]
    assert insights["events_creatorwise_this_month"] == [
        {"@webhook_success": 1, "webhook_success": 0}
    ]
