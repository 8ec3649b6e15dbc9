"""Profiles of accounts: three ways to change one, and whose it is."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.people import START_TS, WHO, World, account, activity, agent, event

from bellwether.kit.clock import to_micros
from bellwether.model.errors import ConflictError, InvalidInputError, NotFoundError
from bellwether.model.people import Identifier, Profile, ProfileChange, ProfileStrategy, Selector
from bellwether.storage.database import Database

_keys = st.sampled_from(["a", "b", "c"])
_leaves = st.integers(0, 3) | st.none() | st.just([1, {"a": 1}])
_objects = st.recursive(
    st.dictionaries(_keys, _leaves, max_size=3),
    lambda inner: st.dictionaries(_keys, _leaves | inner, max_size=3),
    max_leaves=6,
)
_changes = st.lists(
    st.tuples(_objects, st.sampled_from(ProfileStrategy), st.booleans()), max_size=6
)


def _paths(body: object, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], object]:
    """Every place of an object and what is there; an empty object is something, too."""
    if not isinstance(body, dict) or (not body and path):
        return {path: body}
    return {found: leaf for key in body for found, leaf in _paths(body[key], (*path, key)).items()}


def put(
    world: World,
    who: Selector,
    whose: Identifier,
    body: Mapping[str, Any],
    strategy: ProfileStrategy = ProfileStrategy.PARTIAL_UPDATE,
    *,
    deep: bool = False,
) -> Profile:
    change = ProfileChange(body, strategy, deep)
    return world.write(lambda engine: engine.profiles.put(world.datamart, who, whose, change, WHO))


def get(world: World, who: Selector, whose: Identifier) -> Profile:
    return world.read(lambda engine: engine.profiles.get(world.datamart, who, whose))


def test_a_profile_is_what_its_changes_add_up_to(database: Database) -> None:
    @settings(max_examples=50 if database.kind == "sqlite" else 10, deadline=None)
    @given(_changes)
    def holds(changes: list[tuple[dict[str, Any], ProfileStrategy, bool]]) -> None:
        world = World(database)
        expected: dict[str, Any] = {}
        for body, strategy, deep in changes:
            found = put(world, account(1), account(1), body, strategy, deep=deep)
            expected = _changed(expected, body, strategy, deep=deep)
            assert found.body == expected == get(world, account(1), account(1)).body

    holds()


def _changed(
    known: dict[str, Any], body: dict[str, Any], strategy: ProfileStrategy, *, deep: bool
) -> dict[str, Any]:
    """The same by the paths of single values, not by walking two objects side by side."""
    if strategy is ProfileStrategy.FORCE_REPLACE:
        return body
    if strategy is ProfileStrategy.PARTIAL_DELETE:
        gone = [path for path, leaf in _paths(body).items() if path]
        return _drop(known, gone)
    if not deep:
        return {**known, **body}
    kept = known
    for path, leaf in _paths(body).items():
        if path:
            kept = _set(kept, path, leaf)
    return kept


def _set(known: object, path: tuple[str, ...], leaf: object) -> Any:
    if not path:
        return known if leaf == {} and isinstance(known, dict) else leaf
    inside = known if isinstance(known, dict) else {}
    return {**inside, path[0]: _set(inside.get(path[0]), path[1:], leaf)}


def _drop(known: dict[str, Any], gone: list[tuple[str, ...]]) -> dict[str, Any]:
    for path in gone:
        known = _drop_one(known, path)
    return known


def _drop_one(known: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    key, *rest = path
    if key not in known:
        return known
    if rest and isinstance(known[key], dict):
        return {**known, key: _drop_one(known[key], tuple(rest))}
    return {each: value for each, value in known.items() if each != key}


def test_events_change_profiles_in_the_order_of_the_log(world: World) -> None:
    told = [
        activity(
            agent(1),
            account(1),
            events=[
                event("$set_user_profile_properties", n=n, _user_account_id="1"),
                event("$set_user_profile_properties", **{f"k{n}": True, "_user_account_id": 1}),
            ],
        )
        for n in range(5)
    ]
    world.log(told)
    world.catch_up([2, 1], [False, True])
    assert get(world, agent(1), account(1)).body == {"n": 4} | {f"k{n}": True for n in range(5)}


def test_an_event_without_an_account_means_the_one_of_the_activity(world: World) -> None:
    said = event("$set_user_profile_properties", name="Jo")
    world.send(activity(agent(1), account(1, "c"), events=[said]))
    assert get(world, agent(1), account(1, "c")).body == {"name": "Jo"}
    for identifiers in ([agent(1)], [account(1), account(2)]):
        with pytest.raises(InvalidInputError) as caught:
            world.send(activity(*identifiers, events=[said]))
        assert caught.value.field == "$events[0].$properties.$user_account_id"


def test_an_event_that_names_another_account_gives_it_to_the_person(world: World) -> None:
    said = event("$set_user_profile_properties", _user_account_id="9", _compartment_id=7, x=1)
    world.send(activity(agent(1), events=[said]))
    assert account("9", "7") in world.identifiers(agent(1))
    assert get(world, agent(1), account("9", "7")).body == {"x": 1}


def test_times_are_the_servers(world: World) -> None:
    sent = {"$creation_ts": 1, "$last_modified_ts": 2, "$user_account_id": "1", "x": 1}
    first = put(world, account(1), account(1), sent)
    assert (first.created_at, first.modified_at) == (world.clock.now(), world.clock.now())
    assert first.body == {"x": 1}
    world.pass_time(minutes=1)
    replaced = put(world, account(1), account(1), {}, ProfileStrategy.FORCE_REPLACE)
    assert (replaced.created_at, replaced.modified_at) == (first.created_at, world.clock.now())
    assert to_micros(replaced.created_at) == START_TS * 1000


def test_a_profile_expires(world: World) -> None:
    put(world, account(1), account(1), {"x": 1, "$expiration_ts": START_TS + 60_000})
    assert get(world, account(1), account(1)).body["$expiration_ts"] == START_TS + 60_000
    world.pass_time(minutes=1)
    with pytest.raises(NotFoundError):
        get(world, account(1), account(1))
    assert put(world, account(1), account(1), {"y": 1}).body == {"y": 1}
    with pytest.raises(InvalidInputError) as caught:
        put(world, account(1), account(1), {"$expiration_ts": "soon"})
    assert caught.value.field == "$expiration_ts"


def test_the_account_becomes_the_selected_persons_unless_it_is_anothers(world: World) -> None:
    world.send(activity(agent(1)), activity(agent(2), account(2)))
    put(world, agent(1), account(1), {"x": 1})
    assert account(1, "1") in world.identifiers(agent(1))
    put(world, world.person(agent(1)), account(3), {"x": 3})
    assert world.person(account(3)) == world.person(agent(1))
    with pytest.raises(ConflictError) as caught:
        put(world, agent(1), account(2), {"x": 2})
    assert caught.value.field == "user_account_id"
    with pytest.raises(NotFoundError):
        put(world, "0190b3f0-0000-7000-8000-000000000000", account(9), {})
    with pytest.raises(NotFoundError):
        get(world, agent(2), account(2))


def test_profiles_are_listed_by_compartment_and_deleted_one_by_one(world: World) -> None:
    for whose in (account(1), account(2), account(1, "x")):
        put(world, account(1), whose, {"of": whose.value}) if whose == account(1) else put(
            world, world.person(account(1)), whose, {"of": whose.value}
        )

    def listed(within: str | None = None) -> list[tuple[str, str]]:
        found = world.read(lambda engine: engine.profiles.all(world.datamart, account(1), within))
        return [(one.compartment_id, one.account_id) for one in found]

    assert listed() == [("1", "1"), ("1", "2"), ("x", "1")]
    assert listed("x") == [("x", "1")]
    world.write(lambda engine: engine.profiles.delete(world.datamart, account(1), account(2)))
    assert listed("1") == [("1", "1")]
    with pytest.raises(NotFoundError) as caught:
        world.write(lambda engine: engine.profiles.delete(world.datamart, account(1), account(2)))
    assert caught.value.field == "profile"


def test_profiles_follow_their_accounts_when_people_are_joined_and_parted(world: World) -> None:
    put(world, account(1), account(1), {"x": 1})
    world.send(activity(agent(1)))
    world.send(activity(agent(1), account(1)))
    assert get(world, agent(1), account(1)).body == {"x": 1}
    world.undo(1)
    with pytest.raises(NotFoundError):
        get(world, agent(1), account(1))
    assert get(world, account(1), account(1)).body == {"x": 1}
