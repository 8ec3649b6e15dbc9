"""SQL of the values that stood at the ends of days, for both stores. Days count from 1970."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from bellwether.model.platforms import Platform, SubjectKind
from bellwether.model.tenants import Scope
from bellwether.storage.statements import Sql

# The rooms above know whose a subject is; here it is only copied, so that one look-up finds a page.
_OWNERS = """
SELECT workspace_id, environment, platform, 'content', id FROM contents WHERE id {texts}
UNION ALL
SELECT workspace_id, environment, platform, 'creator', id FROM creators WHERE id {texts}
"""
_KNOWN = "SELECT subject_id FROM day_slots WHERE subject_id {texts}"
_FIRST = """
SELECT subject_id, MIN(at) FROM (
    SELECT subject_id, at FROM snapshots WHERE subject_id {texts}
    UNION ALL
    SELECT subject_id, first_at FROM snapshot_blocks WHERE subject_id {texts}
) AS every GROUP BY subject_id
"""
_LAST_PAGE = """
SELECT id, subjects FROM day_pages
WHERE workspace_id = ? AND environment = ? AND platform = ? AND kind = ?
ORDER BY id DESC LIMIT 1
"""
_ADD_PAGE = """
INSERT INTO day_pages (workspace_id, environment, platform, kind, subjects, right_until)
VALUES (?, ?, ?, ?, 0, ?) RETURNING id
"""
_GROW = """
UPDATE day_pages SET subjects = subjects + ?,
    right_until = CASE WHEN right_until < ? THEN right_until ELSE ? END
WHERE id = ?
"""
_ADD_SLOTS = "INSERT INTO day_slots (subject_id, page_id, slot)"
_GO_BACK = """
UPDATE day_pages SET right_until = ? WHERE right_until > ?
AND id IN (SELECT page_id FROM day_slots WHERE subject_id {texts})
"""
_BEHIND = "SELECT id, right_until FROM day_pages WHERE right_until < ? ORDER BY id LIMIT 1"
_SLOTS = "SELECT subject_id FROM day_slots WHERE page_id = ? ORDER BY slot"
_STATE = "SELECT metric, body FROM day_values WHERE page_id = ? AND day = ?"
_CLEAR = "DELETE FROM day_values WHERE page_id = ? AND day > ? AND day <= ?"
_ADD_VALUES = "INSERT INTO day_values (page_id, metric, day, body)"
_REACHED = "UPDATE day_pages SET right_until = ? WHERE id = ?"
_PAGES = """
SELECT id, right_until FROM day_pages
WHERE workspace_id = ? AND environment = ? AND platform {texts} AND kind {texts}
"""
_VALUES = (
    "SELECT page_id, day, body FROM day_values WHERE metric = ? AND page_id {numbers} AND day "
)
_AT = """
SELECT page_id, slot, subject_id FROM day_slots WHERE page_id {numbers} AND slot {numbers}
"""

Owner = tuple[str, str, str, str]
"""workspace_id, environment, platform, kind"""


class Page(NamedTuple):
    """A page, and the last day of which its values are right."""

    id: int
    right_until: int


class DayStore:
    """Reads and writes pages on one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._sql = Sql(connection)
        self._postgresql = connection.dialect.name == "postgresql"

    def newcomers(self, subject_ids: Sequence[str]) -> Mapping[Owner, Sequence[str]]:
        """Return those subjects that are in no page yet, by whose they are."""
        known = {row[0] for row in self._sql.fetch(_KNOWN, list(subject_ids))}
        unknown = [one for one in subject_ids if one not in known]
        found: dict[Owner, list[str]] = {}
        for *owner, subject_id in self._sql.fetch(_OWNERS, unknown, unknown) if unknown else ():
            found.setdefault((owner[0], owner[1], owner[2], owner[3]), []).append(subject_id)
        return found

    def first_instants(self, subject_ids: Sequence[str]) -> Mapping[str, int]:
        """Return the oldest instant of each subject that has any, in microseconds."""
        ids = list(subject_ids)
        return {row[0]: row[1] for row in self._sql.fetch(_FIRST, ids, ids)}

    def last_page(self, owner: Owner) -> tuple[int, int] | None:
        """Return the newest page of an owner, and how many subjects it has."""
        found = self._sql.fetch(_LAST_PAGE, *owner)
        return (found[0][0], found[0][1]) if found else None

    def add_page(self, owner: Owner, right_until: int) -> int:
        """Begin a page."""
        page_id: int = self._sql.run(_ADD_PAGE, *owner, right_until).scalar_one()
        return page_id

    def add_subjects(
        self, page_id: int, start: int, subject_ids: Sequence[str], right_until: int
    ) -> None:
        """Put subjects into a page, from slot `start` on."""
        rows = [(one, page_id, slot) for slot, one in enumerate(subject_ids, start)]
        self._sql.insert(_ADD_SLOTS, "text bigint int", rows)
        self._sql.run(_GROW, len(rows), right_until, right_until, page_id)

    def go_back(self, subject_ids: Sequence[str], right_until: int) -> None:
        """Say that of the pages of subjects nothing is right after a day."""
        self._sql.run(_GO_BACK, right_until, right_until, list(subject_ids))

    def behind(self, day: int) -> Page | None:
        """Return a page that is not right up to a day, kept until the commit."""
        lock = " FOR UPDATE SKIP LOCKED" if self._postgresql else ""
        found = self._sql.fetch(_BEHIND + lock, day)
        return Page._make(found[0]) if found else None

    def subjects(self, page_id: int) -> Sequence[str]:
        """Return the subjects of a page by slot."""
        return [row[0] for row in self._sql.fetch(_SLOTS, page_id)]

    def state(self, page_id: int, day: int) -> Sequence[tuple[str, bytes]]:
        """Return metrics and packed values of a page as of the end of a day."""
        return [(row[0], row[1]) for row in self._sql.fetch(_STATE, page_id, day)]

    def replace(self, page: Page, until: int, rows: Sequence[tuple[int, str, int, bytes]]) -> None:
        """Store the values (page, metric, day, body) of all days up to `until` that were wrong."""
        self._sql.run(_CLEAR, page.id, page.right_until, until)
        self._sql.insert(_ADD_VALUES, "bigint text int bytea", rows)
        self._sql.run(_REACHED, until, page.id)

    def pages(
        self, scope: Scope, platforms: Sequence[Platform], kinds: Sequence[SubjectKind]
    ) -> Sequence[Page]:
        """Return the pages of a scope."""
        names = [one.value for one in platforms], [one.value for one in kinds]
        found = self._sql.fetch(_PAGES, scope.workspace_id, scope.environment.value, *names)
        return [Page._make(row) for row in found]

    def values(
        self, page_ids: Sequence[int], metric: str, days: Sequence[int]
    ) -> Mapping[tuple[int, int], bytes]:
        """Return packed values of one metric by page and day."""
        found = self._sql.fetch(_VALUES + "{numbers}", metric, list(page_ids), list(days))
        return {(row[0], row[1]): row[2] for row in found}

    def at(self, places: Sequence[tuple[int, int]]) -> Mapping[tuple[int, int], str]:
        """Return the subjects of pages and slots, and perhaps some others."""
        pages = sorted({page_id for page_id, _ in places})
        slots = sorted({slot for _, slot in places})
        found = self._sql.fetch(_AT, pages, slots) if places else ()
        return {(row[0], row[1]): row[2] for row in found}
