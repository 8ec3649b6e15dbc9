"""What is no address, or not of a platform, is refused with a plain reason."""

import pytest
from tests.support.urls import refusal

from bellwether.engine.catalog.resolve import resolve
from bellwether.model.errors import InvalidInputError, UnsupportedError

WATCH = "youtube.com/watch?v=dQw4w9WgXcQ"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("  \n\t ", "empty"),
        ("https://" + WATCH + "&x=" + "y" * 2048, "at most 2048"),
        ("ftp://" + WATCH, "only http and https"),
        ("file:///etc/passwd", "only http and https"),
        ("javascript:alert(1)", "not a platform"),
        ("mailto:someone@youtube.com", "not a platform"),
        ("https:" + WATCH, "not a platform"),
        ("https://user:secret@" + WATCH, "user name or password"),
        ("https://user@" + WATCH, "user name or password"),
        ("https://evil.example@" + WATCH, "user name or password"),
        ("https://evil.example\\@" + WATCH, "backslashes"),
        ("https://www.youtube.com:8080/watch?v=dQw4w9WgXcQ", "port 8080"),
        ("https://www.youtube.com:port/watch?v=dQw4w9WgXcQ", "port is no number"),
        ("https:///watch?v=dQw4w9WgXcQ", "no host name"),
        ("https://youtube/watch?v=dQw4w9WgXcQ", "no host name"),
        ("https://you tube.com/watch?v=dQw4w9WgXcQ", "blanks"),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ\x00", "control characters"),
        ("https://www.youtu\u200bbe.com/watch?v=dQw4w9WgXcQ", "control characters"),
        ("https://www.y\u043eutube.com/watch?v=dQw4w9WgXcQ", "ASCII"),
        ("https://www.\uff59outube.com/watch?v=dQw4w9WgXcQ", "ASCII"),
        ("https://www.youtube.com/%ff%fe", "percent-encoding"),
        ("https://www.youtube.com/watch?" + "a&" * 100 + "v=dQw4w9WgXcQ", "parameters"),
        ("https://[::1]/watch?v=dQw4w9WgXcQ", "port"),
        ("@mrbeast", "youtube:@name"),
        ("mrbeast", "youtube:@name"),
        ("just some words", "blanks"),
        ("nowhere:@mrbeast", "not a platform"),
        ("youtube:@", "not a handle"),
        ("youtube:@mr/beast", "not a handle"),
        ("instagram:@" + "x" * 31, "not a handle"),
    ],
)
def test_what_is_no_address_is_invalid(text: str, reason: str) -> None:
    error = refusal(text)
    assert isinstance(error, InvalidInputError)
    assert reason in error.message
    assert error.field == "url"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("https://example.com/watch?v=dQw4w9WgXcQ", "example.com is not a platform"),
        ("https://bit.ly/3abc", "bit.ly is not a platform"),
        ("https://127.0.0.1/watch?v=dQw4w9WgXcQ", "127.0.0.1 is not a platform"),
        ("https://" + "youtube.com.evil.example/watch?v=x", "not a platform"),
        ("https://xn--youtbe-3ya.com/watch?v=dQw4w9WgXcQ", "not a platform"),
        ("https://myyoutube.com/watch?v=dQw4w9WgXcQ", "not a platform"),
        ("https://studio.youtube.com/channel/x", "not where YouTube shows"),
        ("https://developers.tiktok.com/", "not where TikTok shows"),
        ("https://www.youtube.com/feed/trending", "this YouTube address is not"),
        ("https://www.instagram.com/explore/", "this Instagram address is not"),
    ],
)
def test_other_sites_and_pages_are_unsupported(text: str, reason: str) -> None:
    error = refusal(text)
    assert isinstance(error, UnsupportedError)
    assert reason in error.message
    assert error.field == "url"


@pytest.mark.parametrize(
    "text",
    [
        "  https://www.youtube.com/watch?v=dQw4w9WgXcQ \n",
        "\ufeffhttps://www.youtube.com/watch?v=dQw4w9WgXcQ",
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ\u200b",
        "https://www.youtube.com:443/watch?v=dQw4w9WgXcQ",
        "http://www.youtube.com:80/watch?v=dQw4w9WgXcQ",
        "https://www.youtube.com/watch?utm_source=a&utm_medium=b&v=dQw4w9WgXcQ&fbclid=c#d",
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ&v=xxxxxxxxxxx",
    ],
)
def test_what_surrounds_an_address_does_not_matter(text: str) -> None:
    assert resolve(text).id == "dQw4w9WgXcQ"
