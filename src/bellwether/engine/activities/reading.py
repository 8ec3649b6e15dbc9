"""Finding a person by what the caller names, and the person's timeline."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Connection

from bellwether.engine.activities.log import ActivityLog
from bellwether.engine.activities.names import name_of
from bellwether.engine.activities.sessions import Group, assemble, group
from bellwether.engine.activities.store_people import PeopleStore
from bellwether.engine.activities.store_timeline import TimelineStore
from bellwether.kit.clock import from_micros
from bellwether.model.activities import Datamart
from bellwether.model.errors import InvalidInputError, NotFoundError
from bellwether.model.people import Selector, TimelineFilter, TimelinePage, UserPoint

MOST_COUNTED = 10_000
"""Longer timelines are not counted to their ends."""

_PORTION = 100


@dataclass(frozen=True, slots=True)
class Person:
    """A user point, with the numbers of all points that it stands for, its own first."""

    point: UserPoint
    points: Sequence[int]


def find_person(store: PeopleStore, datamart: Datamart, selector: Selector) -> Person:
    """Return whom a selector names; NotFoundError (`user_point`) when nobody is known by it.

    The id of a point that was joined to another leads to the one that stands for both.
    """
    if isinstance(selector, str):
        row = store.by_id(selector.lower()) if selector.isascii() and "\0" not in selector else None
    else:
        row = store.by_name(name_of(selector, datamart.compartment_id))
    if row is None:
        raise NotFoundError("no user point is known by this", field="user_point")
    return person_of(store, row.person)


def person_of(store: PeopleStore, number: int) -> Person:
    """Return the person of that number."""
    root = store.root(number)
    joined = store.joined(number)
    point = UserPoint(root.id, from_micros(root.created_at), [row.id for row in joined])
    return Person(point, [number, *(row.number for row in joined)])


class Timeline:
    """What one person did, put together from the log."""

    def __init__(
        self, connection: Connection, datamart_id: int, points: Sequence[int], now_ts: int
    ) -> None:
        self._store = TimelineStore(connection)
        self._log = ActivityLog(connection)
        self._datamart_id = datamart_id
        self._points = points
        self._now_ts = now_ts

    def page(self, wanted: TimelineFilter, first: int, limit: int) -> TimelinePage:
        """Return activities, the newest first; InvalidInputError (`first_result`, `max_results`).

        The instants of the filter bound the `$ts` with which an activity begins.
        """
        if first < 0:
            raise InvalidInputError("first_result is 0 or more", field="first_result")
        if limit < 1:
            raise InvalidInputError("max_results is 1 or more", field="max_results")
        chosen = self._within(wanted)
        if wanted.unique_keys is None and wanted.types is None and wanted.channels is None:
            return self._counted(chosen, first, limit)
        return self._matching(chosen, wanted, first, limit)

    def _within(self, wanted: TimelineFilter) -> Iterator[Group]:
        places = self._store.places(self._datamart_id, self._points, self._now_ts)
        start = 0 if wanted.start_ts is None else wanted.start_ts
        for one in group(places):
            if one.ts >= start and (wanted.end_ts is None or one.ts <= wanted.end_ts):
                yield one

    def _counted(self, chosen: Iterator[Group], first: int, limit: int) -> TimelinePage:
        seen = sum(1 for _ in islice(chosen, first))
        shown = list(islice(chosen, limit))
        seen += len(shown)
        seen += sum(1 for _ in islice(chosen, max(0, MOST_COUNTED - seen) + 1))
        return TimelinePage(
            [whole for whole, _ in self._read(shown)], seen if seen <= MOST_COUNTED else None
        )

    def _matching(
        self, chosen: Iterator[Group], wanted: TimelineFilter, first: int, limit: int
    ) -> TimelinePage:
        """Go through the bodies: what is asked for is in them only."""
        shown: list[Mapping[str, Any]] = []
        matched = looked = 0
        while portion := list(islice(chosen, _PORTION)):
            looked += len(portion)
            for whole, keys in self._read(portion):
                if _fits(whole, keys, wanted):
                    if first <= matched < first + limit:
                        shown.append(whole)
                    matched += 1
            if looked >= MOST_COUNTED and len(shown) == limit:
                return TimelinePage(shown, None)
        return TimelinePage(shown, matched)

    def _read(self, groups: Sequence[Group]) -> Sequence[tuple[Mapping[str, Any], frozenset[str]]]:
        """Return activities whole, each with the `$unique_key` of every part."""
        seqs = [place.seq for one in groups for place in one.places]
        bodies = dict(self._log.bodies(self._datamart_id, seqs))
        for row in self._store.app_events(self._datamart_id, self._points, seqs):
            added = {
                "$event_name": row.event,
                "$ts": row.event_ts,
                "$properties": json.loads(row.versions),
            }
            body = bodies[row.seq]
            bodies[row.seq] = {**body, "$events": [*(body.get("$events") or ()), added]}
        found = []
        for one in groups:
            parts = [(place, bodies[place.seq]) for place in reversed(one.places)]
            keys = frozenset(str(body["$unique_key"]) for _, body in parts)
            found.append((assemble(parts, self._now_ts), keys))
        return found


def _fits(whole: Mapping[str, Any], keys: frozenset[str], wanted: TimelineFilter) -> bool:
    if wanted.unique_keys is not None and keys.isdisjoint(wanted.unique_keys):
        return False
    if wanted.types is not None and whole.get("$type") not in wanted.types:
        return False
    channel = whole.get("$channel_id", whole.get("$site_id", whole.get("$app_id")))
    return wanted.channels is None or str(channel) in wanted.channels
