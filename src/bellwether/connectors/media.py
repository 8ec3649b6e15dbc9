"""Files that customers publish: fetched through the guard, known by their bytes, cut in pieces."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

from bellwether.connectors.base import ConnectorError
from bellwether.connectors.pictures import dimensions, sniff
from bellwether.kit.http import FetchRefusedError, GuardedClient
from bellwether.model.publishers import AvatarRules, MediaFile, MediaType
from bellwether.model.readings import Failed, FailureReason

PIECE = 1 << 20
"""Bytes in a piece; the last one of a file may be shorter."""

Keep = Callable[[int, bytes], Awaitable[None]]
"""Keeps one piece, under its place from 0."""

_MEGABYTE = 1 << 20
_PASSING = frozenset({"timeout", "connection", "unresolvable"})
_SERVER_ERRORS = 500
_TRANSIENT = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})


async def fetch_media(
    client: GuardedClient,
    url: str,
    allowed: Mapping[MediaType, int],
    *,
    seconds: float,
    keep: Keep,
) -> MediaFile:
    """Fetch a file once and hand it on in pieces; `allowed` says how many bytes each type may have.

    What a file is, is told from its first bytes and nothing else. Raises ConnectorError: transient
    ones are worth another try, and what was kept before it is to be thrown away.
    """
    taking = _Taking(url, allowed, keep)
    try:
        response = await client.download(
            url, taking.take, max_bytes=max(allowed.values(), default=0), seconds=seconds
        )
    except FetchRefusedError as error:
        reason = FailureReason.UNSUPPORTED
        if error.reason in _PASSING:
            reason = FailureReason.PLATFORM_ERROR
        raise _refused(f"{url} cannot be fetched: {error.message}", reason) from None
    if response.status != HTTPStatus.OK:
        passing = response.status >= _SERVER_ERRORS or response.status in _TRANSIENT
        reason = FailureReason.PLATFORM_ERROR if passing else FailureReason.NOT_FOUND
        raise _refused(f"{url} cannot be fetched: its server answers {response.status}", reason)
    return await taking.end()


def check_avatar(file: MediaFile, rules: AvatarRules) -> Failed | None:
    """Say what keeps a picture from being a profile picture, None when nothing does."""
    if file.type not in rules.types:
        names = ", ".join(sorted(_word(one) for one in rules.types))
        return Failed(FailureReason.UNSUPPORTED, f"the picture must be one of {names}")
    if file.size > rules.max_bytes:
        most = rules.max_bytes // _MEGABYTE
        return Failed(FailureReason.UNSUPPORTED, f"the picture is larger than {most} MB")
    if file.width is None or file.height is None:
        return Failed(FailureReason.UNSUPPORTED, "the picture does not say how large it is")
    if rules.square and file.width != file.height:
        shape = f"{file.width} by {file.height} pixels"
        return Failed(FailureReason.UNSUPPORTED, f"the picture must be square, and has {shape}")
    if min(file.width, file.height) < rules.min_pixels:
        least = rules.min_pixels
        message = f"the picture must have at least {least} by {least} pixels"
        return Failed(FailureReason.UNSUPPORTED, message)
    return None


class _Taking:
    """A file on its way in."""

    def __init__(self, url: str, allowed: Mapping[MediaType, int], keep: Keep) -> None:
        self._url = url
        self._allowed = allowed
        self._keep = keep
        self._waiting = bytearray()
        self._place = 0
        self._size = 0
        self._digest = hashlib.sha256()
        self._type: MediaType | None = None
        self._pixels: tuple[int, int] | None = None

    async def take(self, data: bytes) -> None:
        """Take what arrived."""
        self._size += len(data)
        self._waiting += data
        while len(self._waiting) >= PIECE:
            await self._cut(PIECE)

    async def end(self) -> MediaFile:
        """Take the rest, and say what it was."""
        if self._waiting or self._type is None:
            await self._cut(len(self._waiting))
        width, height = self._pixels or (None, None)
        found = self._type
        if found is None:
            raise self._unknown()
        return MediaFile(self._url, found, self._size, self._digest.hexdigest(), width, height)

    async def _cut(self, length: int) -> None:
        piece = bytes(self._waiting[:length])
        del self._waiting[:length]
        if self._type is None:
            self._type = sniff(piece)
            self._pixels = dimensions(piece, self._type) if self._type else None
        self._check()
        self._digest.update(piece)
        place, self._place = self._place, self._place + 1
        await self._keep(place, piece)

    def _check(self) -> None:
        if self._type is None or self._type not in self._allowed:
            raise self._unknown()
        most = self._allowed[self._type]
        if self._size > most:
            raise _refused(f"{self._url} is larger than {most // _MEGABYTE} MB")

    def _unknown(self) -> ConnectorError:
        names = ", ".join(sorted(_word(one) for one in self._allowed))
        found = "is of no type that is taken" if self._type is None else f"is {_word(self._type)}"
        return _refused(f"{self._url} {found}; taken here: {names}")


def _word(kind: MediaType) -> str:
    return kind.value.partition("/")[2].upper()


def _refused(message: str, reason: FailureReason = FailureReason.UNSUPPORTED) -> ConnectorError:
    return ConnectorError(Failed(reason, message))
