"""Many choices or profiles at once do what one after the other does, in a few statements."""

from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event as sql_event
from tests.support.people import START_TS, WHO, World, account, activity, agent, email

from bellwether.engine.facade import Engine
from bellwether.model.activities import Datamart
from bellwether.model.errors import BellwetherError, ConflictError, NotFoundError
from bellwether.model.people import (
    Identifier,
    IdentifierKind,
    NewChoice,
    Origin,
    ProfileChange,
    ProfileStrategy,
    Selector,
)
from bellwether.storage.database import Database

_accounts = st.sampled_from([account(1), account(2), account(3, "x"), account("")])
_changes = st.none() | st.builds(
    ProfileChange,
    st.dictionaries(st.sampled_from("ab"), st.integers(0, 2), max_size=2)
    | st.just({"$expiration_ts": "x"}),
    st.sampled_from(ProfileStrategy),
)
_told = st.lists(st.tuples(_accounts, _changes), max_size=8)


def _do(
    datamart: Datamart, whose: Identifier, change: ProfileChange | None, engine: Engine
) -> None:
    if change is None:
        engine.profiles.delete(datamart, whose, whose)
    else:
        engine.profiles.put(datamart, whose, whose, change, WHO, origin=Origin.IMPORT)


def _body(datamart: Datamart, whose: Identifier, engine: Engine) -> object:
    return engine.profiles.get(datamart, whose, whose).body


def _one_by_one(world: World, told: list[tuple[Identifier, ProfileChange | None]]) -> list[object]:
    answers: list[object] = []
    for whose, change in told:
        try:
            world.write(partial(_do, world.datamart, whose, change))
        except BellwetherError as error:
            answers.append(error.code)
        else:
            answers.append(None)
    return answers


def _profiles(world: World) -> list[object]:
    found: list[object] = []
    for whose in (account(1), account(2), account(3, "x")):
        try:
            found.append(world.read(partial(_body, world.datamart, whose)))
        except NotFoundError as error:
            found.append(error.field)
    return found


def test_imported_profiles_are_those_of_single_changes(database: Database) -> None:
    @settings(max_examples=40 if database.kind == "sqlite" else 10, deadline=None)
    @given(_told, st.sampled_from([account(1), None]))
    def holds(told: list[tuple[Identifier, ProfileChange | None]], gone: Identifier | None) -> None:
        one, many = World(database), World(database)
        for world in (one, many):
            world.send(activity(account(1)))
            if gone is not None:
                world.erase(gone)
        expected = _one_by_one(one, told)
        answers = many.write(lambda engine: engine.profiles.import_all(many.datamart, told, WHO))
        assert [answer and answer.code for answer in answers] == expected
        assert _profiles(many) == _profiles(one)

    holds()


def test_imported_choices_are_recorded_in_order_and_refused_alone(world: World) -> None:
    world.send(activity(agent(1)), activity(agent(2)))
    point = world.person(agent(2))
    world.erase(agent(1))
    told: list[tuple[Selector, NewChoice]] = [
        (agent(1), NewChoice("1", accepted=True, choice_ts=START_TS)),
        (point, NewChoice("1", accepted=True, choice_ts=5)),
        (email("new"), NewChoice("1", accepted=False, choice_ts=7)),
        ("0190b3f0-0000-7000-8000-000000000000", NewChoice("1", accepted=True)),
        (Identifier(IdentifierKind.AGENT, ""), NewChoice("1", accepted=True)),
        (agent(2), NewChoice("", accepted=True)),
        (agent(2), NewChoice("1", accepted=False, choice_ts=4)),
    ]
    answers = world.write(lambda engine: engine.choices.put_all(world.datamart, told, WHO))
    assert [answer and answer.field for answer in answers] == [
        "user_point",
        None,
        None,
        "user_point",
        "identifier",
        "$processing_id",
        None,
    ]
    assert isinstance(answers[0], ConflictError)
    found = world.read(lambda engine: engine.choices.history(world.datamart, after=0, limit=9))
    assert [(one.number, one.choice_ts, one.origin) for one in found] == [
        (1, 5, Origin.IMPORT),
        (2, 7, Origin.IMPORT),
        (3, 4, Origin.IMPORT),
    ]
    assert found[0].point_id == found[2].point_id == point
    assert world.read(lambda engine: engine.choices.verify(world.datamart)) is None
    with pytest.raises(NotFoundError):
        world.person(agent(1))


@pytest.mark.parametrize("count", [1, 400])
def test_how_many_there_are_makes_no_difference_to_the_statements(
    database: Database, count: int
) -> None:
    world = World(database)
    statements: list[Any] = []
    sql_event.listen(
        database.engine, "before_cursor_execute", lambda *args: statements.append(args[2])
    )
    world.send(
        *[activity(agent(n), account(n), status="IN_SESSION", site="1") for n in range(count)]
    )
    assert len(statements) <= 20, statements
    statements.clear()
    choices: list[tuple[Selector, NewChoice]] = [
        (agent(n), NewChoice("1", accepted=True)) for n in range(count)
    ]
    profiles = [(account(n), ProfileChange({"n": n})) for n in range(count)]
    world.write(lambda engine: engine.choices.put_all(world.datamart, choices, WHO))
    world.write(lambda engine: engine.profiles.import_all(world.datamart, profiles, WHO))
    assert len(statements) <= 20, statements
