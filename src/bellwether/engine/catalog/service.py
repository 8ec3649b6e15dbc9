"""Creators and contents of a workspace."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from bellwether.connectors.platforms.registry import creator_key, learned_handle
from bellwether.engine.catalog import rows
from bellwether.engine.catalog.ensuring import Ensuring
from bellwether.engine.catalog.store import CatalogStore, Told, Values
from bellwether.kit.clock import Clock, opt_micros, to_micros
from bellwether.kit.cursors import BadCursorError, decode_cursor, encode_cursor
from bellwether.model.catalog import Content, Creator
from bellwether.model.errors import InvalidInputError, NotFoundError
from bellwether.model.paging import Page
from bellwether.model.platforms import Platform, SubjectKind
from bellwether.model.readings import ContentReading, CreatorReading
from bellwether.model.requests import NewSubject, Subject
from bellwether.model.tenants import Scope


class CatalogService:
    """What is known about creators and contents, apart from their numbers."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._store = CatalogStore(connection)
        self._clock = clock

    def ensure(self, scope: Scope, subjects: Sequence[NewSubject]) -> Sequence[Subject]:
        """Return the subject for each, in order, making those that are new (in one batch).

        Existing rows are left as they are, except that facts unknown so far are filled in. A
        creator is the same by key, by the platform's id once learned, and by handle in any case.
        InvalidInputError (id) for an id that is empty or longer than 200 characters.
        """
        for subject in subjects:
            if not rows.storable(subject.external_id):
                raise InvalidInputError(
                    "an id has 1 to 200 characters, none of them NUL", field="id"
                )
        ensuring = Ensuring(self._store, scope, to_micros(self._clock.now()))
        places: dict[tuple[SubjectKind, Platform], list[int]] = defaultdict(list)
        for place, subject in enumerate(subjects):
            places[subject.kind, subject.platform].append(place)
        answers: dict[int, Subject] = {}
        for kind, platform in sorted(places):
            batch = places[kind, platform]
            make = ensuring.creators if kind is SubjectKind.CREATOR else ensuring.contents
            made = make(platform, [subjects[place] for place in batch])
            answers.update(zip(batch, made, strict=True))
        return [answers[place] for place in range(len(subjects))]

    def find_subject(
        self, scope: Scope, platform: Platform, any_id: str, kind: SubjectKind | None = None
    ) -> Subject:
        """Find by our id, the platform's id, or a creator's handle; else NotFoundError (id).

        Ids are compared exactly, handles with or without "@" and in any case. Where a content and
        a creator have the same id and no kind is given, it is the content, unless there is an "@".
        """
        found: Subject | None = None
        if rows.storable(any_id):
            finders = [(SubjectKind.CONTENT, self._content), (SubjectKind.CREATOR, self._creator)]
            if any_id.startswith("@"):
                finders.reverse()
            for each, find in finders:
                if found is None and kind in {None, each}:
                    found = find(scope, platform, any_id)
        if found is None:
            raise NotFoundError("nothing with this id is known here", field="id")
        return found

    def contents(self, scope: Scope, ids: Sequence[str]) -> Mapping[str, Content]:
        """Return contents by our ids; those of others are absent."""
        return {row.id: rows.content(row) for row in self._store.contents_by_id(_clean(ids), scope)}

    def contents_by_external_id(self, scope: Scope, external_id: str) -> Sequence[Content]:
        """Return every content with this id of its platform, whichever that is."""
        if not rows.storable(external_id):
            return []
        return [rows.content(row) for row in self._store.contents_anywhere(scope, external_id)]

    def creators(self, scope: Scope, ids: Sequence[str]) -> Mapping[str, Creator]:
        """Return creators by our ids; those of others are absent."""
        return {row.id: rows.creator(row) for row in self._store.creators_by_id(_clean(ids), scope)}

    def list_contents(
        self, scope: Scope, *, platform: Platform | None, limit: int, cursor: str | None
    ) -> Page[Content]:
        """List contents, newest first; InvalidInputError (cursor, limit)."""
        found = self._store.list_contents(scope, platform, _limit(limit) + 1, _before(cursor))
        return Page([rows.content(row) for row in found[:limit]], _next(found, limit))

    def list_creators(
        self, scope: Scope, *, platform: Platform | None, limit: int, cursor: str | None
    ) -> Page[Creator]:
        """List creators, newest first; InvalidInputError (cursor, limit)."""
        found = self._store.list_creators(scope, platform, _limit(limit) + 1, _before(cursor))
        return Page([rows.creator(row) for row in found[:limit]], _next(found, limit))

    def learn_contents(self, readings: Mapping[str, ContentReading]) -> None:
        """Update contents (by our id, of any workspace) with what a source said, in one batch.

        A fact the source did not give leaves the known one standing; ids not known are ignored.
        """
        if not readings:
            return
        news = self._store.contents_told_otherwise(
            [_told(row_id, reading) for row_id, reading in readings.items()]
        )
        news.update(row_id for row_id, reading in readings.items() if reading.details)
        changes: dict[str, Values] = {}
        for row in self._store.learned("contents", news):
            reading = readings[row.id]
            handle = rows.opt_id(reading.creator_handle)
            said: Values = {
                "url": rows.opt_safe(reading.url),
                "title": rows.opt_safe(reading.title),
                "creator_handle": handle and creator_key(reading.platform, handle),
                "published_at": opt_micros(reading.published_at),
                "thumbnail_url": rows.opt_safe(reading.thumbnail_url),
                "duration_s": reading.duration_s,
                "details": rows.merge(row.details, reading.details),
                "source": reading.source,
            }
            changes[row.id] = _news(row, said)
        self._store.change_contents(self._dated(changes))

    def learn_creators(self, readings: Mapping[str, CreatorReading]) -> None:
        """Update creators (by our id, of any workspace) with what a source said, in one batch.

        A fact the source did not give leaves the known one standing; ids not known are ignored.
        """
        changes: dict[str, Values] = {}
        for row in self._store.learned("creators", readings):
            reading = readings[row.id]
            # A handle that is stored is its own key.
            handle = None if reading.handle == row.handle else rows.opt_id(reading.handle)
            platform = Platform(row.platform)
            said: Values = {
                "external_id": rows.opt_id(reading.external_id),
                "handle": handle and learned_handle(platform, row.key, handle),
                "name": rows.opt_safe(reading.name),
                "url": rows.opt_safe(reading.url),
                "details": rows.merge(row.details, reading.details),
                "source": reading.source,
            }
            changes[row.id] = _news(row, said)
        self._store.change_creators(self._dated(changes))

    def _dated(self, changes: Mapping[str, Values]) -> Mapping[str, Values]:
        now = to_micros(self._clock.now())
        return {row_id: {**news, "updated_at": now} for row_id, news in changes.items() if news}

    def _content(self, scope: Scope, platform: Platform, any_id: str) -> Subject | None:
        ours = self._store.contents_by_id([any_id], scope) if rows.is_ours(any_id) else ()
        theirs = self._store.contents_named(scope, platform, [any_id])
        for row in (*ours, *theirs):
            if row.platform == platform:
                return Subject(SubjectKind.CONTENT, row.id, platform, row.external_id, row.url)
        return None

    def _creator(self, scope: Scope, platform: Platform, any_id: str) -> Subject | None:
        folded = creator_key(platform, any_id)
        ours = self._store.creators_by_id([any_id], scope) if rows.is_ours(any_id) else ()
        named = self._store.creators_named(scope, platform, [any_id, folded])
        wanted = (
            ("key", any_id),
            ("external_id", any_id),
            ("key", folded),
            ("external_id", folded),
        )
        exact = [row for name, value in wanted for row in named if getattr(row, name) == value]
        # The owner of a handle is whoever was last seen with it.
        for row in (*ours, *exact, *reversed(named)):
            if row.platform == platform:
                return Subject(SubjectKind.CREATOR, row.id, platform, row.key, row.url)
        return None


def _told(row_id: str, reading: ContentReading) -> Told:
    """Return what is told of a content; a handle is stored as its key, which is its own key."""
    return (
        row_id,
        rows.opt_safe(reading.url),
        rows.opt_safe(reading.title),
        rows.opt_id(reading.creator_handle),
        opt_micros(reading.published_at),
        rows.opt_safe(reading.thumbnail_url),
        reading.duration_s,
        reading.source,
    )


def _news(row: Row[Any], said: Values) -> Values:
    """Return what was said and is not in the row yet."""
    known = row._mapping  # noqa: SLF001  SQLAlchemy's public name for a row's columns
    return {
        name: value for name, value in said.items() if value is not None and known[name] != value
    }


def _clean(ids: Sequence[str]) -> Sequence[str]:
    return [each for each in ids if rows.storable(each)]


def _limit(limit: int) -> int:
    if limit < 1:
        raise InvalidInputError("a page has at least 1 item", field="limit")
    return limit


def _before(cursor: str | None) -> str | None:
    if cursor is None:
        return None
    try:
        (before,) = decode_cursor(cursor, str)
    except BadCursorError as error:
        raise InvalidInputError(str(error), field="cursor") from error
    if not rows.storable(str(before)):
        raise InvalidInputError("not a cursor", field="cursor")
    return str(before)


def _next(found: Sequence[Row[Any]], limit: int) -> str | None:
    return encode_cursor(found[limit - 1].id) if len(found) > limit else None
