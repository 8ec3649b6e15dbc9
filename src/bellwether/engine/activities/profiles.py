"""Profiles of a person's accounts."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from bellwether.engine.activities.names import identifier_of, is_account, name_of
from bellwether.engine.activities.points import Cause, Gathering
from bellwether.engine.activities.profile_rules import change_profile, is_over
from bellwether.engine.activities.reading import Person, find_person, person_of
from bellwether.engine.activities.selecting import DECLARED, load_selected, refuse_erased, select
from bellwether.engine.activities.store_people import PeopleStore
from bellwether.engine.activities.store_profiles import ProfileRow, ProfileStore
from bellwether.kit.clock import Clock, from_micros, to_micros
from bellwether.model.activities import Datamart
from bellwether.model.errors import BellwetherError, NotFoundError
from bellwether.model.people import Identifier, Origin, Profile, ProfileChange, Selector


class ProfileService:
    """Profiles on one transaction, under the terms of `PeopleService`."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def put(
        self,
        datamart: Datamart,
        selector: Selector,
        account: Identifier,
        change: ProfileChange,
        who: str,
        *,
        origin: Origin = Origin.API,
    ) -> Profile:
        """Change the profile of an account, which is made when new, and return it.

        An account that nobody has becomes the selected person's; ConflictError
        (`user_account_id`) when it is another's. An identifier that nobody is known by makes a
        person. ConflictError (`user_point`) when an import brings back one who was erased.
        """
        at = to_micros(self._clock.now())
        points = Gathering(self._connection, datamart.id)
        selected = select(points, datamart, selector, account)
        if origin is Origin.IMPORT:
            refuse_erased(points, selected, None)
        point = selected.take_up(points, Cause(DECLARED, who, at))
        store = ProfileStore(self._connection, datamart.id)
        name = name_of(account, datamart.compartment_id)
        row = change_profile(store.get([name]).get(name), name, change, at)
        store.put([row])
        points.save()
        return _profile(row, person_of(points.store, points.person(point)))

    def import_all(
        self,
        datamart: Datamart,
        told: Sequence[tuple[Identifier, ProfileChange | None]],
        who: str,
    ) -> Sequence[BellwetherError | None]:
        """Change many accounts' profiles at once, in order; a change that is None deletes one.

        Return for each why it was refused, or None.
        """
        at = to_micros(self._clock.now())
        points = Gathering(self._connection, datamart.id)
        load_selected(points, datamart, [(account, None) for account, _ in told])
        store = ProfileStore(self._connection, datamart.id)
        writing = _Writing(points, store.get(points.loaded()), Cause(DECLARED, who, at))
        answers: list[BellwetherError | None] = []
        for account, change in told:
            try:
                writing.change(datamart, account, change)
            except BellwetherError as error:
                answers.append(error)
            else:
                answers.append(None)
        points.save()
        store.drop(writing.dropped())
        store.put(writing.changed())
        return answers

    def delete(self, datamart: Datamart, selector: Selector, account: Identifier) -> None:
        """Forget the profile of a person's account; NotFoundError (`profile`) if there is none."""
        self.get(datamart, selector, account)
        name = name_of(account, datamart.compartment_id)
        ProfileStore(self._connection, datamart.id).drop([name])

    def get(self, datamart: Datamart, selector: Selector, account: Identifier) -> Profile:
        """Return the profile of a person's account; NotFoundError (`profile`) if there is none."""
        name = name_of(account, datamart.compartment_id)
        for row, person in self._all(datamart, selector):
            if row.name == name:
                return _profile(row, person)
        raise NotFoundError("there is no such profile", field="profile")

    def all(
        self, datamart: Datamart, selector: Selector, compartment_id: str | None = None
    ) -> Sequence[Profile]:
        """Return a person's profiles, of one compartment or all, by account."""
        found = [_profile(row, person) for row, person in self._all(datamart, selector)]
        return [one for one in found if compartment_id in {None, one.compartment_id}]

    def _all(self, datamart: Datamart, selector: Selector) -> Sequence[tuple[ProfileRow, Person]]:
        """Return what is there and has not expired, by name."""
        store = PeopleStore(self._connection, datamart.id)
        person = find_person(store, datamart, selector)
        names = [row.name for row in store.names(person.points) if is_account(row.name)]
        found = ProfileStore(self._connection, datamart.id).get(names)
        now = to_micros(self._clock.now())
        return [(found[name], person) for name in sorted(found) if not is_over(found[name], now)]


class _Writing:
    """Imported profiles on their way into the store; a line that is refused leaves nothing."""

    def __init__(self, points: Gathering, known: Mapping[str, ProfileRow], cause: Cause) -> None:
        self._points = points
        self._cause = cause
        self._profiles: dict[str, ProfileRow | None] = dict(known)
        self._touched: set[str] = set()

    def change(self, datamart: Datamart, account: Identifier, change: ProfileChange | None) -> None:
        selected = select(self._points, datamart, account)
        (name,) = selected.names
        known = self._profiles.get(name)
        if change is None:
            if known is None or is_over(known, self._cause.at):
                raise NotFoundError("there is no such profile", field="profile")
            self._profiles[name] = None
        else:
            refuse_erased(self._points, selected, None)
            self._profiles[name] = change_profile(known, name, change, self._cause.at)
            selected.take_up(self._points, self._cause)
        self._touched.add(name)

    def changed(self) -> Sequence[ProfileRow]:
        return [row for name in sorted(self._touched) if (row := self._profiles[name]) is not None]

    def dropped(self) -> Sequence[str]:
        return [name for name in sorted(self._touched) if self._profiles[name] is None]


def _profile(row: ProfileRow, person: Person) -> Profile:
    account = identifier_of(row.name)
    return Profile(
        point_id=person.point.id,
        compartment_id=account.compartment_id or "",
        account_id=account.value,
        body=row.body,
        created_at=from_micros(row.created_at),
        modified_at=from_micros(row.modified_at),
    )
