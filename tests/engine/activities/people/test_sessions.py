"""Parts of one session are one activity, whatever the order in which they come."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.people import START_TS, World, account, activity, agent, event

from bellwether.engine.activities import sessions
from bellwether.engine.activities.sessions import SILENCE_MS, Place, group
from bellwether.storage.database import Database

MINUTE = 60_000
_calls = st.lists(
    st.tuples(
        st.integers(0, 12).map(lambda ten: ten * 10 * MINUTE) | st.sampled_from([SILENCE_MS - 1]),
        st.sampled_from(["s:1", "s:2", "a:1", None]),
    ),
    max_size=20,
)


def naive_sessions(places: list[Place]) -> set[frozenset[int]]:
    """Sessions by comparing neighbours of one lane, oldest first."""
    found: list[list[Place]] = []
    for place in sorted(places):
        last = next(
            (one for one in reversed(found) if one[-1].lane == place.lane and place.lane), None
        )
        if last is not None and place.ts - last[-1].ts < SILENCE_MS:
            last.append(place)
        else:
            found.append([place])
    return {frozenset(place.seq for place in one) for one in found}


@settings(max_examples=300, deadline=None)
@given(_calls)
def test_groups_are_what_comparing_neighbours_gives(calls: list[tuple[int, str | None]]) -> None:
    places = [Place(ts, seq, lane) for seq, (ts, lane) in enumerate(calls)]
    found = list(group(sorted(places, key=lambda place: place[:2], reverse=True)))
    assert {frozenset(place.seq for place in one.places) for one in found} == naive_sessions(places)
    newest = [one.places[0][:2] for one in found]
    assert newest == sorted(newest, reverse=True)


def test_no_more_is_read_than_the_first_groups_need() -> None:
    read: list[int] = []

    def places() -> Any:
        for number in range(1000):
            read.append(number)
            yield Place(-number * 10 * MINUTE, number, "s:1" if number < 5 else None)

    groups = group(places())
    assert len(next(groups).places) == 5
    assert len(read) < 10


def test_a_session_without_an_end_is_read_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "MOST_PARTS", 3)
    places = [Place(-number, number, "s:1" if number % 2 else "s:2") for number in range(20)]
    found = [[place.seq for place in one.places] for one in group(places)]
    assert found == [
        [0, 2, 4],
        [1, 3, 5],
        [6, 8, 10],
        [7, 9, 11],
        [12, 14, 16],
        [13, 15, 17],
        [18],
        [19],
    ]


def _visit(minute: float, *names: str, **fields: Any) -> dict[str, Any]:
    ts = START_TS + int(minute * MINUTE)
    events = [event(name, ts) for name in names]
    fields = {"status": "IN_SESSION", "site": "7", **fields}
    return activity(fields.pop("who", agent(1)), ts=ts, events=events, **fields)


def test_calls_of_a_visit_become_one_activity_until_30_minutes_of_silence(world: World) -> None:
    world.send(
        _visit(0, "$home_view", key="one", _channel="web"),
        _visit(29.99, "$item_view", key="two", colour="red"),
        _visit(59.99, "$basket_view", key="three"),
        _visit(60, "$page_view", key="four", colour="blue"),
        _visit(61, "$page_view", key="elsewhere", site="8"),
        _visit(61, "$page_view", key="app", type="APP_VISIT", app="7"),
        _visit(62, "$page_view", key="whole", status="CLOSED_SESSION"),
    )
    found = {one["$unique_key"]: one for one in world.timeline(agent(1))}
    assert sorted(found) == ["app", "elsewhere", "one", "three", "whole"]
    first = found["one"]
    assert [one["$event_name"] for one in first["$events"]] == ["$home_view", "$item_view"]
    assert (first["$ts"], first["$session_duration"]) == (START_TS, 1799)
    assert (first["colour"], first["$channel"]) == ("red", "web")
    assert [one["$event_name"] for one in found["three"]["$events"]] == [
        "$basket_view",
        "$page_view",
    ]
    assert "$session_duration" not in found["whole"]


def test_a_session_is_open_until_it_was_silent_for_30_minutes(world: World) -> None:
    world.send(_visit(0, "$home_view"))
    world.pass_time(minutes=29, seconds=59)
    assert world.timeline(agent(1))[0]["$session_status"] == "IN_SESSION"
    world.pass_time(seconds=1)
    assert world.timeline(agent(1))[0]["$session_status"] == "CLOSED_SESSION"


def test_a_late_call_joins_the_visits_around_it(world: World) -> None:
    world.send(_visit(40, "$item_view", key="b"), _visit(0, "$home_view", key="a"))
    assert len(world.timeline(agent(1))) == 2
    world.send(_visit(20, "$page_view", key="late"))
    (whole,) = world.timeline(agent(1))
    assert [one["$event_name"] for one in whole["$events"]] == [
        "$home_view",
        "$page_view",
        "$item_view",
    ]
    assert whole["$unique_key"] == "b"  # the first that arrived


def test_visits_of_people_who_are_joined_are_one_and_part_again(world: World) -> None:
    world.send(_visit(0, "$home_view", key="a"), _visit(10, "$item_view", key="b", who=account(1)))
    world.send(activity(agent(1), account(1), ts=START_TS, key="both"))
    found = world.timeline(account(1))
    assert [len(one["$events"]) for one in found] == [2, 0]
    assert found[0]["$user_identifiers"] == [
        {"$type": "USER_AGENT", "$user_agent_id": "vec:1"},
        {"$type": "USER_ACCOUNT", "$user_account_id": "1"},
    ]
    world.undo(1, "operator")
    assert [one["$unique_key"] for one in world.timeline(account(1))] == ["b"]


def test_any_order_of_arrival_gives_the_same_activities(database: Database) -> None:
    @settings(max_examples=30 if database.kind == "sqlite" else 8, deadline=None)
    @given(st.lists(st.integers(0, 14), max_size=10), st.randoms(use_true_random=False))
    def holds(tens: list[int], chance: Any) -> None:
        calls = [_visit(ten * 10, "$page_view", who=agent(ten % 2)) for ten in tens]
        shuffled = list(calls)
        chance.shuffle(shuffled)
        one, other = World(database), World(database)
        one.send(*calls, activity(agent(0), agent(1), ts=0))
        other.send(activity(agent(0), agent(1), ts=0), *shuffled)
        assert [(each["$ts"], len(each["$events"])) for each in one.timeline(agent(0))] == [
            (each["$ts"], len(each["$events"])) for each in other.timeline(agent(0))
        ]

    holds()
