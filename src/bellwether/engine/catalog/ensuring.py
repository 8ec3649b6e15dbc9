"""Finding or making many subjects at once, without races."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from bellwether.connectors.platforms.registry import creator_key
from bellwether.engine.catalog import rows
from bellwether.engine.catalog.matching import Creators, Known, Names, names_of
from bellwether.engine.catalog.store import CatalogStore, Values
from bellwether.kit.ids import new_id
from bellwether.model.platforms import Platform, SubjectKind
from bellwether.model.requests import NewSubject, Subject
from bellwether.model.tenants import Scope

_EMPTY = "{}"


class Ensuring:
    """One batch of `CatalogService.ensure`: read what is there, add what is not, read it again."""

    def __init__(self, store: CatalogStore, scope: Scope, now: int) -> None:
        self._store = store
        self._scope = scope
        self._now = now

    def contents(self, platform: Platform, subjects: Sequence[NewSubject]) -> Sequence[Subject]:
        """Find or make contents of one platform."""
        found = self._contents(platform, subjects)
        fresh = {
            subject.external_id: self._new(platform, subject)
            | {
                "external_id": subject.external_id,
                "kind": subject.content_kind.value,
                "title": rows.opt_safe(subject.name),
                "creator_handle": _handle(subject),
            }
            for subject in reversed(subjects)
            if subject.external_id not in found
        }
        if fresh:
            self._store.add_contents(list(fresh.values()))
            found = self._contents(platform, subjects)
        self._fill_contents(found, subjects)
        return [
            Subject(
                kind=SubjectKind.CONTENT,
                id=found[subject.external_id].id,
                platform=platform,
                external_id=subject.external_id,
                url=found[subject.external_id].url or subject.url,
            )
            for subject in subjects
        ]

    def creators(self, platform: Platform, subjects: Sequence[NewSubject]) -> Sequence[Subject]:
        """Find or make creators of one platform, matching them by any of their names."""
        names = [names_of(subject) for subject in subjects]
        found = self._creators(platform, names)
        index = Creators(platform, (_known(row) for row in found.values()))
        fresh: dict[str, Values] = {}
        keys: list[str] = []
        for subject, each in zip(subjects, names, strict=True):
            match = index.find(each)
            if match is None:
                row = self._new(platform, subject) | {
                    "key": each.key,
                    "external_id": each.external_id,
                    "handle": rows.opt_id(each.handle),
                    "name": rows.opt_safe(subject.name),
                }
                fresh[each.key] = row
                match = Known(row["id"], each.key, each.external_id, row["handle"])
                index.add(match)
            keys.append(match.key)
        if fresh:
            self._store.add_creators(list(fresh.values()))
            found = self._creators(platform, names)
        by_key = {row.key: row for row in found.values()}
        chosen = [by_key[key] for key in keys]
        self._fill_creators(chosen, names, subjects)
        return [
            Subject(SubjectKind.CREATOR, row.id, platform, row.key, row.url or subject.url)
            for row, subject in zip(chosen, subjects, strict=True)
        ]

    def _contents(self, platform: Platform, subjects: Sequence[NewSubject]) -> dict[str, Row[Any]]:
        wanted = [subject.external_id for subject in subjects]
        found = self._store.contents_named(self._scope, platform, wanted)
        return {row.external_id: row for row in found}

    def _creators(self, platform: Platform, names: Sequence[Names]) -> dict[str, Row[Any]]:
        wanted = [name for each in names for name in each.all]
        found = self._store.creators_named(self._scope, platform, wanted)
        return {row.id: row for row in found}

    def _new(self, platform: Platform, subject: NewSubject) -> Values:
        return {
            "id": new_id(),
            "workspace_id": self._scope.workspace_id,
            "environment": self._scope.environment.value,
            "platform": platform.value,
            "url": rows.opt_safe(subject.url),
            "details": rows.pack(subject.details),
            "source": subject.source,
            "created_at": self._now,
            "updated_at": self._now,
        }

    def _fill_contents(self, found: dict[str, Row[Any]], subjects: Sequence[NewSubject]) -> None:
        changes: dict[str, Values] = {}
        for subject in subjects:
            row = found[subject.external_id]
            offered = {
                "url": rows.opt_safe(subject.url),
                "title": rows.opt_safe(subject.name),
                "creator_handle": _handle(subject),
                "source": subject.source,
            }
            self._gather(changes, row, offered, subject)
        self._store.change_contents(changes)

    def _fill_creators(
        self,
        found: Sequence[Row[Any]],
        names: Sequence[Names],
        subjects: Sequence[NewSubject],
    ) -> None:
        changes: dict[str, Values] = {}
        for row, each, subject in zip(found, names, subjects, strict=True):
            offered = {
                "external_id": each.external_id,
                "handle": rows.opt_id(each.handle),
                "name": rows.opt_safe(subject.name),
                "url": rows.opt_safe(subject.url),
                "source": subject.source,
            }
            self._gather(changes, row, offered, subject)
        self._store.change_creators(changes)

    def _gather(
        self,
        changes: dict[str, Values],
        row: Row[Any],
        offered: Values,
        subject: NewSubject,
    ) -> None:
        """Add to `changes` what a subject offers and the row lacks; the first to offer it wins."""
        known = row._mapping  # noqa: SLF001  SQLAlchemy's public name for a row's columns
        news = {
            name: value
            for name, value in offered.items()
            if value is not None and known[name] is None
        }
        if subject.details and row.details == _EMPTY:
            news["details"] = rows.pack(subject.details)
        if news:
            changes[row.id] = {**news, **changes.get(row.id, {}), "updated_at": self._now}


def _handle(subject: NewSubject) -> str | None:
    handle = rows.opt_id(subject.handle)
    return handle and creator_key(subject.platform, handle)


def _known(row: Row[Any]) -> Known:
    return Known(row.id, row.key, row.external_id, row.handle)
