"""What a file is, and how large a picture is, from the first bytes; pure.

Sources: ISO 10918-1 (JPEG), the PNG and WebP specifications, ISO 14496-12 (brands of MP4 files),
Apple's QuickTime File Format, RFC 8794 (EBML).
"""

from collections.abc import Callable, Mapping

from bellwether.model.publishers import MediaType

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_EBML = b"\x1a\x45\xdf\xa3"
_EBML_HEAD = 64  # bytes in which a WebM file names itself
_OLD_QUICKTIME = frozenset({b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})
_STILL_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis"})
_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset(range(0xD0, 0xD9)) | {0x01}  # JPEG markers without a length


def sniff(head: bytes) -> MediaType | None:
    """Return what a file is, None for anything that cannot be published anywhere."""
    if head.startswith(_JPEG):
        return MediaType.JPEG
    if head.startswith(_PNG):
        return MediaType.PNG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return MediaType.WEBP
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return MediaType.GIF
    if head.startswith(_EBML):
        return MediaType.WEBM if b"webm" in head[:_EBML_HEAD] else None
    return _film(head)


def _film(head: bytes) -> MediaType | None:
    box, brand = head[4:8], head[8:12]
    if box == b"ftyp":
        if brand in _STILL_BRANDS:
            return None
        return MediaType.QUICKTIME if brand == b"qt  " else MediaType.MP4
    return MediaType.QUICKTIME if box in _OLD_QUICKTIME else None


def dimensions(head: bytes, kind: MediaType) -> tuple[int, int] | None:
    """Return a picture's width and height in pixels; None for videos, and where they do not say."""
    measure = _MEASURES.get(kind)
    found = measure(head) if measure else None
    return found if found is not None and min(found) > 0 else None


def _png(head: bytes) -> tuple[int, int] | None:
    if head[12:16] != b"IHDR" or len(head) < 24:  # noqa: PLR2004  the end of both numbers
        return None
    return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")


def _gif(head: bytes) -> tuple[int, int] | None:
    if len(head) < 10:  # noqa: PLR2004  the end of both numbers
        return None
    return int.from_bytes(head[6:8], "little"), int.from_bytes(head[8:10], "little")


def _jpeg(head: bytes) -> tuple[int, int] | None:
    """Walk from segment to segment up to the one that begins a frame."""
    at = 2
    while at + 9 <= len(head):
        if head[at] != 0xFF:  # noqa: PLR2004  every marker begins so
            return None
        marker = head[at + 1]
        if marker == 0xFF:  # noqa: PLR2004  filling
            at += 1
        elif marker in _ALONE:
            at += 2
        elif marker in _START_OF_FRAME:
            height = int.from_bytes(head[at + 5 : at + 7], "big")
            return int.from_bytes(head[at + 7 : at + 9], "big"), height
        else:
            at += 2 + max(2, int.from_bytes(head[at + 2 : at + 4], "big"))
    return None


def _webp(head: bytes) -> tuple[int, int] | None:
    """Read the size out of the first chunk, of which there are three sorts."""
    if len(head) < 30:  # noqa: PLR2004  the end of both numbers in the longest sort
        return None
    sort = head[12:16]
    if sort == b"VP8X":
        width, height = head[24:27], head[27:30]
        return int.from_bytes(width, "little") + 1, int.from_bytes(height, "little") + 1
    if sort == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if sort == b"VP8 ":
        width, height = head[26:28], head[28:30]
        return int.from_bytes(width, "little") & 0x3FFF, int.from_bytes(height, "little") & 0x3FFF
    return None


_MEASURES: Mapping[MediaType, Callable[[bytes], tuple[int, int] | None]] = {
    MediaType.JPEG: _jpeg,
    MediaType.PNG: _png,
    MediaType.WEBP: _webp,
    MediaType.GIF: _gif,
}
