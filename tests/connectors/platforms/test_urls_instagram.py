import pytest
from tests.support.urls import Things, named, refusal, rows, unexercised

from bellwether.connectors.platforms.instagram.urls import URLS
from bellwether.model.platforms import Kind

THINGS: Things = {
    (Kind.REEL, "ABC123DEF456"): [
        "https://www.instagram.com/reel/ABC123DEF456/",
        "https://instagram.com/reel/ABC123DEF456?igsh=abc==",
        "https://www.instagram.com/reels/ABC123DEF456/",
        "https://www.instagram.com/some.user/reel/ABC123DEF456/",
        "https://www.instagram.com/reel/ABC123DEF456/embed/captioned/",
    ],
    (Kind.POST, "B38XyoEnKK_"): [
        "https://www.instagram.com/p/B38XyoEnKK_/",
        "instagram.com/p/B38XyoEnKK_",
        "http://instagr.am/p/B38XyoEnKK_/",
        "https://m.instagram.com/p/B38XyoEnKK_/?utm_source=ig_web_copy_link&img_index=2",
        "https://www.instagram.com/p/B38XyoEnKK_/embed",
        "https://www.instagram.com/Some.User/p/B38XyoEnKK_/",
        "https://www.instagram.com/accounts/login/?next=/p/B38XyoEnKK_/",
        (
            "https://www.instagram.com/accounts/login/"
            "?next=https%3A%2F%2Fwww.instagram.com%2Fp%2FB38XyoEnKK_%2F%3Fx%3D1"
        ),
    ],
    (Kind.POST, "b38XyoEnKK_"): [
        "https://www.instagram.com/p/b38XyoEnKK_/",
    ],
    (Kind.VIDEO, "B1KFpFzBaN3"): [
        "https://www.instagram.com/tv/B1KFpFzBaN3/",
        "https://www.instagram.com/some.user/tv/B1KFpFzBaN3/",
    ],
    (Kind.STORY, "2420439378386778188"): [
        "https://instagram.com/stories/ikroskun/2420439378386778188",
        "https://www.instagram.com/stories/Ikroskun/2420439378386778188/?utm_source=x",
    ],
    (Kind.STORY, "17846315163134575"): [
        "https://www.instagram.com/stories/highlights/17846315163134575/",
        "https://www.instagram.com/s/aGlnaGxpZ2h0OjE3ODQ2MzE1MTYzMTM0NTc1?story_media_id=1_2",
    ],
    (Kind.LIVE, "some.user"): [
        "https://www.instagram.com/some.user/live/",
        "https://www.instagram.com/some.user/live/17990033333",
    ],
    (Kind.PROFILE, "some.user"): [
        "https://www.instagram.com/some.user/",
        "instagram.com/Some.User?igshid=YmMyMTA2M2Y=",
        "https://www.instagram.com/some.user/reels/",
        "https://www.instagram.com/some.user/tagged/",
        "https://www.instagram.com/some.user/followers/",
        "https://www.instagram.com/some.user/following/",
        "https://www.instagram.com/some.user/channel/",
        "https://www.instagram.com/some.user/embed/",
        "https://www.instagram.com/some.user/profilecard/?igsh=YmMyMTA2M2Y=",
        "https://www.instagram.com/_u/some.user",
        "https://www.instagram.com/stories/some.user/",
        "instagram:@some.user",
        "ig:Some.User",
    ],
    (Kind.SHORT_LINK, "BAJh-Xk9zq"): [
        "https://www.instagram.com/share/BAJh-Xk9zq",
        "https://www.instagram.com/share/p/BAJh-Xk9zq",
        "https://www.instagram.com/share/reel/BAJh-Xk9zq/",
        "https://www.instagram.com/share/r/BAJh-Xk9zq",
    ],
}

REFUSED = [
    "https://www.instagram.com/",
    "https://www.instagram.com/explore/",
    "https://www.instagram.com/stories/explore/",
    "https://www.instagram.com/_u/explore/",
    "https://www.instagram.com/explore/tags/cats/",
    "https://www.instagram.com/reels/",
    "https://www.instagram.com/reels/audio/271328201351336/",
    "https://www.instagram.com/p/",
    "https://www.instagram.com/direct/inbox/",
    "https://www.instagram.com/accounts/login/",
    "https://www.instagram.com/accounts/edit/",
    "https://www.instagram.com/s/bm90LWEtaGlnaGxpZ2h0",
    "https://www.instagram.com/s/%C3%A9",
    "https://www.instagram.com/.dot/",
    "https://www.instagram.com/robots.txt",
    "https://help.instagram.com/123",
    "instagram:@explore",
    "instagram:so me",
]


@pytest.mark.parametrize(("text", "kind", "id_"), rows(THINGS))
def test_every_address_of_a_thing_names_it(text: str, kind: Kind, id_: str) -> None:
    assert named(URLS, text) == (kind, id_)


@pytest.mark.parametrize("text", REFUSED)
def test_other_pages_name_nothing(text: str) -> None:
    assert refusal(text) is not None


def test_every_form_of_address_is_exercised() -> None:
    assert unexercised(URLS, THINGS) == []
