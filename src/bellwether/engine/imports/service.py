"""One batch of an import as one unit of work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from bellwether.engine.catalog.service import CatalogService
from bellwether.engine.imports.columns import find_histories
from bellwether.engine.imports.snapshots import ReadSnapshot
from bellwether.engine.imports.store import Checkpoint, ImportStore
from bellwether.engine.metrics.service import MetricsService
from bellwether.engine.tracking.service import TrackingService
from bellwether.kit.clock import Clock, to_micros
from bellwether.model.errors import (
    BellwetherError,
    InvalidInputError,
    LimitExceededError,
    UnsupportedError,
)
from bellwether.model.platforms import Platform, SubjectKind
from bellwether.model.requests import (
    NewSnapshot,
    NewSubject,
    TrackerChanges,
    TrackRequest,
)
from bellwether.model.tenants import Plan, Scope
from bellwether.model.tracking import TrackerState

SubjectKey = tuple[SubjectKind, Platform, str]
_REFUSALS = (InvalidInputError, UnsupportedError, LimitExceededError)


def key_of(subject: NewSubject) -> SubjectKey:
    """Return what tells a subject from all others of a scope: imports take ids as written."""
    return subject.kind, subject.platform, subject.external_id


@dataclass(frozen=True, slots=True)
class NumberedSnapshot:
    """A snapshot that was read, and how many equal ones its file held before it."""

    snapshot: ReadSnapshot
    ordinal: int


@dataclass(frozen=True, slots=True)
class TrackerOrder:
    """A tracker that was read: what to track, and whether it is to wait."""

    request: TrackRequest
    paused: bool = False


class ImportService:
    """Stores batches of rows, and how far each import got, in the same transaction."""

    def __init__(
        self,
        connection: Connection,
        clock: Clock,
        catalog: CatalogService,
        metrics: MetricsService,
        tracking: TrackingService,
    ) -> None:
        self._store = ImportStore(connection)
        self._clock = clock
        self._catalog = catalog
        self._metrics = metrics
        self._tracking = tracking

    def open(self, scope: Scope, fingerprint: str) -> Checkpoint:
        """Return where an import begins: where it was cut off, else at the first row."""
        return self._store.open(scope, fingerprint, to_micros(self._clock.now()))

    def advance(self, import_id: str, *, rows_done: int, added: int) -> None:
        """Say that the first `rows_done` rows are settled; to be called with what settled them."""
        now = to_micros(self._clock.now())
        self._store.advance(import_id, rows_done=rows_done, added=added, now=now)

    def finish(self, import_id: str, *, rejected: int) -> None:
        """Say that an import is complete."""
        self._store.finish(import_id, rejected=rejected, now=to_micros(self._clock.now()))

    def add_snapshots(
        self,
        scope: Scope,
        batch: Sequence[NumberedSnapshot],
        known: Mapping[SubjectKey, str],
    ) -> tuple[int, Mapping[SubjectKey, str]]:
        """Store snapshots and return how many were new, and our ids of subjects not in `known`."""
        wanted = {key_of(each.snapshot.subject): each.snapshot.subject for each in batch}
        unknown = [subject for key, subject in wanted.items() if key not in known]
        found = self._catalog.ensure(scope, unknown) if unknown else []
        learned = {key_of(new): subject.id for new, subject in zip(unknown, found, strict=True)}
        ids = {key: known.get(key) or learned[key] for key in wanted}
        rows = [
            NewSnapshot(
                subject_id=ids[key_of(each.snapshot.subject)],
                at=each.snapshot.at,
                metrics=each.snapshot.metrics,
                source=each.snapshot.source,
                as_of=each.snapshot.as_of,
                estimates=each.snapshot.estimates,
                ordinal=each.ordinal,
            )
            for each in batch
        ]
        histories, others = find_histories(rows)
        return self._metrics.record_histories(histories) + self._metrics.record(others), learned

    def add_creators(self, scope: Scope, batch: Sequence[NewSubject]) -> int:
        """Store creators and return how many were new; facts not known yet are filled in."""
        began = self._clock.now()
        ids = {subject.id for subject in self._catalog.ensure(scope, batch)}
        creators = self._catalog.creators(scope, list(ids))
        return sum(creator.created_at >= began for creator in creators.values())

    def add_trackers(
        self, scope: Scope, plan: Plan, batch: Sequence[TrackerOrder]
    ) -> Sequence[bool | BellwetherError]:
        """Track a batch; say for each whether it is new, or why it was refused."""
        requests = [order.request for order in batch]
        answers: list[bool | BellwetherError] = []
        try:
            tracked = self._tracking.track(scope, plan, requests)
        except _REFUSALS:  # nothing is changed then: find out which of them it was
            return [self._add_tracker(scope, plan, order) for order in batch]
        for order, each in zip(batch, tracked, strict=True):
            if each.created and order.paused:
                self._pause(scope, each.tracker.id)
            answers.append(each.created)
        return answers

    def _add_tracker(
        self, scope: Scope, plan: Plan, order: TrackerOrder
    ) -> "bool | BellwetherError":
        try:
            (tracked,) = self._tracking.track(scope, plan, [order.request])
        except _REFUSALS as error:
            return error
        if tracked.created and order.paused:
            self._pause(scope, tracked.tracker.id)
        return tracked.created

    def _pause(self, scope: Scope, tracker_id: str) -> None:
        self._tracking.update(scope, tracker_id, TrackerChanges(state=TrackerState.PAUSED))
