"""Worlds for the questions that every publisher is asked: a network, an account, what is seen."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field, replace

import pytest
from tests.support.drafts import file_of, from_memory
from tests.support.fakes.faults import Fault
from tests.support.fakes.instagram import FakeInstagram
from tests.support.fakes.tiktok_api import FakeTikTokApi

from bellwether.connectors.platforms.instagram.publisher import InstagramPublisher
from bellwether.connectors.platforms.tiktok.publisher import TikTokPublisher
from bellwether.connectors.publishers import LostAnswerError, Publisher
from bellwether.connectors.sandbox.connector import SandboxConnector
from bellwether.connectors.sandbox.publisher import SandboxPublisher
from bellwether.kit.clock import SystemClock
from bellwether.model.platforms import Platform
from bellwether.model.publishers import (
    Access,
    Draft,
    MediaFile,
    MediaType,
    PostKind,
    Prepared,
    Published,
    ReadMedia,
)
from bellwether.model.readings import Failed, FailureReason

_VIDEO = b"\x00\x00\x00\x18ftypmp42" + bytes(range(256)) * 40
_PICTURE = b"\xff\xd8\xff\xe0" + b"picture" * 20
_DATA = {
    "https://media.example/a.mp4": _VIDEO,
    "https://media.example/1.jpg": _PICTURE,
    "https://media.example/2.jpg": _PICTURE,
}
SLOW = 1.2


@dataclass
class World:
    """A network with one account: `texts` is what people see of it.

    `trip` lets the next call of a step fail, `calm` forgets about it.
    """

    publisher: Publisher
    access: Access
    texts: Callable[[], list[str]]
    trip: Callable[[str, Fault], None]
    calm: Callable[[], None] = lambda: None
    exact: frozenset[PostKind] = frozenset(PostKind)
    """The kinds of which a lost answer can always be found out."""

    media: ReadMedia = field(default_factory=lambda: from_memory(_DATA))

    def draft(self, kind: PostKind, text: str = "A day out") -> Draft:
        """Return a draft of a kind."""
        names = ["a.mp4"] if kind is PostKind.VIDEO else ["1.jpg", "2.jpg"]
        return Draft(key=f"key of {text}", kind=kind, text=text, media=_files(names))

    def without_access(self) -> Access:
        """Return an access that the platform refuses."""
        return replace(self.access, token="revoked", account=self._refused())

    def _refused(self) -> str:
        sandbox = isinstance(self.publisher, SandboxPublisher)
        return "sbx_unauthorized" if sandbox else self.access.account


def _files(names: list[str]) -> tuple[MediaFile, ...]:
    found = []
    for name in names:
        url = f"https://media.example/{name}"
        kind = MediaType.MP4 if name.endswith("mp4") else MediaType.JPEG
        found.append(file_of(url, _DATA[url], kind))
    return tuple(found)


class _SeenSandbox(SandboxPublisher):
    """Remembers what was sent, and fails where it is told to."""

    def __init__(self, network: SandboxConnector) -> None:
        super().__init__(network)
        self.seen: dict[str, str] = {}
        self.next: Fault | None = None

    async def send(
        self, access: Access, draft: Draft, prepared: Prepared, read: ReadMedia
    ) -> Published:
        fault, self.next = self.next, None
        answer = await super().send(access, draft, prepared, read)
        assert isinstance(answer, Published)
        assert answer.id is not None
        self.seen[answer.id] = draft.text
        if fault is not None:
            raise LostAnswerError(_lost())
        return answer


def _lost() -> Failed:
    return Failed(FailureReason.PLATFORM_ERROR, "lost")


@pytest.fixture(scope="module")
def instagram() -> Iterator[FakeInstagram]:
    with FakeInstagram(slow=SLOW * 2) as fake:
        yield fake


@pytest.fixture(scope="module")
def tiktok() -> Iterator[FakeTikTokApi]:
    with FakeTikTokApi(slow=SLOW * 2) as fake:
        yield fake


def _sandbox() -> World:
    publisher = _SeenSandbox(SandboxConnector(SystemClock()))

    def trip(_: str, fault: Fault) -> None:
        publisher.next = fault

    access = Access(Platform.TIKTOK, "ouraccount")
    return World(publisher, access, lambda: list(publisher.seen.values()), trip)


def _instagram(fake: FakeInstagram) -> World:
    fake.trouble.clear()
    account = fake.add_account("ann", followers=7)
    names = {"send": "POST media_publish", "prepare": "POST media", "look": "status"}
    return World(
        InstagramPublisher(base_url=fake.base_url, seconds=SLOW),
        Access(Platform.INSTAGRAM, account.id, account.token, "ann"),
        lambda: [post.caption for post in fake.posts if post.account == account.id],
        lambda step, fault: fake.trouble.add(names[step], fault),
        fake.trouble.clear,
    )


def _tiktok(fake: FakeTikTokApi) -> World:
    fake.trouble.clear()
    account = fake.add_account("ann", followers=7)
    names = {
        "prepare": ["post/publish/creator_info/query"],
        "look": ["post/publish/status/fetch", "video/list"],
        "send": ["upload", "post/publish/content/init"],
    }

    def trip(step: str, fault: Fault) -> None:
        for name in names[step]:
            fake.trouble.add(name, fault)

    return World(
        TikTokPublisher(base_url=fake.base_url, seconds=SLOW),
        Access(Platform.TIKTOK, account.open_id, account.token, "ann"),
        lambda: [post.description for post in fake.posts if post.account == account.open_id],
        trip,
        fake.trouble.clear,
        exact=frozenset({PostKind.VIDEO}),
    )


def make_world(name: str, instagram: FakeInstagram, tiktok: FakeTikTokApi) -> World:
    """Return a network by name, with an account of its own."""
    if name == "sandbox":
        return _sandbox()
    return _instagram(instagram) if name == "instagram" else _tiktok(tiktok)


@pytest.fixture(params=["sandbox", "instagram", "tiktok"])
async def world(
    request: pytest.FixtureRequest, instagram: FakeInstagram, tiktok: FakeTikTokApi
) -> AsyncIterator[World]:
    world = make_world(request.param, instagram, tiktok)
    yield world
    await world.publisher.aclose()


@pytest.fixture(params=["instagram", "tiktok"])
async def live(
    request: pytest.FixtureRequest, instagram: FakeInstagram, tiktok: FakeTikTokApi
) -> AsyncIterator[World]:
    """The worlds behind HTTP."""
    world = make_world(request.param, instagram, tiktok)
    yield world
    await world.publisher.aclose()
