"""Creators and contents of a workspace."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from bellwether.kit.clock import Clock
from bellwether.model.catalog import Content, Creator
from bellwether.model.paging import Page
from bellwether.model.platforms import Platform, SubjectKind
from bellwether.model.readings import ContentReading, CreatorReading
from bellwether.model.requests import NewSubject, Subject
from bellwether.model.tenants import Scope


class CatalogService:
    """What is known about creators and contents, apart from their numbers."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def ensure(self, scope: Scope, subjects: Sequence[NewSubject]) -> Sequence[Subject]:
        """Return the subject for each, in order, making those that are new (in one batch).

        Existing rows are left as they are, except that facts unknown so far are filled in.
        """
        raise NotImplementedError

    def find_subject(
        self, scope: Scope, platform: Platform, any_id: str, kind: SubjectKind | None = None
    ) -> Subject:
        """Find by our id, the platform's id, or a creator's handle; else NotFoundError (id)."""
        raise NotImplementedError

    def contents(self, scope: Scope, ids: Sequence[str]) -> Mapping[str, Content]:
        """Return contents by our ids; those of others are absent."""
        raise NotImplementedError

    def creators(self, scope: Scope, ids: Sequence[str]) -> Mapping[str, Creator]:
        """Return creators by our ids; those of others are absent."""
        raise NotImplementedError

    def list_contents(
        self, scope: Scope, *, platform: Platform | None, limit: int, cursor: str | None
    ) -> Page[Content]:
        """List contents, newest first."""
        raise NotImplementedError

    def list_creators(
        self, scope: Scope, *, platform: Platform | None, limit: int, cursor: str | None
    ) -> Page[Creator]:
        """List creators, newest first."""
        raise NotImplementedError

    def learn_contents(self, readings: Mapping[str, ContentReading]) -> None:
        """Update contents (by our id, of any workspace) with what a source said, in one batch.

        A fact the source did not give leaves the known one standing.
        """
        raise NotImplementedError

    def learn_creators(self, readings: Mapping[str, CreatorReading]) -> None:
        """Update creators (by our id, of any workspace) with what a source said, in one batch."""
        raise NotImplementedError
