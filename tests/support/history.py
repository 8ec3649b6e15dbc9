"""Runs and deliveries written straight into a store, to be counted in two ways."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert

from bellwether.engine.tracking.tables import runs
from bellwether.engine.webhooks.tables import deliveries, events
from bellwether.kit.clock import to_micros
from bellwether.kit.ids import new_id
from bellwether.model.tenants import Scope
from bellwether.storage.database import Database


@dataclass(frozen=True)
class Ran:
    """A run that ended at an instant, and the states of its deliveries, event by event."""

    tracker_id: str
    ended_at: datetime
    told: Sequence[Sequence[str]] = ()

    @property
    def success(self) -> bool:
        return any("succeeded" in states for states in self.told)


def write_history(database: Database, scope: Scope, history: Sequence[Ran]) -> None:
    """Write runs with their events and deliveries."""
    owner = {"workspace_id": scope.workspace_id, "environment": scope.environment.value}
    run_rows, event_rows, delivery_rows = [], [], []
    for number, ran in enumerate(history):
        at, run_id = to_micros(ran.ended_at), new_id()
        run_rows.append(
            {
                **owner, "id": run_id, "tracker_id": ran.tracker_id, "tick": number,
                "finished_at": at, "state": "succeeded", "attempts": 1, "snapshots": 1,
            }
        )  # fmt: skip
        for states in ran.told:
            event = {
                **owner, "id": new_id(), "type": "run.succeeded", "tracker_id": ran.tracker_id,
                "run_id": run_id, "at": at, "data": "{}",
            }  # fmt: skip
            event_rows.append(event)
            delivery_rows += [
                {
                    **owner, "id": new_id(), "event_id": event["id"], "endpoint_id": f"{place}",
                    "lane": ran.tracker_id, "state": state, "created_at": at,
                }
                for place, state in enumerate(states)
            ]  # fmt: skip
    with database.engine.begin() as connection:
        for table, rows in ((runs, run_rows), (events, event_rows), (deliveries, delivery_rows)):
            if rows:
                connection.execute(insert(table), rows)


def tell_of(database: Database, some_runs: Sequence[Row[Any]]) -> None:
    """Write that an endpoint was told of runs with success."""
    event_rows, delivery_rows = [], []
    for run in some_runs:
        owner = {"workspace_id": run.workspace_id, "environment": run.environment}
        event_id = new_id()
        event_rows.append(
            {
                **owner, "id": event_id, "type": f"run.{run.state}", "tracker_id": run.tracker_id,
                "run_id": run.id, "at": run.finished_at, "data": "{}",
            }
        )  # fmt: skip
        delivery_rows.append(
            {
                **owner, "id": new_id(), "event_id": event_id, "endpoint_id": "somebody",
                "lane": run.tracker_id, "state": "succeeded", "created_at": run.finished_at,
            }
        )  # fmt: skip
    with database.engine.begin() as connection:
        connection.execute(insert(events), event_rows)
        connection.execute(insert(deliveries), delivery_rows)
