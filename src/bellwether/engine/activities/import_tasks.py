"""The job that works off an imported file, piece by piece.

A piece and what became of its lines are one transaction with the count of pieces done, so a job
that is broken off goes on where it was, and no line is taken twice.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from bellwether.engine.activities.choices import ChoiceService
from bellwether.engine.activities.datamarts import DatamartService
from bellwether.engine.activities.document_imports import FAILURES
from bellwether.engine.activities.ingest import Ingest
from bellwether.engine.activities.log import ActivityLog, Entry
from bellwether.engine.activities.profiles import ProfileService
from bellwether.engine.activities.store_imports import ImportStore
from bellwether.jobs.queue import Work
from bellwether.kit.clock import Clock, to_micros
from bellwether.model.activities import (
    Datamart,
    ExecutionState,
    ImportKind,
    LineFailure,
    NewActivity,
)
from bellwether.model.bulk import ImportLine, ProfileLine
from bellwether.model.errors import BellwetherError, UnavailableError
from bellwether.model.jobs import Job
from bellwether.model.people import Origin
from bellwether.storage.database import Database, read, write

Parse = Callable[[bytes, int, str], ImportLine]
"""Reads a line that is worked off now (milliseconds since 1970) for a compartment."""

_SHOWN = 1_000  # characters of a refused line that are kept
_SETTLE_S = 60.0
_FIELD_LENGTH = 400


class _OvertakenError(Exception):
    """Another worker has done this piece."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of a file with its lines as read: a line's number, its text, what it says."""

    execution: Row[Any]
    datamart: Datamart
    lines: Sequence[tuple[int, bytes, ImportLine | BellwetherError]]


class ImportTasks:
    """Handles jobs of the kind `document_import`. `parsers` read lines, by kind."""

    def __init__(
        self, database: Database, clock: Clock, ingest: Ingest, parsers: Mapping[ImportKind, Parse]
    ) -> None:
        self._database = database
        self._clock = clock
        self._ingest = ingest
        self._parsers = dict(parsers)

    async def handle(self, job: Job) -> Work | None:
        """Work off what is left of a file; the job ends with its execution."""
        execution_id = int(str(job.payload["execution"]))
        while True:
            found = await read(
                self._database, lambda connection: self._next(connection, execution_id)
            )
            if found is None:
                return lambda connection: self._end(connection, execution_id)
            piece, kind, body = found
            if kind is not ImportKind.ACTIVITIES and not await self._ingest.settle(
                piece.datamart.id, seconds=_SETTLE_S
            ):
                raise UnavailableError("activities sent before are still being worked in")
            piece = await asyncio.to_thread(self._read_lines, piece, kind, body)
            await self._do(piece)
            self._ingest.on_logged()

    def _next(
        self, connection: Connection, execution_id: int
    ) -> tuple[_Piece, ImportKind, bytes] | None:
        store = ImportStore(connection)
        row = store.row(execution_id)
        body = store.chunk(execution_id, row.done)
        if body is None:
            return None
        datamart = DatamartService(connection, self._clock).by_id(row.datamart_id)
        order = store.find(row.datamart_id, row.import_id)
        kind = ImportKind.ACTIVITIES if order is None else order.kind
        return _Piece(row, datamart, ()), kind, body

    def _read_lines(self, piece: _Piece, kind: ImportKind, body: bytes) -> _Piece:
        parse = self._parsers[kind]
        now_ms = to_micros(self._clock.now()) // 1000
        lines: list[tuple[int, bytes, ImportLine | BellwetherError]] = []
        texts = body.split(b"\n")
        if not texts[-1]:
            texts.pop()  # after the last line's end
        for number, text in enumerate(texts, piece.execution.lines + 1):
            try:
                lines.append((number, text, parse(text, now_ms, piece.datamart.compartment_id)))
            except BellwetherError as error:
                lines.append((number, text, error))
        return _Piece(piece.execution, piece.datamart, lines)

    async def _do(self, piece: _Piece) -> None:
        try:
            await write(self._database, lambda connection: self._record(connection, piece))
        except _OvertakenError:
            return  # the next look starts from where that worker is

    def _record(self, connection: Connection, piece: _Piece) -> None:
        row, store = piece.execution, ImportStore(connection)
        taken = store.change(row.id, {"done": row.done + 1}, done=row.done)
        if not taken:
            raise _OvertakenError
        failures = [
            _failure(number, text, line)
            for number, text, line in piece.lines
            if isinstance(line, BellwetherError)
        ]
        good = [one for one in piece.lines if not isinstance(one[2], BellwetherError)]
        failures += self._apply(connection, piece, good)
        failures.sort(key=lambda one: one.line)
        store.add_failures(row.id, failures[: max(0, FAILURES - row.failed)])
        store.drop_chunk(row.id, row.done)
        values = {
            "state": ExecutionState.RUNNING.value,
            "lines": row.lines + len(piece.lines),
            "failed": row.failed + len(failures),
            "started_at": row.started_at or to_micros(self._clock.real_now()),
        }
        store.change(row.id, values, done=None)

    def _apply(
        self,
        connection: Connection,
        piece: _Piece,
        lines: Sequence[tuple[int, bytes, Any]],
    ) -> Sequence[LineFailure]:
        """Do what lines say; returns those that were refused all the same."""
        if lines and isinstance(lines[0][2], NewActivity):
            sent_by = piece.execution.sent_by
            entries = [Entry(piece.datamart.id, sent_by, one) for _, _, one in lines]
            outcomes = ActivityLog(connection).append(entries, self._clock.now())
            return [
                _failure(number, text, outcome)
                for (number, text, _), outcome in zip(lines, outcomes, strict=True)
                if isinstance(outcome, BellwetherError)
            ]
        answers = self._put(connection, piece, [line for _, _, line in lines])
        return [
            _failure(number, text, answer)
            for (number, text, _), answer in zip(lines, answers, strict=True)
            if answer is not None
        ]

    def _put(
        self, connection: Connection, piece: _Piece, lines: Sequence[Any]
    ) -> Sequence[BellwetherError | None]:
        who, datamart = piece.execution.sent_by, piece.datamart
        if not lines:
            return []
        if isinstance(lines[0], ProfileLine):
            profiles = ProfileService(connection, self._clock)
            return profiles.import_all(datamart, [(one.account, one.change) for one in lines], who)
        choices = ChoiceService(connection, self._clock)
        told = [(one.selector, one.choice) for one in lines]
        return choices.put_all(datamart, told, who, origin=Origin.IMPORT)

    def _end(self, connection: Connection, execution_id: int) -> Mapping[str, object]:
        store = ImportStore(connection)
        row = store.row(execution_id)
        now = to_micros(self._clock.real_now())
        values = {
            "state": ExecutionState.SUCCEEDED.value,
            "started_at": row.started_at or now,
            "ended_at": now,
        }
        store.change(execution_id, values, done=None)
        return {"lines": row.lines, "failed": row.failed}


def _failure(number: int, text: bytes, error: BellwetherError) -> LineFailure:
    field = None if error.field is None else error.field[:_FIELD_LENGTH]
    shown = text[:_SHOWN].decode("utf-8", "replace").replace("\0", "\ufffd")
    return LineFailure(number, error.code, error.message, field, shown)
