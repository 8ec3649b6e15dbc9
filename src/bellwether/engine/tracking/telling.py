"""Telling endpoints what became of ticks and trackers, in the transaction that records it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

import structlog
from sqlalchemy import Connection, Row

from bellwether.engine.metrics.canonical import read_metrics, write_metrics
from bellwether.engine.tracking.store_claims import ClaimStore, RunRow
from bellwether.engine.webhooks.outbox import Outbox
from bellwether.engine.webhooks.rendering import iso
from bellwether.kit.clock import Clock, from_micros
from bellwether.model.platforms import SubjectKind
from bellwether.model.readings import ContentReading, CreatorReading, FailureReason
from bellwether.model.requests import NewSnapshot
from bellwether.model.tenants import Environment, Scope
from bellwether.model.tracking import RunState
from bellwether.model.webhooks import EventType, NewEvent

_log = structlog.get_logger(__name__)

_TYPES = {
    RunState.SUCCEEDED.value: EventType.RUN_SUCCEEDED,
    RunState.FAILED.value: EventType.RUN_FAILED,
}

_ITS_OWN = frozenset(
    {
        FailureReason.UNAUTHORIZED.value,
        FailureReason.PLATFORM_ERROR.value,
        FailureReason.CHANGED_FORMAT.value,
    }
)
"""Reasons of failure that lie with a source, and not with what it was asked for."""

CONNECTOR_SILENCE = timedelta(hours=24)
"""For how long, in the product's time, a scope is not told of the same source again."""


class Kept(NamedTuple):
    """A snapshot as it was recorded, and the reading it came from."""

    snapshot: NewSnapshot
    reading: ContentReading | CreatorReading


class Expired(NamedTuple):
    """A tracker that has just expired, and whose it is."""

    tracker_id: str
    scope: Scope


class Teller:
    """Puts events into the outbox for one unit of work; docs/webhooks.md shows what is in them."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._store = ClaimStore(connection)
        self._outbox = Outbox(connection, clock)
        self._now = clock.now()

    def tell(
        self,
        runs: Sequence[RunRow],
        kept: Sequence[Kept] = (),
        expired: Sequence[Expired] = (),
        stale: Collection[str] = (),
    ) -> None:
        """Tell of runs that were recorded, with their snapshots, and then of what follows.

        `stale` are the ids of those runs with which a tracker's numbers became stale. One query
        where nobody listens.
        """
        log_troubles(runs, stale)
        workspaces = {run.workspace_id for run in runs}
        workspaces |= {one.scope.workspace_id for one in expired}
        listeners = self._outbox.listeners(workspaces)
        if not listeners:
            return
        ended = [_Ended(Scope(run.workspace_id, Environment(run.environment)), run) for run in runs]

        def wanted(one: "_Ended | Expired", event_type: EventType) -> bool:
            return bool(listeners.wanting(one.scope, event_type))

        told = [one for one in ended if wanted(one, _TYPES[one.run.state])]
        aged = [
            one for one in ended if one.run.id in stale and wanted(one, EventType.TRACKER_STALE)
        ]
        over = [one for one in expired if wanted(one, EventType.TRACKER_EXPIRED)]
        doubtful = _doubtful([one for one in ended if wanted(one, EventType.CONNECTOR_FAILED)])
        ids = {one.run.tracker_id for one in (*told, *aged, *doubtful)}
        ids |= {one.tracker_id for one in over}
        if not ids:
            return
        about = self._store.about(sorted(ids))
        seen: dict[str | None, list[Kept]] = {}
        for snapshot in kept:
            seen.setdefault(snapshot.snapshot.run_id, []).append(snapshot)
        events = [
            *(self._run(one, about[one.run.tracker_id], seen) for one in told),
            *(self._staleness(one, about[one.run.tracker_id]) for one in aged),
            *(self._expiry(one, about[one.tracker_id]) for one in over),
            *self._connectors(doubtful, about),
        ]
        self._outbox.emit(events, listeners)

    def _run(
        self, ended: "_Ended", about: Row[Any], seen: Mapping[str | None, Sequence[Kept]]
    ) -> NewEvent:
        run = ended.run
        return NewEvent(
            scope=ended.scope,
            type=_TYPES[run.state],
            at=self._now,
            data={
                **describe(about),
                "run_id": run.id,
                "tick": describe_instant(run.tick),
                "finished_at": describe_instant(run.finished_at),
                "state": run.state,
                "source": run.source,
                "attempts": run.attempts,
                "failure": _failure(run),
                "snapshots": [_snapshot(one) for one in seen.get(run.id, ())],
            },
            tracker_id=run.tracker_id,
            run_id=run.id,
        )

    def _staleness(self, ended: "_Ended", about: Row[Any]) -> NewEvent:
        return NewEvent(
            scope=ended.scope,
            type=EventType.TRACKER_STALE,
            at=self._now,
            data={
                **describe(about),
                "state": about.state,
                "last_success_at": describe_instant(about.last_success_at),
                "failure": _failure(ended.run),
            },
            tracker_id=ended.run.tracker_id,
        )

    def _expiry(self, expired: Expired, about: Row[Any]) -> NewEvent:
        return NewEvent(
            scope=expired.scope,
            type=EventType.TRACKER_EXPIRED,
            at=self._now,
            data={
                **describe(about),
                "state": about.state,
                "expires_at": describe_instant(about.expires_at),
                "last_run_at": describe_instant(about.last_run_at),
                "runs": about.runs,
            },
            tracker_id=expired.tracker_id,
        )

    def _connectors(
        self, doubtful: Sequence["_Ended"], about: Mapping[str, Row[Any]]
    ) -> Iterator[NewEvent]:
        """Yield an event for each source of which a scope got nothing but failures of its own."""
        groups: dict[tuple[Scope, str | None, str], list[RunRow]] = {}
        for one in doubtful:
            key = (one.scope, one.run.source, about[one.run.tracker_id].platform)
            groups.setdefault(key, []).append(one.run)
        known: dict[Scope, set[tuple[object, object]]] = {}
        for (scope, source, platform), runs in groups.items():
            if not all(run.failure_reason in _ITS_OWN for run in runs):
                continue
            if scope not in known:
                since = self._now - CONNECTOR_SILENCE
                earlier = self._outbox.connectors_failed(scope, since)
                known[scope] = {(one["connector"], one["platform"]) for one in earlier}
            if (source, platform) not in known[scope]:
                yield NewEvent(
                    scope=scope,
                    type=EventType.CONNECTOR_FAILED,
                    at=self._now,
                    data={
                        "connector": source,
                        "platform": platform,
                        "failure": _failure(runs[-1]),
                        "runs": len(runs),
                    },
                )


class _Ended(NamedTuple):
    """A run that was recorded, and whose it is."""

    scope: Scope
    run: RunRow


def log_troubles(runs: Sequence[RunRow], stale: Collection[str]) -> None:
    """Log what whoever runs the server should know, one line for each source of a batch."""
    if stale:
        _log.warning("numbers became stale", trackers=len(stale))
    sources: dict[str | None, list[RunRow]] = {}
    for run in runs:
        sources.setdefault(run.source, []).append(run)
    for source, ended in sources.items():
        if source is not None and all(run.failure_reason in _ITS_OWN for run in ended):
            reason, message = ended[-1].failure_reason, ended[-1].failure_message
            _log.warning(
                "a source fails", source=source, runs=len(ended), reason=reason, message=message
            )


def _doubtful(ended: Sequence[_Ended]) -> Sequence[_Ended]:
    """Return the runs of those sources of which a scope got a failure of their own."""
    failing = {
        (one.scope, one.run.source) for one in ended if one.run.failure_reason in _ITS_OWN
    } - {(one.scope, None) for one in ended}
    return [one for one in ended if (one.scope, one.run.source) in failing]


def describe(row: Row[Any]) -> dict[str, object]:
    """Return what every event about a tracker says of it."""
    return {
        "tracker_id": row.id,
        "platform": row.platform,
        "aspect": row.aspect,
        "subject_id": row.subject_id,
        "target": row.target,
        "handle": row.handle,
        "url": row.url,
        "dialect": row.dialect,
    }


def _failure(run: RunRow) -> dict[str, object] | None:
    if run.failure_reason is None:
        return None
    return {"reason": run.failure_reason, "message": run.failure_message}


def _snapshot(kept: Kept) -> dict[str, object]:
    snapshot = kept.snapshot
    return {
        "subject_id": snapshot.subject_id,
        **_subject(kept.reading),
        "at": iso(snapshot.at),
        "source": snapshot.source,
        "as_of": None if snapshot.as_of is None else iso(snapshot.as_of),
        # As it is stored, so that an endpoint and a series never differ.
        "metrics": read_metrics(write_metrics(snapshot.metrics)),
        "estimates": {
            name: {"method": estimate.method, "low": estimate.low, "high": estimate.high}
            for name, estimate in snapshot.estimates.items()
        },
    }


def _subject(reading: ContentReading | CreatorReading) -> dict[str, object]:
    if isinstance(reading, CreatorReading):
        return {
            "kind": SubjectKind.CREATOR.value,
            "external_id": reading.external_id,
            "handle": reading.handle,
            "name": reading.name,
            "url": reading.url,
        }
    published_at = reading.published_at
    return {
        "kind": SubjectKind.CONTENT.value,
        "content_kind": reading.kind.value,
        "external_id": reading.id,
        "creator_handle": reading.creator_handle,
        "title": reading.title,
        "url": reading.url,
        "published_at": None if published_at is None else iso(published_at),
    }


def describe_instant(micros: int | None) -> str | None:
    """Return a stored instant as events say it."""
    return None if micros is None else iso(from_micros(micros))
