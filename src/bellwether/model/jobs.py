"""Asynchronous work: what was asked for, how far it is, what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bellwether.model.tenants import Scope


class JobState(StrEnum):
    """How far a job is. One that waits for another attempt is queued."""

    QUEUED = "queued"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"

    @property
    def finished(self) -> bool:
        """Whether nothing more will come of it."""
        return self in {JobState.SUCCEEDED, JobState.FAILED}


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work. `payload` and `result` are JSON-ready; instants are real time.

    `error` and `error_code` are of the last attempt that failed, None once one succeeded;
    `attempts` counts those begun.
    """

    id: str
    scope: Scope
    kind: str
    payload: Mapping[str, object]
    state: JobState
    result: Mapping[str, object] | None
    error_code: str | None
    error: str | None
    attempts: int
    created_at: datetime
    updated_at: datetime
