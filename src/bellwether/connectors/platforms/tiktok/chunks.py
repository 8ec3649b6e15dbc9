"""How a video is cut for TikTok (its Media Transfer Guide): sequential pieces of 5 to 64 MB."""

from collections.abc import AsyncIterator

_CHUNK = 10 << 20


def plan(size: int) -> tuple[int, int]:
    """Return the size of a chunk and their number for a file of `size` bytes.

    The number is the size divided by the chunk's, rounded down; the last chunk takes the rest too.
    A file smaller than two chunks goes as a whole.
    """
    if size < 2 * _CHUNK:
        return size, 1
    return _CHUNK, size // _CHUNK


def bounds(size: int) -> list[tuple[int, int]]:
    """Return each chunk's first byte and the first one after it."""
    chunk, count = plan(size)
    return [
        (place * chunk, size if place == count - 1 else (place + 1) * chunk)
        for place in range(count)
    ]


class Cutter:
    """Cuts one stream of bytes into streams of given lengths, reading it once."""

    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    async def take(self, length: int) -> AsyncIterator[bytes]:
        """Yield the next `length` bytes, fewer when the stream ends before."""
        while length:
            piece = self._rest or await anext(self._pieces, b"")
            if not piece:
                return
            self._rest, piece = piece[length:], piece[:length]
            length -= len(piece)
            yield piece

    async def skip(self, length: int) -> None:
        """Leave out the next `length` bytes."""
        async for _ in self.take(length):
            pass
