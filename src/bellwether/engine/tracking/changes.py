"""What a change of a tracker does to its row."""

from datetime import datetime

from bellwether.engine.tracking.orders import FIRST, ROUTINE, is_over
from bellwether.engine.tracking.schedules import first_tick
from bellwether.model.errors import InvalidInputError
from bellwether.model.requests import TrackerChanges
from bellwether.model.tracking import Tracker, TrackerState


def changed_values(tracker: Tracker, changes: TrackerChanges, now: datetime) -> dict[str, object]:
    """Return the columns to set. InvalidInputError names the field at fault."""
    cron = tracker.cron if changes.cron is None else changes.cron
    zone = tracker.timezone if changes.timezone is None else changes.timezone
    expires_at = tracker.expires_at if changes.expires_at is None else changes.expires_at
    if changes.clear_expiry:
        expires_at = None
    state = _state(tracker, changes, expires_at, now)
    scheduled = first_tick(cron, zone, now)
    values: dict[str, object] = {
        "cron": cron,
        "timezone": zone,
        "expires_at": expires_at,
        "state": state.value,
        "updated_at": now,
    }
    if changes.handle is not None:
        values["handle"] = changes.handle
    if state is not TrackerState.ACTIVE:
        # What is being fetched for it now is dropped with the claim.
        return {**values, **_new_tick(scheduled, None, ROUTINE)}
    followed = tracker.state is TrackerState.ACTIVE and not is_over(tracker, now)
    if followed and tracker.next_at is not None and tracker.next_at <= now:
        return values  # the tick that is owed, and the scheduler that may be at it, go on
    if tracker.last_run_at is None:
        return {**values, **_new_tick(now, now, FIRST)}
    due_at = scheduled if expires_at is None else min(scheduled, expires_at)
    return {**values, **_new_tick(scheduled, due_at, ROUTINE)}


def _state(
    tracker: Tracker, changes: TrackerChanges, expires_at: datetime | None, now: datetime
) -> TrackerState:
    if changes.state is TrackerState.EXPIRED:
        raise InvalidInputError("a tracker expires by its expiry", field="state")
    paused = (changes.state or tracker.state) is TrackerState.PAUSED
    if paused:
        return TrackerState.PAUSED
    over = expires_at is not None and expires_at <= now
    return TrackerState.EXPIRED if over else TrackerState.ACTIVE


def _new_tick(tick: datetime, due_at: datetime | None, priority: int) -> dict[str, object]:
    return {
        "next_at": tick,
        "due_at": due_at,
        "priority": priority,
        "attempts": 0,
        "claim": None,
        "lease_until": None,
    }
