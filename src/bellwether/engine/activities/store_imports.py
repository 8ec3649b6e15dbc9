"""The SQL of bulk imports."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update

from bellwether.engine.activities.tables import (
    document_imports,
    import_chunks,
    import_executions,
    import_failures,
)
from bellwether.kit.clock import from_micros, opt_instant, to_micros
from bellwether.model.activities import (
    DocumentImport,
    ExecutionState,
    ImportExecution,
    ImportKind,
    LineFailure,
)

_EXECUTION = import_executions.c
UPLOADING = "UPLOADING"
"""The state of an execution whose file has not come whole yet: nobody sees it."""


class ImportStore:
    """Reads and writes imports on one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, values: Mapping[str, object]) -> DocumentImport:
        """Add an import."""
        row = self._connection.execute(
            document_imports.insert().values(**values).returning(document_imports)
        ).one()
        return _import(row)

    def find(self, datamart_id: int, import_id: int) -> DocumentImport | None:
        """Find an import of a datamart."""
        row = self._connection.execute(
            select(document_imports).where(
                document_imports.c.datamart_id == datamart_id,
                document_imports.c.id == import_id,
            )
        ).one_or_none()
        return None if row is None else _import(row)

    def page(self, datamart_id: int, offset: int, limit: int) -> Sequence[DocumentImport]:
        """List imports in the order in which they were made."""
        rows = self._connection.execute(
            select(document_imports)
            .where(document_imports.c.datamart_id == datamart_id)
            .order_by(document_imports.c.id)
            .offset(offset)
            .limit(limit)
        )
        return [_import(row) for row in rows]

    def count(self, datamart_id: int) -> int:
        """Count the imports of a datamart."""
        mine = document_imports.c.datamart_id == datamart_id
        count: int = self._connection.execute(select(func.count()).where(mine)).scalar_one()
        return count

    def begin(self, order: DocumentImport, sent_by: str, at: datetime) -> int:
        """Add an execution whose file is about to come; returns its id."""
        made: int = self._connection.execute(
            import_executions.insert()
            .values(
                import_id=order.id,
                datamart_id=order.datamart_id,
                sent_by=sent_by,
                state=UPLOADING,
                size=0,
                chunks=0,
                done=0,
                lines=0,
                failed=0,
                created_at=to_micros(at),
            )
            .returning(_EXECUTION.id)
        ).scalar_one()
        return made

    def add_chunk(self, execution_id: int, number: int, body: bytes) -> None:
        """Store a piece of a file."""
        self._connection.execute(
            import_chunks.insert().values(execution_id=execution_id, number=number, body=body)
        )

    def chunk(self, execution_id: int, number: int) -> bytes | None:
        """Return a piece of a file, None when there is none."""
        row = self._connection.execute(
            select(import_chunks.c.body).where(
                import_chunks.c.execution_id == execution_id, import_chunks.c.number == number
            )
        ).one_or_none()
        return None if row is None else bytes(row.body)

    def drop_chunk(self, execution_id: int, number: int) -> None:
        """Forget a piece that is worked off."""
        self._connection.execute(
            delete(import_chunks).where(
                import_chunks.c.execution_id == execution_id, import_chunks.c.number == number
            )
        )

    def row(self, execution_id: int) -> Row[Any]:
        """Return an execution whose id our own rows named."""
        return self._connection.execute(
            select(import_executions).where(_EXECUTION.id == execution_id)
        ).one()

    def change(self, execution_id: int, values: Mapping[str, object], *, done: int | None) -> bool:
        """Change an execution, given how many pieces were worked off (None: any); False if not."""
        wanted = update(import_executions).where(_EXECUTION.id == execution_id)
        if done is not None:
            wanted = wanted.where(_EXECUTION.done == done)
        return self._connection.execute(wanted.values(**values)).rowcount == 1

    def execution(self, import_id: int, execution_id: int) -> ImportExecution | None:
        """Find an execution of an import."""
        row = self._connection.execute(
            select(import_executions).where(
                _EXECUTION.import_id == import_id,
                _EXECUTION.id == execution_id,
                _EXECUTION.state != UPLOADING,
            )
        ).one_or_none()
        return None if row is None else read_execution(row)

    def executions(
        self, import_id: int, offset: int, limit: int
    ) -> tuple[Sequence[ImportExecution], int]:
        """List executions of an import, the oldest first, and how many there are."""
        mine = (_EXECUTION.import_id == import_id, _EXECUTION.state != UPLOADING)
        rows = self._connection.execute(
            select(import_executions)
            .where(*mine)
            .order_by(_EXECUTION.id)
            .offset(offset)
            .limit(limit)
        )
        count: int = self._connection.execute(select(func.count()).where(*mine)).scalar_one()
        return [read_execution(row) for row in rows], count

    def add_failures(self, execution_id: int, failures: Sequence[LineFailure]) -> None:
        """Keep lines that were refused."""
        if not failures:
            return
        self._connection.execute(
            import_failures.insert(),
            [
                {
                    "execution_id": execution_id,
                    "line": one.line,
                    "code": one.code,
                    "reason": one.reason,
                    "field": one.field,
                    "body": one.body,
                }
                for one in failures
            ],
        )

    def failures(self, execution_id: int, offset: int, limit: int) -> Sequence[LineFailure]:
        """List lines that were refused, in their order."""
        rows = self._connection.execute(
            select(import_failures)
            .where(import_failures.c.execution_id == execution_id)
            .order_by(import_failures.c.line)
            .offset(offset)
            .limit(limit)
        )
        return [LineFailure(row.line, row.code, row.reason, row.field, row.body) for row in rows]

    def unfinished(self) -> Sequence[Row[Any]]:
        """Return executions that wait or run."""
        states = [ExecutionState.PENDING.value, ExecutionState.RUNNING.value]
        return self._connection.execute(
            select(import_executions).where(_EXECUTION.state.in_(states)).limit(1000)
        ).fetchall()

    def remove(self, execution_id: int) -> None:
        """Forget an execution with all that it holds."""
        for table in (import_chunks, import_failures):
            self._connection.execute(delete(table).where(table.c.execution_id == execution_id))
        self._connection.execute(delete(import_executions).where(_EXECUTION.id == execution_id))

    def abandoned(self, before: int) -> Sequence[int]:
        """Return executions whose files began to come before an instant and never came whole."""
        rows = self._connection.execute(
            select(_EXECUTION.id).where(
                _EXECUTION.state == UPLOADING, _EXECUTION.created_at < before
            )
        )
        return [row.id for row in rows]

    def forget_failures(self, before: int) -> None:
        """Forget the lines of executions that began before an instant."""
        old = select(_EXECUTION.id).where(_EXECUTION.created_at < before)
        self._connection.execute(
            delete(import_failures).where(import_failures.c.execution_id.in_(old))
        )


def _import(row: Row[*tuple[Any, ...]]) -> DocumentImport:
    return DocumentImport(
        id=row.id,
        datamart_id=row.datamart_id,
        kind=ImportKind(row.kind),
        mime_type=row.mime_type,
        encoding=row.encoding,
        name=row.name,
        created_at=from_micros(row.created_at),
    )


def read_execution(row: Row[*tuple[Any, ...]]) -> ImportExecution:
    """Return an execution as the rooms above see it."""
    return ImportExecution(
        id=row.id,
        import_id=row.import_id,
        datamart_id=row.datamart_id,
        state=ExecutionState(row.state),
        size=row.size,
        lines=row.lines,
        failed=row.failed,
        error=row.error,
        created_at=from_micros(row.created_at),
        started_at=opt_instant(row.started_at),
        ended_at=opt_instant(row.ended_at),
    )
