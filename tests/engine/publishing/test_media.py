"""Media of live posts: asked about before they are queued, fetched once, forgotten at the end."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from tests.support.fakes.server import LoopbackServer
from tests.support.publishing import Agency

from bellwether.engine.publishing.desk import MediaDesk, MediaLimits
from bellwether.engine.publishing.tables import managed_accounts, media_chunks
from bellwether.kit.http import GuardedClient
from bellwether.model.errors import BellwetherError
from bellwether.model.posts import ActState, NewPost, Post, PostChanges
from bellwether.model.publishers import MediaType, PostKind
from bellwether.model.tenants import Environment, Scope
from bellwether.storage.database import Database

MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"
CLIP = MP4 + bytes(range(256)) * 10_000  # two and a half pieces
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (400).to_bytes(4, "big") * 2 + b"\x08\x02" + b"\0" * 9
)


class Files:
    """A server of files, and what was asked of it."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.broken = False

    async def answer(self, request: Request) -> Response:
        name = request.path_params["name"]
        self.asked[f"{request.method} {name}"] += 1
        if self.broken or name == "gone.mp4":
            return PlainTextResponse("no", 503 if self.broken else 404)
        if name == "huge.mp4":
            headers = {"content-length": str(2 << 30), "content-type": "video/mp4"}
            return StreamingResponse(iter([b""]), headers=headers)
        if name == "growing.mp4":  # says nothing of its length
            pieces = iter([MP4] + [b"\0" * (1 << 20)] * 8)
            return StreamingResponse(pieces, media_type="application/octet-stream")
        content = {"clip.mp4": CLIP, "a.png": PNG, "page.mp4": b"<html>"}[name]
        kind = {"page.mp4": "text/html", "a.png": "image/png"}.get(name, "video/mp4")
        return Response(content, media_type=kind)


@pytest.fixture
def files() -> Files:
    return Files()


@pytest.fixture
def origin(files: Files) -> Iterator[str]:
    app = Starlette(routes=[Route("/{name}", files.answer, methods=["GET", "HEAD"])])
    with LoopbackServer(app) as server:
        yield server.origin


@pytest.fixture
def agency(database: Database) -> Agency:
    return Agency(database)


def post(agency: Agency, scope: Scope, *urls: str, hours: float = 0) -> Post:
    kind = PostKind.SLIDESHOW if urls[0].endswith("png") else PostKind.VIDEO
    at = agency.clock.now() + timedelta(hours=hours) if hours else None
    account = agency.live_account(scope, f"user{agency.clock.now().timestamp():.0f}")
    new = NewPost(account.id, kind, urls, "hi", scheduled_at=at)
    return agency.write(lambda e: e.publishing.create_post(scope, new))


def pieces(agency: Agency) -> int:
    with agency.database.engine.connect() as connection:
        count: int = connection.execute(select(func.count(media_chunks.c.place))).scalar_one()
        return count


def test_media_are_fetched_once_ahead_of_time_and_forgotten_when_the_post_is_out(
    agency: Agency, files: Files, origin: str
) -> None:
    scope = agency.go_live()
    made = post(agency, scope, f"{origin}/clip.mp4", hours=1)
    assert agency.work() == 0
    agency.pass_time(minutes=51)
    agency.work()
    assert agency.get(scope, made).state is ActState.SCHEDULED
    assert pieces(agency) == 3
    files.broken = True
    agency.pass_time(minutes=9)
    agency.work()
    done = agency.get(scope, made)
    assert done.state is ActState.COMPLETE
    assert files.asked == {"GET clip.mp4": 1}
    assert agency.platform.files == {made.id: [CLIP]}
    assert agency.platform.tokens == {"s3cret"}
    assert pieces(agency) == 0
    (kept,) = agency.read(lambda e: e.publishing.media(scope))
    assert (kept.post_id, kept.type, kept.size) == (made.id, MediaType.MP4, len(CLIP))
    assert kept.sha256 == hashlib.sha256(CLIP).hexdigest()


def test_changed_media_are_fetched_again(agency: Agency, files: Files, origin: str) -> None:
    scope = agency.go_live()
    made = post(agency, scope, f"{origin}/a.png", f"{origin}/a.png", hours=1)
    agency.pass_time(minutes=55)
    agency.work()
    assert files.asked == {"GET a.png": 2}
    changes = PostChanges(media_urls=(f"{origin}/a.png",))
    agency.write(lambda e: e.publishing.change_post(scope, made.id, changes))
    agency.pass_time(minutes=10)
    agency.work()
    assert agency.platform.files == {made.id: [PNG]}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("growing.mp4", "more than 5242880 bytes"),
        ("page.mp4", "no type"),
        ("gone.mp4", "answers 404"),
    ],
)
def test_what_turns_out_to_be_no_such_file_fails_the_post(
    agency: Agency, origin: str, name: str, told: str
) -> None:
    scope = agency.go_live()
    made = post(agency, scope, f"{origin}/{name}")
    agency.work()
    failed = agency.get(scope, made)
    assert failed.state is ActState.FAILED
    assert told in (failed.error or "")
    assert agency.platform.out == {}
    assert pieces(agency) == 0


def test_a_server_that_fails_for_a_while_is_asked_again(
    agency: Agency, files: Files, origin: str
) -> None:
    scope = agency.go_live()
    files.broken = True
    made = post(agency, scope, f"{origin}/clip.mp4")
    agency.work()
    assert agency.get(scope, made).state is ActState.PENDING
    files.broken = False
    agency.pass_time(minutes=1)
    agency.work()
    assert agency.get(scope, made).state is ActState.COMPLETE


@pytest.mark.parametrize(
    ("url", "kind", "code"),
    [
        ("{}/clip.mp4", PostKind.VIDEO, None),
        ("{}/a.png", PostKind.SLIDESHOW, None),
        ("{}/growing.mp4", PostKind.VIDEO, None),
        ("{}/huge.mp4", PostKind.VIDEO, "too_large"),
        ("{}/page.mp4", PostKind.VIDEO, "invalid_input"),
        ("{}/gone.mp4", PostKind.VIDEO, "invalid_input"),
        ("{}/a.png", PostKind.VIDEO, "invalid_input"),
        ("{}/clip.mp4", PostKind.SLIDESHOW, "invalid_input"),
        ("http://10.0.0.1/clip.mp4", PostKind.VIDEO, "invalid_input"),
        ("http://localhost:1/clip.mp4", PostKind.VIDEO, "invalid_input"),
    ],
)
async def test_an_address_is_asked_about_before_anything_is_queued(
    files: Files, origin: str, url: str, kind: PostKind, code: str | None
) -> None:
    client = GuardedClient(allow_loopback=True)
    desk = MediaDesk(client, MediaLimits(), allow_loopback=True)
    found: tuple[str | None, str] | None = None
    try:
        await desk.check_media(Environment.LIVE, kind, [url.format(origin)])
    except BellwetherError as error:
        found = error.field, error.code
    finally:
        await client.aclose()
    assert found == (None if code is None else ("media_urls", code))
    assert not any(asked.startswith("GET") for asked in files.asked)


async def test_in_the_sandbox_nobody_is_asked_and_inside_addresses_are_refused(
    files: Files, origin: str
) -> None:
    client = GuardedClient()
    desk = MediaDesk(client, MediaLimits())
    await desk.check_media(
        Environment.SANDBOX, PostKind.VIDEO, ["https://storage.example.com/video.mp4"]
    )
    for url in (f"{origin}/clip.mp4", "http://LOCALHOST./a.mp4", "http://[::1]/a.mp4"):
        with pytest.raises(BellwetherError) as refused:
            await desk.check_avatar(Environment.SANDBOX, url)
        assert refused.value.field == "avatar_url"
    await client.aclose()
    assert not files.asked


def test_a_token_is_sealed_and_never_shown(agency: Agency) -> None:
    scope = agency.go_live()
    account = agency.live_account(scope)
    assert "s3cret" not in repr(account)
    with agency.database.engine.connect() as connection:
        (row,) = connection.execute(select(managed_accounts)).all()
    assert "s3cret" not in repr(row)
    assert agency.sealer.open(row.sealed) == "s3cret"


def test_live_accounts_are_read_once_a_day_with_their_own_access(agency: Agency) -> None:
    scope = agency.go_live()
    account = agency.live_account(scope)
    waiting = agency.read(lambda e: e.tracking.list_trackers(scope, cursor=None)).items
    assert waiting == []

    def rows() -> int:
        return len(
            agency.read(lambda e: e.metrics.histories([account.creator_id]))[account.creator_id]
        )

    watch = agency.worker().watch
    assert asyncio.run(watch.step()) == 1
    assert rows() == 1
    agency.pass_time(hours=23)
    assert asyncio.run(watch.step()) == 0
    agency.pass_time(hours=1)
    assert asyncio.run(watch.step()) == 1
    assert rows() == 2
