"""`kill -9` between "sent to the platform" and "written down": there is exactly one post."""

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from tests.support.fakes.faults import Fault
from tests.support.fakes.instagram import FakeInstagram
from tests.support.fakes.server import LoopbackServer

from bellwether.connectors.platforms.instagram.publisher import InstagramPublisher
from bellwether.connectors.publishers import Publishers
from bellwether.engine.facade import Engine
from bellwether.kit.clock import SystemClock
from bellwether.kit.sealing import Sealer, new_key
from bellwether.model.accounts import NewAccount
from bellwether.model.platforms import Platform
from bellwether.model.posts import ActState, NewPost, Post
from bellwether.model.publishers import PostKind
from bellwether.model.tenants import Environment, Plan, PlanName, Scope
from bellwether.storage.database import Database

T = TypeVar("T")
VIDEO = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\x00" * 4096
OWN = Plan(PlanName.OWN, "Own", None, None, None)
ROOT = Path(__file__).parents[2]
PATIENCE_S = 40


class Newsroom:
    """Accounts and posts of one workspace, live on a fake Instagram."""

    def __init__(self, database: Database, fake: FakeInstagram) -> None:
        self.key = new_key()
        self._database = database
        self._publishers = Publishers([InstagramPublisher(base_url=fake.base_url)])
        self._fake = fake
        fake.polls = 0
        workspace = self._do(lambda e: e.tenants.ensure_workspace("acme"))
        self.scope = Scope(workspace.id, Environment.LIVE)

    def post(self, username: str, url: str) -> Post:
        account = self._fake.add_account(username)
        new = NewAccount(Platform.INSTAGRAM, username, external_id=account.id, token=account.token)
        made = self._do(lambda e: e.accounts.add(self.scope, OWN, [new]))[0]
        order = NewPost(made.id, PostKind.VIDEO, (url,), f"by {username}")
        return self._do(lambda e: e.publishing.create_post(self.scope, order))

    def posts(self) -> Sequence[Post]:
        return self._do(lambda e: e.publishing.posts(self.scope))

    def wait(self, states: set[ActState]) -> None:
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            if all(post.state in states for post in self.posts()):
                return
            time.sleep(0.05)
        raise AssertionError([(post.state, post.error) for post in self.posts()])

    def _do(self, work: Callable[[Engine], T]) -> T:
        sealer = Sealer(lambda: [self.key])
        return self._database.submit_write(
            lambda c: work(Engine(c, SystemClock(), sealer, self._publishers))
        ).result()


@contextmanager
def worker(url: str, fake: FakeInstagram, key: str) -> Iterator["subprocess.Popen[bytes]"]:
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.support.publishing_child", url, fake.base_url, key],
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield child
    finally:
        child.kill()
        child.wait()


@contextmanager
def media() -> Iterator[tuple[str, Counter[str]]]:
    """Serve videos; yields the base address and how often each was fetched."""
    fetched: Counter[str] = Counter()

    async def video(request: object) -> Response:
        fetched[request.path_params["name"]] += 1  # type: ignore[attr-defined]
        return Response(VIDEO, media_type="video/mp4")

    with LoopbackServer(Starlette(routes=[Route("/{name}", video)])) as server:
        yield server.origin, fetched


@pytest.mark.timeout(120)
def test_a_worker_killed_after_the_platform_heard_of_it_leaves_one_post(
    database: Database, database_url: str
) -> None:
    with FakeInstagram(slow=60) as fake, media() as (files, fetched):
        fake.trouble.add("POST media_publish", Fault.DONE_AND_SLOW)
        room = Newsroom(database, fake)
        post = room.post("ana", f"{files}/ana.mp4")
        with worker(database_url, fake, room.key) as child:
            until = time.monotonic() + PATIENCE_S
            while not fake.posts:
                assert time.monotonic() < until
                time.sleep(0.01)
            child.kill()  # it is out, and the answer is on its way
            child.wait()
        assert [one.state for one in room.posts()] == [ActState.PENDING]
        with worker(database_url, fake, room.key):
            room.wait({ActState.COMPLETE})
        (done,) = room.posts()
        assert done.id == post.id
        assert done.social_id is not None
        assert done.url == f"https://www.instagram.com/reel/{fake.posts[0].shortcode}/"
        assert [one.caption for one in fake.posts] == ["by ana"]
        assert fetched == {"ana.mp4": 1}
        assert done.published_at is not None
        assert abs((done.published_at - datetime.now(UTC)).total_seconds()) < 120  # noqa: TID251


@pytest.mark.timeout(150)
def test_workers_killed_again_and_again_publish_each_post_once(
    database: Database, database_url: str
) -> None:
    names = [f"user{number}" for number in range(12)]
    with FakeInstagram(slow=0.3) as fake, media() as (files, _):
        fake.trouble.add("POST media_publish", *[Fault.DONE_AND_SLOW] * len(names))
        room = Newsroom(database, fake)
        for name in names:
            room.post(name, f"{files}/{name}.mp4")
        for _ in range(4):
            with worker(database_url, fake, room.key), worker(database_url, fake, room.key):
                time.sleep(0.9 + random.random())
        with worker(database_url, fake, room.key):
            room.wait({ActState.COMPLETE})
        assert Counter(one.caption for one in fake.posts) == {f"by {name}": 1 for name in names}
