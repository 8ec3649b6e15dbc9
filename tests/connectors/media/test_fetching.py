"""Files come through the guard, are judged by their bytes, and are handed on in pieces."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from tests.support.fakes.server import LoopbackServer
from tests.support.pictures import jpeg, mp4, png

from bellwether.connectors.base import ConnectorError
from bellwether.connectors.media import PIECE, check_avatar, fetch_media
from bellwether.kit.http import GuardedClient
from bellwether.model.publishers import AvatarRules, MediaFile, MediaType
from bellwether.model.readings import FailureReason

ALLOWED = {MediaType.JPEG: 3 * PIECE, MediaType.MP4: 5 * PIECE}
FILES = {
    "a.jpg": jpeg(300, 200),
    "film.mp4": mp4(2 * PIECE + 17),
    "exact.mp4": mp4(2 * PIECE),
    "big.jpg": jpeg(300, 200, padding=3 * PIECE),
    "huge.mp4": mp4(6 * PIECE),
    "page.jpg": b"<!DOCTYPE html>",
    "empty.jpg": b"",
    "b.png": png(5, 5),
}


@dataclass
class Kept:
    """What was handed on."""

    pieces: dict[int, bytes] = field(default_factory=dict)

    async def __call__(self, place: int, piece: bytes) -> None:
        assert place == len(self.pieces)
        self.pieces[place] = piece

    @property
    def whole(self) -> bytes:
        return b"".join(self.pieces.values())


async def _file(request: Request) -> Response:
    name = request.path_params["name"]
    if name == "moved":
        return RedirectResponse("/files/a.jpg")
    if name == "away":
        return RedirectResponse("http://10.0.0.1/a.jpg")
    if name == "circle":
        return RedirectResponse("/files/circle")
    if name == "endless":
        return StreamingResponse(_for_ever())
    if name.isdigit():
        return Response(status_code=int(name))
    return Response(FILES[name], media_type="text/html")


async def _for_ever() -> AsyncIterator[bytes]:
    yield mp4(PIECE)
    while True:
        await asyncio.sleep(0.005)  # or the server never hears that nobody listens
        yield bytes(PIECE)


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    with LoopbackServer(Starlette(routes=[Route("/files/{name}", _file)])) as server:
        yield f"{server.origin}/files"


@pytest.fixture
async def client() -> AsyncIterator[GuardedClient]:
    client = GuardedClient(allow_loopback=True)
    yield client
    await client.aclose()


async def _fetch(client: GuardedClient, url: str) -> tuple[MediaFile, Kept]:
    kept = Kept()
    return await fetch_media(client, url, ALLOWED, seconds=5, keep=kept), kept


@pytest.mark.parametrize("name", ["a.jpg", "film.mp4", "exact.mp4", "moved"])
async def test_a_file_arrives_whole_in_pieces(
    client: GuardedClient, origin: str, name: str
) -> None:
    file, kept = await _fetch(client, f"{origin}/{name}")
    data = FILES["a.jpg" if name == "moved" else name]
    assert kept.whole == data
    assert all(len(piece) == PIECE for piece in list(kept.pieces.values())[:-1])
    assert (file.size, file.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert file.url == f"{origin}/{name}"
    picture = file.type is MediaType.JPEG
    assert (file.width, file.height) == ((300, 200) if picture else (None, None))


REFUSED = {
    "big.jpg": ("larger than 3 MB", FailureReason.UNSUPPORTED),
    "huge.mp4": ("more than", FailureReason.UNSUPPORTED),
    "endless": ("more than", FailureReason.UNSUPPORTED),
    "page.jpg": ("no type", FailureReason.UNSUPPORTED),
    "empty.jpg": ("no type", FailureReason.UNSUPPORTED),
    "b.png": ("is PNG; taken here: JPEG, MP4", FailureReason.UNSUPPORTED),
    "404": ("404", FailureReason.NOT_FOUND),
    "403": ("403", FailureReason.NOT_FOUND),
    "503": ("503", FailureReason.PLATFORM_ERROR),
    "429": ("429", FailureReason.PLATFORM_ERROR),
    "away": ("10.0.0.1", FailureReason.UNSUPPORTED),
    "circle": ("circle", FailureReason.UNSUPPORTED),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_what_cannot_be_published_is_refused_and_says_why(
    client: GuardedClient, origin: str, name: str
) -> None:
    said, reason = REFUSED[name]
    with pytest.raises(ConnectorError) as caught:
        await _fetch(client, f"{origin}/{name}")
    assert caught.value.failed.reason is reason
    assert said in caught.value.failed.message
    assert f"{origin}/{name}" in caught.value.failed.message


async def test_a_private_address_is_never_called(origin: str) -> None:
    guarded = GuardedClient()
    for url in (f"{origin}/a.jpg", "http://169.254.169.254/latest/meta-data", "file:///etc/passwd"):
        with pytest.raises(ConnectorError) as caught:
            await _fetch(guarded, url)
        assert not caught.value.failed.transient
    await guarded.aclose()


async def test_a_server_that_is_not_there_may_be_there_later(client: GuardedClient) -> None:
    with pytest.raises(ConnectorError) as caught:
        await _fetch(client, "http://127.0.0.1:9/a.jpg")
    assert caught.value.failed.transient


async def test_a_file_that_takes_too_long_is_given_up(client: GuardedClient, origin: str) -> None:
    allowed = {MediaType.MP4: 1 << 40}
    with pytest.raises(ConnectorError) as caught:
        await fetch_media(client, f"{origin}/endless", allowed, seconds=0.3, keep=_forget)
    assert caught.value.failed.reason is FailureReason.PLATFORM_ERROR
    assert "0.3 s" in caught.value.failed.message


async def _forget(place: int, piece: bytes) -> None:
    del place, piece


RULES = AvatarRules(frozenset({MediaType.JPEG}), max_bytes=PIECE, min_pixels=250)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, None),
        ({"width": 249, "height": 249}, "at least 250 by 250"),
        ({"height": 301}, "square, and has 300 by 301"),
        ({"width": None}, "how large"),
        ({"type": MediaType.PNG}, "one of JPEG"),
        ({"size": PIECE + 1}, "larger than 1 MB"),
    ],
)
def test_profile_pictures_are_square_and_large_enough(
    changed: dict[str, object], said: str | None
) -> None:
    usual: dict[str, object] = {
        "url": "https://x.example/a.jpg",
        "type": MediaType.JPEG,
        "size": 1000,
        "sha256": "",
        "width": 300,
        "height": 300,
    }
    failed = check_avatar(MediaFile(**{**usual, **changed}), RULES)  # type: ignore[arg-type]
    assert (failed is None) is (said is None)
    assert said is None or said in (failed.message if failed else "")
