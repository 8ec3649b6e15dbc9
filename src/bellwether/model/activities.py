"""What people do: datamarts, activities on their way in, and what was refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bellwether.model.tenants import Scope


@dataclass(frozen=True, slots=True)
class Datamart:
    """Where activities, user points, profiles and choices of one customer's site or app live.

    `compartment_id` is the compartment of accounts that are sent without one.
    """

    id: int
    scope: Scope
    name: str
    compartment_id: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class NewActivity:
    """An activity that was checked and waits to be logged.

    `body` is its JSON as it will be read back, with `$ts` (milliseconds since 1970) and
    `$unique_key` filled in, in UTF-8 and without line breaks; `ts` is that `$ts`. `key` is the
    `$unique_key` that the caller chose (None: made here, so nothing can repeat it). Where there is
    one, `digest` stands for what the caller sent, without what the server filled in.
    """

    body: bytes
    ts: int
    key: str | None = None
    digest: bytes = b""


@dataclass(frozen=True, slots=True)
class Accepted:
    """An activity that is on disk. `body` is what it was logged as, also for one sent again."""

    body: bytes
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class LoggedActivity:
    """An activity as the log holds it. `seq` is its place in the order of its datamart, from 1.

    `body` is the activity as JSON objects, with `$ts` (milliseconds since 1970) and `$unique_key`
    always there. `sent_by` is the id of the key it came with.
    """

    seq: int
    datamart_id: int
    received_at: datetime
    sent_by: str
    body: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class BadRow:
    """An activity that was refused, kept for a while. `body` is what came, as text.

    `reason` says in words what is wrong, `field` where. `source` is "request", "import" or
    "pipeline"; the last is an activity that was acknowledged, at `seq`.
    """

    id: str
    datamart_id: int
    received_at: datetime
    source: str
    code: str
    reason: str
    field: str | None
    body: str
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class Lag:
    """How far a pipeline is. All activities up to `processed` show in what is read."""

    datamart_id: int
    logged: int
    processed: int


class ImportKind(StrEnum):
    """What the lines of an import are, as the API names it."""

    ACTIVITIES = "USER_ACTIVITY"
    PROFILES = "USER_PROFILE"
    CHOICES = "USER_CHOICE"


@dataclass(frozen=True, slots=True)
class DocumentImport:
    """A customer's order to take in files of one kind."""

    id: int
    datamart_id: int
    kind: ImportKind
    mime_type: str
    encoding: str
    name: str
    created_at: datetime


class ExecutionState(StrEnum):
    """How far one file of an import is, as the API names it."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class ImportExecution:
    """One file of an import. `lines` counts those worked off; `failed` of them were refused."""

    id: int
    import_id: int
    datamart_id: int
    state: ExecutionState
    size: int
    lines: int
    failed: int
    error: str | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class LineFailure:
    """A line of an imported file that was refused. `line` counts from 1."""

    line: int
    code: str
    reason: str
    field: str | None
    body: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """An execution with the lines that were refused, the first of them at most."""

    execution: ImportExecution
    failures: Sequence[LineFailure]
