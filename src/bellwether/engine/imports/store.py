"""SQL of the imports room: how far each import got."""

from dataclasses import dataclass

from sqlalchemy import Connection, case, insert, select, update

from bellwether.engine.imports.tables import imports
from bellwether.kit.ids import new_id
from bellwether.model.tenants import Scope

RUNNING = "running"
DONE = "done"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far an import got: rows read and settled, and how many of them were new."""

    id: str
    rows_done: int
    rows_added: int


class ImportStore:
    """Reads and writes checkpoints."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def open(self, scope: Scope, fingerprint: str, now: int) -> Checkpoint:
        """Return where to go on: where a run that was cut off stopped, else the beginning."""
        mine = (
            (imports.c.workspace_id == scope.workspace_id)
            & (imports.c.environment == scope.environment.value)
            & (imports.c.fingerprint == fingerprint)
        )
        found = self._connection.execute(select(imports).where(mine)).first()
        if found is None:
            return self._start(scope, fingerprint, now)
        if found.state == RUNNING:
            return Checkpoint(found.id, found.rows_done, found.rows_added)
        again = {"rows_done": 0, "rows_added": 0, "rows_rejected": 0, "state": RUNNING}
        self._connection.execute(
            update(imports).where(imports.c.id == found.id).values(**again, updated_at=now)
        )
        return Checkpoint(found.id, 0, 0)

    def _start(self, scope: Scope, fingerprint: str, now: int) -> Checkpoint:
        checkpoint = Checkpoint(new_id(), 0, 0)
        self._connection.execute(
            insert(imports).values(
                id=checkpoint.id,
                workspace_id=scope.workspace_id,
                environment=scope.environment.value,
                fingerprint=fingerprint,
                rows_done=0,
                rows_added=0,
                rows_rejected=0,
                state=RUNNING,
                started_at=now,
                updated_at=now,
            )
        )
        return checkpoint

    def advance(self, import_id: str, *, rows_done: int, added: int, now: int) -> None:
        """Move a checkpoint forward; a slower twin of the same import never moves it back."""
        further = case((imports.c.rows_done < rows_done, rows_done), else_=imports.c.rows_done)
        self._connection.execute(
            update(imports)
            .where(imports.c.id == import_id)
            .values(rows_done=further, rows_added=imports.c.rows_added + added, updated_at=now)
        )

    def finish(self, import_id: str, *, rejected: int, now: int) -> None:
        """Mark an import as done."""
        self._connection.execute(
            update(imports)
            .where(imports.c.id == import_id)
            .values(state=DONE, rows_rejected=rejected, updated_at=now)
        )
