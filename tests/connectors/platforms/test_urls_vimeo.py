import pytest
from tests.support.urls import Things, named, refusal, rows, unexercised

from bellwether.connectors.platforms.vimeo.urls import URLS
from bellwether.model.platforms import Kind

THINGS: Things = {
    (Kind.VIDEO, "76979871"): [
        "https://vimeo.com/76979871",
        "www.vimeo.com/76979871?share=copy#t=0",
        "https://vimeo.com/76979871?h=8272103f6e",
        "https://vimeo.com/76979871/8272103f6e",
        "https://player.vimeo.com/video/76979871",
        "https://player.vimeo.com/video/76979871?h=8272103f6e&badge=0",
        "https://vimeo.com/video/76979871",
        "https://vimeo.com/channels/staffpicks/76979871",
        "https://vimeo.com/groups/shortfilms/videos/76979871",
        "https://vimeo.com/album/1234567/video/76979871",
        "https://vimeo.com/showcase/1234567/video/76979871",
        "https://vimeo.com/ondemand/darbyforever/76979871",
        "https://vimeo.com/manage/videos/76979871",
        "https://vimeo.com/somebody/review/76979871/abcdef0123",
        "https://vimeopro.com/somebody/portfolio/video/76979871",
    ],
    (Kind.LIVE, "5123456"): [
        "https://vimeo.com/event/5123456",
        "https://vimeo.com/event/5123456/embed",
    ],
    (Kind.PLAYLIST, "1234567"): [
        "https://vimeo.com/showcase/1234567",
        "https://vimeo.com/album/1234567/embed",
    ],
    (Kind.PLAYLIST, "ondemand/darbyforever"): [
        "https://vimeo.com/ondemand/DarbyForever",
    ],
    (Kind.PLAYLIST, "channels/staffpicks"): [
        "https://vimeo.com/channels/staffpicks",
        "https://vimeo.com/channels/StaffPicks/videos",
    ],
    (Kind.PROFILE, "some-body"): [
        "https://vimeo.com/Some-Body",
        *(
            "https://vimeo.com/some-body/" + tab
            for tab in (
                "videos",
                "likes",
                "following",
                "followers",
                "albums",
                "collections",
                "about",
                "channels",
            )
        ),
        "vimeo:@Some-Body",
    ],
    (Kind.PROFILE, "user1234567"): [
        "https://vimeo.com/user1234567",
    ],
}

REFUSED = [
    "https://vimeo.com/",
    "https://vimeo.com/watch",
    "https://vimeo.com/categories/animation",
    "https://vimeo.com/upgrade",
    "https://vimeo.com/channels",
    "https://player.vimeo.com/video/",
    "https://developer.vimeo.com/api/reference",
    "vimeo:upload",
    "vimeo:12345",
]


@pytest.mark.parametrize(("text", "kind", "id_"), rows(THINGS))
def test_every_address_of_a_thing_names_it(text: str, kind: Kind, id_: str) -> None:
    assert named(URLS, text) == (kind, id_)


@pytest.mark.parametrize("text", REFUSED)
def test_other_pages_name_nothing(text: str) -> None:
    assert refusal(text) is not None


def test_every_form_of_address_is_exercised() -> None:
    assert unexercised(URLS, THINGS) == []
