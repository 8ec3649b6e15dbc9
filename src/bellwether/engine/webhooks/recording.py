"""Recording what attempts came to, in one transaction for many."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from sqlalchemy import Connection

from bellwether.engine.webhooks.outcomes import LaneEnd, Result
from bellwether.engine.webhooks.store import EndpointStore
from bellwether.engine.webhooks.store_claims import (
    AttemptRow,
    DeliveryClaims,
    DeliveryEnd,
    Hold,
    LaneRest,
)
from bellwether.kit.clock import Clock, opt_micros, to_micros
from bellwether.kit.ids import new_ids
from bellwether.model.webhooks import DeliveryState

Item = Result | LaneEnd
_GONE = "the receiver answered 410 Gone"


class Recorder:
    """Writes results for one unit of work. `disable_after` is None for never."""

    def __init__(
        self, connection: Connection, clock: Clock, disable_after: timedelta | None
    ) -> None:
        self._store = DeliveryClaims(connection)
        self._endpoints = EndpointStore(connection)
        self._disable_after = disable_after
        self._now = clock.now()
        self._real_now = clock.real_now()

    def record(self, items: Sequence[Item]) -> None:
        """Store results and let go of lanes that have ended.

        Every attempt is logged. What it means for the delivery counts only while the claim
        stands: another deliverer may have taken the lane over, or the endpoint may be deleted.
        """
        results = [item for item in items if isinstance(item, Result)]
        # Endpoints before lanes before deliveries: the order in which everybody locks.
        disabled = self._judge(results)
        held = self._store.held(list({item.lane.id for item in items}))
        fenced = [(one, held.get(one.lane.id) == one.lane.token) for one in results]
        self._end_all([one for one, mine in fenced if mine])
        self._store.count([one.due.delivery_id for one, mine in fenced if not mine])
        ids = new_ids(len(results))
        self._store.add_attempts([_attempt(*made) for made in zip(ids, results, strict=True)])
        self._store.rest(list(self._rests(items, held)))
        for reason, endpoint_ids in disabled:
            self._endpoints.cancel_pending(endpoint_ids, reason, self._now)

    def _judge(self, results: Sequence[Result]) -> Sequence[tuple[str, Sequence[str]]]:
        """Note how endpoints are doing, and disable those that want or can take no more."""
        newest = {one.lane.receiver.endpoint_id: one for one in results}
        failed = [key for key, one in newest.items() if one.state is not DeliveryState.SUCCEEDED]
        gone = {one.lane.receiver.endpoint_id for one in results if one.gone}
        disabled = [(_GONE, self._disable(sorted(gone), _GONE))]
        self._store.well(sorted(set(newest) - set(failed)))
        self._store.failing(sorted(failed), to_micros(self._real_now))
        if self._disable_after is not None:
            since = to_micros(self._real_now - self._disable_after)
            reason = f"every attempt has failed for {self._disable_after.days} days"
            overdue = self._store.overdue(sorted(failed), since)
            disabled.append((reason, self._disable(overdue, reason)))
        holds = {one.lane.receiver.endpoint_id: one.held_until for one in results if one.held_until}
        self._store.hold([Hold(to_micros(until), key) for key, until in sorted(holds.items())])
        return [(reason, ids) for reason, ids in disabled if ids]

    def _disable(self, endpoint_ids: Sequence[str], reason: str) -> Sequence[str]:
        locked = self._store.lock(endpoint_ids)
        self._store.disable(locked, reason, to_micros(self._now))
        return locked

    def _end_all(self, results: Sequence[Result]) -> None:
        """Store what deliveries became: those that were taken, nearly all, are alike."""
        taken: dict[int, list[int]] = {}
        others: list[DeliveryEnd] = []
        for one in results:
            status = one.attempted.status
            if one.state is DeliveryState.SUCCEEDED and status is not None:
                taken.setdefault(status, []).append(one.due.position)
            else:
                others.append(self._end(one))
        for status, positions in taken.items():
            self._store.succeeded(status, positions, to_micros(self._now))
        self._store.record(others)

    def _end(self, one: Result) -> DeliveryEnd:
        over = one.state is not DeliveryState.PENDING
        return DeliveryEnd(
            state=one.state.value,
            due_at=opt_micros(one.retry_at),
            last_status=one.attempted.status,
            last_error=one.attempted.error,
            finished_at=to_micros(self._now) if over else None,
            id=one.due.delivery_id,
        )

    def _rests(self, items: Sequence[Item], held: dict[str, str | None]) -> Iterable[LaneRest]:
        for item in items:
            if isinstance(item, LaneEnd) and held.get(item.lane.id) == item.lane.token:
                yield LaneRest(to_micros(item.due_at or self._real_now), item.lane.id)


def _attempt(attempt_id: str, one: Result) -> AttemptRow:
    made = one.attempted
    return AttemptRow(
        id=attempt_id,
        delivery_id=one.due.delivery_id,
        at=to_micros(made.at),
        duration_ms=made.duration_ms,
        status=made.status,
        error=made.error,
        response_excerpt=made.excerpt,
    )
