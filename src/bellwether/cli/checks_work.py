"""What `bellwether doctor` looks at of the work that goes on: roles, webhooks, jobs, budgets."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from bellwether.cli import output
from bellwether.cli.findings import Finding
from bellwether.kit.clock import SystemClock
from bellwether.model.posts import ActOutlook
from bellwether.model.webhooks import EndpointState, Outlook

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bellwether.app.container import Container
    from bellwether.jobs.heartbeats import Heartbeat
    from bellwether.jobs.queue import Troubles

_ROLES = ("scheduler", "worker", "deliverer")
_SILENT = timedelta(seconds=15)
_LATE = timedelta(minutes=2)
Budgets = Mapping[tuple[str, str], tuple[float, float]]
"""What is left of each bucket and what it holds, by source and bucket."""


class Work(NamedTuple):
    """What the store says of the work that goes on."""

    beats: "Sequence[Heartbeat]"
    troubles: "Troubles"
    outlook: Outlook
    acts: ActOutlook
    budgets: Budgets


def read_work(container: "Container") -> Work:
    """Read it in one view of the store."""
    from bellwether.app.gauges import declared_buckets  # noqa: PLC0415  slow to import
    from bellwether.engine.facade import Engine  # noqa: PLC0415  same
    from bellwether.engine.tracking.budgets import left  # noqa: PLC0415  same
    from bellwether.jobs.heartbeats import Heartbeats  # noqa: PLC0415  same
    from bellwether.jobs.queue import JobQueue  # noqa: PLC0415  same

    clock = container.clock

    def read(connection: "Connection") -> Work:
        return Work(
            beats=Heartbeats(connection, clock).all(),
            troubles=JobQueue(connection, clock).troubles(),
            outlook=Engine(connection, clock).webhooks.outlook(),
            acts=Engine(connection, clock).publishing.outlook(),
            budgets=left(
                connection,
                declared_buckets(container.sources),
                container.settings.price_cap_usd,
                clock.real_now(),
            ),
        )

    return container.database.submit_read(read).result()


def work_findings(work: Work) -> Iterator[Finding]:
    """Say what is wrong with it."""
    now = SystemClock().real_now()
    yield _roles(work.beats, now)
    yield from _silent(work.beats, now)
    yield _webhooks(work.outlook, now)
    yield from _endpoints(work.outlook)
    yield _jobs(work.troubles, now)
    yield _publishing(work.acts)
    yield _budgets(work.budgets)


def _roles(beats: "Sequence[Heartbeat]", now: datetime) -> Finding:
    alive = [beat for beat in beats if now - beat.beat_at < _SILENT]
    if not alive:
        return Finding("roles", ok=True, detail="no server works on this store")
    processes = {beat.process.id for beat in alive}
    missing = [role for role in _ROLES if role not in {beat.role for beat in alive}]
    where = "1 process" if len(processes) == 1 else f"{len(processes)} processes"
    if missing:
        detail = f"nobody is {' or '.join(missing)} here ({where})"
        advice = "start one: " + ", ".join(f"bellwether serve --role {role}" for role in missing)
        return Finding("roles", ok=False, detail=detail, advice=advice)
    return Finding("roles", ok=True, detail=f"scheduler, worker and deliverer work ({where})")


def _silent(beats: "Sequence[Heartbeat]", now: datetime) -> Iterator[Finding]:
    """Yield what is wrong with processes of which only some roles are silent, or all."""
    by_process: dict[str, list[Heartbeat]] = {}
    for beat in beats:
        by_process.setdefault(beat.process.id, []).append(beat)
    alive = {beat.role for beat in beats if now - beat.beat_at < _SILENT}
    for mine in by_process.values():
        silent = [beat for beat in mine if now - beat.beat_at >= _SILENT]
        if not silent:
            continue
        process = silent[0].process
        since = output.duration(now - max(beat.beat_at for beat in silent))
        names = ", ".join(beat.role for beat in silent)
        whole = len(silent) == len(mine)
        needless = whole and alive.issuperset(_ROLES)
        yield Finding(
            f"process {process.pid} on {process.host}",
            ok=needless,
            detail=f"{names}: no sign of life for {since}"
            + ("; others do its work" if needless else ""),
            advice="it was killed, and is forgotten after a day; start it again"
            if whole
            else "this part of it hangs: look at its log, then restart it",
        )


def _webhooks(outlook: Outlook, now: datetime) -> Finding:
    waits = None if outlook.due_since is None else now - outlook.due_since
    late = waits is not None and waits > _LATE
    detail = f"{outlook.pending} deliveries wait"
    if waits is not None and late:
        detail += f", the oldest is due for {output.duration(waits)}"
    return Finding(
        "deliveries", not late, detail, "is a server with the deliverer role running on this store?"
    )


def _endpoints(outlook: Outlook) -> Iterator[Finding]:
    if not outlook.endpoints:
        return
    counts = ", ".join(f"{count} {state}" for state, count in sorted(outlook.endpoints.items()))
    disabled = outlook.endpoints.get(EndpointState.DISABLED, 0)
    named = [
        f"{one.endpoint_id} of {one.workspace}: {one.reason or 'disabled'}"
        for one in outlook.troubles
        if one.state is EndpointState.DISABLED
    ]
    failing = sum(one.state is EndpointState.ACTIVE for one in outlook.troubles)
    detail = counts + (f"; {failing} of them failing now" if failing else "")
    yield Finding(
        "endpoints",
        not disabled,
        detail + (f" ({'; '.join(named)})" if named else ""),
        "when the receiver works again: bellwether endpoints resume ID --workspace NAME, and "
        "bellwether deliveries replay for what it missed",
    )


def _jobs(troubles: "Troubles", now: datetime) -> Finding:
    late = None if troubles.due_since is None else now - troubles.due_since
    failed = ", ".join(
        f"{count} {kind} ({code})" for (kind, code), count in sorted(troubles.failed.items())
    )
    if late is not None and late > _LATE:
        return Finding(
            "jobs",
            ok=False,
            detail=f"{troubles.waiting} wait, the oldest is due for {output.duration(late)}",
            advice="is a server with the worker role running on this store?",
        )
    return Finding(
        "jobs",
        not failed,
        f"{troubles.waiting} wait" + (f"; failed within a day: {failed}" if failed else ""),
        "look at the server's log for `job failed` and `attempt failed`; what asked for it may ask "
        "again",
    )


def _publishing(acts: ActOutlook) -> Finding:
    late = timedelta(seconds=acts.late_s)
    if late > _LATE:
        return Finding(
            "publishing",
            ok=False,
            detail=f"{acts.waiting} wait, the oldest is due for {output.duration(late)}",
            advice="is a server with the worker role running on this store?",
        )
    wrong = [
        f"{count} {what}"
        for count, what in (
            (acts.unknown, "may be out or not, within a day"),
            (acts.revoked, "accounts have withdrawn their access"),
        )
        if count
    ]
    return Finding(
        "publishing",
        not wrong,
        "; ".join([f"{acts.waiting} wait", *wrong]),
        "look at the platform for posts in the state `unknown`; give accounts another token with "
        "bellwether accounts access",
    )


def _budgets(budgets: Budgets) -> Finding:
    empty = [f"{source} {bucket}" for (source, bucket), (rest, _) in budgets.items() if rest < 1]
    shown = ", ".join(
        f"{source} {bucket} {rest:,.0f} of {whole:,.0f}"
        for (source, bucket), (rest, whole) in sorted(budgets.items())
    )
    return Finding(
        "budgets",
        not empty,
        f"left: {shown}" if budgets else "no source has any",
        f"used up: {', '.join(empty)}. What waits for it goes on when its window ends; raise it "
        "(docs/settings.md) or track less often",
    )
