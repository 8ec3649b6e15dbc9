"""Scheduled posts that are all due at once, handed to a platform that answers at once.

10000 posts of 1000 accounts, and of 40, against a peer that keeps the plain way what a crash needs:
one post after the other, a transaction for each note (it is about to be sent; it is out). The peer
takes no accounts in turn, and makes no content, tracker or history. SQLite, in one run.
"""

import asyncio
import sqlite3
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

from sqlalchemy import Connection

from bellwether.connectors.base import Declaration
from bellwether.connectors.publishers import Publisher, Publishers
from bellwether.connectors.sandbox.publishing import RULES
from bellwether.engine import schema
from bellwether.engine.facade import Engine
from bellwether.engine.publishing.tasks import PublishingWorker
from bellwether.kit.clock import ManualClock
from bellwether.kit.http import GuardedClient
from bellwether.kit.sealing import Sealer, new_key
from bellwether.model.accounts import NewAccount
from bellwether.model.platforms import Kind, Platform
from bellwether.model.posts import ActState, NewPost, PostFilter
from bellwether.model.publishers import (
    Access,
    Allowance,
    Draft,
    PostKind,
    Prepared,
    Published,
    ReadMedia,
    Ready,
)
from bellwether.model.tenants import Environment, Scope
from bellwether.storage.database import Database, open_database
from bellwether.storage.migrate import migrate

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NOON = START + timedelta(hours=3)
POSTS = 10_000
PEER_POSTS = 2_000
URL = "https://media.example.com/clip.mp4"

assert schema.metadata.tables


class FastPlatform(Publisher):
    """Takes everything at once, and counts."""

    declaration = Declaration("fast", frozenset({Environment.SANDBOX}), {})
    rules = RULES

    def __init__(self) -> None:
        self.out: dict[str, int] = {}
        self.all_out = asyncio.Event()

    async def allowance(self, access: Access) -> Allowance:
        del access
        return Allowance(None, None)

    async def prepare(
        self, access: Access, draft: Draft, prepared: Prepared, read: ReadMedia
    ) -> Ready:
        del access, prepared, read
        return Ready({"key": draft.key})

    async def send(
        self, access: Access, draft: Draft, prepared: Prepared, read: ReadMedia
    ) -> Published:
        del prepared, read
        self.out[draft.key] = self.out.get(draft.key, 0) + 1
        if len(self.out) == POSTS:
            self.all_out.set()
        number = str(7 * 10**18 + len(self.out))
        url = f"https://www.tiktok.com/@{access.account}/video/{number}"
        return Published(access.platform, access.account, number, Kind.VIDEO, url, NOON, "fast")


def main() -> None:
    ours = _ours(accounts=1000)
    peer = _peer()
    few = _ours(accounts=40)
    print(f"{POSTS} posts of 1000 accounts: {POSTS / ours:.1f} s ({ours:.0f} a second)")
    print(f"{POSTS} posts of 40 accounts: {POSTS / few:.1f} s ({few:.0f} a second)")
    print(f"peer, one after the other, two commits each: {peer:.0f} a second")
    print(f"ratio, 1000 accounts: {ours / peer:.1f}; 40 accounts: {few / peer:.1f}")


def _ours(*, accounts: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/store.sqlite")
        migrate(database)
        clock, platform = ManualClock(START), FastPlatform()
        publishers = Publishers([platform])
        scope = _order(database, clock, publishers, accounts)
        clock.advance(NOON - START)
        began = perf_counter()
        asyncio.run(_work(database, clock, publishers, platform))
        took = perf_counter() - began
        assert len(platform.out) == POSTS
        assert set(platform.out.values()) == {1}
        done = database.submit_read(
            lambda connection: Engine(connection, clock).publishing.posts(
                scope, PostFilter(state=ActState.COMPLETE)
            )
        ).result()
        assert len(done) == POSTS
        database.close()
    return POSTS / took


async def _work(
    database: Database, clock: ManualClock, publishers: Publishers, platform: FastPlatform
) -> None:
    key = new_key()
    worker = PublishingWorker(database, clock, publishers, Sealer(lambda: [key]), GuardedClient())
    stop = asyncio.Event()
    running = asyncio.create_task(worker.run(stop))
    await platform.all_out.wait()
    stop.set()
    await running


def _order(database: Database, clock: ManualClock, publishers: Publishers, accounts: int) -> Scope:
    def work(connection: Connection) -> Scope:
        engine = Engine(connection, clock, None, publishers)
        workspace = engine.tenants.ensure_workspace("bench")
        scope = Scope(workspace.id, Environment.SANDBOX)
        wanted = [NewAccount(Platform.TIKTOK, f"user{number}") for number in range(accounts)]
        made = engine.accounts.add(scope, workspace.plan, wanted)
        for number in range(POSTS):
            account = made[number % accounts]
            new = NewPost(account.id, PostKind.VIDEO, (URL,), f"post {number}", scheduled_at=NOON)
            engine.publishing.create_post(scope, new)
        return scope

    return database.submit_write(work).result()


def _peer() -> float:
    """Return how many posts a second the plain way sends."""
    platform = FastPlatform()
    with tempfile.TemporaryDirectory() as folder:
        store = sqlite3.connect(Path(folder) / "peer.sqlite", isolation_level=None)
        store.execute("PRAGMA journal_mode = WAL")
        store.execute("PRAGMA synchronous = FULL")
        store.execute("CREATE TABLE posts (id INTEGER PRIMARY KEY, state TEXT, due INTEGER)")
        store.execute("CREATE INDEX due ON posts (state, due)")
        store.execute("BEGIN")
        store.executemany(
            "INSERT INTO posts VALUES (?, 'scheduled', 1)", [(n,) for n in range(PEER_POSTS)]
        )
        store.execute("COMMIT")
        began = perf_counter()
        asyncio.run(_one_by_one(store, platform))
        took = perf_counter() - began
        store.close()
    assert len(platform.out) == PEER_POSTS
    return PEER_POSTS / took


async def _one_by_one(store: sqlite3.Connection, platform: FastPlatform) -> None:
    access = Access(Platform.TIKTOK, "user")
    next_due = "SELECT id FROM posts WHERE state = 'scheduled' AND due <= 1 ORDER BY due LIMIT 1"
    while (row := store.execute(next_due).fetchone()) is not None:
        store.execute("UPDATE posts SET state = 'sending' WHERE id = ?", row)
        draft = Draft(str(row[0]), PostKind.VIDEO, "hi")
        await platform.send(access, draft, {}, None)  # type: ignore[arg-type]
        store.execute("UPDATE posts SET state = 'complete' WHERE id = ?", row)


if __name__ == "__main__":
    main()
