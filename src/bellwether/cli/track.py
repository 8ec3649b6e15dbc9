"""`bellwether track`: standing orders to observe, written straight into the store."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from bellwether.cli import common, inputs, output
from bellwether.model.platforms import Kind
from bellwether.model.refs import Ref, Resolved
from bellwether.model.requests import Tracked, TrackRequest
from bellwether.model.tenants import Environment, Plan, Scope
from bellwether.model.tracking import Aspect

if TYPE_CHECKING:
    from bellwether.app.container import Container

_BATCH = 500
_DIALECT = "native"
_COLUMNS = ("url", "status", "platform", "aspect", "id", "next_at", "error")


Cron = Annotated[
    str | None,
    typer.Option(
        "--cron",
        metavar="EXPR",
        help="When to observe, as five-field cron.",
        show_default="once a day",
    ),
]
Timezone = Annotated[str, typer.Option("--timezone", metavar="ZONE", help="Time zone of --cron.")]
Days = Annotated[
    int, typer.Option("--days", min=0, max=36500, help="Stop after so many days; 0: never.")
]
Stories = Annotated[bool, typer.Option("--stories", help="Also track the stories of creators.")]
StoriesCron = Annotated[
    str | None,
    typer.Option(
        "--stories-cron",
        metavar="EXPR",
        help="When to look for stories.",
        show_default="every six hours",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("track")(track)


def track(
    urls: inputs.Urls = None,
    *,
    file: inputs.File = None,
    cron: Cron = None,
    timezone: Timezone = "UTC",
    days: Days = 30,
    stories: Stories = False,
    stories_cron: StoriesCron = None,
    workspace: common.WorkspaceName = None,
    environment: common.EnvironmentName = Environment.LIVE,
    data: common.Data = None,
    database: common.Database = None,
    as_json: common.Json = False,
) -> None:
    """Track posts and creators; a server on the same store starts within a second.

    Prints what became of each URL (with --json, one object a line) and exits with 1 when one of
    them could not be tracked. Without a server, the orders wait in the store until one starts.
    """
    order = _Order(cron, timezone, days, stories_cron, stories or stories_cron is not None)
    failures = 0
    with common.open_store(data, database) as container, asyncio.Runner() as runner:
        owner = container.units.write_now(lambda engine: common.pick_workspace(engine, workspace))
        target = _Target(container, runner, Scope(owner.id, environment), owner.plan)

        def rows() -> Iterator[output.Record]:
            nonlocal failures
            with output.progress("tracking", quiet=as_json) as bar:
                for batch in inputs.batches(inputs.read_urls(urls, file), _BATCH):
                    for row in _track_batch(target, order, batch):
                        failures += row["status"] == "error"
                        yield row
                    bar.advance(len(batch))

        try:
            output.emit_rows(rows(), as_json=as_json, columns=_COLUMNS)
        finally:
            runner.run(container.client.aclose())
    if failures:
        raise typer.Exit(output.FAILED)


@dataclass(frozen=True, slots=True)
class _Order:
    """What the options ask for, the same for every URL."""

    cron: str | None
    timezone: str
    days: int
    stories_cron: str | None
    stories: bool

    def requests(self, ref: Ref, now: datetime) -> Sequence[TrackRequest]:
        """Return the orders for one URL: one, or two for a creator with stories."""
        expires_at = now + timedelta(days=self.days) if self.days else None
        main = TrackRequest(
            ref=ref,
            dialect=_DIALECT,
            aspect=Aspect.CONTENT if ref.is_content else Aspect.PROFILE,
            cron=self.cron,
            timezone=self.timezone,
            expires_at=expires_at,
        )
        if ref.is_content or not self.stories:
            return [main]
        return [main, replace(main, aspect=Aspect.STORIES, cron=self.stories_cron)]


@dataclass(frozen=True, slots=True)
class _Target:
    """Where the orders go."""

    container: "Container"
    runner: asyncio.Runner
    scope: Scope
    plan: Plan


def _track_batch(target: _Target, order: _Order, urls: Sequence[str]) -> Iterator[output.Record]:
    """Track one batch in one transaction and yield a record for each order, in order."""
    simulate = target.scope.environment is Environment.SANDBOX
    resolved = target.runner.run(target.container.resolver.resolve_many(urls, simulate=simulate))
    now = target.container.clock.now()
    orders = [
        order.requests(each.ref, now) if each.ref is not None and _fault(each) is None else []
        for each in resolved
    ]
    tracked = iter(
        target.container.units.write_now(
            lambda engine: engine.tracking.track(
                target.scope, target.plan, [request for each in orders for request in each]
            )
        )
    )
    for text, each, requests in zip(urls, resolved, orders, strict=True):
        if not requests:
            yield {"url": text, "status": "error", "error": _fault(each)}
        for _ in requests:
            yield _row(text, next(tracked))


def _fault(resolved: Resolved) -> str | None:
    """Say why something cannot be tracked, None when it can."""
    if resolved.error is not None:
        return resolved.error.message
    if resolved.ref is None or resolved.ref.kind in {Kind.PLAYLIST, Kind.SHORT_LINK}:
        return "only a profile or a single content can be tracked"
    return None


def _row(text: str, tracked: Tracked) -> output.Record:
    tracker = tracked.tracker
    return {
        "url": text,
        "status": "tracked" if tracked.created else "already_tracked",
        "platform": tracker.platform,
        "aspect": tracker.aspect,
        "id": tracker.target,
        "tracker_id": tracker.id,
        "subject_id": tracker.subject_id,
        "cron": tracker.cron,
        "next_at": tracker.next_at,
        "expires_at": tracker.expires_at,
    }
