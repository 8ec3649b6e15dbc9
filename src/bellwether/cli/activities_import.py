"""`bellwether activities import`: files of lines, stored whole and then worked off."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from bellwether.cli import common, datamarts, output
from bellwether.cli.grouped import grouped
from bellwether.model.activities import (
    Datamart,
    ExecutionState,
    ImportExecution,
    ImportKind,
    LineFailure,
)
from bellwether.model.errors import InvalidInputError

if TYPE_CHECKING:
    from bellwether.app.container import Container

# ruff: noqa: PLC0415  `bellwether --help` must not wait for the engine

_SENDER = "cli"
_CHUNK = 65_536
_SHOWN = 20
_KEPT = 1_000
_LOOK_SECONDS = 0.1
_ENDED = frozenset({ExecutionState.SUCCEEDED, ExecutionState.FAILED})


@grouped
def import_activities(
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help="One JSON object a line; - reads standard input."),
    ],
    *,
    kind: Annotated[
        ImportKind, typer.Option("--kind", help="What the lines are.")
    ] = ImportKind.ACTIVITIES,
    datamart: datamarts.DatamartId = None,
    place: common.Place,
    as_json: common.Json = False,
) -> None:
    """Import activities, profiles or choices as the API's document_imports do.

    The file is stored first, and worked off by this command or by a server on the same store,
    whichever comes first; what is broken off, a server goes on with. Ends with 1 when a line was
    refused. Importing a file again changes nothing where its activities have a $unique_key.
    """
    with datamarts.opened(place, datamart) as (container, mart), _opened(file) as source:
        name = file if file != "-" else "standard input"
        ended, failures = asyncio.run(_import(container, mart, kind, source, name))
    _tell(ended, failures, as_json=as_json)
    if ended.failed or ended.state is not ExecutionState.SUCCEEDED:
        raise typer.Exit(output.FAILED)


async def _import(
    container: "Container", mart: Datamart, kind: ImportKind, source: BinaryIO, name: str
) -> tuple[ImportExecution, "list[LineFailure]"]:
    from bellwether.dialects.mediarithmics.uploads import store_file

    units = container.units
    order = await units.write(
        lambda engine: engine.document_imports.create(
            mart, kind, mime_type="APPLICATION_X_NDJSON", encoding="UTF-8", name=name[-200:]
        )
    )
    execution = await store_file(units, order, _SENDER, _chunks(source))
    execution_id = execution.id
    stop = asyncio.Event()
    workers = _start_workers(container, stop)
    try:
        while execution.state not in _ENDED:
            await asyncio.sleep(_LOOK_SECONDS)
            execution = await units.read(
                lambda engine: engine.document_imports.execution(order, execution_id)
            )
    finally:
        stop.set()
        await workers
    failures = await units.read(
        lambda engine: engine.document_imports.failures(execution, offset=0, limit=_KEPT)
    )
    return execution, list(failures)


def _start_workers(
    container: "Container", stop: asyncio.Event
) -> "asyncio.Future[tuple[None, None]]":
    """Work on imports, and on the log, which profiles and choices come after."""
    from bellwether.dialects.mediarithmics.parse_lines import PARSERS
    from bellwether.engine.activities.document_imports import KIND
    from bellwether.engine.activities.import_tasks import ImportTasks
    from bellwether.jobs.worker import Worker

    tasks = ImportTasks(container.database, container.clock, container.ingest, PARSERS)
    worker = Worker(container.database, container.clock, {KIND: tasks.handle})
    return asyncio.gather(worker.run(stop), container.roles.pipeline.run(stop))


async def _chunks(source: BinaryIO) -> AsyncIterator[bytes]:
    while chunk := await asyncio.to_thread(source.read, _CHUNK):
        yield chunk


def _opened(file: str) -> BinaryIO:
    if file == "-":
        return sys.stdin.buffer
    try:
        return Path(file).open("rb")
    except OSError as error:
        reason = error.strerror or str(error)
        raise InvalidInputError(f"cannot read {file}: {reason}", field="file") from error


def _tell(ended: ImportExecution, failures: "list[LineFailure]", *, as_json: bool) -> None:
    if as_json:
        output.emit_json(
            {
                "execution": ended.id,
                "state": ended.state,
                "lines": ended.lines,
                "refused": ended.failed,
                "error": ended.error,
                "errors": [
                    {"line": one.line, "code": one.code, "field": one.field, "message": one.reason}
                    for one in failures
                ],
            }
        )
        return
    for one in failures[:_SHOWN]:
        output.hint(f"line {one.line}: {one.reason}")
    if ended.failed > _SHOWN:
        output.hint(f"... and {ended.failed - _SHOWN:,} more lines that were refused")
    if ended.error is not None:
        output.hint(ended.error)
    output.say(
        f"{ended.lines:,} lines: {ended.lines - ended.failed:,} taken, {ended.failed:,} refused"
    )
