"""The queue: jobs are rows, written in the caller's transaction and claimed under a lease."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from bellwether.jobs.heartbeats import SYNTHETIC
from bellwether.jobs.store import JobEnd, JobStore, make_job
from bellwether.kit.clock import Clock, opt_instant, to_micros
from bellwether.kit.ids import new_id
from bellwether.model.errors import BellwetherError, NotFoundError, Retry, UnavailableError
from bellwether.model.jobs import Job, JobState
from bellwether.model.tenants import Scope

_log = structlog.get_logger(__name__)

Result = Mapping[str, object] | None
Work = Callable[[Connection], Result]
"""What a job does to the store, in the transaction that ends it; it returns the job's result."""

RETRY_WAITS = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=20),
)
"""How long a job waits, in real time, after each attempt that failed for a while."""

MOST_ATTEMPTS = len(RETRY_WAITS) + 1

LONGEST_WAIT = timedelta(hours=1)
"""A job that would have to wait for longer (for a day's budget, say) fails instead."""

_RECENT = timedelta(days=1)
_OURS = frozenset({"internal", "unavailable", "unfinished"})
_LONGEST_ERROR = 1000
_LONGEST_ID = 36


class Claimed(NamedTuple):
    """A job held under a token."""

    job: Job
    token: str


class Ending(NamedTuple):
    """How an attempt ended: with work for the transaction that records it, or with an error."""

    claimed: Claimed
    work: Work | None = None
    error: BaseException | None = None


class Troubles(NamedTuple):
    """What is wrong with jobs, and how many wait.

    `due_since` is the real instant since when the one that is due longest has been due, `failed`
    counts those that failed within a day for reasons of ours, by kind and code of the error.
    """

    waiting: int
    due_since: datetime | None
    failed: Mapping[tuple[str, str], int]


class JobQueue:
    """Jobs on one transaction. Adding and reading is within a scope, working on them is not."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self._store = JobStore(connection)

    def add(
        self, scope: Scope, kind: str, payload: Mapping[str, object], *, key: str | None = None
    ) -> Job:
        """Ask for work, due at once; `payload` is JSON-ready.

        With a `key` (255 characters at most) there is one unfinished job of it and the kind in
        the scope: that one is returned where there is one already.
        """
        now = to_micros(self._clock.real_now())
        values = {
            "id": new_id(),
            "workspace_id": scope.workspace_id,
            "environment": scope.environment.value,
            "kind": kind,
            "key": key,
            "payload": json.dumps(payload, allow_nan=False),
            "state": JobState.QUEUED.value,
            "attempts": 0,
            "due_at": now,
            "created_at": now,
            "updated_at": now,
        }
        while not self._store.add(values):
            # Not there any more: it has just been finished, so there is room for another.
            if key is not None and (found := self._store.unfinished(scope, kind, key)):
                return found
        return self.get(scope, str(values["id"]))

    def unfinished(self, scope: Scope, kind: str, key: str) -> Job | None:
        """Return the unfinished job of a key."""
        return self._store.unfinished(scope, kind, key)

    def get(self, scope: Scope, job_id: str) -> Job:
        """Return one job, else NotFoundError (`id`)."""
        found = None
        if len(job_id) <= _LONGEST_ID and job_id.isascii() and job_id.isprintable():
            found = self._store.get(scope, job_id)
        if found is None:
            raise NotFoundError("no such job", field="id")
        return found

    def counts(self) -> Mapping[tuple[str, JobState], int]:
        """Count jobs by kind and state over all workspaces, for the operator."""
        found = self._store.counts()
        return {(kind, JobState(state)): count for (kind, state), count in found.items()}

    def troubles(self) -> Troubles:
        """Return what is wrong over all workspaces, for the operator."""
        now = self._clock.real_now()
        waiting, due_at = self._store.waiting(to_micros(now), SYNTHETIC)
        failed = self._store.failed(to_micros(now - _RECENT), sorted(_OURS))
        return Troubles(waiting, opt_instant(due_at), failed)

    def forget(self, older_than: timedelta, limit: int = 1000) -> int:
        """Delete up to `limit` jobs that were finished so long ago; return how many."""
        return self._store.forget(to_micros(self._clock.real_now() - older_than), limit)

    def drop(self, kind: str) -> None:
        """Forget all jobs of a kind, whatever became of them."""
        self._store.drop(kind)

    def claim(self, limits: Mapping[str, int], token: str, lease: timedelta) -> Sequence[Claimed]:
        """Claim what is due, up to a number of jobs of each kind.

        Each claim begins an attempt. A job whose last allowed attempt never ended, because
        whoever worked on it died each time, is failed instead.
        """
        now = to_micros(self._clock.real_now())
        claimed: list[Claimed] = []
        poisoned: list[JobEnd] = []
        for kind, limit in sorted(limits.items()):
            for row in self._store.due(kind, now, limit):
                if row.attempts >= MOST_ATTEMPTS:
                    error = f"given up: none of {row.attempts} attempts came to an end"
                    poisoned.append(_failed(row.id, row.error_code or "unfinished", error))
                    _log.error("job given up", job=row.id, kind=kind, attempts=row.attempts)
                else:
                    job = make_job(row)
                    begun = replace(job, state=JobState.PROCESSING, attempts=job.attempts + 1)
                    claimed.append(Claimed(begun, token))
        self._store.end(poisoned, now)
        self._store.claim([one.job.id for one in claimed], token, now, self._lease_end(lease))
        return claimed

    def renew(self, claimed: Iterable[Claimed], lease: timedelta) -> None:
        """Lengthen the lease of what is still held."""
        for token, ids in _by_token(claimed).items():
            self._store.renew(ids, token, self._lease_end(lease))

    def release(self, claimed: Iterable[Claimed]) -> None:
        """Let others have what is still held; the attempt does not count."""
        now = to_micros(self._clock.real_now())
        for token, ids in _by_token(claimed).items():
            self._store.release(ids, token, now)

    def finish(self, claimed: Claimed, work: Work | None = None) -> bool:
        """Do a job's work and mark it as succeeded; False, and nothing, once the claim is lost."""
        return bool(self.end([Ending(claimed, work)]))

    def fail(self, claimed: Claimed, error: BaseException) -> bool:
        """Note that an attempt failed; False, and nothing, once the claim is lost.

        It is tried again later, unless the error is one of ours that will not pass (within
        LONGEST_WAIT) or there were MOST_ATTEMPTS; the job has failed then.
        """
        return bool(self.end([Ending(claimed, error=error)]))

    def end(self, endings: Sequence[Ending]) -> Mapping[str, JobState]:
        """Record how attempts ended and return the states of the jobs still held, by id.

        The work of one that raises is undone and counts as its error; the others are not
        touched by it.
        """
        holders = self._store.held([one.claimed.job.id for one in endings])
        held = [one for one in endings if holders.get(one.claimed.job.id) == one.claimed.token]
        ends = [self._end(one) for one in held]
        self._store.end(ends, to_micros(self._clock.real_now()))
        return {end.job_id: JobState(end.state) for end in ends}

    def _end(self, ending: Ending) -> JobEnd:
        job = ending.claimed.job
        if ending.error is not None:
            return self._error_end(job, ending.error)
        if ending.work is None:
            return JobEnd(job.id, JobState.SUCCEEDED.value, None, None, None, None)
        try:
            with self._connection.begin_nested():
                result = ending.work(self._connection)
                said = None if result is None else json.dumps(result, allow_nan=False)
        except (OperationalError, UnavailableError):
            raise  # it is about the store, and about all of them
        except Exception as error:  # noqa: BLE001  it is about this job alone, whatever it is
            return self._error_end(job, error)
        return JobEnd(job.id, JobState.SUCCEEDED.value, said, None, None, None)

    def _error_end(self, job: Job, error: BaseException) -> JobEnd:
        code, message = _told(error)
        if _is_final(error) or job.attempts >= MOST_ATTEMPTS:
            _log.warning("job failed", job=job.id, kind=job.kind, error=message)
            return _failed(job.id, code, message)
        wait = RETRY_WAITS[job.attempts - 1]
        if isinstance(error, BellwetherError):
            wait = max(wait, timedelta(seconds=error.retry_after or 0))
        due_at = to_micros(self._clock.real_now() + wait)
        _log.info("job is tried again", job=job.id, kind=job.kind, error=message)
        return JobEnd(job.id, JobState.QUEUED.value, None, code, message, due_at)

    def _lease_end(self, lease: timedelta) -> int:
        return to_micros(self._clock.real_now() + lease)


_FINAL = frozenset({Retry.PERMANENT, Retry.UNSUPPORTED})


def _is_final(error: BaseException) -> bool:
    """Return whether trying again is of no use, or not within the time that somebody waits."""
    if not isinstance(error, BellwetherError):
        return False
    return error.retry in _FINAL or (error.retry_after or 0) > LONGEST_WAIT.total_seconds()


def _failed(job_id: str, code: str, message: str) -> JobEnd:
    return JobEnd(job_id, JobState.FAILED.value, None, code, message, None)


def _told(error: BaseException) -> tuple[str, str]:
    """Return an error's code and message; of one nobody foresaw only its kind is told."""
    if isinstance(error, BellwetherError):
        return error.code, error.message.replace("\x00", "")[:_LONGEST_ERROR]
    return "internal", f"it failed unexpectedly ({type(error).__name__})"


def _by_token(claimed: Iterable[Claimed]) -> dict[str, list[str]]:
    ids: dict[str, list[str]] = {}
    for one in claimed:
        ids.setdefault(one.token, []).append(one.job.id)
    return ids
