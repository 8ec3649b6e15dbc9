"""What the application hands to the dialects."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, TypeVar

from bellwether.engine.facade import Engine, MediaDesk, Refresher
from bellwether.kit.clock import Clock
from bellwether.kit.metering import SILENT, Meter
from bellwether.model.activities import Accepted, BadRow, NewActivity
from bellwether.model.refs import Resolved
from bellwether.model.tenants import Environment

T = TypeVar("T")


class UnitsOfWork(Protocol):
    """Runs work with an engine of its own, in one transaction."""

    async def write(self, work: Callable[[Engine], T]) -> T:
        """Run `work` and return its answer once it is durable."""

    async def read(self, work: Callable[[Engine], T]) -> T:
        """Run `work` on a consistent view that cannot write."""


class Resolving(Protocol):
    """Turns texts into references, following short links."""

    async def resolve_many(
        self, texts: Sequence[str], *, unshorten: bool = True, simulate: bool = False
    ) -> Sequence[Resolved]:
        """Return what each text names, in order; `simulate` asks nobody outside."""


@dataclass(frozen=True, slots=True)
class Health:
    """Whether this process works. `roles` says "ok" or what is wrong, by role."""

    ok: bool
    store: str
    roles: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OperationInfo:
    """One thing a source can be asked for. `cost` is by bucket, the price a call in dollars."""

    platform: str
    capability: str
    batch_size: int
    cost: Mapping[str, float]
    price_usd: str


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """A source as declared, and whether it worked when last asked."""

    name: str
    environments: Sequence[Environment]
    partial: bool
    operations: Sequence[OperationInfo]
    works: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what a client may send, and for how long it may send it again."""

    body_bytes: int
    body_seconds: float
    keep_answers: timedelta = timedelta(hours=48)


class Activities(Protocol):
    """Takes activities in, each durable before it is answered, and works them off in order."""

    async def add(self, datamart_id: int, sent_by: str, activity: NewActivity) -> Accepted:
        """Log an activity that came with a key; returns once it is on disk.

        ConflictError (`$unique_key`) when its key was used for another; UnavailableError when more
        arrive than can be written.
        """

    async def keep(self, bad: BadRow, sent_by: str) -> None:
        """Keep an activity that was refused, as far as there is room."""

    async def settle(self, datamart_id: int) -> bool:
        """Wait until what was acknowledged shows in what is read; False when that takes long."""


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a route may use.

    `check_receiver` raises InvalidInputError (`url`) for an address that no webhook may be sent to.
    """

    units: UnitsOfWork
    clock: Clock
    resolver: Resolving
    limits: Limits
    health: Callable[[], Awaitable[Health]]
    sources: Callable[[], Awaitable[Sequence[SourceInfo]]]
    wake: Callable[[], None]
    check_receiver: Callable[[str], Awaitable[None]]
    media: MediaDesk
    refresher: Refresher
    activities: Activities
    meter: Meter = SILENT
    signatures: bool = False
