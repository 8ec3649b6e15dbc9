"""What the import commands share: reading options, running, telling what became of the rows."""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING, Literal, cast
from zoneinfo import ZoneInfo

import typer

from bellwether.cli import common, output
from bellwether.cli import import_options as options
from bellwether.model.errors import InvalidInputError, NotFoundError
from bellwether.model.platforms import CONTENT_KINDS, Kind, Platform, parse_platform
from bellwether.model.tenants import Environment, Scope

if TYPE_CHECKING:
    from bellwether.app.container import Container
    from bellwether.engine.facade import Engine
    from bellwether.engine.imports.files import SourceFile
    from bellwether.engine.imports.tasks import Importer, Summary
    from bellwether.kit.numbers import DecimalMark
    from bellwether.model.tenants import Workspace

_SHOWN = 20
_NOWHERE = Scope("", Environment.LIVE)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class Shape:
    """Options that say what a file looks like."""

    form: options.Format = None
    encoding: options.Encoding = "utf-8-sig"
    delimiter: options.Delimiter = None


@dataclass(frozen=True, slots=True)
class How:
    """Options that say how an import runs."""

    dry_run: options.DryRun = False
    strict: options.Strict = False
    as_json: common.Json = False


@dataclass(frozen=True, slots=True)
class Target:
    """Where rows go; a dry run has no container."""

    scope: Scope
    container: "Container | None" = None


@contextmanager
def opened_store(
    place: common.Place, *, make: bool = False
) -> Iterator[tuple["Container", "Workspace"]]:
    """Open the store and find the workspace; with `make`, the one named is made when new."""
    with common.open_store(place.data, place.database) as container:
        yield container, container.units.write_now(lambda engine: _owner(engine, place, make))


def _owner(engine: "Engine", place: common.Place, make: bool) -> "Workspace":  # noqa: FBT001
    try:
        return common.pick_workspace(engine, place.workspace)
    except NotFoundError:
        if not make or place.workspace is None:
            raise
    made = engine.tenants.ensure_workspace(place.workspace)
    output.hint(f"made the workspace {made.name}")
    return made


@contextmanager
def opened(place: common.Place, *, dry_run: bool = False) -> Iterator[Target]:
    """Open the store, or nothing for a dry run that does not need it."""
    if dry_run:
        yield Target(_NOWHERE)
        return
    with opened_store(place, make=True) as (container, owner):
        yield Target(Scope(owner.id, place.environment), container)


def open_file(path: str, shape: Shape) -> "SourceFile":
    """Read a file through once. InvalidInputError for what cannot be imported."""
    from bellwether.engine.imports.files import open_source  # noqa: PLC0415  see common

    delimiter = shape.delimiter
    if shape.form not in {None, "csv", "jsonl"}:
        raise InvalidInputError("the format is csv or jsonl", field="format")
    if delimiter in {"\\t", "tab"}:
        delimiter = "\t"
    return open_source(
        path,
        form=cast("Literal['csv', 'jsonl'] | None", shape.form),
        encoding=shape.encoding,
        delimiter=delimiter,
        stdin=getattr(sys.stdin, "buffer", None),
    )


def pairs(texts: Sequence[str] | None, option: str) -> Mapping[str, str]:
    """Read `NAME=COLUMN`; InvalidInputError names the option."""
    found: dict[str, str] = {}
    for text in texts or ():
        name, equals, column = text.partition("=")
        name = name.strip()
        if not equals or not column or not _NAME.fullmatch(name):
            raise InvalidInputError(
                f"say --{option} NAME=COLUMN with a name of letters, digits and underscores, "
                f"not {text!r}",
                field=option,
            )
        if name in found:
            raise InvalidInputError(f"{name} is named twice", field=option)
        found[name] = column
    return found


def platform(text: str | None) -> Platform | None:
    """Read a platform's name."""
    if text is None:
        return None
    found = parse_platform(text)
    if found is None:
        raise InvalidInputError(
            f"there is no platform {text!r}; there are: {', '.join(Platform)}", field="platform"
        )
    return found


def content_kind(kind: Kind | None) -> Kind | None:
    """Return a kind that one content can have."""
    if kind is not None and kind not in CONTENT_KINDS:
        raise InvalidInputError(f"a content is no {kind}", field="content-kind")
    return kind


def zone(name: str) -> tzinfo:
    """Read the name of a time zone."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError) as error:
        raise InvalidInputError(f"unknown time zone: {name}", field="timezone") from error


def decimal_mark(text: str) -> "DecimalMark":
    """Read the decimal mark."""
    if text not in {"auto", ".", ","}:
        raise InvalidInputError("the decimal mark is auto, . or ,", field="decimal")
    return cast("DecimalMark", text)


def carry_out(
    target: Target, source: "SourceFile", importer: "Importer", signature: str, how: How
) -> None:
    """Import, print what became of the rows, and exit with 1 if any was rejected."""
    from bellwether.engine.imports import tasks  # noqa: PLC0415  see common

    stored = False
    with output.progress("reading", total=source.lines, quiet=how.as_json) as bar:
        summary = tasks.Summary()
        if how.dry_run or how.strict:
            summary = tasks.check(source, importer, bar.advance)
    if target.container is not None and not how.dry_run and not summary.rejected:
        with output.progress("importing", total=source.lines, quiet=how.as_json) as bar:
            summary = tasks.run(
                target.container.units.write_now,
                target.scope,
                source,
                importer,
                signature=signature,
                progress=bar.advance,
            )
        stored = True
    _tell(summary, how, stored=stored)
    if summary.rejected:
        raise typer.Exit(output.FAILED)


def _tell(summary: "Summary", how: How, *, stored: bool) -> None:
    if how.as_json:
        output.emit_json(
            {
                "rows": summary.rows,
                "added": summary.added,
                "unchanged": summary.unchanged if stored else 0,
                "rejected": summary.rejected,
                "resumed_at": summary.resumed_at,
                "stored": stored,
                "errors": [asdict(error) for error in summary.errors],
            }
        )
        return
    for error in summary.errors[:_SHOWN]:
        where = f", {error.field}" if error.field else ""
        output.hint(f"line {error.line}{where}: {error.message}")
    if summary.rejected > _SHOWN:
        output.hint(f"... and {summary.rejected - _SHOWN:,} more rows that were rejected")
    good = summary.rows - summary.rejected
    if stored:
        fate = f"{summary.added:,} added, {summary.unchanged:,} there already"
    else:
        fate = f"{good:,} good, nothing stored"
    output.say(f"{summary.rows:,} rows: {fate}, {summary.rejected:,} rejected")
    if summary.resumed_at:
        output.say(f"went on where an earlier run was cut off, after {summary.resumed_at:,} rows")
