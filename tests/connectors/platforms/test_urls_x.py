import pytest
from tests.support.urls import Things, named, refusal, rows, unexercised

from bellwether.connectors.platforms.x.urls import URLS
from bellwether.model.platforms import Kind

THINGS: Things = {
    (Kind.POST, "1453423367340580866"): [
        "https://x.com/theRealJonah/status/1453423367340580866",
        "https://twitter.com/theRealJonah/status/1453423367340580866?s=20&t=abc",
        "https://mobile.twitter.com/other_name/status/1453423367340580866",
        "twitter.com/theRealJonah/statuses/1453423367340580866",
        "https://www.x.com/theRealJonah/status/1453423367340580866/photo/1",
        "https://x.com/@theRealJonah/status/1453423367340580866",
        "https://x.com/theRealJonah/article/1453423367340580866",
        "https://x.com/i/status/1453423367340580866",
        "https://twitter.com/i/web/status/1453423367340580866",
        "https://x.com/i/article/1453423367340580866",
        "https://twitter.com/i/videos/tweet/1453423367340580866",
        "https://twitter.com/statuses/1453423367340580866",
        "https://platform.twitter.com/embed/Tweet.html?id=1453423367340580866&theme=dark",
        "https://platform.x.com/embed/Tweet.html?id=1453423367340580866",
        "https://twitter.com/#!/theRealJonah/status/1453423367340580866",
    ],
    (Kind.LIVE, "1OyKAVQnRdyGb"): [
        "https://x.com/i/broadcasts/1OyKAVQnRdyGb",
        "https://twitter.com/i/spaces/1OyKAVQnRdyGb?s=20",
        "https://x.com/i/spaces/1OyKAVQnRdyGb/peek",
    ],
    (Kind.PROFILE, "44196397"): [
        "https://x.com/i/user/44196397",
    ],
    (Kind.PROFILE, "peter_parker"): [
        "https://x.com/Peter_Parker",
        "http://www.twitter.com/peter_parker/",
        "http://twitter.com/#!/Peter_Parker",
        "https://twitter.com#!/intent/user?screen_name=peter_parker",
        "https://x.com/@peter_parker",
        "https://x.com/peter_parker/with_replies",
        "https://x.com/peter_parker/media",
        "https://x.com/peter_parker/likes",
        "https://x.com/peter_parker/highlights",
        "https://x.com/peter_parker/articles",
        "https://x.com/peter_parker/followers",
        "https://x.com/peter_parker/following",
        "https://x.com/peter_parker/verified_followers",
        "https://twitter.com/peter_parker/photo",
        "https://twitter.com/peter_parker/header_photo",
        "https://twitter.com/peter_parker/about",
        "https://twitter.com/peter_parker/lists",
        "https://twitter.com/intent/user?screen_name=Peter_Parker",
        "https://x.com/intent/follow?screen_name=peter_parker",
        "twitter:@Peter_Parker",
        "x:peter_parker",
    ],
    (Kind.SHORT_LINK, "yvxdK6aOo2"): [
        "https://t.co/yvxdK6aOo2",
        "http://pic.twitter.com/yvxdK6aOo2",
        "https://pic.x.com/yvxdK6aOo2",
    ],
}

REFUSED = [
    "https://x.com/",
    "https://x.com/home",
    "https://x.com/explore",
    "https://x.com/i/bookmarks",
    "https://x.com/i/lists/123",
    "https://x.com/hashtag/x",
    "https://x.com/search?q=x",
    "https://twitter.com/share?url=https://example.com",
    "https://twitter.com/intent/tweet?text=x",
    "https://twitter.com/intent/user",
    "https://x.com/peter_parker/status/abc",
    "https://x.com/peter_parker/1453423367340580867",
    "https://x.com/name.with.dots",
    "https://t.co/",
    "https://vxtwitter.com/a/status/1",
    "https://developer.twitter.com/en/community",
    "x:home",
]


@pytest.mark.parametrize(("text", "kind", "id_"), rows(THINGS))
def test_every_address_of_a_thing_names_it(text: str, kind: Kind, id_: str) -> None:
    assert named(URLS, text) == (kind, id_)


@pytest.mark.parametrize("text", REFUSED)
def test_other_pages_name_nothing(text: str) -> None:
    assert refusal(text) is not None


def test_every_form_of_address_is_exercised() -> None:
    assert unexercised(URLS, THINGS) == []
