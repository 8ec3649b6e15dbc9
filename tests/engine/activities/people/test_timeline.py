"""A person's timeline: newest first, in pages, by what is asked for, without what expired."""

import pytest
from tests.support.people import START_TS, World, activity, agent, event

from bellwether.engine.activities import reading
from bellwether.model.errors import InvalidInputError
from bellwether.model.people import TimelineFilter, TimelinePage

MINUTE = 60_000


def _page(world: World, first: int = 0, limit: int = 2, **wanted: object) -> TimelinePage:
    return world.read(
        lambda engine: engine.people.timeline(
            world.datamart,
            agent(1),
            TimelineFilter(**wanted),  # type: ignore[arg-type]
            first=first,
            limit=limit,
        )
    )


def _keys(page: TimelinePage) -> list[object]:
    return [one["$unique_key"] for one in page.items]


def test_pages_follow_each_other_and_tell_the_total(world: World) -> None:
    world.send(*[activity(agent(1), ts=START_TS + n, key=f"k{n}") for n in (3, 1, 4, 0, 2)])
    world.send(activity(agent(2), key="other"))
    assert [_keys(_page(world, first)) for first in (0, 2, 4, 6)] == [
        ["k4", "k3"],
        ["k2", "k1"],
        ["k0"],
        [],
    ]
    assert [_page(world, first).total for first in (0, 4, 6)] == [5, 5, 5]
    for first, limit, field in ((-1, 1, "first_result"), (0, 0, "max_results")):
        with pytest.raises(InvalidInputError) as caught:
            _page(world, first, limit)
        assert caught.value.field == field


def test_activities_of_one_instant_come_in_the_order_of_the_log(world: World) -> None:
    world.send(*[activity(agent(1), key=f"k{n}") for n in range(5)])
    assert _keys(_page(world, limit=9)) == ["k4", "k3", "k2", "k1", "k0"]


def test_long_timelines_are_read_in_portions_and_not_counted_to_the_end(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.send(*[activity(agent(1), ts=START_TS + n, key=f"k{n}") for n in range(1203)])
    assert _page(world, 1200, 9) == TimelinePage(_page(world, 1200, 9).items, 1203)
    assert _keys(_page(world, 1200, 9)) == ["k2", "k1", "k0"]
    monkeypatch.setattr(reading, "MOST_COUNTED", 1000)
    assert _page(world).total is None
    assert _page(world, types=["SITE_VISIT"]).total is None
    assert _page(world, unique_keys=["k3"]).total == 1


def test_filters_choose_by_key_type_channel_and_time(world: World) -> None:
    world.send(
        activity(agent(1), ts=START_TS, key="a", site="1"),
        activity(agent(1), ts=START_TS + 1, key="b", type="EMAIL", _channel_id="2"),
        activity(agent(1), ts=START_TS + 2, key="c", type="APP_VISIT", app="3"),
    )
    assert _keys(_page(world, unique_keys=["a", "c"])) == ["c", "a"]
    assert _keys(_page(world, types=["EMAIL", "TOUCH"])) == ["b"]
    assert _keys(_page(world, channels=["1", "2"])) == ["b", "a"]
    assert _keys(_page(world, start_ts=START_TS + 1)) == ["c", "b"]
    assert _keys(_page(world, end_ts=START_TS + 1)) == ["b", "a"]
    assert _keys(_page(world, start_ts=START_TS + 1, end_ts=START_TS + 1)) == ["b"]
    assert _page(world, types=["EMAIL"], start_ts=START_TS + 2) == TimelinePage([], 0)
    assert _keys(_page(world, 1, 1, types=["EMAIL", "APP_VISIT"])) == ["b"]


def test_a_part_of_a_session_is_found_by_its_own_key(world: World) -> None:
    parts = [
        activity(agent(1), ts=START_TS + n, key=f"k{n}", status="IN_SESSION", site="1")
        for n in range(3)
    ]
    world.send(*parts)
    assert _keys(_page(world, unique_keys=["k2"])) == ["k0"]


def test_what_was_sent_is_read_back_to_the_letter(world: World) -> None:
    odd = {"a": [1, 2.5, None, {"ü": "\u2028"}], "big": 2**53 + 1, "$deep": {"x": {"y": []}}}
    body = activity(agent(1), events=[event("own name", **odd)], custom=odd)
    world.send(body)
    assert _page(world).items == [body]


def test_a_time_to_live_ends_in_the_timeline_and_in_the_log(world: World) -> None:
    url = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
    world.send(
        activity(agent(1), key="short", _ttl=10, events=[event("click", url=url)]),
        activity(agent(1), ts=START_TS + 1, key="keep", _ttl=0),
        activity(agent(1), ts=START_TS + 2, key="long", _ttl=20),
    )
    assert _keys(_page(world, limit=9)) == ["long", "keep", "short"]
    world.pass_time(minutes=10)
    assert _keys(_page(world, limit=9)) == ["long", "keep"]
    assert "short" in world.log_text()
    assert world.write(lambda engine: engine.people.expire(100)) == 1
    assert "short" not in world.log_text()
    assert world.write(lambda engine: engine.people.expire(100)) == 0
    assert _keys(_page(world, limit=9)) == ["long", "keep"]


def test_an_activity_of_nobody_is_on_no_timeline(world: World) -> None:
    world.send(activity(key="nobody"), activity(agent(1), key="somebody"))
    assert _keys(_page(world)) == ["somebody"]
    assert "nobody" in world.log_text()
