"""Drafts and files for tests of publishing."""

import hashlib
from collections.abc import AsyncIterator, Mapping

from bellwether.model.publishers import Draft, MediaFile, MediaType, PostKind, ReadMedia

_PIECE = 1 << 20


def file_of(url: str, data: bytes, kind: MediaType) -> MediaFile:
    """Return what the store would say about a fetched file."""
    return MediaFile(url, kind, len(data), hashlib.sha256(data).hexdigest())


def draft(
    key: str,
    kind: PostKind = PostKind.VIDEO,
    text: str = "Hello",
    media: tuple[MediaFile, ...] = (),
) -> Draft:
    """Return a draft; without media it is fit for the sandbox only."""
    return Draft(key=key, kind=kind, text=text, media=media)


def no_media(file: MediaFile) -> AsyncIterator[bytes]:
    """Stand in for a reader of media that must not be called."""
    raise AssertionError(file.url)


def from_memory(data: Mapping[str, bytes]) -> ReadMedia:
    """Return a reader of files that are known by their address."""

    async def read(file: MediaFile) -> AsyncIterator[bytes]:
        whole = data[file.url]
        for start in range(0, len(whole), _PIECE):
            yield whole[start : start + _PIECE]

    return read
