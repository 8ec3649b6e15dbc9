"""SQL of forgetting: events that are old and settled, with all that was done about them."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, delete, or_, select

from bellwether.engine.webhooks.tables import attempts, deliveries, events
from bellwether.model.webhooks import DeliveryState

_TOLD = (
    select(events.c.run_id, events.c.tracker_id)
    .join(deliveries, deliveries.c.event_id == events.c.id)
    .where(events.c.run_id.is_not(None), deliveries.c.state == DeliveryState.SUCCEEDED.value)
)


class ForgettingStore:
    """Events across workspaces, as whoever tidies up sees them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def old(self, before: int, limit: int) -> Sequence[str]:
        """Return events from before an instant of which nothing is pending or newer, oldest first.

        They are kept from others until the commit.
        """
        busy = select(deliveries.c.position).where(
            deliveries.c.event_id == events.c.id,
            or_(
                deliveries.c.state == DeliveryState.PENDING.value,
                deliveries.c.created_at >= before,
            ),
        )
        found = (
            select(events.c.id)
            .where(events.c.at < before, ~busy.exists())
            .order_by(events.c.at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return self._connection.execute(found).scalars().all()

    def told(self, event_ids: Sequence[str]) -> Mapping[str, str]:
        """Return the runs of which these events told somebody, with their trackers."""
        rows = self._connection.execute(_TOLD.where(events.c.id.in_(event_ids)))
        return {row.run_id: row.tracker_id for row in rows}

    def still_told(self, run_ids: Sequence[str]) -> set[str]:
        """Return those of these runs of which some event tells that somebody was told."""
        rows = self._connection.execute(_TOLD.where(events.c.run_id.in_(run_ids)))
        return {row.run_id for row in rows}

    def delete(self, event_ids: Sequence[str]) -> None:
        """Delete events with their deliveries and attempts."""
        mine = select(deliveries.c.id).where(deliveries.c.event_id.in_(event_ids))
        for statement in (
            delete(attempts).where(attempts.c.delivery_id.in_(mine)),
            delete(deliveries).where(deliveries.c.event_id.in_(event_ids)),
            delete(events).where(events.c.id.in_(event_ids)),
        ):
            self._connection.execute(statement)
