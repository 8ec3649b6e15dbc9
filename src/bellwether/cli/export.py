"""`bellwether export`: snapshots, trackers, creators and contents into a file."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from bellwether.cli import common, importing, output
from bellwether.cli.grouped import grouped
from bellwether.model.errors import InvalidInputError
from bellwether.model.platforms import Platform, SubjectKind
from bellwether.model.tenants import Scope

if TYPE_CHECKING:
    from bellwether.engine.exports.tasks import Read, Record, Wanted

# ruff: noqa: PLC0415  `bellwether --help` must not wait for the engine

_STDOUT = "-"
_EVERY = 1000

Format = Annotated[str, typer.Option("--format", metavar="csv|jsonl", help="Form of the file.")]
Output = Annotated[
    str, typer.Option("--output", metavar="FILE", help="Where to write; - is standard output.")
]
PlatformName = Annotated[
    str | None, typer.Option("--platform", metavar="NAME", help="Only this platform.")
]
Kind = Annotated[SubjectKind | None, typer.Option("--kind", help="Only creators, or contents.")]
From = Annotated[
    str | None, typer.Option("--from", metavar="ISO", help="First instant, included; UTC.")
]
To = Annotated[str | None, typer.Option("--to", metavar="ISO", help="Last instant, included; UTC.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        no_args_is_help=True,
        help="Write snapshots, trackers, creators or contents to a file that `import` reads.",
    )
    group.command("snapshots")(export_snapshots)
    group.command("trackers")(export_trackers)
    group.command("creators")(export_creators)
    group.command("contents")(export_contents)
    app.add_typer(group, name="export")


@dataclass(frozen=True, slots=True)
class _Wish:
    """Options of every export."""

    platform: PlatformName = None
    form: Format = "csv"
    target: Output = _STDOUT
    as_json: common.Json = False


@dataclass(frozen=True, slots=True)
class _Sink:
    """The open store and where to write."""

    read: "Read"
    scope: Scope
    form: str
    out: TextIO
    to_file: bool
    as_json: bool

    def count(self, written: Iterator[int]) -> None:
        """Write everything, and say how much when it went to a file."""
        total = 0
        with output.progress("exporting", quiet=self.as_json or not self.to_file) as bar:
            for one in written:
                total += one
                if total % _EVERY == 0:
                    bar.advance(_EVERY)
        if not self.to_file:
            return
        self.out.flush()
        if self.as_json:
            output.emit_json({"rows": total})
        else:
            output.say(f"{total:,} rows written")


@contextmanager
def _sink(place: common.Place, wish: _Wish) -> Iterator[_Sink]:
    if wish.form not in {"csv", "jsonl"}:
        raise InvalidInputError("the format is csv or jsonl", field="format")
    if wish.as_json and wish.target == _STDOUT:
        raise InvalidInputError("--json goes with --output FILE", field="json")
    with importing.opened_store(place) as (container, owner), opened_out(wish.target) as out:
        yield _Sink(
            read=container.units.read_now,
            scope=Scope(owner.id, place.environment),
            form=wish.form,
            out=out,
            to_file=wish.target != _STDOUT,
            as_json=wish.as_json,
        )


@contextmanager
def opened_out(target: str) -> Iterator[TextIO]:
    """Open what to write to; a file appears under its name only when it is complete."""
    if target == _STDOUT:
        try:
            yield sys.stdout
            sys.stdout.flush()
        except BrokenPipeError:  # who reads has seen enough: `bellwether export ... | head`
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(output.FAILED) from None
        return
    path = Path(target)
    partial = path.with_name(path.name + ".part")
    try:
        with partial.open("w", encoding="utf-8", newline="") as file:
            yield file
        partial.replace(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InvalidInputError(f"{target} cannot be written: {reason}", field="output") from error
    finally:
        partial.unlink(missing_ok=True)


@grouped
def export_snapshots(
    *,
    kind: Kind = None,
    start: From = None,
    end: To = None,
    wish: _Wish,
    place: common.Place,
) -> None:
    """Write numbers over time, by subject and instant.

    In CSV each metric has a column; `null` is one that was asked for and not said, an empty cell
    one that was not asked for.
    """
    from bellwether.engine.exports import files, tasks

    wanted = _wanted(importing.platform(wish.platform), kind, start, end)
    with _sink(place, wish) as sink:
        records = tasks.snapshots(sink.read, sink.scope, wanted)
        if wish.form == "jsonl":
            sink.count(files.write_jsonl(records, sink.out))
        else:
            names = tasks.metric_names(sink.read, sink.scope, wanted)
            sink.count(files.write_snapshots_csv(records, names, sink.out))


def _wanted(
    platform: Platform | None, kind: SubjectKind | None, start: str | None, end: str | None
) -> "Wanted":
    from bellwether.engine.exports.tasks import Wanted

    return Wanted(platform, kind, _instant(start, "from"), _instant(end, "to"))


def _instant(text: str | None, option: str) -> datetime | None:
    from bellwether.kit.instants import read_instant

    if text is None:
        return None
    try:
        return read_instant(text)
    except ValueError as error:
        raise InvalidInputError(str(error), field=option) from error


@grouped
def export_trackers(
    *,
    wish: _Wish,
    place: common.Place,
) -> None:
    """Write trackers, newest first."""
    from bellwether.engine.exports import tasks

    only = importing.platform(wish.platform)
    with _sink(place, wish) as sink:
        _write(sink, tasks.trackers(sink.read, sink.scope, only), tasks.TRACKER_FIELDS)


@grouped
def export_creators(
    *,
    wish: _Wish,
    place: common.Place,
) -> None:
    """Write profiles, newest first."""
    from bellwether.engine.exports import tasks

    only = importing.platform(wish.platform)
    with _sink(place, wish) as sink:
        _write(sink, tasks.creators(sink.read, sink.scope, only), tasks.CREATOR_FIELDS)


@grouped
def export_contents(
    *,
    wish: _Wish,
    place: common.Place,
) -> None:
    """Write posts, videos and the like, newest first."""
    from bellwether.engine.exports import tasks

    only = importing.platform(wish.platform)
    with _sink(place, wish) as sink:
        _write(sink, tasks.contents(sink.read, sink.scope, only), tasks.CONTENT_FIELDS)


def _write(sink: _Sink, records: "Iterator[Record]", fields: Sequence[str]) -> None:
    from bellwether.engine.exports import files

    if sink.form == "jsonl":
        sink.count(files.write_jsonl(records, sink.out))
    else:
        sink.count(files.write_csv(records, fields, sink.out))
