import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.pictures import jpeg, mp4, png, webm, webp

from bellwether.connectors.pictures import dimensions, sniff
from bellwether.model.publishers import MediaType

KNOWN = {
    "png": (png(3, 4), MediaType.PNG, (3, 4)),
    "jpeg": (jpeg(300, 200), MediaType.JPEG, (300, 200)),
    "jpeg with exif": (jpeg(300, 200, exif=60_000), MediaType.JPEG, (300, 200)),
    "webp": (webp(640, 480), MediaType.WEBP, (640, 480)),
    "webp lossless": (webp(640, 480, b"VP8L"), MediaType.WEBP, (640, 480)),
    "webp lossy": (webp(640, 480, b"VP8 "), MediaType.WEBP, (640, 480)),
    "gif": (b"GIF89a\x05\x00\x06\x00" + bytes(20), MediaType.GIF, (5, 6)),
    "mp4": (mp4(), MediaType.MP4, None),
    "quicktime": (mp4(brand=b"qt  "), MediaType.QUICKTIME, None),
    "old quicktime": (b"\x00\x00\x00\x08moov" + bytes(20), MediaType.QUICKTIME, None),
    "webm": (webm(), MediaType.WEBM, None),
}
UNKNOWN = {
    "page": b"<!DOCTYPE html><html>",
    "nothing": b"",
    "heic": mp4(brand=b"heic"),
    "avif": mp4(brand=b"avif"),
    "matroska": b"\x1a\x45\xdf\xa3\x42\x82\x88matroska" + bytes(40),
    "wav": b"RIFF\x00\x00\x00\x00WAVEfmt ",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "executable": b"MZ\x90\x00",
}


@pytest.mark.parametrize("name", KNOWN)
def test_a_file_is_known_by_its_first_bytes(name: str) -> None:
    data, kind, size = KNOWN[name]
    assert sniff(data) is kind
    assert dimensions(data, kind) == size


@pytest.mark.parametrize("name", UNKNOWN)
def test_anything_else_is_not(name: str) -> None:
    assert sniff(UNKNOWN[name]) is None


@pytest.mark.parametrize("data", [png(0, 4), jpeg(300, 0), png(3, 4)[:20], jpeg(9, 9)[:10]])
def test_a_picture_that_does_not_say_its_size_has_none(data: bytes) -> None:
    kind = sniff(data)
    assert kind is not None
    assert dimensions(data, kind) is None


@given(st.sampled_from(sorted(KNOWN)), st.binary(max_size=200), st.integers(0, 200))
def test_damaged_files_break_nothing(name: str, tail: bytes, keep: int) -> None:
    data = KNOWN[name][0][:keep] + tail
    for kind in MediaType:
        found = dimensions(data, kind)
        assert found is None or min(found) > 0
    assert sniff(data) in {None, *MediaType}
