"""Merges as an operator sees them, and taking one back."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Row

from bellwether.engine.activities.reading import Person, person_of
from bellwether.engine.activities.store_people import PeopleStore
from bellwether.kit.clock import from_micros, opt_instant
from bellwether.model.errors import ConflictError, NotFoundError
from bellwether.model.people import Merge


def merges_of(store: PeopleStore, person: Person) -> Sequence[Merge]:
    """Return every merge that the person's points had a part in, oldest first."""
    return [_merge(row) for row in store.merges(person.points)]


def undo_merge(store: PeopleStore, number: int, who: str, at: int) -> Merge:
    """Part two people who were joined; everything goes back to the point it was first seen on.

    What other merges hold together stays together. Later activities that name both join them
    again. NotFoundError (`merge`) when there is no such merge, ConflictError when it was undone.
    """
    row = store.merge(number)
    if row is None:
        raise NotFoundError("there is no such merge", field="merge")
    if row.undone_at is not None:
        raise ConflictError("the merge was undone before", field="merge")
    store.undo(number, at, who)
    points = person_of(store, store.number_of(row.left_point)).points
    left = [each for each in store.merges(points) if each.undone_at is None]
    store.place(_people(points, [(each.left_point, each.right_point) for each in left]))
    return replace(_merge(row), undone_at=from_micros(at), undone_by=who)


def _people(points: Sequence[int], ties: Sequence[tuple[int, int]]) -> Sequence[tuple[int, int]]:
    """Return for each point the oldest of those that it is tied to, directly or through others."""
    near: dict[int, list[int]] = {point: [] for point in points}
    for left, right in ties:
        near[left].append(right)
        near[right].append(left)
    person: dict[int, int] = {}
    for point in sorted(points):
        waiting = [point]
        while waiting:
            each = waiting.pop()
            if each not in person:
                person[each] = point
                waiting += near[each]
    return sorted(person.items())


def _merge(row: Row[Any]) -> Merge:
    return Merge(
        number=row.number,
        kept=row.kept,
        joined=row.joined,
        cause=row.cause,
        who=row.who,
        at=from_micros(row.merged_at),
        undone_at=opt_instant(row.undone_at),
        undone_by=row.undone_by,
    )
