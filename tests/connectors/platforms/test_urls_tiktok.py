import pytest
from tests.support.urls import Things, named, refusal, rows, unexercised

from bellwether.connectors.platforms.tiktok.urls import URLS
from bellwether.model.platforms import Kind

THINGS: Things = {
    (Kind.VIDEO, "7489443966908189959"): [
        "https://www.tiktok.com/@username/video/7489443966908189959",
        "tiktok.com/@UserName/video/7489443966908189959?is_from_webapp=1&sender_device=pc",
        "https://m.tiktok.com/@username/video/7489443966908189959/",
        "https://www.tiktok.com/@/video/7489443966908189959",
        "https://m.tiktok.com/v/7489443966908189959.html?u_code=x",
        "https://www.tiktok.com/v/7489443966908189959",
        "https://www.tiktok.com/embed/7489443966908189959",
        "https://www.tiktok.com/embed/v2/7489443966908189959?lang=en",
        "https://www.tiktok.com/embed/v3/7489443966908189959",
        "https://www.tiktok.com/player/v1/7489443966908189959?autoplay=1",
        "https://www.tiktok.com/video/7489443966908189959",
        "https://www.tiktok.com/share/video/7489443966908189959",
        "https://t.tiktok.com/i18n/share/video/7489443966908189959/",
    ],
    (Kind.VIDEO, "1234567890"): [
        "https://www.tiktok.com/@username/video/1234567890",
        "https://m.tiktok.com/@username/video/1234567890",
    ],
    (Kind.POST, "7489443966908189959"): [
        "https://www.tiktok.com/@username/photo/7489443966908189959",
        "https://www.tiktok.com/@/photo/7489443966908189959",
    ],
    (Kind.LIVE, "user.name_1"): [
        "https://www.tiktok.com/@User.Name_1/live",
        "https://www.tiktok.com/@user.name_1/live?enter_from=x",
    ],
    (Kind.PLAYLIST, "7123456789012345678"): [
        "https://www.tiktok.com/@username/playlist/Best%20of-7123456789012345678",
        "https://www.tiktok.com/@username/playlist/7123456789012345678",
        "https://www.tiktok.com/@username/collection/dances-7123456789012345678",
    ],
    (Kind.PROFILE, "user.name_1"): [
        "https://www.tiktok.com/@User.Name_1",
        "tiktok.com/@user.name_1?lang=de",
        "https://www.tiktok.com/%40user.name_1/",
        "https://www.tiktok.com/embed/@user.name_1",
        "tiktok:@User.Name_1",
        "TikTok:user.name_1",
    ],
    (Kind.SHORT_LINK, "ZSHpobCM8BbnH-fbjKy"): [
        "https://vt.tiktok.com/ZSHpobCM8BbnH-fbjKy/",
        "vm.tiktok.com/ZSHpobCM8BbnH-fbjKy",
        "http://VM.TIKTOK.COM/ZSHpobCM8BbnH-fbjKy/?k=1",
        "https://www.tiktok.com/t/ZSHpobCM8BbnH-fbjKy/",
        "https://vm.tiktok.com/ZSHpobCM8BbnH-fbjKy/",
    ],
}

REFUSED = [
    "https://www.tiktok.com/",
    "https://www.tiktok.com/foryou",
    "https://www.tiktok.com/tag/dance",
    "https://www.tiktok.com/music/original-sound-7123456789012345678",
    "https://www.tiktok.com/discover/x",
    "https://www.tiktok.com/@username/video",
    "https://www.tiktok.com/@username/video/abc",
    "https://www.tiktok.com/username/video/7489443966908189959",
    "https://www.tiktok.com/@user name",
    "https://vm.tiktok.com/",
    "https://vt.tiktok.com/a/b/c",
    "https://ads.tiktok.com/business",
    "https://tiktok.com.evil.example/@username/video/1",
    "tiktok:@user/video/1",
]


@pytest.mark.parametrize(("text", "kind", "id_"), rows(THINGS))
def test_every_address_of_a_thing_names_it(text: str, kind: Kind, id_: str) -> None:
    assert named(URLS, text) == (kind, id_)


@pytest.mark.parametrize("text", REFUSED)
def test_other_pages_name_nothing(text: str) -> None:
    assert refusal(text) is not None


def test_every_form_of_address_is_exercised() -> None:
    assert unexercised(URLS, THINGS) == []
