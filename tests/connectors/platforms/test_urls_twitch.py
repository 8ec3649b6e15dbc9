import pytest
from tests.support.urls import Things, named, refusal, rows, unexercised

from bellwether.connectors.platforms.twitch.urls import URLS
from bellwether.model.platforms import Kind

SLUG = "AwkwardHelplessSalamanderSwiftRage-AbC_123"

THINGS: Things = {
    (Kind.VIDEO, "1234567890"): [
        "https://www.twitch.tv/videos/1234567890",
        "twitch.tv/videos/1234567890?t=1h2m",
        "https://m.twitch.tv/videos/v1234567890",
        "https://www.twitch.tv/somebody/v/1234567890",
        "https://www.twitch.tv/somebody/video/1234567890",
        "https://www.twitch.tv/somebody/videos/1234567890",
        "https://player.twitch.tv/?video=v1234567890&parent=example.com",
    ],
    (Kind.CLIP, SLUG): [
        "https://clips.twitch.tv/AwkwardHelplessSalamanderSwiftRage-AbC_123",
        (
            "https://clips.twitch.tv/"
            "embed?clip=AwkwardHelplessSalamanderSwiftRage-AbC_123&parent=example.com"
        ),
        "https://clips.twitch.tv/somebody/AwkwardHelplessSalamanderSwiftRage-AbC_123",
        (
            "https://www.twitch.tv/somebody/clip/"
            "AwkwardHelplessSalamanderSwiftRage-AbC_123?filter=clips"
        ),
        "https://m.twitch.tv/clip/AwkwardHelplessSalamanderSwiftRage-AbC_123",
    ],
    (Kind.PLAYLIST, "myIbIFkZphQSbQ"): [
        "https://www.twitch.tv/collections/myIbIFkZphQSbQ",
        "https://player.twitch.tv/?collection=myIbIFkZphQSbQ",
    ],
    (Kind.PROFILE, "xqcow"): [
        "https://www.twitch.tv/xQcOW",
        "go.twitch.tv/xqcow",
        "https://de.twitch.tv/xqcow",
        *(
            "https://www.twitch.tv/xqcow/" + tab
            for tab in (
                "videos",
                "clips",
                "about",
                "schedule",
                "home",
                "followers",
                "collections",
                "profile",
            )
        ),
        "https://player.twitch.tv/?channel=xqcow&parent=example.com",
        "twitch:@xQcOW",
        "twitch:xqcow",
    ],
}

REFUSED = [
    "https://www.twitch.tv/",
    "https://www.twitch.tv/directory",
    "https://www.twitch.tv/directory/category/just-chatting",
    "https://www.twitch.tv/videos",
    "https://www.twitch.tv/settings/profile",
    "https://www.twitch.tv/popout/somebody/chat",
    "https://www.twitch.tv/team/x",
    "https://www.twitch.tv/somebody/unknown",
    "https://clips.twitch.tv/",
    "https://player.twitch.tv/",
    "https://help.twitch.tv/s/article/how-to-use-clips",
    "https://api.twitch.tv/helix/channels",
    "twitch:directory",
]


@pytest.mark.parametrize(("text", "kind", "id_"), rows(THINGS))
def test_every_address_of_a_thing_names_it(text: str, kind: Kind, id_: str) -> None:
    assert named(URLS, text) == (kind, id_)


@pytest.mark.parametrize("text", REFUSED)
def test_other_pages_name_nothing(text: str) -> None:
    assert refusal(text) is not None


def test_every_form_of_address_is_exercised() -> None:
    assert unexercised(URLS, THINGS) == []
