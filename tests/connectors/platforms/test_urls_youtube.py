import pytest
from tests.support.urls import Things, named, refusal, rows, unexercised

from bellwether.connectors.platforms.youtube.urls import URLS
from bellwether.model.platforms import Kind

VIDEO = "dQw4w9WgXcQ"
CHANNEL = "UCuAXFkgsw1L7xaCfnd5JJOw"
CLIP = "UgkxU2HSeGL_NvmDJ-nQJrlLwllwMDBdGZFs"

THINGS: Things = {
    (Kind.VIDEO, VIDEO): [
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
        "http://youtube.com/watch?v=dQw4w9WgXcQ",
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ?si=AbCdEf-12",
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ?si=AbCdEf-12&t=3",
        "youtube.com/watch?v=dQw4w9WgXcQ",
        "//www.youtube.com/watch?v=dQw4w9WgXcQ",
        "HTTPS://WWW.YouTube.COM/watch?v=dQw4w9WgXcQ",
        "https://m.youtube.com/watch?v=dQw4w9WgXcQ&feature=share&t=10s",
        "https://music.youtube.com/watch?v=dQw4w9WgXcQ&si=abc",
        "https://www.youtube.com/watch/?app=desktop&v=dQw4w9WgXcQ#t=30",
        (
            "https://www.youtube.com/"
            "watch?v=dQw4w9WgXcQ&list=PLFgquLnL59alCl_2TQvOiD5Vgm1hCaGSI&index=2"
        ),
        "https://www.youtube.com:443/watch?v=dQw4w9WgXcQ",
        "https://www.youtube.com./watch?v=dQw4w9WgXcQ",
        "https://www.youtube.com//watch?v=%64Qw4w9WgXcQ",
        "https://www.youtube.com/watch/dQw4w9WgXcQ",
        "https://www.youtube.com/watch_popup?v=dQw4w9WgXcQ",
        "https://www.youtube.com/?v=dQw4w9WgXcQ",
        "https://www.youtube.com/v/dQw4w9WgXcQ?version=3",
        "https://www.youtube.com/e/dQw4w9WgXcQ",
        "https://www.youtube.com/embed/dQw4w9WgXcQ?autoplay=1",
        "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ",
        "https://www.youtubekids.com/watch?v=dQw4w9WgXcQ",
        "https://youtu.be/dQw4w9WgXcQ",
        "https://youtu.be/dQw4w9WgXcQ?si=AbCdEf&t=43",
        "www.youtu.be/dQw4w9WgXcQ/",
        (
            "https://www.youtube.com/"
            "attribution_link?a=x&u=%2Fwatch%3Fv%3DdQw4w9WgXcQ%26feature%3Dshare"
        ),
    ],
    (Kind.SHORT, VIDEO): [
        "https://www.youtube.com/shorts/dQw4w9WgXcQ",
        "https://youtube.com/shorts/dQw4w9WgXcQ?feature=share",
        "m.youtube.com/Shorts/dQw4w9WgXcQ/",
    ],
    (Kind.LIVE, VIDEO): [
        "https://www.youtube.com/live/dQw4w9WgXcQ?feature=share",
    ],
    (Kind.CLIP, CLIP): [
        "https://www.youtube.com/clip/UgkxU2HSeGL_NvmDJ-nQJrlLwllwMDBdGZFs",
        "https://youtube.com/clip/UgkxU2HSeGL_NvmDJ-nQJrlLwllwMDBdGZFs?si=x",
    ],
    (Kind.POST, CLIP): [
        "https://www.youtube.com/post/UgkxU2HSeGL_NvmDJ-nQJrlLwllwMDBdGZFs",
        (
            "https://www.youtube.com/channel/UCuAXFkgsw1L7xaCfnd5JJOw/"
            "community?lb=UgkxU2HSeGL_NvmDJ-nQJrlLwllwMDBdGZFs"
        ),
    ],
    (Kind.PLAYLIST, "PLFgquLnL59alCl_2TQvOiD5Vgm1hCaGSI"): [
        "https://www.youtube.com/playlist?list=PLFgquLnL59alCl_2TQvOiD5Vgm1hCaGSI",
        "https://music.youtube.com/playlist?list=PLFgquLnL59alCl_2TQvOiD5Vgm1hCaGSI&si=x",
        "https://www.youtube.com/watch?list=PLFgquLnL59alCl_2TQvOiD5Vgm1hCaGSI",
        "https://www.youtube.com/embed/videoseries?list=PLFgquLnL59alCl_2TQvOiD5Vgm1hCaGSI",
    ],
    (Kind.PROFILE, CHANNEL): [
        "https://www.youtube.com/channel/UCuAXFkgsw1L7xaCfnd5JJOw",
        "https://m.youtube.com/channel/UCuAXFkgsw1L7xaCfnd5JJOw/videos",
        "https://www.youtube.com/channel/UCuAXFkgsw1L7xaCfnd5JJOw/live",
        "https://www.youtube.com/embed/live_stream?channel=UCuAXFkgsw1L7xaCfnd5JJOw",
        "https://www.youtube.com/live_stream?channel=UCuAXFkgsw1L7xaCfnd5JJOw",
        "youtube:UCuAXFkgsw1L7xaCfnd5JJOw",
    ],
    (Kind.PROFILE, "rickastleyyt"): [
        "https://www.youtube.com/@RickAstleyYT",
        "youtube.com/@rickastleyyt/",
        "https://www.youtube.com/@RickAstleyYT/shorts",
        "https://www.youtube.com/@RickAstleyYT/live",
        "https://www.youtube.com/%40RickAstleyYT",
        "https://www.youtube.com/c/RickAstleyYT/featured",
        "https://www.youtube.com/user/RickAstleyYT",
        "https://www.youtube.com/RickAstleyYT",
        "https://www.youtube.com/RickAstleyYT/about",
        "https://www.youtube.com/RickAstleyYT/videos",
        "youtube:@RickAstleyYT",
        "youtube:rickastleyyt",
        "YT:@rickastleyYT",
    ],
    (Kind.PROFILE, "日本語チャンネル"): [
        "https://www.youtube.com/@日本語チャンネル",
        (
            "https://www.youtube.com/"
            "@%E6%97%A5%E6%9C%AC%E8%AA%9E%E3%83%81%E3%83%A3%E3%83%B3%E3%83%8D%E3%83%AB"
        ),
    ],
}

REFUSED = [
    "https://www.youtube.com/",
    "https://www.youtube.com/watch",
    "https://www.youtube.com/watch?v=short",
    "https://www.youtube.com/watch?v=dQw4w9WgXcQtoolong",
    "https://www.youtube.com/feed/subscriptions",
    "https://www.youtube.com/results?search_query=x",
    "https://www.youtube.com/hashtag/x",
    "https://www.youtube.com/redirect?q=https://example.com",
    "https://www.youtube.com/shorts",
    "https://www.youtube.com/attribution_link?u=%2Fattribution_link",
    "https://www.youtube.com/attribution_link",
    "https://www.youtube.com/channel/UCshort",
    "https://www.youtube.com/@",
    "https://www.youtube.com/favicon.ico",
    "https://studio.youtube.com/video/dQw4w9WgXcQ",
    "https://youtu.be/",
    "https://youtube.com.example.org/watch?v=dQw4w9WgXcQ",
    "https://notyoutube.com/watch?v=dQw4w9WgXcQ",
    "youtube:",
    "youtube:@",
    "youtube:a/b",
    "youtube:feed",
]


@pytest.mark.parametrize(("text", "kind", "id_"), rows(THINGS))
def test_every_address_of_a_thing_names_it(text: str, kind: Kind, id_: str) -> None:
    assert named(URLS, text) == (kind, id_)


@pytest.mark.parametrize("text", REFUSED)
def test_other_pages_name_nothing(text: str) -> None:
    assert refusal(text) is not None


def test_every_form_of_address_is_exercised() -> None:
    assert unexercised(URLS, THINGS) == []
