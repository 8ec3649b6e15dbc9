"""Steps that the catalog's tests share."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import Connection

from bellwether.engine.catalog.service import CatalogService
from bellwether.engine.tenants.service import TenantService
from bellwether.kit.clock import ManualClock
from bellwether.model.catalog import Content, Creator
from bellwether.model.paging import Page
from bellwether.model.platforms import Kind, Platform, SubjectKind
from bellwether.model.readings import ContentReading, CreatorReading
from bellwether.model.requests import NewSubject, Subject
from bellwether.model.tenants import Environment, Scope
from bellwether.storage.database import Database

T = TypeVar("T")
CLOCK = ManualClock(datetime(2026, 8, 1, tzinfo=UTC))


def a_scope(
    database: Database, name: str = "acme", environment: Environment = Environment.LIVE
) -> Scope:
    """Return an environment of a workspace, made if need be."""

    def work(connection: Connection) -> Scope:
        return TenantService(connection, CLOCK).create_key(name, environment).key.scope

    return database.submit_write(work).result()


def write(database: Database, work: Callable[[CatalogService], T]) -> T:
    """Run one unit of work on the catalog."""
    return database.submit_write(
        lambda connection: work(CatalogService(connection, CLOCK))
    ).result()


def read(database: Database, work: Callable[[CatalogService], T]) -> T:
    """Run work that cannot write."""
    return database.submit_read(lambda connection: work(CatalogService(connection, CLOCK))).result()


def ensure(database: Database, scope: Scope, *subjects: NewSubject) -> list[Subject]:
    """Ensure subjects in one unit of work."""
    return list(write(database, lambda catalog: catalog.ensure(scope, subjects)))


def a_creator(
    external_id: str, platform: Platform = Platform.YOUTUBE, handle: str | None = None
) -> NewSubject:
    """Return a creator as named by an order or an import."""
    return NewSubject(SubjectKind.CREATOR, platform, external_id, handle=handle)


def a_content(
    external_id: str,
    platform: Platform = Platform.TIKTOK,
    kind: Kind = Kind.VIDEO,
    url: str | None = None,
) -> NewSubject:
    """Return a content as named by an order or an import."""
    return NewSubject(SubjectKind.CONTENT, platform, external_id, content_kind=kind, url=url)


def find(
    database: Database,
    scope: Scope,
    platform: Platform,
    any_id: str,
    kind: SubjectKind | None = None,
) -> Subject:
    """Find one subject."""
    return read(database, lambda catalog: catalog.find_subject(scope, platform, any_id, kind))


def content_page(
    database: Database,
    scope: Scope,
    *,
    platform: Platform | None = None,
    limit: int = 100,
    cursor: str | None = None,
) -> Page[Content]:
    """Read one page of contents."""
    return read(
        database,
        lambda catalog: catalog.list_contents(scope, platform=platform, limit=limit, cursor=cursor),
    )


def creator_page(
    database: Database, scope: Scope, *, limit: int = 100, cursor: str | None = None
) -> Page[Creator]:
    """Read one page of creators."""
    return read(
        database,
        lambda catalog: catalog.list_creators(scope, platform=None, limit=limit, cursor=cursor),
    )


def content_of(database: Database, scope: Scope, our_id: str) -> Content:
    """Read one content."""
    return read(database, lambda catalog: catalog.contents(scope, [our_id]))[our_id]


def creator_of(database: Database, scope: Scope, our_id: str) -> Creator:
    """Read one creator."""
    return read(database, lambda catalog: catalog.creators(scope, [our_id]))[our_id]


def learn_contents(database: Database, readings: Mapping[str, ContentReading]) -> None:
    """Tell the catalog what a source said about contents."""
    write(database, lambda catalog: catalog.learn_contents(readings))


def learn_creators(database: Database, readings: Mapping[str, CreatorReading]) -> None:
    """Tell the catalog what a source said about creators."""
    write(database, lambda catalog: catalog.learn_creators(readings))
