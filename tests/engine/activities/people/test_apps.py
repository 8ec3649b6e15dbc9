"""The first opening of an app, and one in another version, are added by the server."""

from typing import Any

import pytest
from tests.support.people import START_TS, World, account, activity, agent, event

from bellwether.model.people import Identifier


def _open(who: Any, minute: int, **versions: Any) -> dict[str, Any]:
    ts = START_TS + minute * 60_000
    events = [event("$app_open", ts, **versions)]
    return activity(who, ts=ts, type="APP_VISIT", app="7", events=events, key=f"m{minute}")


def _added(world: World, who: Any) -> dict[object, list[object]]:
    return {
        one["$unique_key"]: [
            each["$event_name"] for each in one["$events"] if each["$event_name"] != "$app_open"
        ]
        for one in world.timeline(who)
    }


@pytest.mark.parametrize("pieces", [[], [1] * 6])
def test_installs_and_updates_are_told_once_each(world: World, pieces: list[int]) -> None:
    world.log(
        [
            _open(agent(1), 0, _app_version="1.0", _os_version="17"),
            _open(agent(1), 1, _app_version="1.0"),
            _open(agent(1), 2, _app_version="1.1", _os_version="17"),
            _open(agent(1), 3, _os_version="18"),
            _open(agent(1), 4, _app_version="1.1", _os_version="18"),
            _open(agent(2), 5),
        ]
    )
    world.catch_up(pieces)
    assert _added(world, agent(1)) == {
        "m0": ["$app_install"],
        "m1": [],
        "m2": ["$app_update"],
        "m3": ["$app_update"],
        "m4": [],
    }
    assert _added(world, agent(2)) == {"m5": ["$app_install"]}
    update = world.timeline(agent(1), unique_keys=["m3"])[0]["$events"][-1]
    assert update == {
        "$event_name": "$app_update",
        "$ts": START_TS + 3 * 60_000,
        "$properties": {"$app_version": "1.1", "$os_version": "18"},
    }


@pytest.mark.parametrize("pieces", [[], [1] * 5, [2]])
@pytest.mark.parametrize("first", [agent(1), account(1)])
def test_who_was_joined_has_installed_what_either_had(
    world: World, pieces: list[int], first: Identifier
) -> None:
    world.send(activity(first))  # so that this one is kept
    world.log(
        [
            _open(agent(1), 0, _app_version="1"),
            _open(account(1), 1, _app_version="2"),
            activity(agent(1), account(1)),
            _open(agent(1), 2, _app_version="2"),
            _open(agent(1), 3, _app_version="3"),
        ]
    )
    world.catch_up(pieces)
    added = _added(world, agent(1))
    assert [added[f"m{n}"] for n in range(4)] == [
        ["$app_install"],
        ["$app_install"],
        [],
        ["$app_update"],
    ]


def test_an_opening_without_an_app_adds_nothing(world: World) -> None:
    world.send(activity(agent(1), type="APP_VISIT", events=[event("$app_open")], key="x"))
    assert _added(world, agent(1)) == {"x": []}
