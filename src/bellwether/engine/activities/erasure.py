"""Erasing people: everything of them goes, and what is left proves it without saying who it was."""

import json
from collections.abc import Iterator, Sequence
from itertools import islice

from sqlalchemy import Connection

from bellwether.engine.activities.log import ActivityLog
from bellwether.engine.activities.names import is_account, names_of
from bellwether.engine.activities.points import Gathering
from bellwether.engine.activities.reading import Person, person_of
from bellwether.engine.activities.residue import Residue
from bellwether.engine.activities.store_people import PeopleStore
from bellwether.engine.activities.store_profiles import ChoiceStore, ProfileStore
from bellwether.engine.activities.store_timeline import TimelineStore
from bellwether.kit.clock import from_micros
from bellwether.kit.ids import new_id
from bellwether.model.activities import Datamart
from bellwether.model.people import Tombstone

_EVER_TS = 0  # as if nothing had expired yet
_PORTION = 1000


class Eraser:
    """Erases one person after another from a datamart, on one transaction that holds it."""

    def __init__(self, connection: Connection, datamart: Datamart, points: Gathering) -> None:
        self._connection = connection
        self._datamart = datamart
        self._points = points
        self._log = ActivityLog(connection)
        self._timeline = TimelineStore(connection)
        self._profiles = ProfileStore(connection, datamart.id)
        self._choices = ChoiceStore(connection, datamart.id)

    def erase(self, person: Person, who: str, at: int) -> Tombstone:
        """Remove a person everywhere and return what proves it; `at` is in microseconds.

        What is sent later of the same identifiers is taken in when it happened after the erasure
        and after everything that was erased.
        """
        known = [(row.name, row.email) for row in self._points.store.names(person.points)]
        names = [name for name, _ in known]
        seqs, last_ts = self._places(person.points)
        seqs += self._named_elsewhere(person, frozenset(names))
        refused, refused_seqs = Residue(self._connection, self._datamart, known).remove()
        removed = {
            "activities": len(seqs),
            "identifiers": len(names),
            "profiles": self._profiles.drop([name for name in names if is_account(name)]),
            "choices": self._choices.blank(person.points),
            "content_events": self._timeline.drop_contents(self._datamart.id, seqs),
            "refused": refused,
        }
        self._timeline.drop(self._datamart.id, person.points)
        self._log.erase(self._datamart.id, seqs + refused_seqs)
        self._points.store.drop(person.points)
        digests = [self._points.digest(name) for name in names]
        before_ts = max(at // 1000, last_ts)
        tombstone = Tombstone(new_id(), from_micros(at), who, before_ts, sorted(digests), removed)
        row = (tombstone.id, at, who, before_ts, json.dumps(removed))
        self._points.store.add_tombstone(row, digests)
        return tombstone

    def _places(self, points: Sequence[int]) -> tuple[list[int], int]:
        """Return the places in the log of all that points did, and the last `$ts` among them."""
        seqs: list[int] = []
        last_ts = 0
        for place in self._timeline.places(self._datamart.id, points, _EVER_TS, _PORTION):
            seqs.append(place.seq)
            last_ts = max(last_ts, place.ts)
        return seqs, last_ts

    def _named_elsewhere(self, person: Person, names: frozenset[str]) -> list[int]:
        """Take activities that name the person off the timelines of those it was once part of.

        After a merge is undone, an activity that named both is with one of the two.
        """
        store = self._points.store
        own = set(person.points)
        ends: set[int] = set()
        for merge in store.merges(person.points):
            ends |= {merge.left_point, merge.right_point} - own
        dropped: list[tuple[int, int, int, int]] = []
        for number in sorted({store.number_of(end) for end in ends}):
            for point in person_of(store, number).points:
                dropped += self._naming(point, names)
        self._timeline.drop_places(dropped)
        return [seq for *_, seq in dropped]

    def _naming(self, point: int, names: frozenset[str]) -> Iterator[tuple[int, int, int, int]]:
        places = self._timeline.places(self._datamart.id, [point], _EVER_TS)
        while portion := list(islice(places, _PORTION)):
            bodies = self._log.bodies(self._datamart.id, [place.seq for place in portion])
            for place in portion:
                named, _ = names_of(bodies[place.seq], self._datamart.compartment_id)
                if not names.isdisjoint(named):
                    yield self._datamart.id, point, place.ts, place.seq


def read_tombstones(store: PeopleStore) -> Sequence[Tombstone]:
    """Return proofs of all erasures of a datamart, oldest first."""
    rows, pairs = store.tombstones()
    digests: dict[str, list[str]] = {}
    for pair in pairs:
        digests.setdefault(pair.tombstone_id, []).append(pair.digest)
    return [
        Tombstone(
            id=row.id,
            erased_at=from_micros(row.erased_at),
            erased_by=row.erased_by,
            before_ts=row.before_ts,
            digests=digests.get(row.id, []),
            removed=json.loads(row.removed),
        )
        for row in rows
    ]
