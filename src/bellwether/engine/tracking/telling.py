"""Telling endpoints what became of ticks and trackers, in the transaction that records it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row

from bellwether.engine.metrics.canonical import read_metrics, write_metrics
from bellwether.engine.tracking.store_claims import ClaimStore, RunRow
from bellwether.engine.webhooks.outbox import Outbox
from bellwether.engine.webhooks.rendering import iso
from bellwether.kit.clock import Clock, from_micros
from bellwether.model.platforms import SubjectKind
from bellwether.model.readings import ContentReading, CreatorReading
from bellwether.model.requests import NewSnapshot
from bellwether.model.tenants import Environment, Scope
from bellwether.model.tracking import RunState, TrackerState
from bellwether.model.webhooks import EventType, NewEvent

_TYPES = {
    RunState.SUCCEEDED.value: EventType.RUN_SUCCEEDED,
    RunState.FAILED.value: EventType.RUN_FAILED,
}


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
    ) -> None:
        """Tell of runs that were recorded, with their snapshots, and then of expired trackers.

        One query where nobody listens.
        """
        told = [(Scope(run.workspace_id, Environment(run.environment)), run) for run in runs]
        scopes = {scope for scope, _ in told} | {one.scope for one in expired}
        listeners = self._outbox.listeners(scope.workspace_id for scope in scopes)
        if not listeners:
            return
        told = [(scope, run) for scope, run in told if listeners.wanting(scope, _TYPES[run.state])]
        over = [one for one in expired if listeners.wanting(one.scope, EventType.TRACKER_EXPIRED)]
        ids = {run.tracker_id for _, run in told} | {one.tracker_id for one in over}
        if not ids:
            return
        about = self._store.about(sorted(ids))
        seen: dict[str | None, list[Kept]] = {}
        for one in kept:
            seen.setdefault(one.snapshot.run_id, []).append(one)
        events = [
            *self._runs(told, about, seen),
            *self._expiries(over, about),
        ]
        self._outbox.emit(events, listeners)

    def _runs(
        self,
        told: Sequence[tuple[Scope, RunRow]],
        about: Mapping[str, Row[Any]],
        seen: Mapping[str | None, Sequence[Kept]],
    ) -> Iterator[NewEvent]:
        for scope, run in told:
            yield NewEvent(
                scope=scope,
                type=_TYPES[run.state],
                at=self._now,
                data={
                    **_tracker(about[run.tracker_id]),
                    "run_id": run.id,
                    "tick": _iso(run.tick),
                    "finished_at": _iso(run.finished_at),
                    "state": run.state,
                    "source": run.source,
                    "attempts": run.attempts,
                    "failure": _failure(run),
                    "snapshots": [_snapshot(one) for one in seen.get(run.id, ())],
                },
                tracker_id=run.tracker_id,
                run_id=run.id,
            )

    def _expiries(
        self, over: Sequence[Expired], about: Mapping[str, Row[Any]]
    ) -> Iterator[NewEvent]:
        for one in over:
            row = about[one.tracker_id]
            yield NewEvent(
                scope=one.scope,
                type=EventType.TRACKER_EXPIRED,
                at=self._now,
                data={
                    **_tracker(row),
                    "state": TrackerState.EXPIRED.value,
                    "expires_at": _iso(row.expires_at),
                    "last_run_at": _iso(row.last_run_at),
                    "runs": row.runs,
                },
                tracker_id=one.tracker_id,
            )


def _tracker(row: Row[Any]) -> dict[str, object]:
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


def _iso(micros: int | None) -> str | None:
    return None if micros is None else iso(from_micros(micros))
