"""Bulk imports: files of lines that are stored as they come and worked off by a job."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection

from bellwether.engine.activities.datamarts import DatamartService
from bellwether.engine.activities.store_imports import ImportStore, read_execution
from bellwether.jobs.queue import JobQueue
from bellwether.kit.clock import Clock, to_micros
from bellwether.model.activities import (
    Datamart,
    DocumentImport,
    ExecutionState,
    ImportExecution,
    ImportKind,
    LineFailure,
)
from bellwether.model.errors import InvalidInputError, NotFoundError

KIND = "document_import"
MIME_TYPE = "APPLICATION_X_NDJSON"
FAILURES = 1_000
"""Of an execution's refused lines so many are kept; all are counted."""
FAILURES_KEPT = timedelta(days=7)
_UPLOAD = timedelta(hours=1)
_NAME_LENGTH = 200
_LARGEST_ID = 2**31 - 1


class DocumentImportService:
    """Imports on one transaction."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self._store = ImportStore(connection)
        self._jobs = JobQueue(connection, clock)

    def create(
        self, datamart: Datamart, kind: str, *, mime_type: str, encoding: str, name: str
    ) -> DocumentImport:
        """Make an import; InvalidInputError names what is not offered."""
        if kind not in set(ImportKind):
            raise InvalidInputError(
                f"document_type must be one of {', '.join(ImportKind)}", field="document_type"
            )
        if mime_type != MIME_TYPE:
            raise InvalidInputError(f"mime_type must be {MIME_TYPE}", field="mime_type")
        if encoding.upper() not in {"UTF-8", "UTF8"}:
            raise InvalidInputError("encoding must be UTF-8", field="encoding")
        if len(name) > _NAME_LENGTH or not name.isprintable():
            raise InvalidInputError(
                f"name must be at most {_NAME_LENGTH} printable characters", field="name"
            )
        return self._store.add(
            {
                "datamart_id": datamart.id,
                "kind": kind,
                "mime_type": mime_type,
                "encoding": "UTF-8",
                "name": name,
                "created_at": to_micros(self._clock.now()),
            }
        )

    def find(self, datamart: Datamart, import_id: int) -> DocumentImport:
        """Return an import of a datamart, else NotFoundError (`import_id`)."""
        found = self._store.find(datamart.id, import_id) if import_id <= _LARGEST_ID else None
        if found is None:
            raise NotFoundError("there is no such import", field="import_id")
        return found

    def list(
        self, datamart: Datamart, *, offset: int, limit: int
    ) -> tuple[Sequence[DocumentImport], int]:
        """Return imports, the oldest first, and how many there are in all."""
        return self._store.page(datamart.id, offset, limit), self._store.count(datamart.id)

    def begin(self, order: DocumentImport, sent_by: str) -> int:
        """Open an execution for a file that is about to come; returns its id."""
        return self._store.begin(order, sent_by, self._clock.real_now())

    def add_chunk(self, execution_id: int, number: int, body: bytes) -> None:
        """Store a piece of the file: whole lines. Pieces are numbered from 0."""
        self._store.add_chunk(execution_id, number, body)

    def finish(self, execution_id: int, *, size: int, chunks: int) -> ImportExecution:
        """Have a file that came whole worked off."""
        values = {"state": ExecutionState.PENDING.value, "size": size, "chunks": chunks}
        self._store.change(execution_id, values, done=0)
        row = self._store.row(execution_id)
        scope = DatamartService(self._connection, self._clock).by_id(row.datamart_id).scope
        self._jobs.add(scope, KIND, {"execution": execution_id}, key=str(execution_id))
        return read_execution(row)

    def abandon(self, execution_id: int) -> None:
        """Forget a file that did not come whole."""
        self._store.remove(execution_id)

    def execution(self, order: DocumentImport, execution_id: int) -> ImportExecution:
        """Return an execution, else NotFoundError (`execution_id`)."""
        found = None
        if execution_id <= _LARGEST_ID:
            found = self._store.execution(order.id, execution_id)
        if found is None:
            raise NotFoundError("there is no such execution", field="execution_id")
        return found

    def executions(
        self, order: DocumentImport, *, offset: int, limit: int
    ) -> tuple[Sequence[ImportExecution], int]:
        """Return executions of an import, the oldest first, and how many there are in all."""
        return self._store.executions(order.id, offset, limit)

    def failures(
        self, execution: ImportExecution, *, offset: int, limit: int
    ) -> Sequence[LineFailure]:
        """Return lines that were refused, in their order; the first `FAILURES` are kept."""
        return self._store.failures(execution.id, offset, limit)

    def tidy(self) -> None:
        """Forget what never came whole and old lines; give up what no job works on any more."""
        now = self._clock.real_now()
        for execution_id in self._store.abandoned(to_micros(now - _UPLOAD)):
            self._store.remove(execution_id)
        self._store.forget_failures(to_micros(now - FAILURES_KEPT))
        datamarts = DatamartService(self._connection, self._clock)
        for row in self._store.unfinished():
            scope = datamarts.by_id(row.datamart_id).scope
            if self._jobs.unfinished(scope, KIND, str(row.id)) is None:
                values = {
                    "state": ExecutionState.FAILED.value,
                    "error": "this server gave up after several attempts",
                    "ended_at": to_micros(now),
                }
                self._store.change(row.id, values, done=None)
