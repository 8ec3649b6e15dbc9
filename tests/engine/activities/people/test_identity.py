"""Identifiers that were seen together are one person's, whatever the order they came in."""

import itertools
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.people import WHO, World, account, activity, agent, email

from bellwether.model.errors import ConflictError, InvalidInputError, NotFoundError
from bellwether.model.people import Identifier, IdentifierKind
from bellwether.storage.database import Database

_ALL = [agent(1), agent(2), agent(3), account(1), account(2), account(1, "x"), email(1), email(2)]
_seen = st.lists(st.lists(st.sampled_from(_ALL), min_size=1, max_size=3), min_size=1, max_size=12)
_pieces = st.lists(st.integers(1, 4), max_size=6)
_crashes = st.lists(st.booleans(), max_size=6)


def _key(identifier: Identifier) -> tuple[str, str, str]:
    within = identifier.compartment_id
    if identifier.kind is IdentifierKind.ACCOUNT:
        within = within or "1"
    return identifier.kind, identifier.value, within or ""


def naive_groups(seen: Sequence[Sequence[Identifier]]) -> set[frozenset[tuple[str, str, str]]]:
    """The people there must be: identifiers that are connected, by comparing all with all."""
    groups: list[set[tuple[str, str, str]]] = []
    for together in seen:
        own = {_key(one) for one in together}
        for group in [group for group in groups if group & own]:
            groups.remove(group)
            own |= group
        groups.append(own)
    return {frozenset(group) for group in groups}


def groups_of(world: World, seen: Sequence[Sequence[Identifier]]) -> set[frozenset[object]]:
    return {
        frozenset(_key(one) for one in world.identifiers(each))
        for together in seen
        for each in together
    }


def _examples(world: World, most: int) -> int:
    return most if world.database.kind == "sqlite" else most // 4


def test_who_is_who_depends_on_what_was_seen_together_only(database: Database) -> None:
    @settings(max_examples=_examples(World(database), 60), deadline=None)
    @given(_seen, _pieces, _crashes, st.randoms(use_true_random=False))
    def holds(
        seen: list[list[Identifier]], pieces: list[int], crashes: list[bool], chance: object
    ) -> None:
        first, second = World(database), World(database)
        first.log([activity(*together) for together in seen])
        first.catch_up(pieces, crashes)
        shuffled = list(seen)
        chance.shuffle(shuffled)  # type: ignore[attr-defined]
        second.send(*[activity(*together) for together in shuffled])
        assert groups_of(first, seen) == naive_groups(seen) == groups_of(second, seen)
        for together in seen:
            assert len({first.person(one) for one in together}) == 1

    holds()


def test_batches_and_crashes_leave_the_same_rows(database: Database) -> None:
    @settings(max_examples=_examples(World(database), 30), deadline=None)
    @given(_seen, _pieces, _crashes)
    def holds(seen: list[list[Identifier]], pieces: list[int], crashes: list[bool]) -> None:
        bodies = [activity(*together, key=f"k{n}") for n, together in enumerate(seen)]
        whole, cut = World(database), World(database)
        whole.send(*bodies)
        cut.log(bodies)
        cut.catch_up(pieces, crashes)
        for one in seen[0]:
            assert _story(whole, one) == _story(cut, one)

    holds()


def _story(world: World, who: Identifier) -> object:
    merges = world.read(lambda engine: engine.people.merges(world.datamart, who))
    keys = [one["$unique_key"] for one in world.timeline(who)]
    return keys, [(one.number, one.cause, one.who) for one in merges], world.identifiers(who)


def test_merges_are_taken_back_one_by_one_to_every_state_there_was(database: Database) -> None:
    @settings(max_examples=_examples(World(database), 40), deadline=None)
    @given(_seen)
    def holds(seen: list[list[Identifier]]) -> None:
        world = World(database)
        world.send(*[activity(one) for one in _ALL])  # so that every one has a point of its own
        states = [groups_of(world, [_ALL])]
        for together in seen:
            before = len(states[-1])
            for left, right in itertools.pairwise(together):
                world.send(activity(left, right))
                if len(groups_of(world, [_ALL])) < before:
                    before -= 1
                    states.append(groups_of(world, [_ALL]))
        for number in range(len(states) - 1, 0, -1):
            assert groups_of(world, [_ALL]) == states[number]
            undone = world.undo(number)
            assert (undone.undone_by, undone.undone_at) == (WHO, world.clock.now())
        assert groups_of(world, [_ALL]) == states[0]

    holds()


def test_taking_any_merge_back_parts_one_person_in_two_and_no_other(database: Database) -> None:
    @settings(max_examples=_examples(World(database), 40), deadline=None)
    @given(_seen, st.integers(0, 20))
    def holds(seen: list[list[Identifier]], which: int) -> None:
        world = World(database)
        world.send(*[activity(one) for one in _ALL], *[activity(*each) for each in seen])
        before = groups_of(world, [_ALL])
        numbers = sorted({merge.number for one in _ALL for merge in world.merges(one)})
        assert numbers == list(range(1, len(_ALL) - len(before) + 1))
        if not numbers:
            return
        number = numbers[which % len(numbers)]
        world.undo(number)
        after = groups_of(world, [_ALL])
        assert len(after) == len(before) + 1
        (parted,) = before - after
        assert frozenset.union(*(after - before)) == parted

    holds()


def test_the_oldest_point_stands_for_all_and_the_others_still_lead_there(world: World) -> None:
    world.send(activity(agent(1)))
    world.send(activity(agent(2)))
    world.send(activity(agent(3)))
    ids = [world.person(agent(each)) for each in (1, 2, 3)]
    world.send(activity(agent(3), agent(2), key="first"))
    assert world.person(agent(3)) == ids[1]
    world.send(activity(agent(3), agent(1), key="second"))
    found = world.read(lambda engine: engine.people.find(world.datamart, ids[2].upper()))
    assert (found.id, found.joined) == (ids[0], ids[1:])
    merges = world.read(lambda engine: engine.people.merges(world.datamart, ids[1]))
    assert [(one.kept, one.joined, one.cause, one.who) for one in merges] == [
        (ids[1], ids[2], "first", WHO),
        (ids[0], ids[1], "second", WHO),
    ]


def test_chains_of_merges_in_one_batch_lead_to_the_oldest(world: World) -> None:
    chain = [agent(each) for each in range(6)]
    world.send(*[activity(one) for one in chain])
    pairs = list(pairwise(chain))
    world.send(*[activity(*pair) for pair in reversed(pairs)])
    assert {world.identifiers(one) for one in chain} == {frozenset(chain)}
    assert len({world.person(one) for one in chain}) == 1
    assert [len(world.timeline(one)) for one in chain] == [11] * 6


def test_a_merge_that_was_undone_is_gone_and_may_come_again(world: World) -> None:
    world.send(activity(agent(1), key="a"), activity(agent(2), key="b"))
    world.send(activity(agent(1), agent(2), key="c"))
    world.undo(1, "operator")
    assert [one["$unique_key"] for one in world.timeline(agent(1))] == ["c", "a"]
    assert [one["$unique_key"] for one in world.timeline(agent(2))] == ["b"]
    with pytest.raises(ConflictError):
        world.undo(1, "operator")
    with pytest.raises(NotFoundError):
        world.undo(2, "operator")
    world.send(activity(agent(2), agent(1), key="d"))
    assert world.person(agent(1)) == world.person(agent(2))
    history = world.read(lambda engine: engine.people.merges(world.datamart, agent(1)))
    assert [(one.number, one.undone_by) for one in history] == [(1, "operator"), (2, None)]


def test_identifiers_that_arrive_at_once_on_many_threads_give_one_person(world: World) -> None:
    chain = [agent(each) for each in range(12)]
    pairs = list(itertools.pairwise(chain))

    def declare(pair: tuple[Identifier, Identifier]) -> None:
        world.write(lambda engine: engine.people.associate(world.datamart, pair, WHO))

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(declare, [*pairs[::2], *pairs[1::2], *pairs[::-1]]))
    assert world.identifiers(chain[0]) == frozenset(chain)
    merges = world.read(lambda engine: engine.people.merges(world.datamart, chain[0]))
    assert [one.number for one in merges] == list(range(1, len(merges) + 1))
    assert len({world.person(one) for one in chain}) == 1


def test_declaring_identifiers_joins_makes_and_keeps_the_email(world: World) -> None:
    world.send(activity(account(7)))
    known = Identifier(IdentifierKind.EMAIL, "hash", email="jo@example.test")
    point = world.write(
        lambda engine: engine.people.associate(world.datamart, [known, account(7)], WHO)
    )
    assert point.id == world.person(account(7, "1"))
    found = world.read(lambda engine: engine.people.identifiers(world.datamart, point.id))
    assert {one.identifier.email for one in found} == {None, "jo@example.test"}
    assert "jo@example.test" not in repr(found)
    for wrong in ([], [agent(each) for each in range(101)], [Identifier(IdentifierKind.AGENT, "")]):
        with pytest.raises(InvalidInputError):
            world.associate(wrong)


@pytest.mark.parametrize("nobody", [agent(9), account("a:b", "c:d"), "no uuid", "\0", "é"])
def test_nobody_is_found_by_what_was_never_seen(world: World, nobody: Identifier | str) -> None:
    world.send(activity(agent(1)))
    with pytest.raises(NotFoundError) as caught:
        world.person(nobody)
    assert caught.value.field == "user_point"


def test_people_of_another_datamart_are_others(world: World, database: Database) -> None:
    other = World(database)
    world.send(activity(agent(1)))
    with pytest.raises(NotFoundError):
        other.person(agent(1))
    with pytest.raises(NotFoundError):
        other.person(world.person(agent(1)))


def test_odd_compartments_and_accounts_are_told_apart(world: World) -> None:
    pairs = [account("b:c", "a"), account("c", "a:b"), account("c", "a%3Ab"), account(":", "%")]
    world.send(*[activity(one) for one in pairs])
    assert len({world.person(one) for one in pairs}) == len(pairs)
    assert {one for each in pairs for one in world.identifiers(each)} == set(pairs)
