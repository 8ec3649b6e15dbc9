"""`bellwether import`: snapshots, trackers and creators from files."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import typer

from bellwether.cli import common, importing
from bellwether.cli import import_options as options
from bellwether.cli.grouped import grouped
from bellwether.model.errors import InvalidInputError
from bellwether.model.tenants import Environment, Scope

if TYPE_CHECKING:
    from bellwether.engine.imports.files import SourceFile
    from bellwether.engine.imports.snapshots import SnapshotMapping
    from bellwether.model.refs import Resolved

# ruff: noqa: PLC0415  `bellwether --help` must not wait for the engine


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        no_args_is_help=True, help="Bring in snapshots, trackers or creators from a file."
    )
    group.command("snapshots")(import_snapshots)
    group.command("trackers")(import_trackers)
    group.command("creators")(import_creators)
    app.add_typer(group, name="import")


@grouped
def import_snapshots(
    file: options.File,
    *,
    platform: options.PlatformName = None,
    kind: options.SubjectKindName = None,
    id_column: options.IdColumn = None,
    at_column: options.AtColumn = None,
    metric: options.Metrics = None,
    url_column: options.UrlColumn = None,
    content_kind: options.ContentKindName = None,
    timezone: options.Timezone = "UTC",
    decimal: options.Decimal = "auto",
    source: options.Source = "import",
    shape: importing.Shape,
    place: common.Place,
    how: importing.How,
) -> None:
    """Import numbers over time. A file that `export` wrote needs no columns named.

    Every row is kept, also equal ones; a row that is stored already changes nothing. Bad rows are
    reported and left out: the exit code is 1 then.
    """
    opened = importing.open_file(file, shape)
    columns = {"id-column": id_column, "at-column": at_column, "url-column": url_column}
    mapping = _snapshot_mapping(opened.columns(), columns, importing.pairs(metric, "metric"))
    mapping = replace(
        mapping,
        platform=importing.platform(platform) or mapping.platform,
        kind=kind or mapping.kind,
        content_kind=importing.content_kind(content_kind),
        zone=importing.zone(timezone),
        decimal=importing.decimal_mark(decimal),
        source=source,
    )
    _run_snapshots(opened, mapping, how, place)


def _run_snapshots(
    opened: "SourceFile", mapping: "SnapshotMapping", how: importing.How, place: common.Place
) -> None:
    from bellwether.engine.imports.snapshots import SnapshotReader
    from bellwether.engine.imports.store_occurrences import Occurrences
    from bellwether.engine.imports.tasks import SnapshotImporter

    if mapping.platform is None and mapping.platform_column is None:
        raise InvalidInputError("say --platform", field="platform")
    if mapping.kind is None and mapping.kind_column is None:
        raise InvalidInputError("say --kind creator or --kind content", field="kind")
    with Occurrences() as occurrences, importing.opened(place, dry_run=how.dry_run) as target:
        importer = SnapshotImporter(target.scope, SnapshotReader(mapping), occurrences)
        importing.carry_out(target, opened, importer, repr(mapping), how)


def _snapshot_mapping(
    there: Sequence[str], columns: Mapping[str, str | None], metrics: Mapping[str, str]
) -> "SnapshotMapping":
    """Return the mapping that the options name, else that of an exported file."""
    from bellwether.engine.imports.snapshots import (
        SnapshotMapping,
        check_columns,
        exported_mapping,
    )

    if not any(columns.values()) and not metrics:
        exported = exported_mapping(there)
        if exported is not None:
            check_columns(exported.columns, there, {})
            return exported
    for option in ("id-column", "at-column"):
        if not columns[option]:
            raise InvalidInputError(
                f"say --{option}; the file has: {', '.join(there[:50])}", field=option
            )
    if not metrics:
        raise InvalidInputError("say at least one --metric NAME=COLUMN", field="metric")
    named = {column: option for option, column in columns.items() if column}
    named |= dict.fromkeys(metrics.values(), "metric")
    mapping = SnapshotMapping(
        metrics=metrics,
        id_column=columns["id-column"] or "",
        at_column=columns["at-column"] or "",
        url_column=columns["url-column"],
    )
    check_columns(mapping.columns, there, named)
    return mapping


@grouped
def import_trackers(
    file: options.File,
    *,
    url_column: options.TrackedColumn = "url",
    cron: options.Cron = None,
    days: options.Days = 30,
    timezone: options.Timezone = "UTC",
    shape: importing.Shape,
    place: common.Place,
    how: importing.How,
) -> None:
    """Track everything in a file. What is tracked already stays as it is.

    Columns read when they are there: cron, timezone, expires_at (empty: never) or days, aspect
    (profile, stories, content), dialect, state (paused).
    """
    opened = importing.open_file(file, shape)
    _run_trackers(opened, url_column, _Defaults(cron, timezone, days), how, place)


@dataclass(frozen=True, slots=True)
class _Defaults:
    """What holds for rows of trackers that do not say."""

    cron: str | None
    timezone: str
    days: int


def _run_trackers(
    opened: "SourceFile",
    url_column: str,
    given: _Defaults,
    how: importing.How,
    place: common.Place,
) -> None:
    from bellwether.engine.imports.snapshots import check_columns
    from bellwether.engine.imports.tasks import TrackerImporter
    from bellwether.engine.imports.trackers import TrackerDefaults, TrackerReader

    there = opened.columns()
    check_columns([url_column], there, {url_column: "url-column"})
    zone = importing.zone(given.timezone)
    defaults = TrackerDefaults(given.cron, given.timezone, given.days, dialect="native")
    simulate = place.environment is Environment.SANDBOX
    with importing.opened_store(place, make=not how.dry_run) as (container, owner):
        target = importing.Target(Scope(owner.id, place.environment), container)

        def resolve(texts: Sequence[str]) -> "Sequence[Resolved]":
            return asyncio.run(container.resolver.resolve_many(texts, simulate=simulate))

        reader = TrackerReader(there, url_column, defaults, container.clock.now(), zone)
        importer = TrackerImporter(target.scope, owner.plan, reader, resolve)
        importing.carry_out(target, opened, importer, repr((url_column, defaults)), how)


@grouped
def import_creators(
    file: options.File,
    *,
    platform: options.PlatformName = None,
    platform_column: options.PlatformColumn = None,
    id_column: options.IdColumn = None,
    handle_column: options.HandleColumn = None,
    name_column: options.NameColumn = None,
    url_column: options.UrlColumn = None,
    detail: options.Details = None,
    source: options.Source = "import",
    shape: importing.Shape,
    place: common.Place,
    how: importing.How,
) -> None:
    """Import profiles. A creator that is there already only learns what was not known.

    A row needs an id or a handle. A file that `export` wrote needs no columns named.
    """
    from bellwether.engine.imports.creators import CreatorReader, creator_mapping
    from bellwether.engine.imports.tasks import CreatorImporter

    opened = importing.open_file(file, shape)
    mapping = creator_mapping(
        opened.columns(),
        {
            "id": id_column,
            "handle": handle_column,
            "name": name_column,
            "url": url_column,
            "platform": platform_column,
        },
        importing.pairs(detail, "detail"),
        platform=importing.platform(platform),
        source=source,
    )
    with importing.opened(place, dry_run=how.dry_run) as target:
        importer = CreatorImporter(target.scope, CreatorReader(mapping))
        importing.carry_out(target, opened, importer, repr(mapping), how)
