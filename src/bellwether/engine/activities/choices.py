"""Choices: every version is kept, none is changed, and each is bound to the one before it.

A version's digest is over the version and the digest of the one recorded before it in the datamart,
so what was recorded cannot be altered, dropped or put in another order unnoticed. The number is
given by the server. Which version holds is a matter of `$choice_ts`, of equal ones the last
recorded; one that is ahead of its arrival counts from then on, so that it cannot hold for ever.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from bellwether.engine.activities.effects import check_ts
from bellwether.engine.activities.names import check_text
from bellwether.engine.activities.points import Cause, Gathering
from bellwether.engine.activities.reading import Person, find_person
from bellwether.engine.activities.selecting import DECLARED, load_selected, refuse_erased, select
from bellwether.engine.activities.store_people import PeopleStore
from bellwether.engine.activities.store_profiles import ChoiceRow, ChoiceStore
from bellwether.kit.clock import Clock, from_micros, to_micros
from bellwether.model.activities import Datamart
from bellwether.model.errors import BellwetherError, NotFoundError
from bellwether.model.people import Choice, NewChoice, Origin, Selector

_PORTION = 1000


class Recorder:
    """Gives new versions their numbers and digests, in the order in which they come."""

    def __init__(self, number: int, digest: str) -> None:
        self.number = number
        self.digest = digest
        self.rows: list[ChoiceRow] = []

    def record(
        self,
        point: int,
        choice: NewChoice,
        cause: Cause,
        origin: Origin,
        activity: str | None = None,
    ) -> ChoiceRow:
        """Add a version of a choice; without a time of its own it was made at the cause's."""
        self.number += 1
        content = (
            self.number,
            point,
            choice.processing_id,
            cause.at // 1000 if choice.choice_ts is None else choice.choice_ts,
            int(choice.accepted),
            cause.at,
            origin.value,
            cause.who,
            activity,
            json.dumps(choice.body, allow_nan=False),
        )
        self.digest = _digest(self.digest, content)
        row = ChoiceRow(*content, self.digest)
        self.rows.append(row)
        return row


class ChoiceService:
    """Choices on one transaction, under the terms of `PeopleService`."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def put(
        self,
        datamart: Datamart,
        selector: Selector,
        choice: NewChoice,
        who: str,
        *,
        origin: Origin = Origin.API,
    ) -> Choice:
        """Record a version of a choice and return it, whether or not it is the one that holds.

        An identifier that nobody is known by makes a person. InvalidInputError names the field;
        ConflictError (`user_point`) for a choice made before its person was erased.
        """
        writing = _Writing(self._connection, datamart, self._cause(who), origin)
        row = writing.record(selector, choice)
        writing.save()
        return _read(row, ChoiceStore(self._connection, datamart.id).owners([row.point]))

    def put_all(
        self,
        datamart: Datamart,
        told: Sequence[tuple[Selector, NewChoice]],
        who: str,
        *,
        origin: Origin = Origin.IMPORT,
    ) -> Sequence[BellwetherError | None]:
        """Record many choices at once, in order; return for each why it was refused, or None."""
        writing = _Writing(self._connection, datamart, self._cause(who), origin)
        load_selected(writing.points, datamart, [(selector, None) for selector, _ in told])
        answers: list[BellwetherError | None] = []
        for selector, choice in told:
            try:
                writing.record(selector, choice)
            except BellwetherError as error:
                answers.append(error)
            else:
                answers.append(None)
        writing.save()
        return answers

    def current(self, datamart: Datamart, selector: Selector, processing_id: str) -> Choice:
        """Return the version of a person's choice that holds; NotFoundError (`choice`) if none."""
        check_text(processing_id, "$processing_id")
        person = self._person(datamart, selector)
        row = ChoiceStore(self._connection, datamart.id).current(person.points, processing_id)
        if row is None:
            raise NotFoundError("no choice about this processing is known", field="choice")
        return _read(row, dict.fromkeys(person.points, person.point.id))

    def all_current(self, datamart: Datamart, selector: Selector) -> Sequence[Choice]:
        """Return the versions of all choices of a person that hold, by processing."""
        person = self._person(datamart, selector)
        owners = dict.fromkeys(person.points, person.point.id)
        rows = ChoiceStore(self._connection, datamart.id).all_current(person.points)
        return [_read(row, owners) for row in rows]

    def log(
        self, datamart: Datamart, selector: Selector, processing_id: str, *, first: int, limit: int
    ) -> tuple[Sequence[Choice], int]:
        """Return versions of a person's choice, those recorded last first, and how many there are.

        NotFoundError (`choice`) when there is none.
        """
        check_text(processing_id, "$processing_id")
        person = self._person(datamart, selector)
        owners = dict.fromkeys(person.points, person.point.id)
        store = ChoiceStore(self._connection, datamart.id)
        rows, total = store.log(person.points, processing_id, first, limit)
        if not total:
            raise NotFoundError("no choice about this processing is known", field="choice")
        return [_read(row, owners) for row in rows], total

    def history(self, datamart: Datamart, *, after: int, limit: int) -> Sequence[Choice]:
        """Return versions of everybody's choices by number, those after a number first.

        Those of people who were erased are left out.
        """
        store = ChoiceStore(self._connection, datamart.id)
        rows = store.history(after, limit, blank=False)
        owners = store.owners([row.point for row in rows])
        return [_read(row, owners) for row in rows]

    def verify(self, datamart: Datamart) -> int | None:
        """Return the number of the first version whose digest does not fit, None if all do."""
        store = ChoiceStore(self._connection, datamart.id)
        number, digest = 0, ""
        while rows := store.history(number, _PORTION, blank=True):
            wrong, digest = _first_forged(rows, number, digest)
            if wrong is not None:
                return wrong
            number = rows[-1].number
        last = PeopleStore(self._connection, datamart.id).counters()
        if last is not None and (last.choices, last.digest) != (number, digest):
            return number + 1
        return None

    def _person(self, datamart: Datamart, selector: Selector) -> Person:
        return find_person(PeopleStore(self._connection, datamart.id), datamart, selector)

    def _cause(self, who: str) -> Cause:
        return Cause(DECLARED, who, to_micros(self._clock.now()))


class _Writing:
    """Choices on their way into the log; one that is refused leaves nothing."""

    def __init__(
        self, connection: Connection, datamart: Datamart, cause: Cause, origin: Origin
    ) -> None:
        self.points = Gathering(connection, datamart.id)
        self._store = ChoiceStore(connection, datamart.id)
        self._datamart = datamart
        self._cause = cause
        self._origin = origin
        self._recorder = Recorder(self.points.counters.choices, self.points.counters.digest)

    def record(self, selector: Selector, choice: NewChoice) -> ChoiceRow:
        check_text(choice.processing_id, "$processing_id")
        ts = self._cause.at // 1000
        if choice.choice_ts is not None:
            ts = check_ts(choice.choice_ts, "$choice_ts")
        selected = select(self.points, self._datamart, selector)
        refuse_erased(self.points, selected, ts)
        point = selected.take_up(self.points, self._cause)
        return self._recorder.record(point, choice, self._cause, self._origin)

    def save(self) -> None:
        self.points.save(self._recorder.number, self._recorder.digest)
        self._store.add(self._recorder.rows)


def _first_forged(rows: Iterable[Row[Any]], number: int, digest: str) -> tuple[int | None, str]:
    """Check versions that follow the one with this number and digest.

    Return the number of the first that does not fit, and the digest of the last that does. Of an
    erased person's only the digest is left, which the next is bound to.
    """
    for row in rows:
        number += 1
        if row.number != number:
            return number, digest
        if row.body is not None and _digest(digest, tuple(row)[:-1]) != row.digest:
            return number, digest
        digest = row.digest
    return None, digest


def _read(row: Row[Any] | ChoiceRow, owners: Mapping[int, str]) -> Choice:
    """Return a stored version; `owners` has the id of the person that a point belongs to."""
    return Choice(
        number=row.number,
        point_id=owners[row.point],
        processing_id=row.processing_id,
        accepted=bool(row.accepted),
        choice_ts=row.choice_ts,
        recorded_at=from_micros(row.recorded_at),
        origin=Origin(row.origin),
        who=row.who,
        activity=row.activity,
        body=json.loads(row.body),
        digest=row.digest,
    )


def _digest(before: str, content: tuple[Any, ...]) -> str:
    text = json.dumps([before, *content], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
