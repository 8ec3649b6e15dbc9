"""A workspace and short words for what tests of tracking do with it."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from bellwether.connectors.base import Connector
from bellwether.connectors.sources import Sources
from bellwether.engine.facade import Engine
from bellwether.engine.tracking.tasks import Scheduler
from bellwether.kit.clock import ManualClock
from bellwether.model.metrics import Snapshot
from bellwether.model.platforms import Kind, Platform
from bellwether.model.refs import Ref
from bellwether.model.requests import Tracked, TrackRequest
from bellwether.model.tenants import Environment, Plan, PlanName, Scope
from bellwether.model.tracking import Aspect, Run, Tracker
from bellwether.storage.database import Database

T = TypeVar("T")

START = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
UNLIMITED = Plan(PlanName.OWN, "Own", None, None, None)
DIALECT = "native"


def ref(target: str, *, platform: Platform = Platform.YOUTUBE, kind: Kind = Kind.VIDEO) -> Ref:
    return Ref(platform, kind, target, f"https://{platform}.example/{target}")


def order(
    target: str,
    *,
    platform: Platform = Platform.YOUTUBE,
    aspect: Aspect = Aspect.CONTENT,
    cron: str | None = None,
    timezone: str = "UTC",
    expires_at: datetime | None = None,
    dialect: str = DIALECT,
) -> TrackRequest:
    kind = Kind.VIDEO if aspect is Aspect.CONTENT else Kind.PROFILE
    return TrackRequest(
        ref=ref(target, platform=platform, kind=kind),
        dialect=dialect,
        aspect=aspect,
        cron=cron,
        timezone=timezone,
        expires_at=expires_at,
    )


class House:
    """A store with a clock that stands still until it is moved."""

    def __init__(self, database: Database, clock: ManualClock | None = None) -> None:
        self.database = database
        self.clock = clock or ManualClock(START)

    def write(self, work: Callable[[Engine], T]) -> T:
        return self.database.submit_write(lambda c: work(Engine(c, self.clock))).result()

    def read(self, work: Callable[[Engine], T]) -> T:
        return self.database.submit_read(lambda c: work(Engine(c, self.clock))).result()

    def scope(self, name: str = "acme", environment: Environment = Environment.SANDBOX) -> Scope:
        workspace = self.write(lambda engine: engine.tenants.ensure_workspace(name))
        return Scope(workspace.id, environment)

    def track(
        self, scope: Scope, *orders: TrackRequest, plan: Plan = UNLIMITED
    ) -> Sequence[Tracked]:
        return self.write(lambda engine: engine.tracking.track(scope, plan, orders))

    def track_one(self, scope: Scope, wanted: TrackRequest) -> Tracker:
        return self.track(scope, wanted)[0].tracker

    def tracker(self, scope: Scope, tracker_id: str) -> Tracker:
        return self.read(lambda engine: engine.tracking.get(scope, tracker_id))

    async def ran(self, scope: Scope, tracker_id: str, *, runs: int = 1) -> Tracker:
        """Wait until a scheduler that runs beside the test has recorded so many runs."""
        async with asyncio.timeout(10):
            while (tracker := self.tracker(scope, tracker_id)).runs < runs:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        return tracker

    def runs(self, scope: Scope, tracker_id: str | None = None) -> list[Run]:
        page = self.read(
            lambda engine: engine.tracking.list_runs(
                scope, tracker_id=tracker_id, limit=10_000, cursor=None
            )
        )
        return sorted(page.items, key=lambda run: run.tick)

    def snapshots(self, subject_id: str) -> Sequence[Snapshot]:
        found = self.read(lambda engine: engine.metrics.histories([subject_id]))
        return found.get(subject_id, [])

    def scheduler(self, *sources: Connector, **settings: float) -> Scheduler:
        return Scheduler(self.database, self.clock, Sources(sources), **settings)  # type: ignore[arg-type]

    def pass_time(self, **amount: float) -> None:
        self.clock.advance(timedelta(**amount))
