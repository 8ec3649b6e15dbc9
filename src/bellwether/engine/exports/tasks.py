"""Reading everything of a scope in pages, as records to be written to a file.

Each page is a read of its own, so that a long export holds up nobody; what arrives while it runs
may be in it or not.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from bellwether.engine.facade import Engine
from bellwether.model.catalog import Content, Creator
from bellwether.model.metrics import Snapshot
from bellwether.model.paging import Page
from bellwether.model.platforms import Platform, SubjectKind
from bellwether.model.tenants import Scope
from bellwether.model.tracking import Tracker

T = TypeVar("T")
Record = Mapping[str, Any]

SUBJECTS_AT_ONCE = 500
SNAPSHOTS_AT_ONCE = 5000

SNAPSHOT_FIELDS = ("platform", "kind", "id", "content_kind", "url", "at", "source", "as_of")
TRACKER_FIELDS = (
    "url",
    "platform",
    "aspect",
    "target",
    "dialect",
    "cron",
    "timezone",
    "state",
    "expires_at",
    "next_at",
    "last_run_at",
    "last_success_at",
    "failure_reason",
    "runs",
    "created_at",
    "id",
)
CREATOR_FIELDS = (
    "platform",
    "id",
    "external_id",
    "handle",
    "name",
    "url",
    "source",
    "details",
    "created_at",
    "updated_at",
)
CONTENT_FIELDS = (
    "platform",
    "id",
    "content_kind",
    "url",
    "title",
    "creator_handle",
    "published_at",
    "thumbnail_url",
    "duration_s",
    "source",
    "details",
    "created_at",
    "updated_at",
)


class Read(Protocol):
    """Runs a unit of work that cannot write."""

    def __call__(self, work: Callable[[Engine], T]) -> T:
        """Run `work` on a consistent view."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which snapshots to export; `start` and `end` are included."""

    platform: Platform | None = None
    kind: SubjectKind | None = None
    start: datetime | None = None
    end: datetime | None = None


def trackers(read: Read, scope: Scope, platform: Platform | None) -> Iterator[Record]:
    """Yield trackers, newest first."""

    def page(engine: Engine, cursor: str | None) -> Page[Tracker]:
        return engine.tracking.list_trackers(
            scope, platform=platform, limit=SUBJECTS_AT_ONCE, cursor=cursor
        )

    for found in _pages(read, page):
        for tracker in found:
            yield {name: getattr(tracker, name) for name in TRACKER_FIELDS}


def creators(read: Read, scope: Scope, platform: Platform | None) -> Iterator[Record]:
    """Yield creators, newest first; `id` is the id or handle that an import finds them by."""
    for found in _creators(read, scope, platform):
        for creator in found:
            facts = (name for name in CREATOR_FIELDS if name != "id")
            record = {name: getattr(creator, name) for name in facts}
            yield {"id": creator.key, **record}


def contents(read: Read, scope: Scope, platform: Platform | None) -> Iterator[Record]:
    """Yield contents, newest first; `id` is the platform's."""
    for found in _contents(read, scope, platform):
        for content in found:
            facts = (name for name in CONTENT_FIELDS if name not in {"id", "content_kind"})
            record = {name: getattr(content, name) for name in facts}
            yield {"id": content.external_id, "content_kind": content.kind, **record}


def snapshots(read: Read, scope: Scope, wanted: Wanted) -> Iterator[Record]:
    """Yield snapshots with all that is needed to import them again.

    They are ordered by subject (creators before contents, each newest first), instant and arrival.
    """
    for subjects in _subjects(read, scope, wanted):
        ids = [subject.id for subject in subjects]
        for place, snapshot in _snapshots_of(read, ids, wanted):
            yield _record(subjects[place], snapshot)


def metric_names(read: Read, scope: Scope, wanted: Wanted) -> Sequence[str]:
    """Return the names of all metrics that the wanted subjects have, sorted."""
    names: set[str] = set()
    for subjects in _subjects(read, scope, wanted):
        ids = [subject.id for subject in subjects]
        names |= read(lambda engine, ids=ids: engine.metrics.names(ids))  # type: ignore[misc]
    return sorted(names)


def _pages(read: Read, page: Callable[[Engine, str | None], Page[T]]) -> Iterator[Sequence[T]]:
    cursor: str | None = None
    while True:
        found = read(lambda engine, cursor=cursor: page(engine, cursor))  # type: ignore[misc]
        if found.items:
            yield found.items
        cursor = found.next_cursor
        if cursor is None:
            return


def _creators(read: Read, scope: Scope, platform: Platform | None) -> Iterator[Sequence[Creator]]:
    return _pages(
        read,
        lambda engine, cursor: engine.catalog.list_creators(
            scope, platform=platform, limit=SUBJECTS_AT_ONCE, cursor=cursor
        ),
    )


def _contents(read: Read, scope: Scope, platform: Platform | None) -> Iterator[Sequence[Content]]:
    return _pages(
        read,
        lambda engine, cursor: engine.catalog.list_contents(
            scope, platform=platform, limit=SUBJECTS_AT_ONCE, cursor=cursor
        ),
    )


def _subjects(
    read: Read, scope: Scope, wanted: Wanted
) -> Iterator[Sequence[Creator] | Sequence[Content]]:
    if wanted.kind is not SubjectKind.CONTENT:
        yield from _creators(read, scope, wanted.platform)
    if wanted.kind is not SubjectKind.CREATOR:
        yield from _contents(read, scope, wanted.platform)


@dataclass(slots=True)
class _Position:
    """Where reading the snapshots of some subjects stands."""

    place: int = 0
    after: tuple[int, int] | None = None


def _snapshots_of(read: Read, ids: Sequence[str], wanted: Wanted) -> Iterator[tuple[int, Snapshot]]:
    position = _Position()
    while position.place < len(ids):
        found, position = read(
            lambda engine, at=position: _some(engine, ids, wanted, at)  # type: ignore[misc]
        )
        yield from found


def _some(
    engine: Engine, ids: Sequence[str], wanted: Wanted, position: _Position
) -> tuple[Sequence[tuple[int, Snapshot]], _Position]:
    """Return the next few thousand snapshots, of as many subjects as it takes."""
    found: list[tuple[int, Snapshot]] = []
    place, after = position.place, position.after
    while place < len(ids):
        room = SNAPSHOTS_AT_ONCE - len(found)
        page = engine.metrics.page(
            ids[place], start=wanted.start, end=wanted.end, after=after, limit=room
        )
        found += [(place, snapshot) for _, snapshot in page]
        if len(page) == room:
            return found, _Position(place, page[-1][0])
        place, after = place + 1, None
    return found, _Position(place)


def _record(subject: Creator | Content, snapshot: Snapshot) -> Record:
    content = subject if isinstance(subject, Content) else None
    return {
        "platform": subject.platform,
        "kind": SubjectKind.CONTENT if content else SubjectKind.CREATOR,
        "id": content.external_id if content else subject.key,  # type: ignore[union-attr]
        "content_kind": content.kind if content else None,
        "url": subject.url,
        "at": snapshot.at,
        "source": snapshot.source,
        "as_of": snapshot.as_of,
        "metrics": snapshot.metrics,
        "estimates": snapshot.estimates or {},
    }
