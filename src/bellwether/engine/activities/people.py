"""People of a datamart: who they are, what is known of them, what they did and consented to."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import Connection

from bellwether.engine.activities.erasure import Eraser, read_tombstones
from bellwether.engine.activities.log import ActivityLog
from bellwether.engine.activities.merging import merges_of, undo_merge
from bellwether.engine.activities.names import identifier_of, name_of
from bellwether.engine.activities.points import Cause, Gathering
from bellwether.engine.activities.reading import Person, Timeline, find_person, person_of
from bellwether.engine.activities.selecting import DECLARED
from bellwether.engine.activities.store_people import PeopleStore
from bellwether.engine.activities.store_timeline import TimelineStore
from bellwether.kit.clock import Clock, from_micros, to_micros
from bellwether.kit.ids import new_secret
from bellwether.model.activities import Datamart
from bellwether.model.errors import InvalidInputError
from bellwether.model.people import (
    ContentDay,
    Identifier,
    KnownIdentifier,
    Merge,
    Selector,
    TimelineFilter,
    TimelinePage,
    Tombstone,
    UserPoint,
)
from bellwether.model.platforms import Platform
from bellwether.model.tenants import Scope

_MOST_DECLARED = 100
_EPOCH = date(1970, 1, 1)
_LAST_DAY = 2**31 - 1


class PeopleService:
    """People on one transaction.

    Whatever is read shows what the pipeline has worked in so far: who wants to see what was
    acknowledged waits for the pipeline first. Writes of a datamart follow one another, also those
    of the pipeline. `who` is the id of the caller's key. Reads and writes of a person raise
    NotFoundError (`user_point`) when nobody is known by the selector, and InvalidInputError for an
    identifier that cannot be one.
    """

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def find(self, datamart: Datamart, selector: Selector) -> UserPoint:
        """Return whom a selector names."""
        return self._person(datamart, selector).point

    def identifiers(self, datamart: Datamart, selector: Selector) -> Sequence[KnownIdentifier]:
        """Return all identifiers of a person, those known longest first."""
        person = self._person(datamart, selector)
        return [
            KnownIdentifier(identifier_of(row.name, row.email), from_micros(row.added_at))
            for row in PeopleStore(self._connection, datamart.id).names(person.points)
        ]

    def associate(
        self, datamart: Datamart, identifiers: Sequence[Identifier], who: str
    ) -> UserPoint:
        """Declare that identifiers are one person's, and return that person.

        InvalidInputError (`identifiers`) unless there are 1 to 100.
        """
        if not 1 <= len(identifiers) <= _MOST_DECLARED:
            raise InvalidInputError(f"identifiers are 1 to {_MOST_DECLARED}", field="identifiers")
        names = {name_of(one, datamart.compartment_id): one.email for one in identifiers}
        points = Gathering(self._connection, datamart.id)
        points.load(names)
        emails = {name: email for name, email in names.items() if email is not None}
        point = points.attribute(list(names), self._cause(who), emails)
        points.save()
        return person_of(points.store, points.person(point)).point

    def timeline(
        self,
        datamart: Datamart,
        selector: Selector,
        wanted: TimelineFilter,
        *,
        first: int,
        limit: int,
    ) -> TimelinePage:
        """Return a person's activities, the newest first; InvalidInputError names the field."""
        person = self._person(datamart, selector)
        now_ts = to_micros(self._clock.now()) // 1000
        line = Timeline(self._connection, datamart.id, person.points, now_ts)
        return line.page(wanted, first, limit)

    def erase(self, datamart: Datamart, selector: Selector, who: str) -> Tombstone:
        """Remove a person everywhere and return what proves it."""
        points = Gathering(self._connection, datamart.id)
        person = find_person(points.store, datamart, selector)
        return Eraser(self._connection, datamart, points).erase(person, who, self._cause(who).at)

    def tombstones(self, datamart: Datamart) -> Sequence[Tombstone]:
        """Return proofs of all erasures, oldest first."""
        return read_tombstones(PeopleStore(self._connection, datamart.id))

    def expire(self, limit: int) -> int:
        """Remove activities whose `$ttl` has passed, in all datamarts; return how many.

        Their bodies leave the log, too. What they said about contents stays counted: nothing ties
        it to a person any more.
        """
        store = TimelineStore(self._connection)
        rows = store.expired(to_micros(self._clock.now()) // 1000, limit)
        seqs: dict[int, list[int]] = {}
        for row in rows:
            seqs.setdefault(row.datamart_id, []).append(row.seq)
        for datamart_id in sorted(seqs):  # in one order, so that no two wait for each other
            PeopleStore(self._connection, datamart_id).hold(new_secret())
            ActivityLog(self._connection).erase(datamart_id, seqs[datamart_id])
        store.drop_places([tuple(row) for row in rows])
        return len(rows)

    def merges(self, datamart: Datamart, selector: Selector) -> Sequence[Merge]:
        """Return every merge that led to a person as it is, also those undone, oldest first."""
        person = self._person(datamart, selector)
        return merges_of(PeopleStore(self._connection, datamart.id), person)

    def undo_merge(self, datamart: Datamart, number: int, who: str) -> Merge:
        """Part two people who were joined.

        NotFoundError (`merge`) when there is no such merge, ConflictError (`merge`) when it was
        undone before.
        """
        store = Gathering(self._connection, datamart.id).store
        return undo_merge(store, number, who, self._cause(who).at)

    def content_days(
        self,
        scope: Scope,
        platform: Platform,
        external_id: str,
        *,
        start: date | None = None,
        end: date | None = None,
    ) -> Sequence[ContentDay]:
        """Return what people did about a content, for UTC days on which they did anything.

        Counted are the events of all datamarts of a scope whose `url` names the content: once
        each, however often they were sent, and no longer once the person was erased.
        """
        found = TimelineStore(self._connection).days(
            (scope.workspace_id, scope.environment.value),
            platform.value,
            external_id,
            0 if start is None else (start - _EPOCH).days,
            _LAST_DAY if end is None else (end - _EPOCH).days,
        )
        return [
            ContentDay(_EPOCH + timedelta(days=row.day), int(row.clicks), int(row.conversions))
            for row in found
        ]

    def _person(self, datamart: Datamart, selector: Selector) -> Person:
        return find_person(PeopleStore(self._connection, datamart.id), datamart, selector)

    def _cause(self, who: str) -> Cause:
        return Cause(DECLARED, who, to_micros(self._clock.now()))
