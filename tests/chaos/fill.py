"""Stores with any number of trackers, as tracking would leave them, made in seconds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from bellwether.kit.clock import to_micros
from bellwether.kit.ids import new_ids
from bellwether.storage.database import Database
from bellwether.storage.statements import Sql
from tests.chaos.laws import ids_of
from tests.chaos.tally import progress

_STEP = 20_000
_CONTENT = (
    "INSERT INTO contents (id, workspace_id, environment, platform, external_id, kind,"
    " created_at, updated_at) VALUES (?, ?, 'sandbox', 'youtube', ?, 'video', ?, ?)"
)
_TRACKER = (
    "INSERT INTO trackers (id, workspace_id, environment, platform, aspect, subject_id, target,"
    " url, dialect, cron, timezone, state, next_at, due_at, created_at, updated_at)"
    " VALUES (?, ?, 'sandbox', 'youtube', 'content', ?, ?, ?, 'native', ?, ?, 'active', ?, ?, ?, ?)"
)


@dataclass(frozen=True)
class Order:
    """So many trackers of one schedule, and the instant of its first tick in microseconds."""

    cron: str
    timezone: str
    count: int
    first: int


def add_tracker(connection: Connection, owner: str, at: datetime) -> str:
    """Add one that is due once a year to a workspace, by its id; returns the tracker's."""
    order = Order("0 0 1 1 *", "UTC", 1, to_micros(at + timedelta(days=365)))
    (tracker,) = _add(connection, owner, order, range(1), to_micros(at))
    return tracker


def fill(database: Database, workspace: str, orders: Iterable[Order], at: datetime) -> None:
    """Add trackers to a workspace, each of a video of its own, as if made at an instant."""
    (owner,) = ids_of(database, f"SELECT id FROM workspaces WHERE name = '{workspace}'")
    number = 0
    for order in orders:
        for start in range(0, order.count, _STEP):
            numbers = range(number, number + min(order.count - start, _STEP))
            add = partial(_add, owner=owner, order=order, numbers=numbers, at=to_micros(at))
            database.submit_write(add).result()
            number = numbers.stop
            progress(f"{number:,} trackers are in the store")


def _add(
    connection: Connection, owner: str, order: Order, numbers: Sequence[int], at: int
) -> Sequence[str]:
    subjects, ids = new_ids(len(numbers)), new_ids(len(numbers))
    names = [f"c{number:09}A" for number in numbers]
    contents = [(one, owner, name, at, at) for one, name in zip(subjects, names, strict=True)]
    trackers = [
        (one, owner, subject, name, f"https://youtu.be/{name}", order.cron, order.timezone,
         order.first, order.first, at, at)
        for one, subject, name in zip(ids, subjects, names, strict=True)
    ]  # fmt: skip
    sql = Sql(connection)
    sql.run_many(_CONTENT, contents)
    sql.run_many(_TRACKER, trackers)
    return ids
