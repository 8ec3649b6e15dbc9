"""What people did about a content is counted by UTC day: every event once."""

from collections import Counter
from datetime import date
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.people import START_TS, World, account, activity, agent, event

from bellwether.model.people import ContentDay
from bellwether.model.platforms import Platform
from bellwether.storage.database import Database

VIDEO = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
SHORT = "https://youtu.be/dQw4w9WgXcQ?t=3"
OTHER = "https://www.tiktok.com/@someone/video/7106594312292453675"
DAY = 24 * 60 * 60 * 1000
TODAY = date(2026, 3, 1)

_names = st.sampled_from(["$page_view", "own", "$conversion", "$transaction_confirmed"])
_events = st.lists(st.tuples(_names, st.sampled_from([VIDEO, SHORT, OTHER, "x"])), max_size=4)
_days = st.integers(0, 2)
_steps = st.lists(st.tuples(st.integers(0, 3), _days, _events), max_size=8)


def days(world: World, platform: Platform = Platform.YOUTUBE, **span: Any) -> list[ContentDay]:
    key = {Platform.YOUTUBE: "dQw4w9WgXcQ", Platform.TIKTOK: "7106594312292453675"}[platform]
    return list(
        world.read(lambda engine: engine.people.content_days(world.scope, platform, key, **span))
    )


def test_counts_are_those_of_a_small_model(database: Database) -> None:
    numbers = count()

    @settings(max_examples=40 if database.kind == "sqlite" else 10, deadline=None)
    @given(_steps, st.lists(st.integers(1, 3), max_size=4), st.lists(st.booleans(), max_size=4))
    def holds(
        steps: list[tuple[int, int, list[tuple[str, str]]]], pieces: list[int], crashes: list[bool]
    ) -> None:
        world = World(database, f"clicks {next(numbers)}")
        world.log(
            [
                activity(
                    agent(who),
                    ts=START_TS + day * DAY,
                    events=[event(name, url=url) for name, url in events],
                )
                for who, day, events in steps
            ]
        )
        world.catch_up(pieces, crashes)
        world.send(activity(agent(0), agent(1), agent(2), agent(3)))
        _check(world, steps)
        if len({who for who, *_ in steps}) > 1:
            world.undo(1)
        _check(world, steps)
        gone = world.identifiers(agent(0))
        world.erase(agent(0))
        _check(world, [step for step in steps if agent(step[0]) not in gone])

    holds()


def _check(world: World, steps: list[tuple[int, int, list[tuple[str, str]]]]) -> None:
    expected: Counter[tuple[int, bool]] = Counter()
    for _, day, events in steps:
        for name, url in events:
            if url in {VIDEO, SHORT}:
                expected[day, name in {"$conversion", "$transaction_confirmed"}] += 1
    found = days(world)
    assert [(one.day.day - 1, one.clicks, one.conversions) for one in found] == [
        (day, expected[day, False], expected[day, True])
        for day in sorted({day for day, _ in expected})
    ]


def test_days_are_those_of_the_events_in_utc(world: World) -> None:
    noon_to_midnight = DAY // 2
    world.send(
        activity(
            agent(1),
            events=[
                event("a", START_TS + noon_to_midnight - 1, url=VIDEO),
                event("b", START_TS + noon_to_midnight, url=VIDEO),
                event("$conversion", url=VIDEO),
            ],
        )
    )
    tomorrow = date(2026, 3, 2)
    assert days(world) == [ContentDay(TODAY, 1, 1), ContentDay(tomorrow, 1, 0)]
    assert days(world, start=tomorrow) == [ContentDay(tomorrow, 1, 0)]
    assert days(world, end=TODAY) == [ContentDay(TODAY, 1, 1)]
    assert days(world, Platform.TIKTOK) == []


@pytest.mark.parametrize(
    "url",
    [
        "https://www.youtube.com/@someone",
        "https://shop.example/item",
        "not a url",
        "",
        VIDEO + "&x=" + "y" * 3000,
        7,
        None,
        [VIDEO],
    ],
)
def test_what_names_no_content_counts_towards_none(world: World, url: object) -> None:
    world.send(activity(agent(1), events=[event("a", url=url), event("b", other=VIDEO)]))
    assert days(world) == []


def test_datamarts_of_a_scope_add_up_and_others_do_not_see_them(database: Database) -> None:
    one, two, other = World(database), World(database), World(database, "another workspace")
    for world in (one, two, other):
        world.send(activity(account(1), events=[event("a", url=VIDEO)]))
    assert days(one) == days(two) == [ContentDay(TODAY, 2, 0)]
    assert days(other) == [ContentDay(TODAY, 1, 0)]


def test_clicks_of_nobody_count_too(world: World) -> None:
    world.send(activity(events=[event("a", url=VIDEO)]))
    assert days(world) == [ContentDay(TODAY, 1, 0)]


def test_an_expired_activitys_clicks_stay_counted(world: World) -> None:
    world.send(activity(agent(1), _ttl=1, events=[event("a", url=VIDEO)]))
    world.pass_time(minutes=2)
    world.write(lambda engine: engine.people.expire(10))
    assert days(world) == [ContentDay(TODAY, 1, 0)]
