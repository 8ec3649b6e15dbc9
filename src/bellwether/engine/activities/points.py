"""Who is who: identifiers lead to points, and points that turn out to be one person are joined.

An identifier hangs for ever on the point it was first seen with, and so does everything else. A
person is a set of points held together by merges; its number is that of its oldest point. So the
outcome does not depend on the order of merges, and taking one merge away leaves exactly what the
others hold together.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence

from sqlalchemy import Connection

from bellwether.engine.activities.store_people import Counters, PeopleStore
from bellwether.kit.ids import new_id, new_secret


class Cause:
    """Why something is written: which activity or call, whose, when (microseconds)."""

    __slots__ = ("at", "text", "who")

    def __init__(self, text: str, who: str, at: int) -> None:
        self.text = text
        self.who = who
        self.at = at


class Gathering:
    """The points of a datamart as one transaction sees and changes them.

    Making one waits for other writers of the datamart; `save` writes what changed, in one statement
    for each kind of row. `on_join` is told the numbers of two people that became one: the one kept
    and the one that is gone.
    """

    def __init__(
        self,
        connection: Connection,
        datamart_id: int,
        on_join: Callable[[int, int], None] | None = None,
    ) -> None:
        self.store = PeopleStore(connection, datamart_id)
        self._counters = self.store.hold(new_secret())
        self._points_made = self._counters.points
        self._merges_made = self._counters.merges
        self._on_join = on_join
        self._loaded: set[str] = set()
        self._point_of: dict[str, int] = {}
        self._person_of: dict[int, int] = {}
        self._kept_by: dict[int, int] = {}
        self._barred: dict[str, int] = {}
        self._points: list[tuple[int, str, int]] = []
        self._names: list[tuple[str, int, int, int | None, str | None]] = []
        self._merges: list[tuple[int, int, int, int, int, str, str, int]] = []

    @property
    def counters(self) -> Counters:
        """The numbers given out before this transaction."""
        return self._counters

    def load(self, names: Iterable[str]) -> None:
        """Read what is known of these identifiers, in a fixed number of statements."""
        wanted = [name for name in dict.fromkeys(names) if name not in self._loaded]
        if not wanted:
            return
        self._loaded.update(wanted)
        for name, point, person, barred in self.store.known(wanted):
            self._point_of[name] = point
            self._person_of[point] = person
            if barred is not None:
                self._barred[name] = barred
        unknown = [name for name in wanted if name not in self._point_of]
        if unknown and self.store.any_erased():
            digests = {self.digest(name): name for name in unknown}
            for digest, barred in self.store.barred(list(digests)).items():
                self._barred[digests[digest]] = barred

    def loaded(self) -> Sequence[str]:
        """Return the identifiers that were asked for so far."""
        return sorted(self._loaded)

    def people(self) -> Sequence[int]:
        """Return the numbers of the people who were loaded, as they were then."""
        return list(dict.fromkeys(self._person_of.values()))

    def digest(self, name: str) -> str:
        """Return the hash that stands for an identifier once its owner is erased."""
        return hmac.new(self._counters.salt.encode(), name.encode(), hashlib.sha256).hexdigest()

    def barred_ts(self, names: Iterable[str]) -> int | None:
        """Return until when what is sent of these is not taken in, None when nothing bars them."""
        if not self._barred:
            return None
        return max((self._barred[name] for name in names if name in self._barred), default=None)

    def known(self, name: str) -> int | None:
        """Return the point that a loaded identifier hangs on, None when it is new."""
        return self._point_of.get(name)

    def adopt(self, person: int) -> int:
        """Take up a person that was found otherwise, and return the oldest of its points."""
        return self._person_of.setdefault(person, person)

    def attribute(
        self,
        names: Sequence[str],
        cause: Cause,
        emails: Mapping[str, str] | None = None,
        hang_on: int | None = None,
    ) -> int:
        """Return the point that identifiers seen together hang on, which is made when new.

        It is that of the first identifier known, where `hang_on` names none. New ones are hung on
        it, and the people whom known ones lead to become one. The names were loaded before.
        """
        point_of = self._point_of
        point = hang_on
        if point is None:
            for name in names:
                point = point_of.get(name)
                if point is not None:
                    break
        if point is None:
            self._points_made += 1
            point = self._points_made
            self._points.append((point, new_id(), cause.at))
            self._person_of[point] = point
        for name in names:
            known = point_of.get(name)
            if known is None:
                point_of[name] = point
                email = emails.get(name) if emails else None
                self._names.append((name, point, cause.at, self._barred.get(name), email))
            elif known != point:
                self._join(point, known, cause)
        return point

    def person(self, point: int) -> int:
        """Return the number of the person that a loaded point belongs to now."""
        return self.standing(self._person_of[point])

    def standing(self, person: int) -> int:
        """Return the number of the person that one who was loaded is part of now."""
        while (kept := self._kept_by.get(person)) is not None:
            person = kept
        return person

    def save(self, choices: int | None = None, digest: str | None = None) -> None:
        """Write what changed; the number and digest of the last choice where one was recorded."""
        self.store.add(
            [(number, one_id, self.person(number), at) for number, one_id, at in self._points],
            self._names,
            self._merges,
        )
        before = self._counters.points
        moves = [(old, self.standing(old)) for old in self._kept_by if old <= before]
        self.store.join(moves)
        self._counters = Counters(
            self._points_made,
            self._merges_made,
            self._counters.choices if choices is None else choices,
            self._counters.digest if digest is None else digest,
            self._counters.salt,
        )
        self.store.keep(self._counters)
        self._points, self._names, self._merges = [], [], []

    def _join(self, left: int, right: int, cause: Cause) -> None:
        kept, gone = sorted((self.person(left), self.person(right)))
        if kept == gone:
            return
        self._kept_by[gone] = kept
        self._merges_made += 1
        self._merges.append(
            (self._merges_made, kept, gone, left, right, cause.text, cause.who, cause.at)
        )
        if self._on_join is not None:
            self._on_join(kept, gone)
