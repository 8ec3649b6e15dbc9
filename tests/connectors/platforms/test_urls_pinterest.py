import pytest
from tests.support.urls import Things, named, refusal, rows, unexercised

from bellwether.connectors.platforms.pinterest.urls import URLS
from bellwether.model.platforms import Kind

THINGS: Things = {
    (Kind.POST, "99360735500167749"): [
        "https://www.pinterest.com/pin/99360735500167749/",
        "pinterest.com/pin/99360735500167749",
        "https://www.pinterest.co.uk/pin/99360735500167749/",
        "https://nl.pinterest.com/pin/99360735500167749/?lp=true",
        "https://pinterest.com.mx/pin/some-words-of-it--99360735500167749/",
        "https://www.pinterest.com/pin/99360735500167749/sent/?invite_code=x",
        "https://www.pinterest.de/amp/pin/99360735500167749/",
        "https://assets.pinterest.com/ext/embed.html?id=99360735500167749",
    ],
    (Kind.POST, "AYzwSxvUhpuOcZp_x-HvpOPABcDeFgHiJkLmNoPqRsTuV"): [
        "https://www.pinterest.com/pin/AYzwSxvUhpuOcZp_x-HvpOPABcDeFgHiJkLmNoPqRsTuV/",
    ],
    (Kind.SHORT_LINK, "4AbCdEf"): [
        "https://pin.it/4AbCdEf",
    ],
    (Kind.PROFILE, "some_one"): [
        "https://www.pinterest.com/Some_One/",
        "https://in.pinterest.com/some_one",
        *(
            "https://www.pinterest.com/some_one/" + tab
            for tab in (
                "_saved",
                "_created",
                "_shop",
                "_profile",
                "pins",
                "boards",
                "followers",
                "following",
            )
        ),
        "pinterest:@Some_One",
    ],
    (Kind.PLAYLIST, "some_one/garden-ideas"): [
        "https://www.pinterest.com/some_one/garden-ideas/",
        "https://www.pinterest.ca/Some_One/Garden-Ideas",
    ],
    (Kind.PLAYLIST, "some_one/garden-ideas/ponds"): [
        "https://www.pinterest.com/some_one/garden-ideas/ponds/",
    ],
}

REFUSED = [
    "https://www.pinterest.com/",
    "https://www.pinterest.com/ideas/garden/123",
    "https://www.pinterest.com/search/pins/?q=x",
    "https://www.pinterest.com/pin/",
    "https://www.pinterest.com/pin/create/button/?url=x",
    "https://www.pinterest.com/business/create",
    "https://www.pinterest.com/some_one/a/b/c",
    "https://help.pinterest.com/en",
    "https://pin.it/",
    "https://pinterest.example/pin/1",
    "pinterest:ideas",
]


@pytest.mark.parametrize(("text", "kind", "id_"), rows(THINGS))
def test_every_address_of_a_thing_names_it(text: str, kind: Kind, id_: str) -> None:
    assert named(URLS, text) == (kind, id_)


@pytest.mark.parametrize("text", REFUSED)
def test_other_pages_name_nothing(text: str) -> None:
    assert refusal(text) is not None


def test_every_form_of_address_is_exercised() -> None:
    assert unexercised(URLS, THINGS) == []
