"""A platform that counts what is published on it, and short words for what tests do with it."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from bellwether.connectors.base import Connector, ConnectorError, Declaration
from bellwether.connectors.publishers import LostAnswerError, Publisher, Publishers
from bellwether.connectors.sandbox.connector import SandboxConnector
from bellwether.connectors.sandbox.publishing import RULES
from bellwether.engine.facade import Engine
from bellwether.engine.publishing.desk import MediaLimits
from bellwether.engine.publishing.refreshing import Refresher
from bellwether.engine.publishing.tasks import PublishingWorker
from bellwether.kit.clock import Clock, ManualClock
from bellwether.kit.http import GuardedClient
from bellwether.kit.sealing import Sealer, new_key
from bellwether.model.accounts import ManagedAccount, NewAccount
from bellwether.model.platforms import Kind, Platform
from bellwether.model.posts import NewPost, Post
from bellwether.model.publishers import (
    Access,
    Allowance,
    CannotTell,
    CommentDraft,
    Commented,
    Draft,
    NotThere,
    PostKind,
    Prepared,
    Preparing,
    Processing,
    ProfileChanges,
    Published,
    ReadMedia,
    Ready,
)
from bellwether.model.readings import CreatorReading, Failed, FailureReason
from bellwether.model.tenants import Environment, Plan, PlanName, Scope
from bellwether.storage.database import Database
from tests.support.steered import SteeredClock

T = TypeVar("T")
START = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
UNLIMITED = Plan(PlanName.OWN, "Own", None, None, None)
URL = "https://media.example.com/clip.mp4"


class Fault(StrEnum):
    """What goes wrong with one sending."""

    NONE = "none"
    SLOW = "slow"  # taken, and out only when it is looked for
    LOST_AFTER = "lost after"  # it is out, and nobody hears of it
    LOST_LATE = "lost late"  # it is out, nobody hears of it, and the platform shows it later
    LOST_BEFORE = "lost before"  # it is not out, and nobody knows
    BUSY = "busy"  # surely not out, try later
    REFUSED = "refused"  # surely not out, and never will be
    UNAUTHORIZED = "unauthorized"  # surely not out: the access was taken back
    UNKEEPABLE = "unkeepable"  # it is out under an id that no store can keep
    CRASH_BEFORE = "crash before"  # the worker dies as it is about to send
    CRASH_AFTER = "crash after"  # the worker dies before it has written down that it is out


class CrashError(BaseException):
    """The end of a process; nothing that handles errors handles this."""


BUSY = Failed(FailureReason.PLATFORM_ERROR, "busy")
REFUSED = Failed(FailureReason.UNSUPPORTED, "not this one")
UNAUTHORIZED = Failed(FailureReason.UNAUTHORIZED, "the token is not good any more")


@dataclass
class CountingPlatform(Publisher):
    """Publishes in memory. `faults` are those of the next sendings, then all goes well."""

    clock: Clock
    told: bool = True
    allowed: int | None = None
    needs_time: bool = False
    faults: deque[Fault] = field(default_factory=deque)
    out: dict[str, list[tuple[str, str, datetime]]] = field(default_factory=dict)
    taken: dict[str, str] = field(default_factory=dict)
    hidden: dict[str, datetime] = field(default_factory=dict)
    met: Counter[Fault] = field(default_factory=Counter)
    edits: list[tuple[str, ProfileChanges]] = field(default_factory=list)
    comments: dict[str, list[str]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    files: dict[str, list[bytes]] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    at_once: dict[str, int] = field(default_factory=dict)
    rules = RULES
    declaration = Declaration(
        name="counting", environments=frozenset({Environment.SANDBOX}), operations={}
    )

    def count(self, key: str) -> int:
        """Return how often a draft is out."""
        return len(self.out.get(key, []))

    def reader(self, access: Access) -> Connector:
        return SandboxConnector(self.clock)

    async def allowance(self, access: Access) -> Allowance:
        self.calls.append("allowance")
        if self.allowed is None:
            return Allowance(None, None)
        return Allowance(sum(map(len, self.out.values())), self.allowed, timedelta(days=1))

    async def prepare(
        self, access: Access, draft: Draft, prepared: Prepared, read: ReadMedia
    ) -> Preparing | Ready:
        self.calls.append(f"prepare {draft.key}")
        self.tokens.add(access.token)
        if Environment.LIVE in self.declaration.environments:
            self.files[draft.key] = [
                b"".join([piece async for piece in read(file)]) for file in draft.media
            ]
        if self.needs_time and not prepared:
            return Preparing({"container": draft.key}, 30.0)
        return Ready({"container": draft.key})

    async def send(
        self, access: Access, draft: Draft, prepared: Prepared, read: ReadMedia
    ) -> Published | Processing:
        self.calls.append(f"send {draft.key}")
        assert prepared["container"] == draft.key
        self.at_once[access.account] = self.at_once.get(access.account, 0) + 1
        assert self.at_once[access.account] == 1, "two acts of one account at a time"
        try:
            await asyncio.sleep(0)
            return self._send(access, draft, prepared)
        finally:
            self.at_once[access.account] -= 1

    def _send(self, access: Access, draft: Draft, prepared: Prepared) -> Published | Processing:
        fault = self.faults.popleft() if self.faults else Fault.NONE
        self.met[fault] += 1
        if fault is Fault.CRASH_BEFORE:
            raise CrashError
        if fault is Fault.LOST_BEFORE:
            raise LostAnswerError(BUSY)
        if fault is Fault.BUSY:
            raise ConnectorError(BUSY)
        if fault is Fault.REFUSED:
            raise ConnectorError(REFUSED)
        if fault is Fault.UNAUTHORIZED:
            raise ConnectorError(UNAUTHORIZED)
        if fault is Fault.SLOW:
            self.taken[draft.key] = draft.text
            return Processing({**prepared, "slow": "yes"}, 10.0)
        self._publish(access, draft.key, draft.text)
        if fault is Fault.CRASH_AFTER:
            raise CrashError
        if fault is Fault.LOST_LATE:
            self.hidden[draft.key] = self.clock.now() + timedelta(seconds=50)
        if fault in {Fault.LOST_AFTER, Fault.LOST_LATE}:
            raise LostAnswerError(BUSY)
        published = self._published(access, draft.key)
        return replace(published, id="9" * 300) if fault is Fault.UNKEEPABLE else published

    async def look(
        self, access: Access, draft: Draft, prepared: Prepared, since: datetime
    ) -> Published | Processing | NotThere | CannotTell:
        self.calls.append(f"look {draft.key}")
        if draft.key in self.taken:
            self._publish(access, draft.key, self.taken.pop(draft.key))
        if not self.told:
            return CannotTell("the platform has no list of posts")
        shown_at = self.hidden.get(draft.key)
        if shown_at is not None and self.clock.now() < shown_at:
            return NotThere(prepared)
        if self.count(draft.key):
            assert self.out[draft.key][-1][2] >= since
            return self._published(access, draft.key)
        return NotThere(prepared)

    async def edit_profile(self, access: Access, changes: ProfileChanges) -> CreatorReading:
        fault = self.faults.popleft() if self.faults else Fault.NONE
        if fault is Fault.REFUSED:
            raise ConnectorError(REFUSED)
        if fault is not Fault.NONE:
            raise LostAnswerError(BUSY)
        self.edits.append((access.account, changes))
        return CreatorReading(access.platform, access.account, {}, "counting")

    async def comment(self, access: Access, draft: CommentDraft) -> Commented:
        fault = self.faults.popleft() if self.faults else Fault.NONE
        if fault is Fault.CRASH_BEFORE:
            raise CrashError
        self.comments.setdefault(draft.key, []).append(draft.text)
        if fault is Fault.CRASH_AFTER:
            raise CrashError
        return Commented(f"c-{draft.key}", None, self.clock.now())

    async def look_for_comment(
        self, access: Access, draft: CommentDraft, since: datetime
    ) -> Commented | NotThere | CannotTell:
        if not self.told:
            return CannotTell("the platform has no list of comments")
        if draft.key in self.comments:
            return Commented(f"c-{draft.key}", None, self.clock.now())
        return NotThere()

    def _publish(self, access: Access, key: str, text: str) -> None:
        self.out.setdefault(key, []).append((access.account, text, self.clock.now()))

    def _published(self, access: Access, key: str) -> Published:
        at = self.out[key][-1][2]
        url = f"https://www.tiktok.com/@{access.account}/video/{_number(key)}"
        return Published(
            access.platform, access.account, _number(key), Kind.VIDEO, url, at, "counting"
        )


def _number(key: str) -> str:
    return str(7 * 10**18 + int(key.replace("-", "")[-12:], 16))


class Agency:
    """A store, a clock that stands still until it is moved, a platform and those who work."""

    def __init__(self, database: Database, clock: ManualClock | None = None) -> None:
        self.database = database
        self.clock = clock or SteeredClock(START)
        self.platform = CountingPlatform(self.clock)
        self.publishers = Publishers([self.platform])
        key = new_key()
        self.sealer = Sealer(lambda: [key])
        self.refresher = Refresher(database, self.clock, self.sealer, self.publishers)

    def engine(self, connection: object) -> Engine:
        return Engine(connection, self.clock, self.sealer, self.publishers)  # type: ignore[arg-type]

    def write(self, work: Callable[[Engine], T]) -> T:
        return self.database.submit_write(lambda c: work(self.engine(c))).result()

    def read(self, work: Callable[[Engine], T]) -> T:
        return self.database.submit_read(lambda c: work(self.engine(c))).result()

    def scope(self, name: str = "acme", environment: Environment = Environment.SANDBOX) -> Scope:
        workspace = self.write(lambda engine: engine.tenants.ensure_workspace(name))
        return Scope(workspace.id, environment)

    def go_live(self) -> Scope:
        """Let the platform be a real one, on which media are fetched; return the scope."""
        self.platform.declaration = Declaration("counting", frozenset({Environment.LIVE}), {})
        return self.scope(environment=Environment.LIVE)

    def live_account(self, scope: Scope, username: str = "me") -> ManagedAccount:
        new = NewAccount(Platform.TIKTOK, username, external_id=f"id-{username}", token="s3cret")
        return self.write(lambda engine: engine.accounts.add(scope, UNLIMITED, [new]))[0]

    def account(
        self, scope: Scope, username: str = "me", *, tag: str | None = None
    ) -> ManagedAccount:
        new = NewAccount(Platform.TIKTOK, username, tag=tag)
        return self.write(lambda engine: engine.accounts.add(scope, UNLIMITED, [new]))[0]

    def post(self, scope: Scope, account: ManagedAccount, text: str = "hi", **at: float) -> Post:
        """Queue a video, at once or so far in the future."""
        when = self.clock.now() + timedelta(**at) if at else None
        new = NewPost(account.id, PostKind.VIDEO, (URL,), text, scheduled_at=when)
        return self.write(lambda engine: engine.publishing.create_post(scope, new))

    def posts(self, scope: Scope) -> Sequence[Post]:
        return self.read(lambda engine: engine.publishing.posts(scope))

    def get(self, scope: Scope, post: Post) -> Post:
        return self.read(lambda engine: engine.publishing.post(scope, post.id))

    def worker(self, **settings: Any) -> PublishingWorker:
        return PublishingWorker(
            self.database,
            self.clock,
            self.publishers,
            self.sealer,
            GuardedClient(allow_loopback=True),
            limits=MediaLimits(image_bytes=1 << 20, video_bytes=5 << 20, seconds=10),
            **settings,
        )

    def work(self, **settings: Any) -> int:
        """Let a worker do what is due now; return how many acts it looked at."""
        return asyncio.run(self._work(**settings))

    def pass_time(self, **amount: float) -> None:
        self.clock.advance(timedelta(**amount))

    async def _work(self, **settings: Any) -> int:
        worker = self.worker(**settings)
        done = 0
        try:
            while some := await worker.step():
                done += some
        except CrashError:
            pass
        return done
