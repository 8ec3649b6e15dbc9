"""The SQL of the queue. Instants are microseconds of real time here."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, bindparam, case, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bellwether.jobs.tables import jobs
from bellwether.kit.clock import from_micros
from bellwether.model.jobs import Job, JobState
from bellwether.model.tenants import Environment, Scope

_ATTEMPTS = jobs.c.attempts
_NEVER_TRIED = case((_ATTEMPTS > 0, _ATTEMPTS - 1), else_=0)


class JobEnd(NamedTuple):
    """What a job's row becomes when an attempt ends; `due_at` None: it is finished."""

    job_id: str
    state: str
    result: str | None
    error_code: str | None
    error: str | None
    due_at: int | None


class JobStore:
    """Reads and writes jobs on one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._postgresql = connection.dialect.name == "postgresql"

    def add(self, values: Mapping[str, object]) -> bool:
        """Store a job; False when an unfinished one has its key."""
        insert = (postgresql.insert if self._postgresql else sqlite.insert)(jobs)
        statement = insert.values(values).on_conflict_do_nothing().returning(jobs.c.id)
        return self._connection.execute(statement).first() is not None

    def unfinished(self, scope: Scope, kind: str, key: str) -> Job | None:
        """Return the unfinished job of a key."""
        wanted = (
            select(jobs)
            .where(jobs.c.workspace_id == scope.workspace_id)
            .where(jobs.c.environment == scope.environment.value)
            .where(jobs.c.kind == kind, jobs.c.key == key, jobs.c.due_at.is_not(None))
        )
        found = self._connection.execute(wanted).one_or_none()
        return None if found is None else make_job(found)

    def get(self, scope: Scope, job_id: str) -> Job | None:
        """Return a job of a scope."""
        wanted = (
            select(jobs)
            .where(jobs.c.id == job_id)
            .where(jobs.c.workspace_id == scope.workspace_id)
            .where(jobs.c.environment == scope.environment.value)
        )
        found = self._connection.execute(wanted).one_or_none()
        return None if found is None else make_job(found)

    def due(self, kind: str, now: int, limit: int) -> Sequence[Row[Any]]:
        """Return rows of a kind that are due, oldest first, kept from others until the commit."""
        wanted = (
            select(jobs)
            .where(jobs.c.kind == kind, jobs.c.due_at <= now)
            .order_by(jobs.c.due_at, jobs.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return self._connection.execute(wanted).all()

    def claim(self, ids: Sequence[str], token: str, now: int, lease_until: int) -> None:
        """Give rows to a worker; each begins an attempt."""
        self._set(
            ids,
            None,
            state=JobState.PROCESSING.value,
            claim=token,
            attempts=_ATTEMPTS + 1,
            due_at=lease_until,
            updated_at=now,
        )

    def renew(self, ids: Sequence[str], token: str, lease_until: int) -> None:
        """Lengthen the lease of those rows that are still held under the token."""
        self._set(ids, token, due_at=lease_until)

    def release(self, ids: Sequence[str], token: str, now: int) -> None:
        """Let others have those rows still held under the token, as if never begun."""
        self._set(
            ids,
            token,
            state=JobState.QUEUED.value,
            claim=None,
            attempts=_NEVER_TRIED,
            due_at=now,
            updated_at=now,
        )

    def held(self, ids: Sequence[str]) -> dict[str, str | None]:
        """Return who holds rows, by id, and keep it so until the commit."""
        wanted = (
            select(jobs.c.id, jobs.c.claim)
            .where(jobs.c.id.in_(ids))
            .order_by(jobs.c.id)  # in one order, so that no two transactions wait for each other
            .with_for_update()
        )
        return {row.id: row.claim for row in self._connection.execute(wanted)}

    def end(self, ends: Sequence[JobEnd], now: int) -> None:
        """Store how attempts ended and let go of the rows."""
        if not ends:
            return
        names = [name for name in JobEnd._fields if name != "job_id"]
        statement = (
            update(jobs)
            .where(jobs.c.id == bindparam("job_id"))
            .values(
                claim=None, updated_at=now, **{name: bindparam(f"new_{name}") for name in names}
            )
        )
        self._connection.execute(
            statement,
            [
                {"job_id": one.job_id, **{f"new_{name}": getattr(one, name) for name in names}}
                for one in ends
            ],
        )

    def counts(self) -> Mapping[tuple[str, str], int]:
        """Count jobs by kind and state."""
        counted = select(jobs.c.kind, jobs.c.state, func.count().label("n"))
        rows = self._connection.execute(counted.group_by(jobs.c.kind, jobs.c.state))
        return {(row.kind, row.state): row.n for row in rows}

    def waiting(self, now: int, besides: str) -> tuple[int, int | None]:
        """Count unfinished jobs, besides kinds that begin so; and since when one has been due."""
        due = func.min(case((jobs.c.due_at <= now, jobs.c.due_at)))
        wanted = (
            select(func.count(), due)
            .where(jobs.c.state.in_([state.value for state in JobState if not state.finished]))
            .where(~jobs.c.kind.startswith(besides))
        )
        count, oldest = self._connection.execute(wanted).one()
        return count, oldest

    def failed(self, since: int, codes: Sequence[str]) -> Mapping[tuple[str, str], int]:
        """Count jobs that failed since an instant with one of these codes, by kind and code."""
        rows = self._connection.execute(
            select(jobs.c.kind, jobs.c.error_code, func.count().label("n"))
            .where(jobs.c.state == JobState.FAILED.value, jobs.c.updated_at >= since)
            .where(jobs.c.error_code.in_(codes))
            .group_by(jobs.c.kind, jobs.c.error_code)
        )
        return {(row.kind, row.error_code): row.n for row in rows}

    def forget(self, before: int, limit: int) -> int:
        """Delete some jobs finished before an instant; return how many."""
        old = (
            select(jobs.c.id)
            .where(jobs.c.state.in_([state.value for state in JobState if state.finished]))
            .where(jobs.c.updated_at < before)
            .limit(limit)
        )
        return self._connection.execute(delete(jobs).where(jobs.c.id.in_(old))).rowcount

    def drop(self, kind: str) -> None:
        """Delete all jobs of a kind."""
        self._connection.execute(delete(jobs).where(jobs.c.kind == kind))

    def _set(self, ids: Sequence[str], token: str | None, **values: object) -> None:
        if not ids:
            return
        statement = update(jobs).where(jobs.c.id.in_(ids)).values(**values)
        if token is not None:
            statement = statement.where(jobs.c.claim == token)
        self._connection.execute(statement)


def make_job(row: Row[Any]) -> Job:
    """Return a row as the rooms above see it."""
    return Job(
        id=row.id,
        scope=Scope(row.workspace_id, Environment(row.environment)),
        kind=row.kind,
        payload=json.loads(row.payload),
        state=JobState(row.state),
        result=None if row.result is None else json.loads(row.result),
        error_code=row.error_code,
        error=row.error,
        attempts=row.attempts,
        created_at=from_micros(row.created_at),
        updated_at=from_micros(row.updated_at),
    )
