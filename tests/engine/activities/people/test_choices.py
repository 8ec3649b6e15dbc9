"""Every version of a choice is kept; which one holds is a matter of when it was made."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from tests.support.people import START_TS, WHO, World, account, activity, agent, event

from bellwether.model.errors import InvalidInputError, NotFoundError
from bellwether.model.people import Choice, Identifier, NewChoice, Origin
from bellwether.storage.database import Database

_PEOPLE = [agent(1), account(1)]
_told = st.lists(
    st.tuples(
        st.sampled_from(_PEOPLE),
        st.sampled_from(["1", "2"]),
        st.one_of(st.integers(0, 5), st.integers(START_TS - 2, START_TS + 2)),
        st.booleans(),
        st.sampled_from(["api", "activity", "join", "undo"]),
    ),
    max_size=12,
)


def put(world: World, who: Identifier | str, ts: int | None, *, accepted: bool = True) -> Choice:
    return world.put_choice(who, NewChoice("1", accepted, ts, {"tcf": "CPx"}))


def log(world: World, who: Identifier | str, processing: str = "1") -> list[Choice]:
    found, total = world.read(
        lambda engine: engine.choices.log(world.datamart, who, processing, first=0, limit=100)
    )
    assert total == len(found)
    return list(found)


def current(world: World, who: Identifier | str, processing: str = "1") -> Choice:
    return world.read(lambda engine: engine.choices.current(world.datamart, who, processing))


def verify(world: World) -> int | None:
    return world.read(lambda engine: engine.choices.verify(world.datamart))


def _said(ts: int, processing: object = "1", *, accepted: bool = True) -> dict[str, Any]:
    return event(
        "$set_user_choice",
        _processing_id=processing,
        _choice_acceptance_value=accepted,
        _choice_ts=ts,
        tcf="CPx",
    )


def test_log_and_current_are_those_of_a_small_model(database: Database) -> None:
    @settings(max_examples=40 if database.kind == "sqlite" else 10, deadline=None)
    @given(_told)
    def holds(told: list[tuple[Identifier, str, int, bool, str]]) -> None:
        world = World(database)
        world.send(activity(_PEOPLE[0]), activity(_PEOPLE[1]))
        versions: list[tuple[Identifier, str, int, bool]] = []  # in the order of arrival
        merges, joined = 0, False
        for who, processing, ts, accepted, way in told:
            if way == "join":
                world.send(activity(*_PEOPLE))
                merges += not joined
                joined = True
            elif way == "undo":
                if joined:
                    world.undo(merges)
                joined = False
            else:
                versions.append((who, processing, ts, accepted))
                if way == "activity":
                    said = _said(ts, processing, accepted=accepted)
                    world.send(activity(who, events=[said]))
                else:
                    world.put_choice(who, NewChoice(processing, accepted, ts))
        for who in _PEOPLE:
            for processing in ("1", "2"):
                own = [
                    (ts, number, accepted)
                    for number, (one, what, ts, accepted) in enumerate(versions, 1)
                    if what == processing and (joined or one == who)
                ]
                if not own:
                    with pytest.raises(NotFoundError):
                        current(world, who, processing)
                    continue
                found = log(world, who, processing)
                assert [(one.choice_ts, one.number, one.accepted) for one in found] == own[::-1]
                newest = max((min(ts, START_TS), number) for ts, number, _ in own)
                assert current(world, who, processing).number == newest[1]
        assert verify(world) is None

    holds()


def test_batches_and_crashes_number_versions_the_same(world: World) -> None:
    world.log([activity(agent(n % 3), events=[_said(n), _said(9 - n)]) for n in range(6)])
    world.catch_up([1, 2, 1], [True, False, True, True])
    found = world.read(lambda engine: engine.choices.history(world.datamart, after=0, limit=100))
    assert [one.number for one in found] == list(range(1, 13))
    assert [one.choice_ts for one in found] == [ts for n in range(6) for ts in (n, 9 - n)]
    assert verify(world) is None


def test_a_late_arrival_enters_the_log_without_becoming_current(world: World) -> None:
    put(world, agent(1), START_TS)
    late = put(world, agent(1), START_TS - 1, accepted=False)
    assert current(world, agent(1)).accepted
    assert [one.number for one in log(world, agent(1))] == [late.number, late.number - 1]
    put(world, agent(1), START_TS, accepted=False)  # of equal ones the last recorded
    assert not current(world, agent(1)).accepted


def test_what_was_made_ahead_of_its_arrival_does_not_hold_for_ever(world: World) -> None:
    ahead = put(world, agent(1), START_TS + 10**12)
    assert current(world, agent(1)) == ahead
    assert ahead.choice_ts == START_TS + 10**12
    world.pass_time(hours=1)
    put(world, agent(1), None, accepted=False)
    assert not current(world, agent(1)).accepted


def test_a_version_tells_its_time_source_and_who(world: World) -> None:
    world.send(activity(agent(1), events=[_said(START_TS)], key="act"))
    world.pass_time(hours=1)
    told = put(world, agent(1), None)
    assert (told.choice_ts, told.origin, told.who) == (START_TS + 3_600_000, Origin.API, WHO)
    assert (told.activity, told.recorded_at, told.body) == (None, world.clock.now(), {"tcf": "CPx"})
    first = log(world, agent(1))[1]
    assert (first.origin, first.activity, first.who) == (Origin.ACTIVITY, "act", WHO)
    assert first.body == {"tcf": "CPx"}
    assert first.point_id == told.point_id == world.person(agent(1))


def test_an_activitys_choice_was_made_when_the_event_happened(world: World) -> None:
    said = event(
        "$set_user_choice",
        START_TS + 5,
        _processing_token="news",
        _choice_acceptance_value=False,
    )
    world.send(activity(agent(1), events=[said]))
    found = current(world, agent(1), "news")
    assert (found.choice_ts, found.accepted) == (START_TS + 5, False)
    assert found.body == {"$processing_token": "news"}


def test_all_choices_that_hold_are_listed_by_processing(world: World) -> None:
    world.send(activity(agent(1), events=[_said(2, 10), _said(1, 10), _said(1, 9)]))
    found = world.read(lambda engine: engine.choices.all_current(world.datamart, agent(1)))
    assert [(one.processing_id, one.choice_ts) for one in found] == [("10", 2), ("9", 1)]


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE choice_versions SET accepted = 1 - accepted WHERE number = 2",
        "UPDATE choice_versions SET who = 'nobody' WHERE number = 2",
        "UPDATE choice_versions SET choice_ts = 1 WHERE number = 2",
        "UPDATE choice_versions SET digest = 'x' WHERE number = 2",
        "DELETE FROM choice_versions WHERE number = 2",
    ],
)
def test_what_was_altered_or_dropped_behind_our_back_is_found(world: World, harm: str) -> None:
    for each in range(4):
        put(world, agent(each), START_TS)
    mine = f"{harm} AND datamart_id = {world.datamart.id}"
    world.database.submit_write(lambda connection: connection.execute(text(mine))).result()
    assert verify(world) == 2


def test_a_log_that_was_cut_off_is_found(world: World) -> None:
    for each in range(3):
        put(world, agent(each), START_TS)
    cut = f"DELETE FROM choice_versions WHERE number = 3 AND datamart_id = {world.datamart.id}"
    world.database.submit_write(lambda connection: connection.execute(text(cut))).result()
    assert verify(world) == 3


def test_a_person_is_made_for_a_choice_but_not_for_an_unknown_point(world: World) -> None:
    assert put(world, agent(5), START_TS).point_id == world.person(agent(5))
    with pytest.raises(NotFoundError):
        put(world, "0190b3f0-0000-7000-8000-000000000000", START_TS)
    for ts in (-1, 10**15):
        with pytest.raises(InvalidInputError) as caught:
            put(world, agent(6), ts)
        assert caught.value.field == "$choice_ts"
    with pytest.raises(NotFoundError):
        world.person(agent(6))
