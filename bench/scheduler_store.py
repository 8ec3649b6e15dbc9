"""A store with any number of trackers, written as tracking and a first run would leave it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from bellwether.engine import schema
from bellwether.engine.facade import Engine
from bellwether.kit.clock import Clock, to_micros
from bellwether.kit.ids import new_ids
from bellwether.model.platforms import Platform
from bellwether.model.tenants import Environment, Scope
from bellwether.storage.batches import insert_rows
from bellwether.storage.database import Database, open_database
from bellwether.storage.migrate import migrate

PLATFORMS = (Platform.YOUTUBE, Platform.TIKTOK, Platform.VIMEO)
_STEP = 20_000
_CONTENT = (
    "INSERT INTO contents (id, workspace_id, environment, platform, external_id, kind, url,"
    " source, created_at, updated_at)"
)
_TRACKER = (
    "INSERT INTO trackers (id, workspace_id, environment, platform, aspect, subject_id, target,"
    " url, dialect, cron, timezone, state, next_at, due_at, priority, last_run_at,"
    " last_success_at, runs, created_at, updated_at)"
)

assert schema.metadata.tables


def fill(path: Path, clock: Clock, count: int, due_at: Callable[[int], int]) -> Database:
    """Return a store with `count` daily trackers; `due_at` says when each is due next (micros)."""
    database = open_database(f"sqlite:///{path}")
    migrate(database)

    def scope(connection: Connection) -> Scope:
        workspace = Engine(connection, clock).tenants.ensure_workspace("bench")
        return Scope(workspace.id, Environment.SANDBOX)

    where = database.submit_write(scope).result()
    for start in range(0, count, _STEP):
        numbers = range(start, min(count, start + _STEP))
        add = partial(_add, scope=where, clock=clock, numbers=numbers, due_at=due_at)
        database.submit_write(add).result()
    return database


def _add(
    connection: Connection, scope: Scope, clock: Clock, numbers: range, due_at: Callable[[int], int]
) -> None:
    now, ws, environment = to_micros(clock.now()), scope.workspace_id, scope.environment.value
    subjects, trackers = new_ids(len(numbers)), new_ids(len(numbers))
    contents, rows = [], []
    for n, subject, tracker in zip(numbers, subjects, trackers, strict=True):
        platform = PLATFORMS[n % len(PLATFORMS)].value
        target, url = f"{n:011d}", f"https://example.com/{n}"
        contents.append(
            (subject, ws, environment, platform, target, "video", url, "sandbox", now, now)
        )
        at, cron = due_at(n), f"{n % 60} {n // 60 % 24} * * *"
        who = (tracker, ws, environment, platform, "content", subject, target, url, "native", cron)
        rows.append((*who, "UTC", "active", at, at, 1, now, now, 1, now, now))
    insert_rows(connection, _CONTENT, contents)
    insert_rows(connection, _TRACKER, rows)
