"""Whom a write is about: the person selected, made when an identifier is new."""

from collections.abc import Mapping, Sequence

from bellwether.engine.activities.names import name_of
from bellwether.engine.activities.points import Cause, Gathering
from bellwether.engine.activities.reading import find_person
from bellwether.model.activities import Datamart
from bellwether.model.errors import ConflictError
from bellwether.model.people import Identifier, Selector

DECLARED = "declared"
"""The cause of a merge that no activity brought about."""


def select_point(
    points: Gathering,
    datamart: Datamart,
    selector: Selector,
    account: Identifier | None,
    cause: Cause,
) -> tuple[int, Sequence[str]]:
    """Return the point to write about, and the names of the identifiers that led to it.

    An identifier that nobody is known by makes a person, a user point's id must be known
    (NotFoundError, `user_point`). An `account` beside it becomes the person's; ConflictError
    (`user_account_id`) when it is another's.
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
    return points.attribute(names, cause, emails, hang_on), names


def refuse_erased(points: Gathering, names: Sequence[str], ts: int | None) -> None:
    """Raise ConflictError (`user_point`) for what happened before its person was erased.

    `ts` None: nobody knows when it happened.
    """
    barred = points.barred_ts(names)
    if barred is not None and (ts is None or ts <= barred):
        raise ConflictError("this user point was erased after that", field="user_point")
