"""Whom a write is about: the person selected, made when an identifier is new."""

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bellwether.engine.activities.names import name_of
from bellwether.engine.activities.points import Cause, Gathering
from bellwether.engine.activities.reading import find_person
from bellwether.model.activities import Datamart
from bellwether.model.errors import ConflictError, InvalidInputError
from bellwether.model.people import Identifier, Selector

DECLARED = "declared"
"""The cause of a merge that no activity brought about."""


@dataclass(frozen=True, slots=True)
class Selected:
    """Whom a write is about: identifiers, and the point that a caller named by its id."""

    names: Sequence[str]
    emails: Mapping[str, str]
    hang_on: int | None

    def take_up(self, points: Gathering, cause: Cause) -> int:
        """Return the point to write about; an identifier that nobody is known by makes one."""
        return points.attribute(self.names, cause, self.emails, self.hang_on)


def load_selected(
    points: Gathering,
    datamart: Datamart,
    chosen: Iterable[tuple[Selector, Identifier | None]],
) -> None:
    """Read what is known of all whom selectors and accounts name, at once.

    What cannot be an identifier is passed over: `select` says so.
    """
    names: list[str] = []
    for selector, account in chosen:
        for one in (selector, account):
            if isinstance(one, Identifier):
                with contextlib.suppress(InvalidInputError):
                    names.append(name_of(one, datamart.compartment_id))
    points.load(names)


def select(
    points: Gathering, datamart: Datamart, selector: Selector, account: Identifier | None = None
) -> Selected:
    """Return whom a selector means; nothing is made yet.

    A user point's id must be known (NotFoundError, `user_point`). An `account` beside the selector
    will be the person's; ConflictError (`user_account_id`) when it is another's.
    """
    own = datamart.compartment_id
    names = [] if isinstance(selector, str) else [name_of(selector, own)]
    emails: Mapping[str, str] = {}
    if isinstance(selector, Identifier) and selector.email is not None:
        emails = {names[0]: selector.email}
    if account is not None and (name := name_of(account, own)) not in names:
        names.append(name)
    points.load(names)
    hang_on = None
    if isinstance(selector, str):
        hang_on = points.adopt(find_person(points.store, datamart, selector).points[0])
    people = {points.person(point) for point in (hang_on, *map(points.known, names)) if point}
    if len(people) > 1:
        raise ConflictError("the account belongs to another user point", field="user_account_id")
    return Selected(names, emails, hang_on)


def refuse_erased(points: Gathering, selected: Selected, ts: int | None) -> None:
    """Raise ConflictError (`user_point`) for what happened before its person was erased.

    `ts` None: nobody knows when it happened.
    """
    barred = points.barred_ts(selected.names)
    if barred is not None and (ts is None or ts <= barred):
        raise ConflictError("this user point was erased after that", field="user_point")
