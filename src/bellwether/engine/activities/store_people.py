"""The SQL of user points: who is who. Instants are microseconds here, `_ts` milliseconds.

A plus before a column keeps SQLite from using the index that begins with it, by which it would walk
the whole datamart; a test looks at the plans.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row

from bellwether.storage.statements import Sql

# Setting a column to itself holds the row until the commit.
_HOLD = (
    "UPDATE people SET points = points WHERE datamart_id = ?"
    " RETURNING points, merges, choices, digest, salt"
)
_COUNTERS = "SELECT points, merges, choices, digest, salt FROM people WHERE datamart_id = ?"
_BEGIN = (
    "INSERT INTO people (datamart_id, points, merges, choices, digest, salt)"
    " VALUES (?, 0, 0, 0, '', ?) ON CONFLICT (datamart_id) DO NOTHING"
)
_KEEP = "UPDATE people SET points = ?, merges = ?, choices = ?, digest = ? WHERE datamart_id = ?"
_KNOWN = """
SELECT i.name, i.point, COALESCE(p.person, p.number), i.barred_ts FROM user_identifiers AS i
JOIN user_points AS p ON p.datamart_id = i.datamart_id AND p.number = i.point
WHERE i.datamart_id = ? AND i.name {texts}
"""
_ANY_ERASED = "SELECT 1 FROM tombstones WHERE datamart_id = ? LIMIT 1"
_BARRED = """
SELECT d.digest, MAX(t.before_ts) FROM tombstone_identifiers AS d
JOIN tombstones AS t ON t.id = d.tombstone_id
WHERE d.datamart_id = ? AND d.digest {texts} GROUP BY d.digest
"""
_ADD_POINTS = "INSERT INTO user_points (datamart_id, number, id, person, created_at)"
_ADD_NAMES = "INSERT INTO user_identifiers (datamart_id, name, point, added_at, barred_ts, email)"
_ADD_MERGES = (
    "INSERT INTO user_point_merges (datamart_id, number, kept, joined, left_point, right_point,"
    " cause, who, merged_at)"
)
_MOVE_JOINED = "UPDATE user_points SET person = ? WHERE +datamart_id = ? AND person = ?"
_MOVE = "UPDATE user_points SET person = NULLIF(?, number) WHERE datamart_id = ? AND number = ?"
_POINT = "p.number, p.id, COALESCE(p.person, p.number) AS person, p.created_at"
_POINT_BY_ID = f"SELECT {_POINT} FROM user_points AS p WHERE p.datamart_id = ? AND p.id = ?"  # noqa: S608
_POINT_BY_NAME = f"""
SELECT {_POINT} FROM user_identifiers AS i
JOIN user_points AS p ON p.datamart_id = i.datamart_id AND p.number = i.point
WHERE i.datamart_id = ? AND i.name = ?
"""  # noqa: S608
_ROOT = f"SELECT {_POINT} FROM user_points AS p WHERE p.datamart_id = ? AND p.number = ?"  # noqa: S608
_JOINED = "SELECT number, id FROM user_points WHERE +datamart_id = ? AND person = ? ORDER BY number"
_NAMES = (
    "SELECT name, added_at, email FROM user_identifiers WHERE +datamart_id = ?"
    " AND point {numbers} ORDER BY added_at, name"
)
_MERGE = (
    "SELECT m.number, m.left_point, m.right_point, m.cause, m.who, m.merged_at, m.undone_at,"
    " m.undone_by, k.id AS kept, j.id AS joined FROM user_point_merges AS m"
    " LEFT JOIN user_points AS k ON k.datamart_id = m.datamart_id AND k.number = m.kept"
    " LEFT JOIN user_points AS j ON j.datamart_id = m.datamart_id AND j.number = m.joined"
    " WHERE {which}"
)
_MERGE_OF = _MERGE.format(which="m.datamart_id = ? AND m.number = ?")
_MERGES = _MERGE.format(
    which="+m.datamart_id = ? AND (m.left_point {numbers} OR m.right_point {numbers})"
    " ORDER BY +m.number"
)
_UNDO = (
    "UPDATE user_point_merges SET undone_at = ?, undone_by = ? WHERE datamart_id = ? AND number = ?"
)
_DROP_NAMES = "DELETE FROM user_identifiers WHERE +datamart_id = ? AND point {numbers}"
_DROP_MERGES = (
    "DELETE FROM user_point_merges WHERE +datamart_id = ?"
    " AND (left_point {numbers} OR right_point {numbers})"
)
_DROP_POINTS = "DELETE FROM user_points WHERE datamart_id = ? AND number {numbers}"
_ADD_TOMBSTONE = (
    "INSERT INTO tombstones (id, datamart_id, erased_at, erased_by, before_ts, removed)"
    " VALUES (?, ?, ?, ?, ?, ?)"
)
_ADD_DIGESTS = "INSERT INTO tombstone_identifiers (datamart_id, digest, tombstone_id)"
_TOMBSTONES = (
    "SELECT id, erased_at, erased_by, before_ts, removed FROM tombstones WHERE datamart_id = ?"
    " ORDER BY id"
)
_DIGESTS = (
    "SELECT tombstone_id, digest FROM tombstone_identifiers WHERE datamart_id = ? ORDER BY digest"
)


class Counters(NamedTuple):
    """A row of `people`."""

    points: int
    merges: int
    choices: int
    digest: str
    salt: str


class PeopleStore:
    """Reads and writes the points of one datamart on one transaction."""

    def __init__(self, connection: Connection, datamart_id: int) -> None:
        self._sql = Sql(connection)
        self._datamart_id = datamart_id

    def hold(self, salt: str) -> Counters:
        """Wait for other writers of the datamart, then keep them out until the commit.

        `salt` is kept where the datamart has none yet.
        """
        row = self._sql.run(_HOLD, self._datamart_id).first()
        if row is None:
            self._sql.run(_BEGIN, self._datamart_id, salt)
            row = self._sql.run(_HOLD, self._datamart_id).one()
        return Counters(*row)

    def counters(self) -> Counters | None:
        """Return the numbers given out so far, None where nobody is known yet."""
        row = self._sql.run(_COUNTERS, self._datamart_id).first()
        return None if row is None else Counters(*row)

    def keep(self, counters: Counters) -> None:
        """Remember which numbers were given out."""
        self._sql.run(_KEEP, *counters[:4], self._datamart_id)

    def known(self, names: Sequence[str]) -> Sequence[Any]:
        """Return name, point, person and barred_ts of those names that are known."""
        return self._sql.run(_KNOWN, self._datamart_id, list(names)).fetchall()

    def any_erased(self) -> bool:
        """Whether anybody was ever erased here."""
        return self._sql.run(_ANY_ERASED, self._datamart_id).first() is not None

    def barred(self, digests: Sequence[str]) -> dict[str, int]:
        """Return until when what is sent of erased people is not taken, by digest."""
        found = self._sql.run(_BARRED, self._datamart_id, list(digests))
        return {row[0]: row[1] for row in found}

    def add(
        self,
        points: Sequence[tuple[int, str, int, int]],
        names: Sequence[tuple[str, int, int, int | None, str | None]],
        merges: Sequence[tuple[int, int, int, int, int, str, str, int]],
    ) -> None:
        """Add points (number, id, person, created_at), names and merges, in table order."""
        own = self._datamart_id
        self._sql.insert(
            _ADD_POINTS,
            "int bigint text bigint bigint",
            [
                (own, number, one_id, None if person == number else person, at)
                for number, one_id, person, at in points
            ],
        )
        self._sql.insert(
            _ADD_NAMES, "int text bigint bigint bigint text", [(own, *row) for row in names]
        )
        self._sql.insert(
            _ADD_MERGES,
            "int bigint bigint bigint bigint bigint text text bigint",
            [(own, *row) for row in merges],
        )

    def join(self, moves: Sequence[tuple[int, int]]) -> None:
        """Make everything of one person another's, given as (from, to)."""
        rows = [(new, self._datamart_id, old) for old, new in moves]
        self._sql.run_many(_MOVE_JOINED, rows)
        self._sql.run_many(_MOVE, rows)

    def place(self, points: Sequence[tuple[int, int]]) -> None:
        """Say whose single points are, given as (number, person)."""
        rows = [(person, self._datamart_id, number) for number, person in points]
        self._sql.run_many(_MOVE, rows)

    def by_id(self, point_id: str) -> Row[Any] | None:
        """Return number, id, person, created_at of the point with this id."""
        return self._sql.run(_POINT_BY_ID, self._datamart_id, point_id).first()

    def by_name(self, name: str) -> Row[Any] | None:
        """Return the same of the point that an identifier hangs on."""
        return self._sql.run(_POINT_BY_NAME, self._datamart_id, name).first()

    def root(self, number: int) -> Row[Any]:
        """Return the same of the point with this number."""
        return self._sql.run(_ROOT, self._datamart_id, number).one()

    def number_of(self, point: int) -> int:
        """Return the number of the person that a point belongs to."""
        person: int = self.root(point).person
        return person

    def joined(self, person: int) -> Sequence[Row[Any]]:
        """Return number and id of a person's other points, oldest first."""
        return self._sql.run(_JOINED, self._datamart_id, person).fetchall()

    def names(self, points: Sequence[int]) -> Sequence[Row[Any]]:
        """Return name, added_at and email of the identifiers of points, oldest first."""
        return self._sql.run(_NAMES, self._datamart_id, list(points)).fetchall()

    def merge(self, number: int) -> Row[Any] | None:
        """Return a merge."""
        return self._sql.run(_MERGE_OF, self._datamart_id, number).first()

    def merges(self, points: Sequence[int]) -> Sequence[Row[Any]]:
        """Return merges, also undone ones, that any of the points had a part in."""
        numbers = list(points)
        return self._sql.run(_MERGES, self._datamart_id, numbers, numbers).fetchall()

    def undo(self, number: int, at: int, who: str) -> None:
        """Mark a merge as undone."""
        self._sql.run(_UNDO, at, who, self._datamart_id, number)

    def drop(self, points: Sequence[int]) -> None:
        """Delete points with their identifiers and merges."""
        numbers, own = list(points), self._datamart_id
        self._sql.run(_DROP_NAMES, own, numbers)
        self._sql.run(_DROP_MERGES, own, numbers, numbers)
        self._sql.run(_DROP_POINTS, own, numbers)

    def add_tombstone(self, row: tuple[str, int, str, int, str], digests: Sequence[str]) -> None:
        """Add a tombstone (id, erased_at, erased_by, before_ts, removed) and its digests."""
        tombstone_id, *rest = row
        self._sql.run(_ADD_TOMBSTONE, tombstone_id, self._datamart_id, *rest)
        rows = [(self._datamart_id, digest, tombstone_id) for digest in digests]
        self._sql.insert(_ADD_DIGESTS, "int text text", rows)

    def tombstones(self) -> tuple[Sequence[Row[Any]], Sequence[Row[Any]]]:
        """Return all tombstones, and pairs of a tombstone's id and a digest."""
        rows = self._sql.run(_TOMBSTONES, self._datamart_id).fetchall()
        return rows, self._sql.run(_DIGESTS, self._datamart_id).fetchall()
