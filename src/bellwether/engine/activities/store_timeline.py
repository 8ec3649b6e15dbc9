"""The SQL of timelines, of apps that were opened, and of contents that events named."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row

from bellwether.engine.activities.sessions import Place
from bellwether.storage.statements import Sql

_ADD = "INSERT INTO timeline (datamart_id, point, ts, seq, lane, expires_ts)"
# With one point the index has the order; with several the store sorts.
_ONE = "SELECT ts, seq, lane, expires_ts FROM timeline WHERE datamart_id = ? AND point = ?"
_SOME = "SELECT ts, seq, lane, expires_ts FROM timeline WHERE datamart_id = ? AND point {numbers}"
_AFTER = " AND (ts < ? OR (ts = ? AND seq < ?))"
_NEWEST = " ORDER BY ts DESC, seq DESC LIMIT ?"
_PAGES = {
    (one, later): f"{which}{_AFTER if later else ''}{_NEWEST}"
    for one, which in ((True, _ONE), (False, _SOME))
    for later in (False, True)
}
_DROP = "DELETE FROM timeline WHERE datamart_id = ? AND point {numbers}"
_DROP_ONE = "DELETE FROM timeline WHERE datamart_id = ? AND point = ? AND ts = ? AND seq = ?"
_EXPIRED = (
    "SELECT datamart_id, point, ts, seq FROM timeline WHERE expires_ts <= ?"
    " ORDER BY expires_ts LIMIT ?"
)
_ADD_APPS = (
    "INSERT INTO app_changes (datamart_id, point, app_id, seq, place, event, event_ts, versions)"
)
_APPS = """
SELECT COALESCE(p.person, p.number) AS person, a.app_id, a.seq, a.place, a.versions
FROM app_changes AS a
JOIN user_points AS p ON p.datamart_id = a.datamart_id AND p.number = a.point
WHERE a.datamart_id = ? AND a.point IN (
    SELECT number FROM user_points WHERE datamart_id = ? AND number {numbers}
    UNION ALL
    SELECT number FROM user_points WHERE +datamart_id = ? AND person {numbers}
) AND a.app_id {texts}
ORDER BY a.seq, a.place
"""
_APP_EVENTS = (
    "SELECT seq, event, event_ts, versions FROM app_changes WHERE datamart_id = ?"
    " AND point {numbers} AND seq {numbers} ORDER BY seq, place"
)
_DROP_APPS = "DELETE FROM app_changes WHERE datamart_id = ? AND point {numbers}"
_ADD_CONTENTS = (
    "INSERT INTO content_events (datamart_id, seq, place, platform, external_id, day, conversion)"
)
_DROP_CONTENTS = "DELETE FROM content_events WHERE datamart_id = ? AND seq {numbers}"
_DAYS = """
SELECT c.day, SUM(1 - c.conversion) AS clicks, SUM(c.conversion) AS conversions
FROM content_events AS c WHERE c.datamart_id IN (
    SELECT id FROM datamarts WHERE workspace_id = ? AND environment = ?
) AND c.platform = ? AND c.external_id = ? AND c.day >= ? AND c.day <= ?
GROUP BY c.day ORDER BY c.day
"""
_CHUNK = 500


class TimelineRow(NamedTuple):
    """A new row of `timeline`."""

    datamart_id: int
    point: int
    ts: int
    seq: int
    lane: str | None
    expires_ts: int | None


class AppRow(NamedTuple):
    """A new row of `app_changes`; `versions` is JSON."""

    datamart_id: int
    point: int
    app_id: str
    seq: int
    place: int
    event: str
    event_ts: int
    versions: str


class ContentRow(NamedTuple):
    """A new row of `content_events`."""

    datamart_id: int
    seq: int
    place: int
    platform: str
    external_id: str
    day: int
    conversion: int


class TimelineStore:
    """Reads and writes what people did, on one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._sql = Sql(connection)

    def add(
        self,
        rows: Sequence[TimelineRow],
        apps: Sequence[AppRow],
        contents: Sequence[ContentRow],
    ) -> None:
        """Add what happened."""
        self._sql.insert(_ADD, "int bigint bigint bigint text bigint", rows)
        self._sql.insert(_ADD_APPS, "int bigint text bigint int text bigint text", apps)
        self._sql.insert(_ADD_CONTENTS, "int bigint int text text int smallint", contents)

    def places(
        self, datamart_id: int, points: Sequence[int], now_ts: int, chunk: int = _CHUNK
    ) -> Iterator[Place]:
        """Yield where activities of points are, newest first, without those expired by `now_ts`."""
        one = len(points) == 1
        whose: Any = points[0] if one else list(points)
        last: tuple[int, int] | None = None
        while True:
            if last is None:
                rows = self._sql.run(_PAGES[one, False], datamart_id, whose, chunk).fetchall()
            else:
                where = (datamart_id, whose, last[0], last[0], last[1])
                rows = self._sql.run(_PAGES[one, True], *where, chunk).fetchall()
            for ts, seq, lane, expires_ts in rows:
                if expires_ts is None or expires_ts > now_ts:
                    yield Place(ts, seq, lane)
            if len(rows) < chunk:
                return
            last = (rows[-1].ts, rows[-1].seq)

    def expired(self, now_ts: int, limit: int) -> Sequence[Row[Any]]:
        """Return datamart_id, point, ts, seq of activities that have expired."""
        return self._sql.run(_EXPIRED, now_ts, limit).fetchall()

    def drop_places(self, rows: Sequence[tuple[int, int, int, int]]) -> None:
        """Delete single activities, given as `expired` returns them."""
        self._sql.run_many(_DROP_ONE, rows)

    def drop(self, datamart_id: int, points: Sequence[int]) -> None:
        """Delete what points did."""
        self._sql.run(_DROP, datamart_id, list(points))
        self._sql.run(_DROP_APPS, datamart_id, list(points))

    def drop_contents(self, datamart_id: int, seqs: Sequence[int]) -> int:
        """Delete what activities said about contents; return how many events that were."""
        return self._sql.run(_DROP_CONTENTS, datamart_id, list(seqs)).rowcount

    def apps(
        self, datamart_id: int, people: Sequence[int], app_ids: Sequence[str]
    ) -> Sequence[Row[Any]]:
        """Return person, app_id, seq, place, versions of people's apps, oldest change first."""
        numbers = list(people)
        return self._sql.run(
            _APPS, datamart_id, datamart_id, numbers, datamart_id, numbers, list(app_ids)
        ).fetchall()

    def app_events(
        self, datamart_id: int, points: Sequence[int], seqs: Sequence[int]
    ) -> Sequence[Row[Any]]:
        """Return seq, event, event_ts, versions of what the server added to activities."""
        return self._sql.run(_APP_EVENTS, datamart_id, list(points), list(seqs)).fetchall()

    def days(
        self, scope: tuple[str, str], platform: str, external_id: str, start: int, end: int
    ) -> Sequence[Row[Any]]:
        """Return day, clicks and conversions of one content, for days on which there were any.

        `scope` is a workspace and an environment.
        """
        return self._sql.run(_DAYS, *scope, platform, external_id, start, end).fetchall()
