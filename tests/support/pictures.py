"""Smallest files of each type, by hand: enough of them for what reads their first bytes."""

import struct


def png(width: int, height: int, *, padding: int = 0) -> bytes:
    """Return the beginning of a PNG."""
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height)
    return head + b"\x08\x02\x00\x00\x00" + bytes(padding)


def jpeg(width: int, height: int, *, exif: int = 0, padding: int = 0) -> bytes:
    """Return the beginning of a JPEG with an EXIF block of so many bytes before its frame."""
    block = b"\xff\xe1" + struct.pack(">H", exif + 2) + bytes(exif) if exif else b""
    frame = b"\xff\xc2" + struct.pack(">HBHHB", 17, 8, height, width, 3) + bytes(9)
    return b"\xff\xd8\xff\xdb\x00\x04\x00\x00" + block + frame + bytes(padding)


def webp(width: int, height: int, sort: bytes = b"VP8X") -> bytes:
    """Return the beginning of a WebP of one of its three sorts."""
    if sort == b"VP8X":
        body = bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    elif sort == b"VP8L":
        bits = (width - 1) | (height - 1) << 14
        body = b"\x2f" + bits.to_bytes(4, "little") + bytes(5)
    else:
        body = bytes(3) + b"\x9d\x01\x2a" + struct.pack("<HH", width, height)
    return b"RIFF" + struct.pack("<I", 100) + b"WEBP" + sort + struct.pack("<I", 80) + body


def mp4(size: int = 64, brand: bytes = b"isom") -> bytes:
    """Return a file of `size` bytes that begins as an MP4 does."""
    return (struct.pack(">I4s4sI", 16, b"ftyp", brand, 512) + bytes(size))[:size]


def webm() -> bytes:
    """Return the beginning of a WebM."""
    return b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm" + bytes(40)
