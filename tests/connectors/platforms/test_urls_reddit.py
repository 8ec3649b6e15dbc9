import pytest
from tests.support.urls import Things, named, refusal, rows, unexercised

from bellwether.connectors.platforms.reddit.urls import URLS
from bellwether.model.platforms import Kind

THINGS: Things = {
    (Kind.POST, "1abc2de"): [
        "https://www.reddit.com/r/python/comments/1abc2de/some_title/",
        "https://www.reddit.com/r/Python/comments/1ABC2DE",
        "old.reddit.com/r/python/comments/1abc2de/some_title/?sort=new",
        "https://np.reddit.com/r/python/comments/1abc2de/some_title/k1l2m3n/",
        "https://i.reddit.com/comments/1abc2de",
        "https://www.reddit.com/comments/1abc2de/some_title",
        "https://www.reddit.com/user/some-one/comments/1abc2de/x/",
        "https://www.reddit.com/u/some-one/comments/1abc2de/",
        "https://www.reddit.com/gallery/1abc2de",
        "https://www.reddit.com/tb/1abc2de",
        "https://www.reddit.com/by_id/t3_1abc2de",
        "https://embed.reddit.com/r/python/comments/1abc2de/some_title/?embed=true",
        "https://redd.it/1abc2de",
    ],
    (Kind.LIVE, "15abc2defghij"): [
        "https://www.reddit.com/live/15abc2defghij",
    ],
    (Kind.SHORT_LINK, "AbCdEfGhIj"): [
        "https://www.reddit.com/r/python/s/AbCdEfGhIj",
        "https://www.reddit.com/user/some-one/s/AbCdEfGhIj",
        "https://reddit.com/u/some-one/s/AbCdEfGhIj/",
        "https://v.redd.it/AbCdEfGhIj",
    ],
    (Kind.PROFILE, "some-one_1"): [
        "https://www.reddit.com/user/Some-One_1",
        "https://www.reddit.com/u/some-one_1/",
        "https://old.reddit.com/user/some-one_1/submitted/",
        "https://www.reddit.com/r/u_some-one_1/",
        "reddit:@Some-One_1",
        "reddit:u/some-one_1",
    ],
}

REFUSED = [
    "https://www.reddit.com/",
    "https://www.reddit.com/r/python",
    "https://www.reddit.com/r/python/new/",
    "https://www.reddit.com/r/all",
    "https://www.reddit.com/search?q=x",
    "https://www.reddit.com/r/python/comments/",
    "https://i.redd.it/abc.jpg",
    "https://redd.it/",
    "https://mod.reddit.com/mail/all",
    "reddit:r/python",
]


@pytest.mark.parametrize(("text", "kind", "id_"), rows(THINGS))
def test_every_address_of_a_thing_names_it(text: str, kind: Kind, id_: str) -> None:
    assert named(URLS, text) == (kind, id_)


@pytest.mark.parametrize("text", REFUSED)
def test_other_pages_name_nothing(text: str) -> None:
    assert refusal(text) is not None


def test_every_form_of_address_is_exercised() -> None:
    assert unexercised(URLS, THINGS) == []
