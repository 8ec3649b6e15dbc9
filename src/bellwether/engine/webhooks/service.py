"""Endpoints, what they were told, and telling them again."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bellwether.engine.webhooks import orders
from bellwether.engine.webhooks.outbox import Outbox, Placing
from bellwether.engine.webhooks.store import EndpointStore, listed
from bellwether.engine.webhooks.store_lists import HistoryStore
from bellwether.engine.webhooks.store_overview import read_outlook
from bellwether.kit.clock import Clock, to_micros
from bellwether.kit.cursors import encode_cursor
from bellwether.kit.ids import new_id
from bellwether.kit.sealing import Sealer
from bellwether.kit.signing import new_signing_secret
from bellwether.model.errors import (
    ConflictError,
    InvalidInputError,
    LimitExceededError,
    NotFoundError,
    UnavailableError,
)
from bellwether.model.paging import Page
from bellwether.model.tenants import Scope
from bellwether.model.webhooks import (
    Attempt,
    Delivery,
    DeliveryFilter,
    Endpoint,
    EndpointChanges,
    EndpointState,
    Event,
    EventType,
    NewEndpoint,
    NewEvent,
    Outlook,
    Replayed,
)

MOST_ENDPOINTS = 200
"""How many endpoints a scope may have: each multiplies what is written for every event."""

GRACE = timedelta(hours=24)
"""How long a replaced secret goes on being valid, unless said otherwise."""

_LONGEST_GRACE = timedelta(days=30)
_ANY = DeliveryFilter()


class WebhookService:
    """Everything about telling others. A `sealer` is needed only where secrets are made."""

    def __init__(self, connection: Connection, clock: Clock, sealer: Sealer | None = None) -> None:
        self._connection = connection
        self._clock = clock
        self._sealer = sealer
        self._store = EndpointStore(connection)
        self._history = HistoryStore(connection)
        self._outbox = Outbox(connection, clock)

    def create(
        self,
        scope: Scope,
        *,
        url: str,
        name: str = "",
        events: Sequence[EventType] = (),
        dialect: str = "native",
    ) -> NewEndpoint:
        """Make an endpoint; no `events` is all of them, and its name is the host by default.

        The same URL may be used again. InvalidInputError (`url`, `name`, `events`),
        LimitExceededError for more than MOST_ENDPOINTS. Whether the URL's address may be called
        is the edge's to ask first (`check_address`), since that takes the network.
        """
        url = orders.checked_url(url)
        name = orders.checked_name(name, url)
        events = orders.checked_events(events)
        if self._store.count(scope) >= MOST_ENDPOINTS:
            raise LimitExceededError(f"at most {MOST_ENDPOINTS} endpoints; delete one first")
        now = self._clock.now()
        endpoint = Endpoint(
            id=new_id(),
            url=url,
            name=name,
            events=events,
            dialect=dialect,
            state=EndpointState.ACTIVE,
            disabled_reason=None,
            created_at=now,
            updated_at=now,
        )
        self._store.add(scope, endpoint)
        return NewEndpoint(endpoint, self._new_secret(endpoint.id))

    def get(self, scope: Scope, endpoint_id: str) -> Endpoint:
        """Return one endpoint, else NotFoundError."""
        return self._endpoint(scope, endpoint_id)

    def list_endpoints(
        self,
        scope: Scope,
        *,
        dialect: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page[Endpoint]:
        """List endpoints in the order of their creation."""
        after = orders.id_cursor(cursor)
        rows = self._store.page(scope, dialect, after, limit + 1)
        more = len(rows) > limit
        return Page(rows[:limit], encode_cursor(rows[limit - 1].id) if more else None)

    def update(self, scope: Scope, endpoint_id: str, changes: EndpointChanges) -> Endpoint:
        """Change an endpoint; what a deliverer is just sending still goes the old way.

        PAUSED holds deliveries back and goes on taking them; ACTIVE sends them in order, and
        lifts a disablement and any wait that the receiver asked for. InvalidInputError (`url`,
        `name`, `events`, `state`).
        """
        endpoint = self._endpoint(scope, endpoint_id, lock=True)
        values: dict[str, object] = {"updated_at": to_micros(self._clock.now())}
        if changes.url is not None:
            values["url"] = orders.checked_url(changes.url)
            values["held_until"] = None
        if changes.name is not None:
            values["name"] = orders.checked_name(changes.name, changes.url or endpoint.url)
        if changes.events is not None:
            values["events"] = listed(orders.checked_events(changes.events))
        if changes.state is EndpointState.DISABLED:
            raise InvalidInputError("an endpoint is disabled by us; pause it", field="state")
        if changes.state is not None:
            values |= {"state": changes.state.value, "disabled_reason": None}
            values |= {"failing_since": None, "held_until": None}
        self._store.change(endpoint.id, values)
        return self.get(scope, endpoint_id)

    def delete(self, scope: Scope, endpoint_id: str) -> None:
        """Forget an endpoint; what it was not told yet is cancelled, what it was told stays."""
        endpoint = self._endpoint(scope, endpoint_id, lock=True)
        self._store.cancel_pending([endpoint.id], "the endpoint was deleted", self._clock.now())
        self._store.delete(endpoint.id)

    def rotate_secret(
        self, scope: Scope, endpoint_id: str, *, grace: timedelta = GRACE
    ) -> NewEndpoint:
        """Give an endpoint a new secret; older ones go on signing beside it for `grace`.

        Real time, at most 30 days; nothing at all makes older ones invalid at once.
        InvalidInputError (`grace_seconds`).
        """
        if not timedelta(0) <= grace <= _LONGEST_GRACE:
            raise InvalidInputError(
                f"the grace is 0 to {_LONGEST_GRACE.days} days", field="grace_seconds"
            )
        endpoint = self._endpoint(scope, endpoint_id, lock=True)
        now = self._clock.real_now()
        self._store.expire_secrets(endpoint.id, now, now + grace)
        return NewEndpoint(endpoint, self._new_secret(endpoint.id))

    def secrets(self, scope: Scope, endpoint_id: str) -> Sequence[str]:
        """Return the secrets that are valid now, newest first, in clear."""
        endpoint = self._endpoint(scope, endpoint_id)
        sealer = self._needed_sealer()
        found = self._store.secrets([endpoint.id], self._clock.real_now())
        return [sealer.open(sealed) for sealed in found.get(endpoint.id, ())]

    def send_test(self, scope: Scope, endpoint_id: str) -> Delivery:
        """Tell an endpoint an event of type `test`, whatever it subscribed to.

        ConflictError (`state`) unless it is active.
        """
        endpoint = self._endpoint(scope, endpoint_id, lock=True)
        if endpoint.state is not EndpointState.ACTIVE:
            raise ConflictError(f"this endpoint is {endpoint.state}", field="state")
        data = {"endpoint_id": endpoint.id, "message": "This is a test."}
        event = NewEvent(scope, EventType.TEST, self._clock.now(), data)
        return self.delivery(scope, self._outbox.tell(event, endpoint.id))

    def emit(self, events: Sequence[NewEvent]) -> int:
        """Do what `Outbox.emit` does."""
        return self._outbox.emit(events)

    def delivery(self, scope: Scope, delivery_id: str) -> Delivery:
        """Return one delivery, else NotFoundError."""
        return self._delivery(scope, delivery_id)

    def list_deliveries(
        self,
        scope: Scope,
        wanted: DeliveryFilter = _ANY,
        *,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page[Delivery]:
        """List deliveries, newest first; those of a deleted endpoint, too."""
        if not _possible(wanted):
            return Page([], None)
        before = orders.position_cursor(cursor)
        found = self._history.deliveries(scope, wanted, before, limit + 1)
        more = len(found) > limit
        items = [delivery for _, delivery in found[:limit]]
        return Page(items, encode_cursor(found[limit - 1][0]) if more else None)

    def list_attempts(
        self, scope: Scope, delivery_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Attempt]:
        """List the attempts of one delivery, oldest first; NotFoundError without the delivery."""
        delivery = self._delivery(scope, delivery_id)
        rows = self._history.attempts(delivery.id, orders.id_cursor(cursor), limit + 1)
        more = len(rows) > limit
        return Page(rows[:limit], encode_cursor(rows[limit - 1].id) if more else None)

    def event(self, scope: Scope, event_id: str) -> Event:
        """Return one event, else NotFoundError."""
        found = self._history.event(scope, orders.checked_id(event_id, "event"))
        if found is None:
            raise NotFoundError("no such event", field="id")
        return found

    def list_events(
        self,
        scope: Scope,
        wanted: DeliveryFilter = _ANY,
        *,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page[Event]:
        """List events that somebody was to be told, newest first."""
        if not _possible(wanted):
            return Page([], None)
        rows = self._history.events(scope, wanted, orders.id_cursor(cursor), limit + 1)
        more = len(rows) > limit
        return Page(rows[:limit], encode_cursor(rows[limit - 1].id) if more else None)

    def replay(self, scope: Scope, delivery_id: str) -> Delivery:
        """Tell an endpoint the same event again, at the end of its lane, under the same id.

        ConflictError (`state`) while it still waits to be told, or the endpoint is disabled;
        NotFoundError when there is no such delivery or its endpoint is gone.
        """
        delivery = self._delivery(scope, delivery_id)
        endpoint = self._replayable(scope, delivery.endpoint_id)
        last, waiting = self._history.replays(delivery.event_id, endpoint.id)
        if waiting:
            raise ConflictError("this event still waits to be delivered", field="state")
        placing = Placing(
            event_id=delivery.event_id,
            endpoint_id=endpoint.id,
            workspace_id=scope.workspace_id,
            environment=scope.environment.value,
            lane=delivery.tracker_id or delivery.event_id,
            replay=last + 1,
        )
        (replay_id,) = self._outbox.place([placing])
        return self.delivery(scope, replay_id)

    def replay_range(
        self,
        scope: Scope,
        endpoint_id: str,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        only_failed: bool = True,
        limit: int = 1000,
        cursor: str | None = None,
    ) -> Replayed:
        """Replay a portion of what an endpoint was to be told from `start` to before `end`.

        Call again with the cursor, in a transaction of its own, until it is None: what was first
        delivered after the first call is left out, so that this ends. `only_failed` leaves out
        events that were told in the end; those that still wait are always left out. Doing it
        again after a failure is safe. ConflictError and NotFoundError as for `replay`.
        """
        endpoint = self._replayable(scope, endpoint_id)
        span = orders.span_cursor(cursor) or (0, self._history.last_position(endpoint.id))
        wanted = DeliveryFilter(endpoint_id=endpoint.id, start=start, end=end)
        rows = self._history.replayable(wanted, span, only_failed=only_failed, limit=limit)
        self._outbox.place(
            [
                Placing(
                    event_id=row.event_id,
                    endpoint_id=endpoint.id,
                    workspace_id=scope.workspace_id,
                    environment=scope.environment.value,
                    lane=row.lane,
                    replay=row.last + 1,
                )
                for row in rows
            ]
        )
        more = len(rows) == limit
        return Replayed(len(rows), encode_cursor(rows[-1].position, span[1]) if more else None)

    def outlook(self) -> Outlook:
        """Return counts over all workspaces, for the operator and never for a customer."""
        return read_outlook(self._connection, self._clock.real_now())

    def _endpoint(self, scope: Scope, endpoint_id: str, *, lock: bool = False) -> Endpoint:
        found = self._store.get(scope, orders.checked_id(endpoint_id, "endpoint"), lock=lock)
        if found is None:
            raise NotFoundError("no such endpoint", field="id")
        return found

    def _delivery(self, scope: Scope, delivery_id: str) -> Delivery:
        found = self._history.delivery(scope, orders.checked_id(delivery_id, "delivery"))
        if found is None:
            raise NotFoundError("no such delivery", field="id")
        return found[1]

    def _replayable(self, scope: Scope, endpoint_id: str) -> Endpoint:
        endpoint = self._endpoint(scope, endpoint_id, lock=True)
        if endpoint.state is EndpointState.DISABLED:
            raise ConflictError("this endpoint is disabled; make it active first", field="state")
        return endpoint

    def _new_secret(self, endpoint_id: str) -> str:
        secret = new_signing_secret()
        sealed = self._needed_sealer().seal(secret)
        self._store.add_secret(endpoint_id, sealed, self._clock.real_now())
        return secret

    def _needed_sealer(self) -> Sealer:
        if self._sealer is None:
            raise UnavailableError("this process has no key to keep secrets with")
        return self._sealer


def _possible(wanted: DeliveryFilter) -> bool:
    """Return whether the ids in a filter can be anything's at all."""
    ids = (wanted.endpoint_id, wanted.tracker_id)
    return all(text is None or orders.is_id(text) for text in ids)
