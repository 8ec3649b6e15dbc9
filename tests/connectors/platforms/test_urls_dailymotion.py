import pytest
from tests.support.urls import Things, named, refusal, rows, unexercised

from bellwether.connectors.platforms.dailymotion.urls import URLS
from bellwether.model.platforms import Kind

THINGS: Things = {
    (Kind.VIDEO, "x8abc12"): [
        "https://www.dailymotion.com/video/x8abc12",
        "dailymotion.com/video/x8abc12_some-words_news?start=30",
        "https://www.dailymotion.com/video/x8abc12?playlist=x7xyz99",
        "https://www.dailymotion.com/embed/video/x8abc12?autoplay=1",
        "https://www.dailymotion.com/swf/video/x8abc12",
        "https://www.dailymotion.com/swf/x8abc12",
        "https://www.dailymotion.com/crawler/video/x8abc12",
        "https://www.dailymotion.com/fr/video/x8abc12_mots",
        "https://geo.dailymotion.com/player.html?video=x8abc12",
        "https://geo.dailymotion.com/player/xAbC1.html?video=x8abc12&mute=1",
        "https://dai.ly/x8abc12",
    ],
    (Kind.VIDEO, "kAbCdEf123"): [
        "https://www.dailymotion.com/video/kAbCdEf123",
    ],
    (Kind.PLAYLIST, "x7xyz99"): [
        "https://www.dailymotion.com/playlist/x7xyz99",
        "https://www.dailymotion.com/playlist/x7xyz99_someone_words/1",
        "https://www.dailymotion.com/embed/playlist/x7xyz99",
        "https://geo.dailymotion.com/player.html?playlist=x7xyz99",
    ],
    (Kind.PROFILE, "someone"): [
        "https://www.dailymotion.com/SomeOne",
        "https://www.dailymotion.com/user/someone/1",
        "https://www.dailymotion.com/someone/videos",
        "https://www.dailymotion.com/someone/playlists",
        "dailymotion:@SomeOne",
    ],
}

REFUSED = [
    "https://www.dailymotion.com/",
    "https://www.dailymotion.com/video/",
    "https://www.dailymotion.com/video/8abc12",
    "https://www.dailymotion.com/search/x",
    "https://www.dailymotion.com/topic/x123",
    "https://www.dailymotion.com/de",
    "https://geo.dailymotion.com/player.html",
    "https://dai.ly/",
    "https://api.dailymotion.com/video/x8abc12",
    "dailymotion:signin",
]


@pytest.mark.parametrize(("text", "kind", "id_"), rows(THINGS))
def test_every_address_of_a_thing_names_it(text: str, kind: Kind, id_: str) -> None:
    assert named(URLS, text) == (kind, id_)


@pytest.mark.parametrize("text", REFUSED)
def test_other_pages_name_nothing(text: str) -> None:
    assert refusal(text) is not None


def test_every_form_of_address_is_exercised() -> None:
    assert unexercised(URLS, THINGS) == []
